/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers of the card, bytes in, facts out. Everything here is fuzzed (tests/fuzz). */
#include <stdio.h>
#include <string.h>

#include "base/tlv.h"
#include "pcsc/openpgp.h"
#include "pcsc/pin.h"

enum {
	AID_SIZE = 16,
	FINGERPRINTS_SIZE = CARD_KEY__COUNT * CARD_OPENPGP_FINGERPRINT,
	CREATED_SIZE = CARD_KEY__COUNT * 4,
};

/* -- Who made it ------------------------------------------------------------------------------- */

struct maker {
	uint16_t number;
	const char *name;
	const char *model; /* a class of hardware, for placement; the name where not known better */
};

/* The makers that sell hardware today, from the list that the specification's editor keeps. */
static const struct maker makers[] = {
	{ 0x0000, "test card", "test card" },
	{ 0x0001, "PPC Card Systems", "OpenPGP card" },
	{ 0x0005, "ZeitControl", "ZeitControl OpenPGP card" },
	{ 0x0006, "Yubico", "YubiKey" },
	{ 0x0009, "Fidesmo", "Fidesmo card" },
	{ 0x000A, "VivoKey", "VivoKey" },
	{ 0x000B, "Feitian Technologies", "Feitian token" },
	{ 0x000D, "Dangerous Things", "Dangerous Things implant" },
	{ 0x000E, "Excelsecu", "Excelsecu token" },
	{ 0x000F, "Nitrokey", "Nitrokey" },
	{ 0x0042, "GnuPG e.V.", "GnuPG e.V. card" },
	{ 0xCA05, "Atos CardOS", "CardOS card" },
	{ 0xF1D0, "CanoKeys", "CanoKey" },
	{ 0xF517, "FSIJ", "Gnuk token" },
	{ 0xFFFF, "test card", "test card" },
};

static const struct maker *
find_maker(uint16_t number)
{
	static const struct maker unmanaged = { 0xFF00, "self-assigned", "OpenPGP card" };
	static const struct maker unknown = { 0, "unknown", "OpenPGP card" };

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (makers[i].number == number)
			return &makers[i];
	/* FF00 to FFFE: random serial numbers, given by whoever made the card. */
	return number >= 0xFF00 ? &unmanaged : &unknown;
}

static bool
parse_aid(struct cursor aid, struct card_facts *facts)
{
	const struct maker *maker;
	uint8_t major = 0;
	uint8_t minor = 0;
	uint16_t number = 0;
	uint32_t serial = 0;

	if (aid.left != AID_SIZE || !cursor_skip(&aid, 6) || !cursor_u8(&aid, &major) ||
	    !cursor_u8(&aid, &minor) || !cursor_u16(&aid, &number) || !cursor_u32(&aid, &serial))
		return false;
	maker = find_maker(number);
	facts->manufacturer = maker->name;
	facts->can.ec = major >= 3;
	(void)snprintf(facts->model, sizeof(facts->model), "%s", maker->model);
	(void)snprintf(facts->serial, sizeof(facts->serial), "%04X:%08X", number, (unsigned)serial);
	(void)snprintf(facts->version, sizeof(facts->version), "OpenPGP card %x.%x", major, minor);
	return true;
}

/* -- What it can do ---------------------------------------------------------------------------- */

/* Extended capabilities (4.4.3.8). */
static bool
parse_capabilities(struct cursor value, struct card_capabilities *can)
{
	uint8_t flags = 0;
	uint8_t messaging = 0;
	uint16_t challenge = 0;
	uint16_t certificate = 0;
	uint16_t object = 0;

	if (!cursor_u8(&value, &flags) || !cursor_u8(&value, &messaging) ||
	    !cursor_u16(&value, &challenge) || !cursor_u16(&value, &certificate) ||
	    !cursor_u16(&value, &object))
		return false;
	can->challenge = (flags & 0x40) != 0;
	can->challenge_max = challenge;
	can->pin_lasting_change = (flags & 0x10) != 0;
	can->private_objects = (flags & 0x08) != 0;
	can->private_object_max = can->private_objects ? object : 0;
	can->algorithm_change = (flags & 0x04) != 0;
	can->kdf = (flags & 0x01) != 0;
	return true;
}

/* The third byte of compact-TLV 7, card capabilities (ISO/IEC 7816-4, table 119). */
static void
parse_card_capabilities(struct cursor value, struct apdu_limits *limits)
{
	uint8_t third = 0;

	if (!cursor_skip(&value, 2) || !cursor_u8(&value, &third))
		return;
	limits->chaining = (third & 0x80) != 0;
	limits->extended = (third & 0x40) != 0;
}

/*
 * Historical bytes: a category, compact-TLVs, and for category 00 three bytes of status, of which
 * the first is the life cycle: only 03 and 05 promise TERMINATE and ACTIVATE (6.2).
 */
