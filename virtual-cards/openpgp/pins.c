/* SPDX-License-Identifier: BSD-2-Clause */
/* PINs (4.3): lengths are checked before a try is spent, a wrong one is counted before it is told.
 */
#include "virtual-cards/openpgp/internal.h"

#include <string.h>

enum { HASH_LEN = 32 };

static const struct {
	uint8_t min;
	const char *factory; /* the reset code has none */
} rules[VCARD_PIN__COUNT] = {
	[VCARD_PW1] = { 6, "123456" },
	[VCARD_RC] = { 8, NULL },
	[VCARD_PW3] = { 8, "12345678" },
};

/* VERIFY's P2, the PIN it names and what it grants. */
static const struct reference {
	uint8_t p2;
	enum vcard_pin pin;
	unsigned grants;
} references[] = {
	{ 0x81, VCARD_PW1, VCARD_PW1_SIGN },
	{ 0x82, VCARD_PW1, VCARD_PW1_OTHER },
	{ 0x83, VCARD_PW3, VCARD_PW3_ADMIN },
};

void
vcard_pins_factory(struct vcard_state *state)
{
	for (unsigned pin = 0; pin < VCARD_PIN__COUNT; pin++) {
		const char *value = rules[pin].factory;

		vcard_blob_set(&state->blob[BLOB_PIN + pin], value, value ? strlen(value) : 0);
		state->tries[pin] = value ? VCARD_TRIES : 0;
	}
}

static const struct reference *
find(uint8_t p2)
{
	for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		if (references[i].p2 == p2)
			return &references[i];
	}
	return NULL;
}

static bool
length_is_possible(const struct vcard *card, enum vcard_pin pin, size_t len)
{
	if (vcard_kdf_is_on(&card->state))
		return len == HASH_LEN;
	return len >= rules[pin].min && len <= VCARD_PIN_MAX;
}

/* Both usages of PW1 fall together. */
static void
withdraw(struct vcard *card, enum vcard_pin pin)
{
	for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		if (references[i].pin == pin)
			card->session.verified &= ~references[i].grants;
	}
}

static uint16_t
wrong_word(const struct vcard *card, unsigned tries)
{
	switch (card->state.profile.wrong_pin) {
	case VCARD_WRONG_PIN_BLOCKED:
		return tries == 0 ? SW_BLOCKED : SW_SECURITY;
	case VCARD_WRONG_PIN_COUNT:
		return (uint16_t)(SW_TRIES | tries);
	case VCARD_WRONG_PIN_ALWAYS:
	case VCARD_WRONG_PIN__COUNT:
		break;
	}
	return SW_SECURITY;
}

static uint16_t
blocked_word(const struct vcard *card)
{
	return card->state.profile.wrong_pin == VCARD_WRONG_PIN_ALWAYS ? SW_SECURITY : SW_BLOCKED;
}

/* Spends a try unless the first `len` bytes are the PIN. */
static uint16_t
compare(struct vcard *card, enum vcard_pin pin, const uint8_t *value, size_t len)
{
	const struct vcard_blob *blob = &card->state.blob[BLOB_PIN + pin];

	if (card->state.tries[pin] == 0)
		return blocked_word(card);
	card->changed = true;
	if (len == blob->len && memcmp(blob->bytes, value, len) == 0) {
		card->state.tries[pin] = VCARD_TRIES;
		return SW_OK;
	}
	card->state.tries[pin]--;
	withdraw(card, pin);
	return wrong_word(card, card->state.tries[pin]);
}

/* A value that follows another in one field: the card's own length says where it begins (7.2.3). */
static uint16_t
compare_and_set(
    struct vcard *card, enum vcard_pin old, enum vcard_pin new, const struct vcard_apdu *apdu)
{
	size_t old_len = card->state.blob[BLOB_PIN + old].len;
	uint16_t sw;

	if (card->state.tries[old] == 0)
		return blocked_word(card);
	if (apdu->len < old_len || !length_is_possible(card, new, apdu->len - old_len))
		return SW_LENGTH;
	sw = compare(card, old, apdu->data, old_len);
	if (sw != SW_OK)
		return sw;
	vcard_blob_set(
	    &card->state.blob[BLOB_PIN + new], apdu->data + old_len, apdu->len - old_len);
	card->state.tries[new] = VCARD_TRIES;
	return SW_OK;
}

/* VERIFY without data asks; P1 = FF takes back what was presented (7.2.2). */
static uint16_t
ask(struct vcard *card, const struct vcard_apdu *apdu, const struct reference *reference)
{
	if (apdu->p1 == 0xFF) {
		card->session.verified &= ~reference->grants;
		return SW_OK;
	}
	if (card->session.verified & reference->grants)
		return SW_OK;
	return (uint16_t)(SW_TRIES | card->state.tries[reference->pin]);
}

uint16_t
vcard_pins_verify(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	const struct reference *reference = find(apdu->p2);
	uint16_t sw;

	(void)answer;
	if (reference == NULL || (apdu->p1 != 0x00 && apdu->p1 != 0xFF))
		return SW_PARAMETERS;
	if (apdu->len == 0)
		return ask(card, apdu, reference);
	if (apdu->p1 != 0x00)
		return SW_PARAMETERS;
	if (!length_is_possible(card, reference->pin, apdu->len))
		return SW_LENGTH;
	sw = compare(card, reference->pin, apdu->data, apdu->len);
	if (sw == SW_OK)
		card->session.verified |= reference->grants;
	return sw;
}

static bool
has_keys(const struct vcard *card)
{
	for (unsigned slot = 0; slot < VCARD_SLOT__COUNT; slot++) {
		if (card->state.blob[BLOB_KEY + slot].len > 0)
			return true;
	}
	return false;
}

uint16_t
vcard_pins_change(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	(void)answer;
	if (apdu->p1 != 0x00 || (apdu->p2 != 0x81 && apdu->p2 != 0x83))
		return SW_PARAMETERS;
	if (apdu->p2 == 0x83)
		return compare_and_set(card, VCARD_PW3, VCARD_PW3, apdu);
	if (vcard_is(card, VCARD_KEYS_BEFORE_PIN) && !has_keys(card))
		return SW_CONDITIONS;
	return compare_and_set(card, VCARD_PW1, VCARD_PW1, apdu);
}

uint16_t
vcard_pins_reset_retry(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	(void)answer;
	if (apdu->p2 != 0x81)
		return SW_PARAMETERS;
	if (apdu->p1 == 0x00)
		return compare_and_set(card, VCARD_RC, VCARD_PW1, apdu);
	if (apdu->p1 != 0x02)
		return SW_PARAMETERS;
	if (!(card->session.verified & VCARD_PW3_ADMIN))
		return SW_SECURITY;
	if (!length_is_possible(card, VCARD_PW1, apdu->len))
		return SW_LENGTH;
	vcard_blob_set(&card->state.blob[BLOB_PIN + VCARD_PW1], apdu->data, apdu->len);
	card->state.tries[VCARD_PW1] = VCARD_TRIES;
	card->changed = true;
	return SW_OK;
}

/* PUT DATA D3: none takes the code away. */
uint16_t
vcard_pins_set_reset_code(struct vcard *card, const uint8_t *code, size_t len)
{
	if (len > 0 && !length_is_possible(card, VCARD_RC, len))
		return SW_LENGTH;
	vcard_blob_set(&card->state.blob[BLOB_PIN + VCARD_RC], code, len);
	card->state.tries[VCARD_RC] = len > 0 ? VCARD_TRIES : 0;
	card->changed = true;
	return SW_OK;
}
