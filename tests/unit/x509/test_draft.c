/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "tests/unit/x509/room.h"
#include "x509/lint.h"
#include "x509/request.h"
#include "x509/times.h"

static void
der_of(const X509 *certificate, struct der *out)
{
	struct err_trace trace = { 0 };

	assert_ok(encoding_of_certificate(certificate, out, &trace), &trace);
}

/* The draft with `key` in it, signed by it. */
static X509 *
signed_by(const struct room *room, EVP_PKEY *key)
{
	struct err_trace trace = { 0 };
	struct der draft, own, made;
	X509 *certificate = NULL;

	der_of(room->root, &draft);
	assert_ok(draft_set_key(&draft, key, &own, &trace), &trace);
	room_sign(&own, key, &made);
	assert_ok(encoding_certificate(&made, &certificate, &trace), &trace);
	der_drop(&draft);
	der_drop(&own);
	der_drop(&made);
	return certificate;
}

static void
a_draft_becomes_a_certificate_by_the_real_signature(void **state)
{
	static const struct {
		const char *group;
		int algorithm;
	} rows[] = {
		{ "P-256", NID_ecdsa_with_SHA256 },
		{ "P-384", NID_ecdsa_with_SHA384 },
		{ NULL, NID_sha384WithRSAEncryption },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		EVP_PKEY *key = rows[i].group != NULL
				    ? EVP_EC_gen(rows[i].group)
				    : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
		X509 *certificate = signed_by(*state, key);
		struct err_trace trace = { 0 };

		assert_int_equal(X509_verify(certificate, key), 1);
		assert_int_equal(X509_get_signature_nid(certificate), rows[i].algorithm);
		assert_ok(lint_certificate(&(struct lint_certificate){ .certificate = certificate,
					       .rules = PROFILE_PUBLIC,
					       .now = ROOM_NOW },
			      &trace),
		    &trace);
		X509_free(certificate);
		EVP_PKEY_free(key);
	}
}

static void
the_throwaway_key_s_signature_is_worth_nothing(void **state)
{
	struct room *room = *state;

	assert_int_not_equal(X509_verify(room->root, room->root_key), 1);
}

static void
a_key_that_signs_no_certificates_is_refused(void **state)
{
	struct room *room = *state;
	struct err_trace trace = { 0 };
	EVP_PKEY *key = EVP_EC_gen("P-224");
	struct der draft, own;

	der_of(room->root, &draft);
	assert_fails(draft_set_key(&draft, key, &own, &trace), ERR_UNSUPPORTED, &trace);
	der_drop(&draft);
	EVP_PKEY_free(key);
}

static void
years_before_1950_and_after_9999_are_no_times_of_a_certificate(void **state)
{
	static const struct {
		int64_t from, until;
		bool good;
	} rows[] = {
		{ INT64_C(-631152000), ROOM_NOW, true },
		{ INT64_C(-631152001), ROOM_NOW, false },
		{ ROOM_NOW, INT64_C(253402300799), true },
		{ ROOM_NOW, INT64_C(253402300800), false },
		{ ROOM_NOW, ROOM_NOW, false },
	};
	struct room *room = *state;
	struct profile profile;

	assert_ok(profile_built_in("private", &profile, NULL), NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct draft_order order = { .profile = &profile,
			.subject = X509_get_subject_name(room->root),
			.not_before = rows[i].from,
			.not_after = rows[i].until };
		struct der draft = { .bytes = NULL };
		enum err err = draft_certificate(&order, &draft, NULL);

		assert_int_equal(err, rows[i].good ? ERR_OK : ERR_ARGUMENT);
		der_drop(&draft);
	}
}

static void
serial_numbers_differ_and_are_of_16_bytes(void **state)
{
	struct room *room = *state;
	const ASN1_INTEGER *one = X509_get0_serialNumber(room->root);
	const ASN1_INTEGER *two = X509_get0_serialNumber(room->sub);

	assert_int_equal(ASN1_STRING_length(one), DRAFT_SERIAL);
	assert_int_equal(ASN1_STRING_length(two), DRAFT_SERIAL);
	assert_int_not_equal(ASN1_INTEGER_cmp(one, two), 0);
	assert_int_equal(ASN1_STRING_get0_data(one)[0] & 0xc0, 0x40);
}

static void
what_is_no_draft_is_refused(void **state)
{
	static const char *const damaged[] = { "", "\x30", "\x30\x00", "\x30\x80\x30\x00\x00\x00",
		"\x30\x04\x30\x00\x30\x00", "\x30\x05\x30\x7f\x30\x00\x00", "hello" };

	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++) {
		char text[16] = "";
		struct der der = { (uint8_t *)text, 7 };
		struct draft_digest digest;

		memcpy(text, damaged[i], strlen(damaged[i]));
		assert_int_equal(draft_digest_of(&der, &digest, NULL), ERR_FORMAT);
	}
}

