/* SPDX-License-Identifier: BSD-2-Clause */
/* What a card does with its keys: it makes them, shows their public halves, signs and decrypts. */
#include "virtual-cards/openpgp/internal.h"

#include <string.h>

#include "base/tlv.h"
#include "virtual-cards/openpgp/crypto.h"

/* The control reference templates that name a key (7.2.14). */
static const uint8_t templates[VCARD_SLOT__COUNT] = {
	[VCARD_SIG] = 0xB6,
	[VCARD_DEC] = 0xB8,
	[VCARD_AUT] = 0xA4,
};

static const struct vcard_algorithm *
algorithm_of(const struct vcard *card, enum vcard_slot slot)
{
	const struct vcard_blob *attributes = &card->state.blob[BLOB_ATTRIBUTES + slot];

	return vcard_crypto_find(slot, attributes->bytes, attributes->len);
}

static void
drop_key(struct vcard *card, enum vcard_slot slot)
{
	struct vcard_blob *blob = card->state.blob;

	vcard_blob_set(&blob[BLOB_KEY + slot], NULL, 0);
	memset(blob[BLOB_FINGERPRINTS].bytes + slot * 20, 0, 20);
	memset(blob[BLOB_TIMES].bytes + slot * 4, 0, 4);
}

/* Another algorithm ends the key that is there. */
uint16_t
vcard_keys_set_attributes(
    struct vcard *card, enum vcard_slot slot, const uint8_t *attributes, size_t len)
{
	struct vcard_blob *blob = &card->state.blob[BLOB_ATTRIBUTES + slot];
	const struct vcard_algorithm *algorithm = vcard_crypto_find(slot, attributes, len);

	if (algorithm == NULL || len > 16)
		return SW_DATA;
	if (slot == VCARD_DEC && vcard_is(card, VCARD_X25519_ONLY) &&
	    !vcard_crypto_is_x25519(algorithm))
		return SW_DATA;
	if (algorithm != algorithm_of(card, slot))
		drop_key(card, slot);
	vcard_blob_set(blob, attributes, len);
	card->changed = true;
	return SW_OK;
}

static bool
slot_of_template(const struct vcard_apdu *apdu, enum vcard_slot *slot)
{
	for (unsigned i = 0; i < VCARD_SLOT__COUNT && apdu->len >= 2; i++) {
		if (apdu->data[0] == templates[i]) {
			*slot = (enum vcard_slot)i;
			return true;
		}
	}
	return false;
}

static uint16_t
make_key(struct vcard *card, enum vcard_slot slot)
{
	struct vcard_blob *blob = card->state.blob;

	if (!(card->session.verified & VCARD_PW3_ADMIN))
		return SW_SECURITY;
	if (!vcard_crypto_make(algorithm_of(card, slot), &blob[BLOB_KEY + slot]))
		return SW_FAULT;
	if (slot == VCARD_SIG)
		card->state.signatures = 0;
	/* Gnuk protects keys with a secret under PW1, and begins anew with the factory's. */
	if (vcard_is(card, VCARD_KEYS_BEFORE_PIN) && !vcard_kdf_is_on(&card->state)) {
		vcard_blob_set(&blob[BLOB_PIN + VCARD_PW1], "123456", 6);
		card->state.tries[VCARD_PW1] = VCARD_TRIES;
	}
	card->changed = true;
	return SW_OK;
}

uint16_t
vcard_keys_generate(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	enum vcard_slot slot;
	uint16_t sw = SW_OK;

	if ((apdu->p1 != 0x80 && apdu->p1 != 0x81) || apdu->p2 != 0x00)
		return SW_PARAMETERS;
	if (!slot_of_template(apdu, &slot))
		return SW_DATA;
	if (apdu->p1 == 0x80)
		sw = make_key(card, slot);
	if (sw != SW_OK)
		return sw;
	if (card->state.blob[BLOB_KEY + slot].len == 0)
		return SW_NO_OBJECT;
	if (!vcard_crypto_public(
		algorithm_of(card, slot), &card->state.blob[BLOB_KEY + slot], answer))
		return SW_FAULT;
	return SW_OK;
}

/* What stands before every use of a key: the PIN, the key, the touch. */
static uint16_t
check_use(const struct vcard *card, enum vcard_slot slot, enum vcard_verified needs)
{
	if (!(card->session.verified & needs))
		return SW_SECURITY;
	if (card->state.blob[BLOB_KEY + slot].len == 0)
		return SW_NO_OBJECT;
	if (vcard_is(card, VCARD_TOUCH) && card->state.blob[BLOB_TOUCH + slot].bytes[0] != 0)
		return SW_NO_TOUCH;
	return SW_OK;
}

static uint16_t
sign(struct vcard *card, enum vcard_slot slot, const struct vcard_apdu *apdu, struct writer *answer)
{
	if (!vcard_crypto_sign(algorithm_of(card, slot), &card->state.blob[BLOB_KEY + slot],
		cursor_over(apdu->data, apdu->len), answer))
		return SW_DATA;
	return SW_OK;
}

/* 7.2.10: counts, and spends PW1-81 where C4 says that it is good for one signature. */
static uint16_t
compute_signature(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	uint16_t sw = check_use(card, VCARD_SIG, VCARD_PW1_SIGN);

	if (sw == SW_OK)
		sw = sign(card, VCARD_SIG, apdu, answer);
	if (sw != SW_OK)
		return sw;
	if (card->state.signatures < 0xFFFFFF)
		card->state.signatures++;
	if (card->state.pw1_stays == 0)
		card->session.verified &= ~(unsigned)VCARD_PW1_SIGN;
	card->changed = true;
	return SW_OK;
}

/* 7.2.11: A6 { 7F49 { 86 point } } for ECDH, 00 ‖ cryptogram for RSA. */
static uint16_t
decipher(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	static const uint32_t path[] = { 0xA6, 0x7F49, 0x86, 0 };
	const struct vcard_algorithm *algorithm = algorithm_of(card, VCARD_DEC);
	struct cursor input = cursor_over(apdu->data, apdu->len);
	uint16_t sw = check_use(card, VCARD_DEC, VCARD_PW1_OTHER);

	if (sw != SW_OK)
		return sw;
	if (vcard_crypto_is_rsa(algorithm) ? !cursor_skip(&input, 1) || apdu->data[0] != 0x00
					   : !tlv_find_path(input, path, &input))
		return SW_DATA;
	if (!vcard_crypto_decipher(
		algorithm, &card->state.blob[BLOB_KEY + VCARD_DEC], input, answer))
		return SW_DATA;
	return SW_OK;
}

uint16_t
vcard_keys_pso(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	if (apdu->p1 == 0x9E && apdu->p2 == 0x9A)
		return compute_signature(card, apdu, answer);
	if (apdu->p1 == 0x80 && apdu->p2 == 0x86)
		return decipher(card, apdu, answer);
	return SW_PARAMETERS;
}

uint16_t
vcard_keys_authenticate(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	uint16_t sw = check_use(card, VCARD_AUT, VCARD_PW1_OTHER);

	if (apdu->p1 != 0 || apdu->p2 != 0)
		return SW_PARAMETERS;
	return sw == SW_OK ? sign(card, VCARD_AUT, apdu, answer) : sw;
}
