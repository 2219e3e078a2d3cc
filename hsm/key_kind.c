/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/key_kind.h"

#include <stdlib.h>
#include <string.h>

#include "hsm/object.h"

/* 1.2.840.10045.3.1.7 and 1.3.132.0.34 */
static const uint8_t p256_oid[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
static const uint8_t p384_oid[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 };

#define EC_ROW(name, curve, oid, size)                                                             \
	{                                                                                          \
		.word = name, .type = CKK_EC, .generate = CKM_EC_KEY_PAIR_GEN, .sign = CKM_ECDSA,  \
		.group = curve, .params = oid, .params_len = sizeof(oid), .bits = size             \
	}
#define RSA_ROW(name, size)                                                                        \
	{                                                                                          \
		.word = name, .type = CKK_RSA, .generate = CKM_RSA_PKCS_KEY_PAIR_GEN,              \
		.sign = CKM_RSA_PKCS, .bits = size                                                 \
	}

static const struct key_kind_row kinds[] = {
	[KEY_EC_P256] = EC_ROW("ec-p256", "prime256v1", p256_oid, 256),
	[KEY_EC_P384] = EC_ROW("ec-p384", "secp384r1", p384_oid, 384),
	[KEY_RSA_3072] = RSA_ROW("rsa-3072", 3072),
	[KEY_RSA_4096] = RSA_ROW("rsa-4096", 4096),
};
_Static_assert(sizeof(kinds) / sizeof(*kinds) == KEY_OTHER, "a row for each kind that can be made");

const struct key_kind_row *
key_kind_row(enum key_kind kind)
{
	return kind < KEY_OTHER ? &kinds[kind] : NULL;
}

const char *
key_kind_word(enum key_kind kind)
{
	return kind < KEY_OTHER ? kinds[kind].word : "other";
}

bool
key_kind_parse(const char *word, enum key_kind *kind)
{
	for (enum key_kind i = 0; i < KEY_OTHER; i++) {
		if (strcmp(kinds[i].word, word) == 0) {
			*kind = i;
			return true;
		}
	}
	return false;
}

static unsigned long
modulus_bits(struct token_session *session, CK_OBJECT_HANDLE object)
{
	struct object_bytes modulus;
	size_t skip = 0;
	unsigned long bits;

	if (object_read(session, object, CKA_MODULUS, &modulus, NULL) != ERR_OK)
		return 0;
	while (skip < modulus.len && modulus.bytes[skip] == 0)
		skip++;
	bits = (modulus.len - skip) * 8;
	free(modulus.bytes);
	return bits;
}

static bool
has_params(struct token_session *session, CK_OBJECT_HANDLE object, const struct key_kind_row *row)
{
	struct object_bytes params;
	bool same;

	if (object_read(session, object, CKA_EC_PARAMS, &params, NULL) != ERR_OK)
		return false;
	same = params.len == row->params_len && memcmp(params.bytes, row->params, params.len) == 0;
	free(params.bytes);
	return same;
}

enum key_kind
key_kind_of(struct token_session *session, CK_OBJECT_HANDLE object)
{
	CK_ULONG type = CK_UNAVAILABLE_INFORMATION;

	if (!object_number(session, object, CKA_KEY_TYPE, &type))
		return KEY_OTHER;
	for (enum key_kind kind = 0; kind < KEY_OTHER; kind++) {
		const struct key_kind_row *row = &kinds[kind];

		if (row->type != type)
			continue;
		if (type == CKK_EC ? has_params(session, object, row)
				   : modulus_bits(session, object) == row->bits)
			return kind;
	}
	return KEY_OTHER;
}
