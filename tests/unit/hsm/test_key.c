/* SPDX-License-Identifier: BSD-2-Clause */
/* The judge of keys and signatures is the command `openssl`, which shares no code with hsm/. */
#include "tests/unit/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/x509.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/process.h"
#include "hsm/certificate.h"
#include "hsm/key.h"
#include "hsm/pkcs11.h"
#include "tests/unit/hsm/softhsm.h"

static const struct {
	const char *word;
	enum key_kind kind;
} kinds[] = {
	{ "ec-p256", KEY_EC_P256 },
	{ "ec-p384", KEY_EC_P384 },
	{ "rsa-3072", KEY_RSA_3072 },
	{ "rsa-4096", KEY_RSA_4096 },
};

static int
run(const char *const *argv)
{
	const struct process_start start = { .argv = argv, .pass_fd = -1 };
	struct err_trace trace = { .count = 0 };
	int status = -1;
	pid_t pid;

	assert_ok(process_spawn(&start, &pid, NULL, NULL, &trace), &trace);
	assert_ok(process_wait(pid, &status, &trace), &trace);
	return status;
}

static void
write_file(struct softhsm *softhsm, const char *name, const void *bytes, size_t len, char *path)
{
	softhsm_path(softhsm, name, path);
	assert_ok(file_replace(path, bytes, len, &softhsm->trace), &softhsm->trace);
}

/* True when `openssl dgst -verify` takes the signature over `message`. */
static bool
openssl_verifies(struct softhsm *softhsm, const char *pem, const char *message,
    const struct key_signature *signature)
{
	char key[TEST_PATH];
	char text[TEST_PATH];
	char sig[TEST_PATH];
	const char *argv[] = { "openssl", "dgst", "-sha256", "-verify", key, "-signature", sig,
		text, NULL };

	write_file(softhsm, "key.pem", pem, strlen(pem), key);
	write_file(softhsm, "message", message, strlen(message), text);
	write_file(softhsm, "signature", signature->bytes, signature->len, sig);
	return run(argv) == 0;
}

static struct key_facts
make(struct softhsm *softhsm, struct token_session *session, enum key_kind kind, const char *label)
{
	const struct key_request request = { .kind = kind, .label = label };
	struct key_facts key;

	assert_ok(key_generate(session, &request, &key, &softhsm->trace), &softhsm->trace);
	return key;
}

static void
each_kind_signs_what_openssl_verifies(void **state)
{
	static const char message[] = "to be signed\n";
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	struct err_trace *trace = &softhsm->trace;
	uint8_t hash[SHA256_SIZE];
	const struct key_digest digest = { KEY_SHA256, hash };

	assert_ok(sha256(message, strlen(message), hash, trace), trace);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct key_facts key = make(softhsm, session, kinds[i].kind, kinds[i].word);
		struct key_signature signature;
		char *pem = NULL;

		assert_int_equal(key.kind, kinds[i].kind);
		assert_ok(key_public_pem(session, &key, &pem, trace), trace);
		assert_ok(key_sign(session, &key, &digest, &signature, trace), trace);
		assert_ok(key_prove(session, &key, trace), trace);
		assert_true(openssl_verifies(softhsm, pem, message, &signature));
		assert_false(openssl_verifies(softhsm, pem, "another\n", &signature));
		free(pem);
	}
	token_session_close(session);
}

static void
a_long_digest_is_cut_to_the_curve(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	struct key_facts key = make(softhsm, session, KEY_EC_P256, "ca");
	const uint8_t bytes[64] = { 1, 2, 3 };
	struct key_digest digest = { KEY_SHA512, bytes };
	struct key_signature signature;
	char path[3][TEST_PATH];
	const char *argv[] = { "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", path[0],
		"-sigfile", path[1], "-in", path[2], NULL };
	char *pem = NULL;

	assert_ok(key_public_pem(session, &key, &pem, &softhsm->trace), &softhsm->trace);
	assert_ok(key_sign(session, &key, &digest, &signature, &softhsm->trace), &softhsm->trace);
	write_file(softhsm, "key.pem", pem, strlen(pem), path[0]);
	write_file(softhsm, "signature", signature.bytes, signature.len, path[1]);
	write_file(softhsm, "digest", bytes, sizeof(bytes), path[2]);
	assert_int_equal(run(argv), 0);
	free(pem);
	token_session_close(session);
}