static void
parse_historical(struct cursor value, struct card_facts *facts)
{
	uint8_t category = 0xFF;
	uint8_t head = 0;

	if (!cursor_u8(&value, &category) || (category != 0x00 && category != 0x80))
		return;
	if (category == 0x00 && value.left >= 3) {
		uint8_t life = value.at[value.left - 3];

		facts->can.reset = life == 0x03 || life == 0x05;
		value.left -= 3;
	}
	while (cursor_u8(&value, &head)) {
		struct cursor inner = { 0 };

		if (!cursor_take(&value, head & 0x0F, &inner))
			return;
		if (head >> 4 == 7)
			parse_card_capabilities(inner, &facts->limits);
	}
}

/* Greatest APDUs (4.1.3.1): two integers, of the whole command and of the whole answer. */
static void
parse_lengths(struct cursor value, struct apdu_limits *limits)
{
	struct tlv tlv = { 0 };
	uint16_t command = 0;
	uint16_t answer = 0;

	if (!tlv_next(&value, &tlv) || tlv.tag != 0x02 || !cursor_u16(&tlv.value, &command) ||
	    !tlv_next(&value, &tlv) || tlv.tag != 0x02 || !cursor_u16(&tlv.value, &answer))
		return;
	limits->command = command > APDU_COMMAND_MAX ? APDU_COMMAND_MAX : command;
	limits->answer = answer > APDU_ANSWER_MAX ? APDU_ANSWER_MAX : answer;
}

static void
settle_limits(struct apdu_limits *limits)
{
	/* Extended length without saying how long is not enough to rely on. */
	if (limits->command < APDU_SHORT_COMMAND || limits->answer < APDU_SHORT_ANSWER)
		limits->extended = false;
}

/* -- PINs -------------------------------------------------------------------------------------- */

struct pin_row {
	size_t max_at;   /* in C4 (4.4.3.7) */
	size_t tries_at; /* in C4 */
	uint8_t min;     /* 4.3.1 */
};

static const struct pin_row pin_rows[] = {
	[CARD_PIN_USER] = { 1, 4, CARD_PIN_LENGTH },
	[CARD_PIN_SIGN] = { 1, 4, CARD_PIN_LENGTH },
	[CARD_PIN_RESET_CODE] = { 2, 5, CARD_ADMIN_PIN_LENGTH },
	[CARD_PIN_ADMIN] = { 3, 6, CARD_ADMIN_PIN_LENGTH },
};
_Static_assert(sizeof(pin_rows) / sizeof(pin_rows[0]) == CARD_PIN__COUNT, "a PIN without row");

enum { PIN_STATUS_SIZE = 7 };

static bool
parse_pin_status(struct cursor value, struct card_facts *facts, unsigned tries[CARD_PIN__COUNT])
{
	if (value.left < PIN_STATUS_SIZE)
		return false;
	facts->sign_pin_lasts = value.at[0] == 0x01;
	for (size_t i = 0; i < CARD_PIN__COUNT; i++) {
		/* Bit 8 says that the card takes PIN blocks too, not that it is longer. */
		facts->pin_max[i] = value.at[pin_rows[i].max_at] & 0x7F;
		facts->pin_min[i] = pin_rows[i].min;
		tries[i] = value.at[pin_rows[i].tries_at];
	}
	return true;
}

/* -- Keys -------------------------------------------------------------------------------------- */

static const uint8_t p256_ecdsa[] = { OPENPGP_ECDSA, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01,
	0x07 };
static const uint8_t p256_ecdh[] = { OPENPGP_ECDH, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 };

struct cursor
openpgp_p256_attributes(enum card_key key)
{
	return key == CARD_KEY_DEC ? cursor_over(p256_ecdh, sizeof(p256_ecdh))
				   : cursor_over(p256_ecdsa, sizeof(p256_ecdsa));
}

/* Some cards add FF, "with the public key", an import format (4.4.3.10). */
static bool
is_p256(struct cursor attributes, enum card_key key)
{
	struct cursor wanted = openpgp_p256_attributes(key);

	if (attributes.left == wanted.left + 1 && attributes.at[wanted.left] == 0xFF)
		attributes.left--;
	return attributes.left == wanted.left && memcmp(attributes.at, wanted.at, wanted.left) == 0;
}

static bool
is_set(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != 0)
			return true;
	return false;
}

static void
parse_fingerprints(struct cursor all, struct card_facts *facts)
{
	struct cursor fingerprints = { 0 };
	struct cursor created = { 0 };

	if (!tlv_find(all, OPENPGP_DO_FINGERPRINTS, &fingerprints) ||
	    fingerprints.left < FINGERPRINTS_SIZE)
		return;
	for (size_t i = 0; i < CARD_KEY__COUNT; i++) {
		struct card_key_facts *key = &facts->key[i];

		(void)cursor_copy(
		    &fingerprints, key->openpgp_fingerprint, CARD_OPENPGP_FINGERPRINT);
		key->present = is_set(key->openpgp_fingerprint, CARD_OPENPGP_FINGERPRINT);
	}
	if (!tlv_find(all, OPENPGP_DO_CREATED, &created) || created.left < CREATED_SIZE)
		return;
	for (size_t i = 0; i < CARD_KEY__COUNT; i++)
		(void)cursor_u32(&created, &facts->key[i].created);
}

