/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/openpgp/profile.h"

#include <stdlib.h>
#include <string.h>

enum variant_kind { VARIANT_FLAG, VARIANT_NUMBER, VARIANT_WRONG_PIN };

static const struct variant {
	const char *name; /* with "=" when a value follows */
	enum variant_kind kind;
	uint16_t flags;
	size_t offset; /* of a uint16_t in struct vcard_profile */
	unsigned max;
	const char *help;
} variants[] = {
	{ "no-private-objects", VARIANT_FLAG, VCARD_NO_PRIVATE_OBJECTS, 0, 0,
	    "no-private-objects   objects 0101 to 0104 do not exist" },
	{ "private-max=", VARIANT_NUMBER, 0, offsetof(struct vcard_profile, private_max), 1024,
	    "private-max=BYTES    greatest length of objects 0101 to 0104 (255)" },
	{ "chaining-only", VARIANT_FLAG, VCARD_NO_EXTENDED, 0, 0,
	    "chaining-only        command chaining, no extended length" },
	{ "extended-only", VARIANT_FLAG, VCARD_NO_CHAINING, 0, 0,
	    "extended-only        extended length, no command chaining" },
	{ "short-only", VARIANT_FLAG, VCARD_NO_CHAINING | VCARD_NO_EXTENDED, 0, 0,
	    "short-only           neither chaining nor extended length" },
	{ "kdf-off", VARIANT_FLAG, VCARD_KDF, 0, 0,
	    "kdf-off              KDF-DO announced, and off" },
	{ "kdf-on", VARIANT_FLAG, VCARD_KDF | VCARD_KDF_ON, 0, 0,
	    "kdf-on               KDF-DO announced, and on: PINs go to the card hashed" },
	{ "wrong-pin=", VARIANT_WRONG_PIN, 0, 0, 0,
	    "wrong-pin=WORDS      blocked: 6982 then 6983; always: 6982; count: 63Cx then 6983" },
	{ "no-terminate", VARIANT_FLAG, VCARD_NO_TERMINATE, 0, 0,
	    "no-terminate         no life cycle: the card cannot be factory-reset" },
	{ "touch", VARIANT_FLAG, VCARD_TOUCH, 0, 0,
	    "touch                touch policies announced, off" },
	{ "touch-on", VARIANT_FLAG, VCARD_TOUCH | VCARD_TOUCH_ON, 0, 0,
	    "touch-on             touch wanted for each use of a key; nobody touches" },
	{ "x25519-only", VARIANT_FLAG, VCARD_X25519_ONLY, 0, 0,
	    "x25519-only          the decryption key can be X25519 only" },
	{ "no-challenge", VARIANT_FLAG, VCARD_NO_CHALLENGE, 0, 0,
	    "no-challenge         no GET CHALLENGE" },
	{ "keys-before-pin", VARIANT_FLAG, VCARD_KEYS_BEFORE_PIN, 0, 0,
	    "keys-before-pin      PW1 changes only once keys exist; a new key resets it" },
	{ "exact-le", VARIANT_FLAG, VCARD_EXACT_LE, 0, 0,
	    "exact-le             a short Le is answered 6Cxx instead of 61xx" },
	{ "slow=", VARIANT_NUMBER, 0, offsetof(struct vcard_profile, slow_ms), 60000,
	    "slow=MS              waits so long before each answer" },
	{ "manufacturer=", VARIANT_NUMBER, 0, offsetof(struct vcard_profile, manufacturer), 0xFFFF,
	    "manufacturer=NUMBER  the AID's manufacturer (0xFFFE; 6 is Yubico)" },
};

enum { VARIANTS = sizeof(variants) / sizeof(variants[0]) };

static const char *const wrong_pin_words[] = {
	[VCARD_WRONG_PIN_BLOCKED] = "blocked",
	[VCARD_WRONG_PIN_ALWAYS] = "always",
	[VCARD_WRONG_PIN_COUNT] = "count",
};
_Static_assert(sizeof(wrong_pin_words) / sizeof(wrong_pin_words[0]) == VCARD_WRONG_PIN__COUNT,
    "every way to answer a wrong PIN has its word");

struct vcard_profile
vcard_profile_default(uint32_t serial)
{
	/* FFFE: the manufacturer number that the specification leaves to tests. */
	return (
	    struct vcard_profile){ .manufacturer = 0xFFFE, .serial = serial, .private_max = 255 };
}

static bool
set_number(struct vcard_profile *profile, const struct variant *variant, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);
	uint16_t number = (uint16_t)value;

	if (*text < '0' || *text > '9' || *end != '\0' || value > variant->max)
		return false;
	memcpy((char *)profile + variant->offset, &number, sizeof(number));
	return true;
}

static bool
set_wrong_pin(struct vcard_profile *profile, const char *word)
{
	for (unsigned i = 0; i < VCARD_WRONG_PIN__COUNT; i++) {
		if (strcmp(word, wrong_pin_words[i]) == 0) {
			profile->wrong_pin = (enum vcard_wrong_pin)i;
			return true;
		}
	}
	return false;
}

static bool
apply(struct vcard_profile *profile, const struct variant *variant, const char *value)
{
	switch (variant->kind) {
	case VARIANT_FLAG:
		profile->flags |= variant->flags;
		return *value == '\0';
	case VARIANT_NUMBER:
		return set_number(profile, variant, value);
	case VARIANT_WRONG_PIN:
		return set_wrong_pin(profile, value);
	}
	return false;
}

enum err
vcard_profile_vary(struct vcard_profile *profile, const char *name, struct err_trace *trace)
{
	for (unsigned i = 0; i < VARIANTS; i++) {
		struct vcard_profile varied = *profile;
		size_t len = strlen(variants[i].name);

		if (strncmp(name, variants[i].name, len) != 0 ||
		    !apply(&varied, &variants[i], name + len))
			continue;
		*profile = varied;
		return ERR_OK;
	}
	err_next(trace, "`virtual-card --help` lists the variants there are.");
	return FAIL(trace, ERR_ARGUMENT, "no variant '%s', or a value it cannot have", name);
}

const char *
vcard_profile_help(unsigned row)
{
	return row < VARIANTS ? variants[row].help : NULL;
}