static void
a_ca_key_has_the_attributes_of_one(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	struct key_facts key = make(softhsm, session, KEY_EC_P384, "ca");
	struct key_facts found;

	assert_true(key.on_token && key.is_private && key.sensitive && key.always_sensitive);
	assert_true(key.made_here && key.can_sign && key.never_extractable);
	assert_false(key.extractable || key.can_decrypt || key.can_unwrap || key.can_derive);
	assert_false(key.asks_each_time);
	token_session_close(session);

	/* And they are the token's, not this session's. */
	softhsm_reopen(softhsm);
	assert_ok(token_find(softhsm->module, NULL, TOKEN_INITIALISED, &token, &softhsm->trace),
	    &softhsm->trace);
	session = softhsm_login(softhsm, &token);
	assert_ok(key_find(session, "ca", &found, &softhsm->trace), &softhsm->trace);
	found.handle = key.handle;
	assert_int_equal(found.kind, key.kind);
	assert_memory_equal(found.id, key.id, sizeof(key.id));
	assert_true(found.never_extractable);
	token_session_close(session);
}

static void
a_key_is_extractable_only_when_it_is_asked_for(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	const struct key_request request = { KEY_EC_P256, "for backup", true, false };
	struct key_facts key;

	assert_ok(key_generate(session, &request, &key, &softhsm->trace), &softhsm->trace);
	assert_true(key.extractable && key.sensitive && key.always_sensitive);
	assert_false(key.never_extractable);
	token_session_close(session);
}

/* RFC 7093, 2, method 1, computed here from openssl's own reading of the key. */
static void
the_id_is_the_hash_of_the_public_key(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	struct key_facts key = make(softhsm, session, KEY_EC_P256, "ca");
	uint8_t hash[SHA256_SIZE];
	uint8_t *der = NULL;
	size_t len = 0;

	assert_ok(key_public_der(session, &key, &der, &len, &softhsm->trace), &softhsm->trace);
	/* A P-256 SubjectPublicKeyInfo ends with the 65 bytes of the point. */
	assert_int_equal(len, 91);
	assert_int_equal(der[len - 65], 0x04);
	assert_ok(sha256(der + len - 65, 65, hash, &softhsm->trace), &softhsm->trace);
	assert_int_equal(key.id_len, 20);
	assert_memory_equal(key.id, hash, 20);
	free(der);
	token_session_close(session);
}

static void
a_label_in_use_is_refused(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	const struct key_request request = { KEY_RSA_3072, "ca", false, false };
	struct key_facts key = make(softhsm, session, KEY_EC_P256, "ca");
	struct key_facts *keys = NULL;
	size_t count = 0;
	struct err_trace trace = { .count = 0 };

	assert_fails(key_generate(session, &request, &key, &trace), ERR_EXISTS, &trace);
	assert_ok(key_list(session, &keys, &count, &softhsm->trace), &softhsm->trace);
	assert_int_equal(count, 1);
	free(keys);
	token_session_close(session);
}

/* A data object stands for a certificate: any object's label counts. */
static void
the_label_of_any_object_is_in_use(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	const struct key_request request = { KEY_EC_P256, "ca", false, false };
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_BBOOL yes = CK_TRUE;
	char label[] = "ca";
	CK_ATTRIBUTE data[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_TOKEN, &yes, sizeof(yes) }, { CKA_LABEL, label, 2 } };
	CK_OBJECT_HANDLE object;
	struct key_facts key;
	struct err_trace trace = { .count = 0 };

	assert_int_equal(module_functions(softhsm->module)
			     ->C_CreateObject(token_session_handle(session), data, 3, &object),
	    CKR_OK);
	assert_fails(key_generate(session, &request, &key, &trace), ERR_EXISTS, &trace);
	token_session_close(session);
}

static void
a_missing_key_is_named_beside_those_there_are(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	struct key_facts key = make(softhsm, session, KEY_EC_P256, "root 2026");
	struct err_trace trace = { .count = 0 };

	assert_fails(key_find(session, "ca", &key, &trace), ERR_ABSENT, &trace);
	assert_non_null(strstr(trace.frame[0].text, "'root 2026'"));
	token_session_close(session);
}

static void
a_key_is_not_made_without_a_login(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	const struct key_request request = { KEY_EC_P256, "ca", false, false };
	struct token_session *session = NULL;
	struct key_facts key;
	struct err_trace trace = { .count = 0 };

	assert_ok(token_session_open(softhsm->module, &token, true, &session, &trace), &trace);
	assert_fails(key_generate(session, &request, &key, &trace), ERR_NOT_NOW, &trace);
	token_session_close(session);
}

static X509 *
certificate_of(void)
{
	X509 *certificate = X509_new();
	EVP_PKEY *signer = EVP_EC_gen("P-256");
	const unsigned char name[] = "Root";

	assert_true(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 5) == 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 864000L);
	X509_NAME_add_entry_by_NID(
	    X509_get_subject_name(certificate), NID_commonName, MBSTRING_ASC, name, -1, -1, 0);
	X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	X509_set_pubkey(certificate, signer);
	assert_true(X509_sign(certificate, signer, EVP_sha256()) > 0);
	EVP_PKEY_free(signer);
	return certificate;
}

