/* SPDX-License-Identifier: BSD-2-Clause */
/* The signature of a draft: a throwaway's first, the real one in its place. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "x509/draft.h"

/* Which throwaway stands in for which key; the hash is the key's strength (BR 7.1.3.2). */
static const struct stand_in {
	const char *type;
	const char *group;
	const char *hash;
} stand_ins[] = {
	{ "EC", "P-256", "SHA256" },
	{ "EC", "P-384", "SHA384" },
	{ "RSA", NULL, "SHA384" },
};

/* OpenSSL calls P-256 by its older name. */
static bool
is_group(const EVP_PKEY *like, const char *group)
{
	char name[32] = "";
	size_t len = 0;

	if (group == NULL)
		return true;
	if (EVP_PKEY_get_group_name(like, name, sizeof(name), &len) != 1)
		return false;
	return OBJ_txt2nid(name) == EC_curve_nist2nid(group);
}

static const struct stand_in *
stand_in_for(const EVP_PKEY *like)
{
	for (size_t i = 0; like != NULL && i < sizeof(stand_ins) / sizeof(*stand_ins); i++)
		if (EVP_PKEY_is_a(like, stand_ins[i].type) == 1 &&
		    is_group(like, stand_ins[i].group))
			return &stand_ins[i];
	return NULL;
}

static EVP_PKEY *
throwaway(const struct stand_in *row)
{
	return row->group != NULL ? EVP_EC_gen(row->group)
				  : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
}

static enum err
begin(const EVP_PKEY *like, EVP_PKEY **made, const EVP_MD **hash, struct err_trace *trace)
{
	const struct stand_in *row = stand_in_for(like);

	if (row == NULL)
		return FAIL(trace, ERR_UNSUPPORTED,
		    "certificates are signed by keys on P-256 and P-384 and by RSA, and by no "
		    "others");
	*hash = EVP_get_digestbyname(row->hash);
	*made = throwaway(row);
	return *hash != NULL && *made != NULL ? ERR_OK
					      : FAIL_RAW(trace, ERR_UNSUPPORTED, ERR_ORIGIN_OPENSSL,
						    ERR_get_error(), "no throwaway key was made");
}

enum err
draft_sign_certificate(X509 *certificate, const EVP_PKEY *like, struct err_trace *trace)
{
	EVP_PKEY *made = NULL;
	const EVP_MD *hash = NULL;
	enum err err = begin(like, &made, &hash, trace);

	if (err == ERR_OK && X509_sign(certificate, made, hash) <= 0)
		err = FAIL_RAW(trace, ERR_FORMAT, ERR_ORIGIN_OPENSSL, ERR_get_error(),
		    "the certificate cannot be encoded");
	EVP_PKEY_free(made);
	return err;
}

enum err
draft_sign_crl(X509_CRL *crl, const EVP_PKEY *like, struct err_trace *trace)
{
	EVP_PKEY *made = NULL;
	const EVP_MD *hash = NULL;
	enum err err = begin(like, &made, &hash, trace);

	if (err == ERR_OK && X509_CRL_sign(crl, made, hash) <= 0)
		err = FAIL_RAW(trace, ERR_FORMAT, ERR_ORIGIN_OPENSSL, ERR_get_error(),
		    "the revocation list cannot be encoded");
	EVP_PKEY_free(made);
	return err;
}

/* Certificate and CertificateList alike: SEQUENCE { to-be-signed, algorithm, BIT STRING }. */
struct parts {
	const uint8_t *signed_part;
	size_t signed_len;
	const uint8_t *algorithm;
	size_t algorithm_len;
};

/* One element; moves *at behind it. False when it is not whole. */
static bool
step(const uint8_t **at, const uint8_t *end, int tag, bool enter)
{
	const uint8_t *head = *at;
	long inside = 0;
	int found = 0, class = 0;
	int form = ASN1_get_object(at, &inside, &found, &class, (long)(end - head));

	if ((form & 0x81) != 0 || found != tag || class != V_ASN1_UNIVERSAL || inside > end - *at)
		return false;
	if (!enter)
		*at += inside;
	return true;
}