static void
files_hold_one_object_in_pem_or_der(void **state)
{
	struct room *room = *state;
	struct err_trace trace = { 0 };
	struct der der, read;
	char *pem = NULL, twice[8192];

	der_of(room->root, &der);
	assert_ok(encoding_pem(ENCODING_CERTIFICATE, &der, &pem, &trace), &trace);
	assert_ok(encoding_read(ENCODING_CERTIFICATE, pem, strlen(pem), &read, &trace), &trace);
	assert_int_equal(read.len, der.len);
	assert_memory_equal(read.bytes, der.bytes, der.len);
	der_drop(&read);
	assert_ok(
	    encoding_read(ENCODING_CERTIFICATE, (const char *)der.bytes, der.len, &read, &trace),
	    &trace);
	der_drop(&read);
	assert_fails(
	    encoding_read(ENCODING_CRL, pem, strlen(pem), &read, &trace), ERR_FORMAT, &trace);
	assert_true(room_said(&trace, "it holds a 'CERTIFICATE', not a revocation list"));
	err_clear(&trace);
	snprintf(twice, sizeof(twice), "%s%s", pem, pem);
	assert_fails(encoding_read(ENCODING_CERTIFICATE, twice, strlen(twice), &read, &trace),
	    ERR_FORMAT, &trace);
	assert_true(room_said(&trace, "more than one certificate"));
	err_clear(&trace);
	assert_fails(encoding_read(ENCODING_CERTIFICATE, pem, strlen(pem) / 2, &read, &trace),
	    ERR_FORMAT, &trace);
	err_clear(&trace);
	assert_fails(encoding_read(ENCODING_CERTIFICATE, "-----BEGIN none", 15, &read, &trace),
	    ERR_FORMAT, &trace);
	assert_true(room_said(&trace, "it holds no whole certificate"));
	err_clear(&trace);
	assert_fails(
	    encoding_read(ENCODING_CERTIFICATE, "text", 4, &read, &trace), ERR_FORMAT, &trace);
	der_drop(&der);
	free(pem);
}

static void
request_of(EVP_PKEY *asked, EVP_PKEY *signer, struct der *out)
{
	X509_REQ *request = X509_REQ_new();
	STACK_OF(X509_EXTENSION) *wanted = sk_X509_EXTENSION_new_null();
	unsigned char *bytes = NULL;
	int len;

	sk_X509_EXTENSION_push(
	    wanted, X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "CA:TRUE"));
	X509_REQ_add_extensions(request, wanted);
	X509_REQ_set_pubkey(request, asked);
	X509_REQ_sign(request, signer, EVP_sha256());
	len = i2d_X509_REQ(request, &bytes);
	assert_true(len > 0);
	out->bytes = malloc((size_t)len);
	assert_non_null(out->bytes);
	memcpy(out->bytes, bytes, (size_t)len);
	out->len = (size_t)len;
	OPENSSL_free(bytes);
	sk_X509_EXTENSION_pop_free(wanted, X509_EXTENSION_free);
	X509_REQ_free(request);
}

static void
a_request_is_proven_by_its_own_key(void **state)
{
	struct room *room = *state;
	struct err_trace trace = { 0 };
	char asks[REQUEST_ASKS];
	X509_REQ *request = NULL;
	struct der der;

	request_of(room->sub_key, room->sub_key, &der);
	assert_ok(request_open(&der, &request, &trace), &trace);
	request_asks(request, asks);
	assert_string_equal(asks, "X509v3 Basic Constraints");
	X509_REQ_free(request);
	der_drop(&der);
	request_of(room->sub_key, room->root_key, &der);
	assert_fails(request_open(&der, &request, &trace), ERR_DENIED, &trace);
	assert_true(room_said(&trace, "not signed by the key"));
	der_drop(&der);
}

static void
a_request_for_a_weak_key_is_refused(void **state)
{
	struct err_trace trace = { 0 };
	EVP_PKEY *weak = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	X509_REQ *request = NULL;
	struct der der;

	(void)state;
	request_of(weak, weak, &der);
	assert_fails(request_open(&der, &request, &trace), ERR_DENIED, &trace);
	assert_true(room_said(&trace, "is an RSA key of less than 2048 bits"));
	der_drop(&der);
	EVP_PKEY_free(weak);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, room_open, room_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(a_draft_becomes_a_certificate_by_the_real_signature),
		IN_ROOM(the_throwaway_key_s_signature_is_worth_nothing),
		IN_ROOM(a_key_that_signs_no_certificates_is_refused),
		IN_ROOM(years_before_1950_and_after_9999_are_no_times_of_a_certificate),
		IN_ROOM(serial_numbers_differ_and_are_of_16_bytes),
		cmocka_unit_test(what_is_no_draft_is_refused),
		IN_ROOM(files_hold_one_object_in_pem_or_der),
		IN_ROOM(a_request_is_proven_by_its_own_key),
		cmocka_unit_test(a_request_for_a_weak_key_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
