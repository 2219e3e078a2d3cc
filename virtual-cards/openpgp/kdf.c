/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KDF-DO (4.3.2): the host hashes each PIN with OpenPGP's iterated and salted S2K (RFC 4880,
 * 3.7.1.3) and the card compares hashes. Writing an object that switches it on gives the PINs the
 * hashes that it carries; one that switches it off gives them the factory's values.
 */
#include "virtual-cards/openpgp/internal.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/hash.h"
#include "base/tlv.h"

enum {
	KDF_OBJECT_MAX = 110,
	KDF_NONE = 0x00,
	KDF_ITERATED = 0x03,
	HASH_SHA256 = 0x08,
	SALT_LEN = 8,
	ITERATIONS = 65536, /* of bytes hashed: enough to differ, little enough for tests */
};

bool
vcard_kdf_is_on(const struct vcard_state *state)
{
	const struct vcard_blob *blob = &state->blob[BLOB_KDF];
	struct cursor method;

	return tlv_find(cursor_over(blob->bytes, blob->len), 0x81, &method) && method.left == 1 &&
	       method.at[0] == KDF_ITERATED;
}

static bool
find_hash(struct cursor object, uint32_t tag, struct cursor *hash)
{
	return tlv_find(object, tag, hash) && hash->left == SHA256_SIZE;
}

uint16_t
vcard_kdf_put(struct vcard *card, const uint8_t *object, size_t len)
{
	struct vcard_blob *blob = card->state.blob;
	struct cursor whole = cursor_over(object, len);
	struct cursor method, user = { 0 }, admin = { 0 };
	bool on;

	if (len > KDF_OBJECT_MAX)
		return SW_LENGTH;
	if (!tlv_find(whole, 0x81, &method) || method.left != 1)
		return SW_DATA;
	on = method.at[0] == KDF_ITERATED;
	if (on ? !find_hash(whole, 0x87, &user) || !find_hash(whole, 0x88, &admin)
	       : method.at[0] != KDF_NONE)
		return SW_DATA;
	vcard_pins_factory(&card->state);
	vcard_blob_set(&blob[BLOB_KDF], object, len);
	if (on) {
		vcard_blob_set(&blob[BLOB_PIN + VCARD_PW1], user.at, user.left);
		vcard_blob_set(&blob[BLOB_PIN + VCARD_PW3], admin.at, admin.left);
	}
	card->session.verified = 0;
	card->changed = true;
	return SW_OK;
}

/* SHA-256 over salt ‖ PIN, repeated until ITERATIONS bytes went in. */
static enum err
hash_pin(const uint8_t salt[SALT_LEN], const struct vcard_blob *pin, uint8_t out[SHA256_SIZE],
    struct err_trace *trace)
{
	uint8_t input[SALT_LEN + VCARD_PIN_MAX];
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	size_t unit = SALT_LEN + (size_t)pin->len, left = ITERATIONS;
	bool good = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1;

	memcpy(input, salt, SALT_LEN);
	memcpy(input + SALT_LEN, pin->bytes, pin->len);
	while (good && left > 0) {
		size_t now = left < unit ? left : unit;

		good = EVP_DigestUpdate(hash, input, now) == 1;
		left -= now;
	}
	good = good && EVP_DigestFinal_ex(hash, out, NULL) == 1;
	EVP_MD_CTX_free(hash);
	return good ? ERR_OK : FAIL(trace, ERR_INTERNAL, "a PIN was not hashed");
}

enum err
vcard_kdf_switch_on(struct vcard_state *state, struct err_trace *trace)
{
	static const enum vcard_pin hashed[] = { VCARD_PW1, VCARD_PW3 };
	uint8_t object[KDF_OBJECT_MAX], salt[VCARD_PIN__COUNT][SALT_LEN], hash[SHA256_SIZE];
	struct writer to = writer_into(object, sizeof(object));
	enum err err = random_bytes(salt, sizeof(salt), trace);

	tlv_put(&to, 0x81, (uint8_t[]){ KDF_ITERATED }, 1);
	tlv_put(&to, 0x82, (uint8_t[]){ HASH_SHA256 }, 1);
	tlv_begin(&to, 0x83, 4);
	writer_u32(&to, ITERATIONS);
	for (unsigned pin = 0; pin < VCARD_PIN__COUNT; pin++)
		tlv_put(&to, 0x84 + pin, salt[pin], SALT_LEN);
	for (unsigned i = 0; i < 2 && err == ERR_OK; i++) {
		struct vcard_blob *pin = &state->blob[BLOB_PIN + hashed[i]];

		err = hash_pin(salt[hashed[i]], pin, hash, trace);
		vcard_blob_set(pin, hash, sizeof(hash));
		tlv_put(&to, 0x87 + i, hash, sizeof(hash));
	}
	if (err != ERR_OK)
		return err;
	vcard_blob_set(&state->blob[BLOB_KDF], object, to.len);
	return writer_done(&to) ? ERR_OK : FAIL(trace, ERR_INTERNAL, "the KDF-DO is too long");
}
