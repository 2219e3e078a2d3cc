/* SPDX-License-Identifier: BSD-2-Clause */
/* KDF-DO (4.3.2): cards that want a PIN hashed before it is sent. */
#include <openssl/evp.h>

#include "base/tlv.h"
#include "pcsc/openpgp.h"

enum {
	S2K_MAX = 65011712, /* the greatest count of RFC 4880, 3.7.1.3 */
	HASH_SHA256 = 8,    /* RFC 4880, 9.4 */
	HASH_SHA512 = 10,
};

static bool
parse_salts(struct cursor all, struct card_kdf_data *out)
{
	static const uint32_t tags[CARD_PIN__COUNT] = { 0x84, 0x84, 0x85, 0x86 };

	for (size_t i = 0; i < CARD_PIN__COUNT; i++) {
		struct cursor salt = { 0 };

		/* One salt for all: what `gpg --card-edit kdf-setup single` writes. */
		if (!tlv_find(all, tags[i], &salt) && !tlv_find(all, tags[0], &salt))
			return false;
		if (salt.left != CARD_KDF_SALT || !cursor_copy(&salt, out->salt[i], CARD_KDF_SALT))
			return false;
	}
	return true;
}

static bool
parse_itersalted(struct cursor all, struct card_kdf_data *out)
{
	struct cursor hash = { 0 };
	struct cursor count = { 0 };

	if (!tlv_find(all, 0x82, &hash) || !cursor_u8(&hash, &out->hash) ||
	    (out->hash != HASH_SHA256 && out->hash != HASH_SHA512))
		return false;
	if (!tlv_find(all, 0x83, &count) || !cursor_u32(&count, &out->count) ||
	    out->count > S2K_MAX)
		return false;
	return parse_salts(all, out);
}

void
openpgp_parse_kdf(struct cursor answer, struct card_kdf_data *out)
{
	struct cursor all = openpgp_unwrap(answer, OPENPGP_DO_KDF);
	struct cursor value = { 0 };
	uint8_t algorithm = 0xFF;

	*out = (struct card_kdf_data){ .kind = CARD_KDF_UNKNOWN };
	if (all.left == 0)
		out->kind = CARD_KDF_OFF;
	else if (!tlv_find(all, 0x81, &value) || !cursor_u8(&value, &algorithm))
		return;
	else if (algorithm == 0x00)
		out->kind = CARD_KDF_OFF;
	else if (algorithm == 0x03 && parse_itersalted(all, out))
		out->kind = CARD_KDF_ITERSALTED;
}

/* RFC 4880, 3.7.1.3: salt and PIN over and over until `count` bytes are hashed, once at least. */
static bool
hash_over(EVP_MD_CTX *context, const struct secret *block, size_t count)
{
	size_t left = count > secret_len(block) ? count : secret_len(block);

	while (left > 0) {
		size_t part = left < secret_len(block) ? left : secret_len(block);

		if (EVP_DigestUpdate(context, secret_bytes(block), part) != 1)
			return false;
		left -= part;
	}
	return true;
}

static enum err
hash_block(const struct card_kdf_data *kdf, const struct secret *block, struct secret *out,
    struct err_trace *trace)
{
	const EVP_MD *md = kdf->hash == HASH_SHA512 ? EVP_sha512() : EVP_sha256();
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t *to = secret_extend(out, (size_t)EVP_MD_get_size(md));
	bool done = context != NULL && to != NULL && EVP_DigestInit_ex(context, md, NULL) == 1 &&
		    hash_over(context, block, kdf->count) &&
		    EVP_DigestFinal_ex(context, to, NULL) == 1;

	EVP_MD_CTX_free(context);
	return done ? ERR_OK : FAIL(trace, ERR_NOMEM, "the PIN could not be hashed");
}

enum err
openpgp_kdf_apply(const struct card_kdf_data *kdf, enum card_pin which, const struct secret *pin,
    struct secret **out, struct err_trace *trace)
{
	struct secret *block = NULL;
	struct secret *hash = NULL;
	enum err err = ERR_INTERNAL;

	if (kdf->kind == CARD_KDF_OFF)
		return secret_copy(pin, out, trace);
	err = secret_new(CARD_KDF_SALT + secret_len(pin), &block, trace);
	if (err == ERR_OK)
		err = secret_append(block, kdf->salt[which], CARD_KDF_SALT, trace);
	if (err == ERR_OK)
		err = secret_append(block, secret_bytes(pin), secret_len(pin), trace);
	if (err == ERR_OK)
		err = secret_new(EVP_MAX_MD_SIZE, &hash, trace);
	if (err == ERR_OK)
		err = hash_block(kdf, block, hash, trace);
	if (err == ERR_OK) {
		*out = hash;
		hash = NULL;
	}
	secret_free(hash);
	secret_free(block);
	return err;
}