static void
certificates_lie_beside_the_key_that_they_belong_to(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	struct key_facts key = make(softhsm, session, KEY_EC_P256, "root");
	struct key_facts other = make(softhsm, session, KEY_EC_P256, "other");
	X509 *certificate = certificate_of();
	struct certificate_list list;
	struct err_trace trace = { .count = 0 };
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);

	assert_true(len > 0);
	assert_ok(certificate_list_read(session, &key, &list, &trace), &trace);
	assert_int_equal(list.count, 0);
	assert_ok(certificate_store(session, &key, der, (size_t)len, &trace), &trace);
	assert_ok(certificate_list_read(session, &key, &list, &trace), &trace);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.at[0].len, len);
	assert_memory_equal(list.at[0].bytes, der, (size_t)len);
	certificate_list_drop(&list);
	assert_ok(certificate_list_read(session, &other, &list, &trace), &trace);
	assert_int_equal(list.count, 0);
	assert_fails(
	    certificate_store(session, &key, der, (size_t)len / 2, &trace), ERR_FORMAT, &trace);
	OPENSSL_free(der);
	X509_free(certificate);
	token_session_close(session);
}

static void
kinds_that_cannot_be_made_are_refused(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	const struct key_request requests[] = { { KEY_OTHER, "ca", false, false },
		{ KEY_EC_P256, "", false, false }, { KEY_EC_P256, "a\nb", false, false } };
	enum key_kind kind;
	struct key_facts key;

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		struct err_trace trace = { .count = 0 };

		assert_fails(
		    key_generate(session, &requests[i], &key, &trace), ERR_ARGUMENT, &trace);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		assert_true(key_kind_parse(kinds[i].word, &kind));
		assert_int_equal(kind, kinds[i].kind);
		assert_string_equal(key_kind_word(kind), kinds[i].word);
	}
	assert_false(key_kind_parse("other", &kind));
	assert_false(key_kind_parse("rsa-2048", &kind));
	token_session_close(session);
}

static void
the_token_gives_randomness(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	const uint8_t zeros[32] = { 0 };
	struct secret *out = NULL;
	struct err_trace trace = { .count = 0 };

	assert_ok(secret_new(40, &out, &trace), &trace);
	assert_ok(token_random(session, 32, out, &trace), &trace);
	assert_int_equal(secret_len(out), 32);
	assert_false(secret_equal_bytes(out, zeros, sizeof(zeros)));
	assert_fails(token_random(session, 32, out, &trace), ERR_ARGUMENT, &trace);
	assert_int_equal(secret_len(out), 32);
	secret_free(out);
	token_session_close(session);
}

enum { THREADS = 4, SIGNATURES = 25 };

struct signer {
	struct softhsm *softhsm;
	struct token_facts token;
	unsigned good;
};

static void *
sign_many(void *arg)
{
	struct signer *signer = arg;
	struct token_session *session = NULL;
	struct key_facts key;

	if (token_session_open(signer->softhsm->module, &signer->token, false, &session, NULL))
		return NULL;
	if (key_find(session, "ca", &key, NULL) == ERR_OK) {
		for (unsigned i = 0; i < SIGNATURES; i++)
			signer->good += key_prove(session, &key, NULL) == ERR_OK;
	}
	token_session_close(session);
	return NULL;
}

static void
threads_sign_through_sessions_of_their_own(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	struct signer signers[THREADS];
	pthread_t threads[THREADS];

	(void)make(softhsm, session, KEY_EC_P256, "ca");
	for (unsigned i = 0; i < THREADS; i++) {
		signers[i] = (struct signer){ softhsm, token, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, sign_many, &signers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(signers[i].good, SIGNATURES);
	}
	token_session_close(session);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, softhsm_setup, softhsm_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_signs_what_openssl_verifies),
		TEST(a_long_digest_is_cut_to_the_curve),
		TEST(a_ca_key_has_the_attributes_of_one),
		TEST(a_key_is_extractable_only_when_it_is_asked_for),
		TEST(the_id_is_the_hash_of_the_public_key),
		TEST(a_label_in_use_is_refused),
		TEST(the_label_of_any_object_is_in_use),
		TEST(a_missing_key_is_named_beside_those_there_are),
		TEST(certificates_lie_beside_the_key_that_they_belong_to),
		TEST(a_key_is_not_made_without_a_login),
		TEST(kinds_that_cannot_be_made_are_refused),
		TEST(the_token_gives_randomness),
		TEST(threads_sign_through_sessions_of_their_own),
	};

	return cmocka_run_group_tests(tests, softhsm_start, NULL);
}
