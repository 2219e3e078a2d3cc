/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/openpgp/crypto.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/tlv.h"

enum family { RSA, EC, X25519, ED25519 };

enum {
	FOR_SIGNING = 1 << VCARD_SIG | 1 << VCARD_AUT,
	FOR_DECRYPTION = 1 << VCARD_DEC,
	BYTES_MAX = 512, /* the longest signature, point or plaintext */
};

#define P256 "\x2A\x86\x48\xCE\x3D\x03\x01\x07"
#define P384 "\x2B\x81\x04\x00\x22"
#define P521 "\x2B\x81\x04\x00\x23"

struct vcard_algorithm {
	unsigned slots; /* bits by enum vcard_slot */
	const char *attributes;
	size_t len;
	enum family family;
	const char *group;
	size_t field; /* bytes of a coordinate */
};

/* 12 is ECDH, 13 ECDSA, 16 EdDSA; the OID follows without tag and length. */
#define ROW(slots, attributes, family, group, field)                                               \
	{                                                                                          \
		slots, attributes, sizeof(attributes) - 1, family, group, field                    \
	}
static const struct vcard_algorithm algorithms[] = {
	ROW(FOR_SIGNING, "\x13" P256, EC, "P-256", 32),
	ROW(FOR_SIGNING, "\x13" P384, EC, "P-384", 48),
	ROW(FOR_SIGNING, "\x13" P521, EC, "P-521", 66),
	ROW(FOR_SIGNING, "\x16\x2B\x06\x01\x04\x01\xDA\x47\x0F\x01", ED25519, NULL, 32),
	ROW(FOR_DECRYPTION, "\x12" P256, EC, "P-256", 32),
	ROW(FOR_DECRYPTION, "\x12" P384, EC, "P-384", 48),
	ROW(FOR_DECRYPTION, "\x12" P521, EC, "P-521", 66),
	ROW(FOR_DECRYPTION, "\x12\x2B\x06\x01\x04\x01\x97\x55\x01\x05\x01", X25519, NULL, 32),
	/* 2048 bits; length of the exponent and import format follow and may vary. */
	ROW(FOR_SIGNING | FOR_DECRYPTION, "\x01\x08\x00", RSA, NULL, 256),
};

enum { RSA_ATTRIBUTES = 6 };

const struct vcard_algorithm *
vcard_crypto_find(enum vcard_slot slot, const uint8_t *attributes, size_t len)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		const struct vcard_algorithm *row = &algorithms[i];
		size_t want = row->family == RSA ? RSA_ATTRIBUTES : row->len;

		/* FF at the end: "import with the public key" (4.4.3.10). */
		if (row->family != RSA && len == want + 1 && attributes[want] == 0xFF)
			want++;
		if ((row->slots & 1U << slot) && len == want &&
		    memcmp(row->attributes, attributes, row->len) == 0)
			return row;
	}
	return NULL;
}

bool
vcard_crypto_is_rsa(const struct vcard_algorithm *algorithm)
{
	return algorithm->family == RSA;
}

bool
vcard_crypto_is_x25519(const struct vcard_algorithm *algorithm)
{
	return algorithm->family == X25519;
}

static EVP_PKEY *
load(const struct vcard_blob *key)
{
	const unsigned char *at = key->bytes;

	return d2i_AutoPrivateKey(NULL, &at, key->len);
}

static EVP_PKEY *
generate(const struct vcard_algorithm *algorithm)
{
	switch (algorithm->family) {
	case RSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", algorithm->field * 8);
	case EC:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", algorithm->group);
	case X25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	case ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	}
	return NULL;
}

bool
vcard_crypto_make(const struct vcard_algorithm *algorithm, struct vcard_blob *key)
{
	EVP_PKEY *made = generate(algorithm);
	unsigned char *der = NULL;
	int len = made == NULL ? -1 : i2d_PrivateKey(made, &der);
	bool good = len > 0 && vcard_blob_set(key, der, (size_t)len);

	if (len > 0)
		OPENSSL_cleanse(der, (size_t)len);
	OPENSSL_free(der);
	EVP_PKEY_free(made);
	return good;
}

static bool
put_number(EVP_PKEY *key, const char *name, uint8_t tag, struct writer *to)
{
	uint8_t bytes[BYTES_MAX];
	BIGNUM *number = NULL;
	int len = -1;

	if (EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
	    (size_t)BN_num_bytes(number) <= sizeof(bytes))
		len = BN_bn2bin(number, bytes);
	BN_free(number);
	if (len <= 0)
		return false;
	tlv_put(to, tag, bytes, (size_t)len);
	return true;
}

