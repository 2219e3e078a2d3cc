/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/encode.h"
#include "tests/unit/virtual-cards/talk.h"

enum { FIELD = 32, POINT = 1 + 2 * FIELD };

#define DIGEST "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
#define SIGN   "00 2A 9E 9A 20 " DIGEST " 00"

static struct vcard_local *
card_with_keys(const char *variants)
{
	struct vcard_local *card = talk_card(variants);

	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, P256_SIG), "9000");
	assert_string_equal(talk(card, P256_DEC), "9000");
	assert_string_equal(talk_sw(card, MAKE_SIG), "9000");
	assert_string_equal(talk_sw(card, MAKE_DEC), "9000");
	return card;
}

/* 7F49 43 86 41 and the point: what READ_SIG and READ_DEC answer. */
static EVP_PKEY *
public_key(struct vcard_local *card, const char *read)
{
	const char *answer = talk(card, read);
	char digits[2 * POINT + 1];
	uint8_t point[POINT];
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"); /* for its parameters */
	EVP_PKEY *made = EVP_PKEY_new();

	assert_int_equal(strlen(answer), 2 * (3 + 2 + POINT + 2));
	assert_memory_equal(answer, "7f49438641", 10);
	(void)snprintf(digits, sizeof(digits), "%s", answer + 10);
	assert_true(hex_decode(digits, point, sizeof(point)));
	assert_int_equal(EVP_PKEY_copy_parameters(made, key), 1);
	assert_int_equal(EVP_PKEY_set1_encoded_public_key(made, point, sizeof(point)), 1);
	EVP_PKEY_free(key);
	return made;
}

/* r ‖ s, in hex, against DIGEST. */
static bool
verifies(EVP_PKEY *key, const char *signature)
{
	uint8_t raw[2 * FIELD], digest[FIELD], *der = NULL;
	ECDSA_SIG *parsed = ECDSA_SIG_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	int len;
	bool good;

	assert_true(hex_decode(signature, raw, sizeof(raw)));
	assert_true(hex_decode(DIGEST, digest, sizeof(digest)));
	assert_int_equal(ECDSA_SIG_set0(parsed, BN_bin2bn(raw, FIELD, NULL),
			     BN_bin2bn(raw + FIELD, FIELD, NULL)),
	    1);
	len = i2d_ECDSA_SIG(parsed, &der);
	good = EVP_PKEY_verify_init(context) == 1 &&
	       EVP_PKEY_verify(context, der, (size_t)len, digest, sizeof(digest)) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(parsed);
	EVP_PKEY_CTX_free(context);
	return good;
}

static void
a_signature_verifies_with_the_key_that_the_card_shows(void **state)
{
	struct vcard_local *card = card_with_keys(NULL);
	EVP_PKEY *key = public_key(card, READ_SIG), *other = public_key(card, READ_DEC);
	char signature[2 * (2 * FIELD + 2) + 1];

	(void)state;
	assert_string_equal(talk(card, VERIFY_81), "9000");
	(void)snprintf(signature, sizeof(signature), "%s", talk(card, SIGN));
	assert_int_equal(strlen(signature), 2 * (2 * FIELD + 2));
	signature[4 * FIELD] = '\0';
	assert_true(verifies(key, signature));
	assert_false(verifies(other, signature));
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	vcard_local_free(card);
}

static void
a_pin_is_good_for_one_signature_unless_the_card_says_more(void **state)
{
	struct vcard_local *card = card_with_keys(NULL);

	(void)state;
	assert_string_equal(talk(card, SIGN), "6982");
	assert_string_equal(talk(card, VERIFY_82), "9000"); /* the other usage does not sign */
	assert_string_equal(talk(card, SIGN), "6982");
	assert_string_equal(talk(card, VERIFY_81), "9000");
	assert_string_equal(talk_sw(card, SIGN), "9000");
	assert_string_equal(talk(card, SIGN), "6982");
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, "00 DA 00 C4 01 01"), "9000");
	assert_string_equal(talk(card, VERIFY_81), "9000");
	assert_string_equal(talk_sw(card, SIGN), "9000");
	assert_string_equal(talk_sw(card, SIGN), "9000");
	vcard_local_free(card);
}

static void
signatures_are_counted_over_a_pull(void **state)
{
	struct vcard_local *card = card_with_keys(NULL);

	(void)state;
	assert_string_equal(talk(card, "00 CA 00 7A 00"), "7a0593030000009000");
	assert_string_equal(talk(card, VERIFY_81), "9000");
	vcard_local_fault(card, "pull-after:1");
	assert_string_equal(talk(card, SIGN), "");
	vcard_local_insert(card);
	assert_string_equal(talk(card, SELECT), "9000");
	assert_string_equal(talk(card, "00 CA 00 7A 00"), "7a0593030000019000");
	vcard_local_free(card);
}

/* OpenSSL's half of an ECDH; `point` gets its public key in hex. */
static EVP_PKEY *
other_side(char point[2 * POINT + 1])
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	uint8_t bytes[POINT];
	size_t len = 0;

	assert_int_equal(EVP_PKEY_get_octet_string_param(
			     key, OSSL_PKEY_PARAM_PUB_KEY, bytes, sizeof(bytes), &len),
	    1);
	hex_encode(bytes, len, point);
	return key;
}

