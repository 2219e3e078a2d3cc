/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/conf.h>
#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "tests/unit/x509/room.h"
#include "x509/dn.h"

static X509 *
draft(const struct draft_order *order)
{
	struct err_trace trace = { 0 };
	struct der der;
	X509 *certificate = NULL;

	assert_ok(draft_certificate(order, &der, &trace), &trace);
	assert_ok(encoding_certificate(&der, &certificate, &trace), &trace);
	der_drop(&der);
	return certificate;
}

struct profile
room_issuing(void)
{
	return (struct profile){ .name = "issuing",
		.kind = PROFILE_INTERMEDIATE,
		.rules = PROFILE_PUBLIC,
		.days = 3000,
		.path_length = 0,
		.key_usage = "keyCertSign,cRLSign",
		.extended_usage = "serverAuth,clientAuth",
		.policies = "2.23.140.1.2.2",
		.crl_urls = "URI:http://pki.example.org/root.crl" };
}

int
room_open(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct err_trace trace = { 0 };
	struct profile root, issuing = room_issuing();
	X509_NAME *root_name = NULL, *sub_name = NULL;

	assert_non_null(room);
	assert_ok(profile_built_in("root", &root, &trace), &trace);
	assert_ok(dn_parse(ROOM_NAME, &root_name, &trace), &trace);
	assert_ok(dn_parse("C=DE,O=Example AG,CN=Example Sub 1", &sub_name, &trace), &trace);
	room->root_key = EVP_EC_gen("P-384");
	room->sub_key = EVP_EC_gen("P-256");
	room->root = draft(&(struct draft_order){ .profile = &root,
	    .subject = root_name,
	    .subject_key = room->root_key,
	    .not_before = ROOM_NOW,
	    .not_after = ROOM_NOW + INT64_C(9131) * CLOCK_DAY - 1 });
	room->sub = draft(&(struct draft_order){ .profile = &issuing,
	    .subject = sub_name,
	    .subject_key = room->sub_key,
	    .issuer = room->root,
	    .not_before = ROOM_NOW,
	    .not_after = ROOM_NOW + INT64_C(3000) * CLOCK_DAY - 1 });
	X509_NAME_free(root_name);
	X509_NAME_free(sub_name);
	*state = room;
	return 0;
}

int
room_close(void **state)
{
	struct room *room = *state;

	X509_free(room->root);
	X509_free(room->sub);
	EVP_PKEY_free(room->root_key);
	EVP_PKEY_free(room->sub_key);
	free(room);
	return 0;
}

bool
room_said(const struct err_trace *trace, const char *text)
{
	for (unsigned i = 0; i < trace->count; i++)
		if (strstr(trace->frame[i].text, text) != NULL)
			return true;
	return false;
}

void
room_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;
	CONF *nothing = NCONF_new(NULL);
	X509_EXTENSION *extension;
	int at = X509_get_ext_by_NID(certificate, nid, -1);

	if (at >= 0)
		X509_EXTENSION_free(X509_delete_ext(certificate, at));
	if (value != NULL) {
		X509V3_set_ctx(&context, NULL, certificate, NULL, NULL, 0);
		X509V3_set_nconf(&context, nothing);
		extension = X509V3_EXT_nconf_nid(nothing, &context, nid, value);
		assert_non_null(extension);
		assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
		X509_EXTENSION_free(extension);
	}
	NCONF_free(nothing);
}

void
room_name(X509 *certificate, bool issuer, const char *text)
{
	struct err_trace trace = { 0 };
	X509_NAME *name = NULL;

	assert_ok(dn_parse(text, &name, &trace), &trace);
	if (issuer)
		assert_int_equal(X509_set_issuer_name(certificate, name), 1);
	else
		assert_int_equal(X509_set_subject_name(certificate, name), 1);
	X509_NAME_free(name);
}

void
room_times(X509 *certificate, int64_t not_before, int64_t not_after)
{
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), not_before));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), not_after));
}

void
room_sign(const struct der *draft_der, EVP_PKEY *key, struct der *out)
{
	struct err_trace trace = { 0 };
	struct draft_digest digest;
	uint8_t signature[512];
	size_t len = sizeof(signature);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);

	assert_ok(draft_digest_of(draft_der, &digest, &trace), &trace);
	assert_int_equal(EVP_PKEY_sign_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(
			     context, digest.bits == 256 ? EVP_sha256() : EVP_sha384()),
	    1);
	assert_int_equal(
	    EVP_PKEY_sign(context, signature, &len, digest.bytes, (size_t)digest.bits / 8), 1);
	EVP_PKEY_CTX_free(context);
	assert_ok(draft_finish(draft_der, signature, len, out, &trace), &trace);
}