bool
vcard_crypto_public(
    const struct vcard_algorithm *algorithm, const struct vcard_blob *key, struct writer *answer)
{
	uint8_t inner[BYTES_MAX], point[BYTES_MAX];
	struct writer to = writer_into(inner, sizeof(inner));
	EVP_PKEY *loaded = load(key);
	size_t len = 0;
	bool good;

	if (algorithm->family == RSA) {
		good = loaded != NULL && put_number(loaded, OSSL_PKEY_PARAM_RSA_N, 0x81, &to) &&
		       put_number(loaded, OSSL_PKEY_PARAM_RSA_E, 0x82, &to);
	} else {
		good =
		    loaded != NULL && EVP_PKEY_get_octet_string_param(loaded,
					  OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &len) == 1;
		if (good)
			tlv_put(&to, 0x86, point, len);
	}
	EVP_PKEY_free(loaded);
	if (good)
		tlv_put(answer, 0x7F49, inner, to.len);
	return good && writer_done(&to);
}

/* The card gives r and s as two numbers of fixed length, where OpenSSL gives DER. */
static bool
put_ecdsa(
    const struct vcard_algorithm *algorithm, const uint8_t *der, size_t len, struct writer *answer)
{
	uint8_t raw[2 * 66];
	int field = (int)algorithm->field;
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool good = signature != NULL &&
		    BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, field) == field &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + field, field) == field;

	ECDSA_SIG_free(signature);
	if (good)
		writer_put(answer, raw, 2 * algorithm->field);
	return good;
}

static bool
sign_message(EVP_PKEY *key, struct cursor input, uint8_t *out, size_t *len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
		    EVP_DigestSign(context, out, len, input.at, input.left) == 1;

	EVP_MD_CTX_free(context);
	return good;
}

static bool
sign_digest(EVP_PKEY *key, bool rsa, struct cursor input, uint8_t *out, size_t *len)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	bool good = context != NULL && EVP_PKEY_sign_init(context) == 1;

	if (good && rsa)
		good = EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
	good = good && EVP_PKEY_sign(context, out, len, input.at, input.left) == 1;
	EVP_PKEY_CTX_free(context);
	return good;
}

bool
vcard_crypto_sign(const struct vcard_algorithm *algorithm, const struct vcard_blob *key,
    struct cursor input, struct writer *answer)
{
	uint8_t signature[BYTES_MAX];
	size_t len = sizeof(signature);
	EVP_PKEY *loaded = load(key);
	bool good = loaded != NULL && input.left > 0;

	if (good && algorithm->family == ED25519)
		good = sign_message(loaded, input, signature, &len);
	else if (good)
		good = sign_digest(loaded, algorithm->family == RSA, input, signature, &len);
	EVP_PKEY_free(loaded);
	if (!good)
		return false;
	if (algorithm->family == EC)
		return put_ecdsa(algorithm, signature, len, answer);
	writer_put(answer, signature, len);
	return true;
}

/* Points come uncompressed; cards refuse every other form. */
static EVP_PKEY *
peer_of(const struct vcard_algorithm *algorithm, const EVP_PKEY *own, struct cursor point)
{
	EVP_PKEY *peer;

	if (algorithm->family == X25519)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, point.at, point.left);
	if (point.left != 2 * algorithm->field + 1 || point.at[0] != 0x04)
		return NULL;
	peer = EVP_PKEY_new();
	if (peer == NULL || EVP_PKEY_copy_parameters(peer, own) != 1 ||
	    EVP_PKEY_set1_encoded_public_key(peer, point.at, point.left) != 1) {
		EVP_PKEY_free(peer);
		return NULL;
	}
	return peer;
}

static bool
agree(EVP_PKEY *own, EVP_PKEY *peer, uint8_t *out, size_t *len)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
	bool good = context != NULL && EVP_PKEY_derive_init(context) == 1 &&
		    EVP_PKEY_derive_set_peer(context, peer) == 1 &&
		    EVP_PKEY_derive(context, out, len) == 1;

	EVP_PKEY_CTX_free(context);
	return good;
}

static bool
decrypt(EVP_PKEY *own, struct cursor input, uint8_t *out, size_t *len)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
	bool good = context != NULL && EVP_PKEY_decrypt_init(context) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_decrypt(context, out, len, input.at, input.left) == 1;

	EVP_PKEY_CTX_free(context);
	return good;
}

bool
vcard_crypto_decipher(const struct vcard_algorithm *algorithm, const struct vcard_blob *key,
    struct cursor input, struct writer *answer)
{
	uint8_t plain[BYTES_MAX];
	size_t len = sizeof(plain);
	EVP_PKEY *own = load(key), *peer = NULL;
	bool good = own != NULL;

	if (good && algorithm->family == RSA) {
		good = decrypt(own, input, plain, &len);
	} else if (good) {
		peer = peer_of(algorithm, own, input);
		good = peer != NULL && agree(own, peer, plain, &len);
	}
	if (good)
		writer_put(answer, plain, len);
	OPENSSL_cleanse(plain, sizeof(plain));
	EVP_PKEY_free(peer);
	EVP_PKEY_free(own);
	return good;
}