static void
the_card_and_openssl_agree_on_an_ecdh(void **state)
{
	struct vcard_local *card = card_with_keys(NULL);
	EVP_PKEY *shown = public_key(card, READ_DEC);
	char point[2 * POINT + 1], command[256], want[2 * FIELD + 5];
	EVP_PKEY *own = other_side(point);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
	uint8_t agreed[FIELD];
	size_t len = sizeof(agreed);

	(void)state;
	assert_int_equal(EVP_PKEY_derive_init(context), 1);
	assert_int_equal(EVP_PKEY_derive_set_peer(context, shown), 1);
	assert_int_equal(EVP_PKEY_derive(context, agreed, &len), 1);
	hex_encode(agreed, len, want);
	(void)snprintf(want + 2 * len, 5, "9000");
	(void)snprintf(command, sizeof(command), "00 2A 80 86 48 A646 7F4943 8641 %s 00", point);
	assert_string_equal(talk(card, command), "6982");
	assert_string_equal(talk(card, VERIFY_81), "9000"); /* not the PIN's usage for this */
	assert_string_equal(talk(card, command), "6982");
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, command), want);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(own);
	EVP_PKEY_free(shown);
	vcard_local_free(card);
}

static void
a_point_that_is_none_is_refused(void **state)
{
	struct vcard_local *card = card_with_keys(NULL);
	char point[2 * POINT + 1], command[256];

	(void)state;
	EVP_PKEY_free(other_side(point));
	assert_string_equal(talk(card, VERIFY_82), "9000");
	point[2 * POINT - 1] = point[2 * POINT - 1] == '0' ? '1' : '0'; /* off the curve */
	(void)snprintf(command, sizeof(command), "00 2A 80 86 48 A646 7F4943 8641 %s 00", point);
	assert_string_equal(talk(card, command), "6a80");
	/* Compressed: no card takes it. */
	(void)snprintf(
	    command, sizeof(command), "00 2A 80 86 28 A626 7F4923 8621 02%.64s 00", point + 2);
	assert_string_equal(talk(card, command), "6a80");
	assert_string_equal(talk(card, "00 2A 80 86 02 A600 00"), "6a80");
	vcard_local_free(card);
}

static void
keys_are_made_by_the_admin_and_read_by_all(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, READ_DEC), "6a88");
	assert_string_equal(talk(card, MAKE_DEC), "6982");
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, MAKE_DEC), "6982");
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, P256_DEC), "9000");
	assert_string_equal(talk_sw(card, MAKE_DEC), "9000");
	assert_string_equal(talk(card, SELECT), "9000");
	assert_string_equal(talk_sw(card, READ_DEC), "9000");
	vcard_local_free(card);
}

static void
another_algorithm_ends_the_key(void **state)
{
	struct vcard_local *card = card_with_keys(NULL);

	(void)state;
	assert_string_equal(talk(card, P256_DEC), "9000"); /* the same: the key stays */
	assert_string_equal(talk_sw(card, READ_DEC), "9000");
	assert_string_equal(talk(card, "00 DA 00 C2 06 12 2B81040022"), "9000");
	assert_string_equal(talk(card, READ_DEC), "6a88");
	/* ECDSA is nothing to decrypt with, and 1024 bits are too few. */
	assert_string_equal(talk(card, "00 DA 00 C2 09 13 2A8648CE3D030107"), "6a80");
	assert_string_equal(talk(card, "00 DA 00 C2 06 01 0400 0020 00"), "6a80");
	vcard_local_free(card);
}

static void
a_card_for_x25519_only_refuses_p256(void **state)
{
	struct vcard_local *card = talk_card("x25519-only");

	(void)state;
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, P256_DEC), "6a80");
	assert_string_equal(talk(card, P256_SIG), "9000");
	assert_memory_equal(talk(card, MAKE_DEC), "7f49228620", 10);
	vcard_local_free(card);
}

static void
a_key_that_wants_touch_does_nothing_without(void **state)
{
	struct vcard_local *card = card_with_keys("touch-on");

	(void)state;
	assert_string_equal(talk(card, VERIFY_81), "9000");
	assert_string_equal(talk(card, SIGN), "6600");
	assert_string_equal(talk(card, "00 CA 00 7A 00"), "7a0593030000009000");
	vcard_local_free(card);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_verifies_with_the_key_that_the_card_shows),
		cmocka_unit_test(a_pin_is_good_for_one_signature_unless_the_card_says_more),
		cmocka_unit_test(signatures_are_counted_over_a_pull),
		cmocka_unit_test(the_card_and_openssl_agree_on_an_ecdh),
		cmocka_unit_test(a_point_that_is_none_is_refused),
		cmocka_unit_test(keys_are_made_by_the_admin_and_read_by_all),
		cmocka_unit_test(another_algorithm_ends_the_key),
		cmocka_unit_test(a_card_for_x25519_only_refuses_p256),
		cmocka_unit_test(a_key_that_wants_touch_does_nothing_without),
	};

	return cmocka_run_group_tests_name("virtual card: keys", tests, NULL, NULL);
}