static enum err
split(const struct der *draft, struct parts *out, struct err_trace *trace)
{
	const uint8_t *at = draft->bytes;
	const uint8_t *end = draft->bytes + draft->len;

	if (!step(&at, end, V_ASN1_SEQUENCE, true))
		goto damaged;
	out->signed_part = at;
	if (!step(&at, end, V_ASN1_SEQUENCE, false))
		goto damaged;
	out->signed_len = (size_t)(at - out->signed_part);
	out->algorithm = at;
	if (!step(&at, end, V_ASN1_SEQUENCE, false))
		goto damaged;
	out->algorithm_len = (size_t)(at - out->algorithm);
	if (step(&at, end, V_ASN1_BIT_STRING, false) && at == end)
		return ERR_OK;
damaged:
	ERR_clear_error();
	return FAIL(trace, ERR_FORMAT, "this is no draft of something to sign");
}

static enum err
hash_of(const struct parts *parts, const EVP_MD **out, struct err_trace *trace)
{
	const unsigned char *at = parts->algorithm;
	X509_ALGOR *algorithm = d2i_X509_ALGOR(NULL, &at, (long)parts->algorithm_len);
	const ASN1_OBJECT *object = NULL;
	int hash = NID_undef, type = NID_undef;

	if (algorithm != NULL)
		X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	if (object != NULL)
		(void)OBJ_find_sigid_algs(OBJ_obj2nid(object), &hash, &type);
	X509_ALGOR_free(algorithm);
	*out = EVP_get_digestbynid(hash);
	return *out != NULL && EVP_MD_get_size(*out) >= 32
		   ? ERR_OK
		   : FAIL(trace, ERR_UNSUPPORTED, "the draft names no hash that may be used");
}

enum err
draft_digest_of(const struct der *draft, struct draft_digest *out, struct err_trace *trace)
{
	struct draft_digest digest = { .bits = 0 };
	struct parts parts;
	const EVP_MD *hash = NULL;
	unsigned len = 0;
	enum err err = split(draft, &parts, trace);

	if (err == ERR_OK)
		err = hash_of(&parts, &hash, trace);
	if (err == ERR_OK &&
	    EVP_Digest(parts.signed_part, parts.signed_len, digest.bytes, &len, hash, NULL) != 1)
		err = FAIL_RAW(trace, ERR_INTERNAL, ERR_ORIGIN_OPENSSL, ERR_get_error(),
		    "the draft was not hashed");
	if (err != ERR_OK)
		return err;
	digest.bits = (int)len * 8;
	*out = digest;
	return ERR_OK;
}

enum err
draft_finish(const struct der *draft, const uint8_t *signature, size_t len, struct der *out,
    struct err_trace *trace)
{
	struct parts parts;
	int bits, inside, whole;
	uint8_t *bytes, *at;
	enum err err = split(draft, &parts, trace);

	if (err != ERR_OK)
		return err;
	if (draft->len > INT_MAX / 2 || len > INT_MAX / 4)
		return FAIL(trace, ERR_FORMAT, "the draft is too long");
	bits = ASN1_object_size(0, (int)len + 1, V_ASN1_BIT_STRING);
	inside = (int)(parts.signed_len + parts.algorithm_len) + bits;
	whole = ASN1_object_size(1, inside, V_ASN1_SEQUENCE);
	bytes = malloc((size_t)whole);
	if (bytes == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for %d bytes", whole);
	at = bytes;
	ASN1_put_object(&at, 1, inside, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	memcpy(at, parts.signed_part, parts.signed_len + parts.algorithm_len);
	at += parts.signed_len + parts.algorithm_len;
	ASN1_put_object(&at, 0, (int)len + 1, V_ASN1_BIT_STRING, V_ASN1_UNIVERSAL);
	*at++ = 0; /* no unused bits */
	memcpy(at, signature, len);
	*out = (struct der){ bytes, (size_t)whole };
	return ERR_OK;
}