/* DE (4.4.3.9): pairs of key number and 0 for none, 1 made here, 2 imported. */
static void
parse_key_information(struct cursor all, struct card_facts *facts)
{
	struct cursor value = { 0 };
	uint8_t number = 0;
	uint8_t status = 0;

	if (!tlv_find(all, OPENPGP_DO_KEY_INFORMATION, &value))
		return;
	while (cursor_u8(&value, &number) && cursor_u8(&value, &status))
		if (number >= 1 && number <= CARD_KEY__COUNT)
			facts->key[number - 1].present |= status != 0;
}

static enum card_touch
parse_touch(struct cursor value)
{
	static const enum card_touch by_value[] = { CARD_TOUCH_OFF, CARD_TOUCH_ON, CARD_TOUCH_FIXED,
		CARD_TOUCH_CACHED, CARD_TOUCH_CACHED_FIXED };
	uint8_t policy = 0;

	if (!cursor_u8(&value, &policy))
		return CARD_TOUCH_NONE;
	/* Whatever a later card means: somebody will have to touch it. */
	return policy < sizeof(by_value) / sizeof(by_value[0]) ? by_value[policy] : CARD_TOUCH_ON;
}

static void
parse_keys(struct cursor all, struct card_facts *facts)
{
	for (uint32_t i = 0; i < CARD_KEY__COUNT; i++) {
		struct cursor value = { 0 };

		if (tlv_find(all, OPENPGP_DO_ALGORITHM_SIG + i, &value))
			facts->key[i].p256 = is_p256(value, (enum card_key)i);
		value = (struct cursor){ 0 };
		if (tlv_find(all, OPENPGP_DO_TOUCH_SIG + i, &value))
			facts->key[i].touch = parse_touch(value);
	}
	parse_fingerprints(all, facts);
	parse_key_information(all, facts);
}

/* -- The whole --------------------------------------------------------------------------------- */

struct cursor
openpgp_unwrap(struct cursor answer, unsigned tag)
{
	struct cursor peek = answer;
	struct tlv tlv = { 0 };

	if (tlv_next(&peek, &tlv) && tlv.tag == tag)
		return tlv.value;
	return answer;
}

/* Where cards put what belongs to 6E differs: most of it lies in 73, some have it beside. */
static bool
find_either(struct cursor outer, struct cursor inner, uint32_t tag, struct cursor *value)
{
	return tlv_find(outer, tag, value) || tlv_find(inner, tag, value);
}

static enum err
missing(const char *what, struct err_trace *trace)
{
	return FAIL(trace, ERR_FORMAT, "the card says it is an OpenPGP card, but not its %s", what);
}

/* Starts from nothing but what was known before any answer: the ATR, and the inspection. */
static void
forget(struct card_facts *facts)
{
	for (size_t i = 0; i < CARD_KEY__COUNT; i++)
		facts->key[i] = (struct card_key_facts){ 0 };
	facts->can = (struct card_capabilities){ 0 };
	facts->limits = (struct apdu_limits){ 0 };
}

enum err
openpgp_parse_application(struct cursor answer, struct card_facts *facts,
    unsigned tries[CARD_PIN__COUNT], struct err_trace *trace)
{
	struct cursor outer = openpgp_unwrap(answer, OPENPGP_DO_APPLICATION);
	struct cursor inner = { 0 };
	struct cursor value = { 0 };
	struct card_facts new = *facts;
	unsigned left[CARD_PIN__COUNT] = { 0 };

	forget(&new);
	(void)tlv_find(outer, OPENPGP_DO_DISCRETIONARY, &inner);
	if (!find_either(outer, inner, OPENPGP_DO_AID, &value) || !parse_aid(value, &new))
		return missing("serial number (4F)", trace);
	if (!find_either(outer, inner, OPENPGP_DO_CAPABILITIES, &value) ||
	    !parse_capabilities(value, &new.can))
		return missing("capabilities (C0)", trace);
	if (!find_either(outer, inner, OPENPGP_DO_PIN_STATUS, &value) ||
	    !parse_pin_status(value, &new, left))
		return missing("tries left (C4)", trace);
	if (find_either(outer, inner, OPENPGP_DO_HISTORICAL, &value))
		parse_historical(value, &new);
	if (find_either(outer, inner, OPENPGP_DO_LENGTHS, &value))
		parse_lengths(value, &new.limits);
	settle_limits(&new.limits);
	parse_keys(inner.left > 0 ? inner : outer, &new);
	*facts = new;
	memcpy(tries, left, sizeof(left));
	return ERR_OK;
}

enum err
openpgp_parse_point(struct cursor answer, uint8_t point[CARD_POINT], struct err_trace *trace)
{
	struct cursor value = { 0 };

	if (!tlv_find_path(answer, (const uint32_t[]){ 0x7F49, 0x86, 0 }, &value))
		return FAIL(trace, ERR_UNSUPPORTED, "the card's key is not on an elliptic curve");
	if (value.left != CARD_POINT || value.at[0] != 0x04)
		return FAIL(trace, ERR_UNSUPPORTED, "the card's key is not on the curve P-256");
	memcpy(point, value.at, CARD_POINT);
	return ERR_OK;
}
