/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/openpgp/internal.h"

#include <string.h>

/* RSA-2048, as cards leave the factory: whoever wants P-256 has to say so. */
static const uint8_t rsa2048[] = { 0x01, 0x08, 0x00, 0x00, 0x20, 0x00 };
static const uint8_t x25519[] = { 0x12, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05,
	0x01 };

static const uint8_t zeros[60];

bool
vcard_blob_set(struct vcard_blob *blob, const void *bytes, size_t len)
{
	if (len > sizeof(blob->bytes))
		return false;
	memset(blob->bytes, 0, sizeof(blob->bytes));
	if (len > 0)
		memcpy(blob->bytes, bytes, len);
	blob->len = (uint16_t)len;
	return true;
}

static void
blank_keys(struct vcard_state *state)
{
	for (unsigned slot = 0; slot < VCARD_SLOT__COUNT; slot++)
		vcard_blob_set(&state->blob[BLOB_ATTRIBUTES + slot], rsa2048, sizeof(rsa2048));
	if (state->profile.flags & VCARD_X25519_ONLY)
		vcard_blob_set(&state->blob[BLOB_ATTRIBUTES + VCARD_DEC], x25519, sizeof(x25519));
	vcard_blob_set(&state->blob[BLOB_FINGERPRINTS], zeros, 60);
	vcard_blob_set(&state->blob[BLOB_CA_FINGERPRINTS], zeros, 60);
	vcard_blob_set(&state->blob[BLOB_TIMES], zeros, 12);
}

static void
blank_touch(struct vcard_state *state)
{
	/* Policy, then 20: "the card has a button" (4.4.3.6). */
	uint8_t policy[2] = { (state->profile.flags & VCARD_TOUCH_ON) != 0, 0x20 };

	for (unsigned slot = 0; slot < 4; slot++)
		vcard_blob_set(&state->blob[BLOB_TOUCH + slot], policy, sizeof(policy));
}

enum err
vcard_state_blank(
    struct vcard_state *state, const struct vcard_profile *profile, struct err_trace *trace)
{
	/* `profile` may lie in `state`: a card that is reset keeps its kind. */
	struct vcard_profile kept = *profile;

	memset(state, 0, sizeof(*state));
	state->profile = kept;
	vcard_pins_factory(state);
	blank_keys(state);
	blank_touch(state);
	vcard_blob_set(&state->blob[BLOB_SEX], "9", 1); /* "not announced", ISO 5218 */
	if (kept.flags & VCARD_KDF_ON)
		return vcard_kdf_switch_on(state, trace);
	return ERR_OK;
}
