/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/encode.h"
#include "pcsc/pin.h"
#include "tests/unit/pcsc/table.h"

/* -- OpenSSL as the other side ----------------------------------------------------------------- */

static EVP_PKEY *
key_of(const uint8_t point[CARD_POINT])
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	uint8_t copy[CARD_POINT];
	char group[] = "prime256v1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof(copy)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *key = NULL;

	memcpy(copy, point, sizeof(copy));
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

/* The host's half of an ECDH with the card's point. */
static void
agree(EVP_PKEY *own, const uint8_t point[CARD_POINT], uint8_t x[CARD_ECDH])
{
	EVP_PKEY *peer = key_of(point);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
	size_t len = CARD_ECDH;

	assert_int_equal(EVP_PKEY_derive_init(context), 1);
	assert_int_equal(EVP_PKEY_derive_set_peer(context, peer), 1);
	assert_int_equal(EVP_PKEY_derive(context, x, &len), 1);
	assert_int_equal(len, CARD_ECDH);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(peer);
}

static bool
verifies(const uint8_t point[CARD_POINT], const uint8_t digest[SHA256_SIZE],
    const struct card_signature *signature)
{
	EVP_PKEY *key = key_of(point);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	bool good =
	    EVP_PKEY_verify_init(context) == 1 &&
	    EVP_PKEY_verify(context, signature->der, signature->len, digest, SHA256_SIZE) == 1;

	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
	return good;
}

/* -- Enrolment --------------------------------------------------------------------------------- */

static void
keys_made_on_the_card_are_found_again_with_dates_and_fingerprints(void **state)
{
	struct table table;
	struct card_keys keys;
	struct card *card;
	const struct card_facts *facts;
	uint8_t fingerprint[SHA256_SIZE];
	uint8_t both[2 * CARD_POINT];
	uint8_t want[SHA256_SIZE];

	(void)state;
	table_lay(&table, NULL);
	table_enrol(&table, &keys);
	card = table_visit(&table);
	facts = card_facts(card);
	assert_int_equal(facts->key[CARD_KEY_DEC].created, TABLE_CREATED);
	assert_memory_equal(facts->key[CARD_KEY_DEC].openpgp_fingerprint, keys.openpgp_dec, 20);
	assert_memory_equal(facts->key[CARD_KEY_SIG].openpgp_fingerprint, keys.openpgp_sig, 20);
	assert_true(facts->sign_pin_lasts);
	assert_ok(card_fingerprint(card, fingerprint, NULL), NULL);
	assert_memory_equal(fingerprint, keys.fingerprint, sizeof(fingerprint));
	memcpy(both, keys.dec, CARD_POINT);
	memcpy(both + CARD_POINT, keys.sig, CARD_POINT);
	assert_ok(sha256(both, sizeof(both), want, NULL), NULL);
	assert_memory_equal(fingerprint, want, sizeof(want));
	card_visit_end(card);
	table_clear(&table);
}

struct gnupg_key {
	enum card_key key;
	const char *point;
	const char *fingerprint;
};

/* Made by GnuPG 2.2.40 (nistp256, time 1700000000), as --list-packets and --list-keys show them. */
static const struct gnupg_key gnupg_keys[] = {
	{ CARD_KEY_SIG,
	    "047171F6D5B53DDCC69460B43BD382930F954F37B3BCC41979338F64F46C06E4FB"
	    "21CE37DBD87208ABB9E81734CAFEA942C4FA6CBF6DD967EBABC3B6E1131EEBED",
	    "FCCC105D29EBB741C4F6B656E1ED683445F1C155" },
	{ CARD_KEY_DEC,
	    "046711F3CDB95535F5E81D400A827409261EDD94AAD6812B3E8F840E2B01D276CE"
	    "7676B341861B39405A5611190AE7A878A5B25BFEDC16AC67793E51444A05D5E7",
	    "C82BD120A448CE44E7E1481851F918C5DAAC7F38" },
};

static void
openpgp_fingerprints_are_those_that_gnupg_shows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(gnupg_keys) / sizeof(gnupg_keys[0]); i++) {
		uint8_t point[CARD_POINT];
		uint8_t want[CARD_OPENPGP_FINGERPRINT];
		uint8_t got[CARD_OPENPGP_FINGERPRINT];

		assert_true(hex_decode(gnupg_keys[i].point, point, sizeof(point)));
		assert_true(hex_decode(gnupg_keys[i].fingerprint, want, sizeof(want)));
		assert_ok(card_openpgp_fingerprint(gnupg_keys[i].key, point, 1700000000, got, NULL),
		    NULL);
		assert_memory_equal(got, want, sizeof(want));
	}
}

struct refused_enrolment {
	const char *variants;
	bool admin;
	enum err want;
};

static const struct refused_enrolment refused_enrolments[] = {
	{ NULL, false, ERR_DENIED },
	{ "x25519-only", true, ERR_UNSUPPORTED },
};

static void
keys_are_not_made_without_the_admin_pin_or_the_curve(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused_enrolments) / sizeof(refused_enrolments[0]); i++) {
		const struct refused_enrolment *row = &refused_enrolments[i];
		struct card_keys keys = { .created = 42 };
		struct table table;
		struct card *card;
		struct err_trace trace = { 0 };

		table_lay(&table, row->variants);
		card = table_visit(&table);
		if (row->admin)
			table_verify(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN);
		assert_fails(card_make_keys(card, 1, &keys, &trace), row->want, &trace);
		assert_int_equal(keys.created, 42);
		card_visit_end(card);
		table_clear(&table);
	}
}

static void
a_card_without_keys_says_so(void **state)
{
	struct table table;
	struct card *card;
	uint8_t point[CARD_POINT];
	uint8_t fingerprint[SHA256_SIZE];

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	assert_fails(card_public_key(card, CARD_KEY_DEC, point, NULL), ERR_ABSENT, NULL);
	assert_fails(card_fingerprint(card, fingerprint, NULL), ERR_ABSENT, NULL);
	card_visit_end(card);
	table_clear(&table);
}

static void
pins_set_before_the_keys_do_not_outlive_them_on_some_cards(void **state)
{
	struct table table;
	struct card_keys keys;
	struct card *card;

	(void)state;
	table_lay(&table, "keys-before-pin");
	/* table_enrol makes keys first and sets PINs last, as enrolment does. */
	table_enrol(&table, &keys);
	card = table_visit(&table);
	table_verify(card, CARD_PIN_USER, TABLE_USER_PIN);
	table_verify(card, CARD_PIN_ADMIN, TABLE_ADMIN_PIN);
	card_visit_end(card);
	table_clear(&table);
}

static void
a_holders_name_is_stored_in_latin_1_and_cut_between_characters(void **state)
{
	static const char name[] =
	    "Zo\xC3\xAB \xE2\x82\xAC<<Thirty-six more characters follow here";
	struct table table;
	struct card *card;

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	assert_fails(card_set_holder(card, name, NULL), ERR_DENIED, NULL);
	table_verify(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN);
	assert_ok(card_set_holder(card, name, NULL), NULL);
	assert_ok(card_inspect(card, NULL), NULL);
	/* The euro sign has no place in Latin-1; the e with diaeresis has, and is not shown raw. */
	assert_string_equal(card_facts(card)->holder, "Zo? ?<<Thirty-six more characters follo");
	assert_ok(card_set_holder(card, "", NULL), NULL);
	card_visit_end(card);
	table_clear(&table);
}

/* -- Header and records ------------------------------------------------------------------------ */

static void
header_and_records_are_written_read_and_erased_behind_the_pin(void **state)
{
	uint8_t bytes[CARD_RECORDS_MAX];
	uint8_t got[CARD_RECORDS_MAX];
	struct table table;
	struct card *card;
	size_t len = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	table_lay(&table, "short-only");
	card = table_visit(&table);
	assert_ok(card_header_read(card, got, &len, NULL), NULL);
	assert_int_equal(len, 0);
	assert_fails(card_header_write(card, bytes, 100, NULL), ERR_DENIED, NULL);
	assert_fails(card_records_write(card, bytes, 100, NULL), ERR_DENIED, NULL);
	assert_fails(card_records_read(card, got, &len, NULL), ERR_DENIED, NULL);
	table_verify(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN);
	assert_ok(card_header_write(card, bytes, sizeof(bytes), NULL), NULL);
	assert_ok(card_records_write(card, bytes, sizeof(bytes), NULL), NULL);
	card_visit_end(card);

	card = table_visit(&table);
	assert_ok(card_header_read(card, got, &len, NULL), NULL);
	assert_int_equal(len, sizeof(bytes));
	assert_memory_equal(got, bytes, len);
	table_verify(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN);
	assert_ok(card_records_read(card, got, &len, NULL), NULL);
	assert_memory_equal(got, bytes, len);
	assert_ok(card_records_write(card, NULL, 0, NULL), NULL);
	assert_ok(card_records_read(card, got, &len, NULL), NULL);
	assert_int_equal(len, 0);
	card_visit_end(card);
	table_clear(&table);
}

static void
what_does_not_fit_is_refused_before_it_is_sent(void **state)
{
	uint8_t bytes[CARD_RECORDS_MAX + 1] = { 0 };
	struct table table;
	struct card *card;
	unsigned sent;

	(void)state;
	table_lay(&table, "private-max=128");
	card = table_visit(&table);
	table_verify(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN);
	sent = card_counts(card).sent;
	assert_fails(card_records_write(card, bytes, 129, NULL), ERR_UNSUPPORTED, NULL);
	assert_fails(card_records_write(card, bytes, sizeof(bytes), NULL), ERR_ARGUMENT, NULL);
	assert_int_equal(card_counts(card).sent, sent);
	assert_ok(card_records_write(card, bytes, 128, NULL), NULL);
	card_visit_end(card);
	table_clear(&table);
}

static void
a_write_that_the_card_only_pretends_is_found_out(void **state)
{
	struct table table;
	struct card *card;
	struct err_trace trace = { 0 };

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	table_verify(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN);
	table.fault = (struct wire_fault){ .kind = WIRE_FAULT_SW,
		.sw = 0x9000,
		.at = table.fault.seen + 1,
		.seen = table.fault.seen };
	assert_fails(card_records_write(card, (const uint8_t *)"x", 1, &trace), ERR_FORMAT, &trace);
	assert_non_null(strstr(trace.frame[0].text, "holds something else"));
	card_visit_end(card);
	table_clear(&table);
}

/* -- Using the keys ---------------------------------------------------------------------------- */

static void
both_sides_of_an_ecdh_agree(void **state)
{
	EVP_PKEY *own = EVP_EC_gen("P-256");
	uint8_t point[CARD_POINT];
	uint8_t want[CARD_ECDH];
	size_t len = 0;
	struct secret *x = NULL;
	struct table table;
	struct card_keys keys;
	struct card *card;

	(void)state;
	table_lay(&table, NULL);
	table_enrol(&table, &keys);
	assert_int_equal(EVP_PKEY_get_octet_string_param(
			     own, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &len),
	    1);
	assert_int_equal(len, CARD_POINT);
	agree(own, keys.dec, want);
	assert_ok(secret_new(CARD_ECDH, &x, NULL), NULL);
	card = table_visit(&table);
	assert_fails(card_ecdh(card, point, x, NULL), ERR_DENIED, NULL);
	table_verify(card, CARD_PIN_USER, TABLE_USER_PIN);
	assert_ok(card_ecdh(card, point, x, NULL), NULL);
	assert_true(secret_equal_bytes(x, want, sizeof(want)));
	/* Again into the same secret; and a point that is none. */
	assert_ok(card_ecdh(card, point, x, NULL), NULL);
	point[64] ^= 1;
	assert_true(card_ecdh(card, point, x, NULL) != ERR_OK);
	card_visit_end(card);
	secret_free(x);
	EVP_PKEY_free(own);
	table_clear(&table);
}

static void
a_signature_verifies_and_a_second_one_needs_no_second_pin(void **state)
{
	uint8_t digest[SHA256_SIZE] = { 1, 2, 3 };
	struct card_signature signature = { 0 };
	struct table table;
	struct card_keys keys;
	struct card *card;

	(void)state;
	table_lay(&table, NULL);
	table_enrol(&table, &keys);
	card = table_visit(&table);
	assert_fails(card_sign(card, digest, &signature, NULL), ERR_DENIED, NULL);
	table_verify(card, CARD_PIN_SIGN, TABLE_USER_PIN);
	for (int i = 0; i < 20; i++) {
		digest[31] = (uint8_t)i;
		assert_ok(card_sign(card, digest, &signature, NULL), NULL);
		assert_true(verifies(keys.sig, digest, &signature));
		assert_false(verifies(keys.dec, digest, &signature));
	}
	card_visit_end(card);
	table_clear(&table);
}

static void
a_missing_touch_is_asked_for(void **state)
{
	struct table table;
	struct card_keys keys;
	struct card *card;
	struct secret *x = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	table_lay(&table, "touch-on");
	table_enrol(&table, &keys);
	assert_ok(secret_new(CARD_ECDH, &x, NULL), NULL);
	card = table_visit(&table);
	assert_int_equal(card_facts(card)->key[CARD_KEY_DEC].touch, CARD_TOUCH_ON);
	table_verify(card, CARD_PIN_USER, TABLE_USER_PIN);
	assert_fails(card_ecdh(card, keys.sig, x, &trace), ERR_DENIED, &trace);
	assert_non_null(strstr(trace.next, "touch its button"));
	card_visit_end(card);
	secret_free(x);
	table_clear(&table);
}

static void
random_bytes_differ_and_are_refused_where_there_are_none(void **state)
{
	struct secret *one = NULL;
	struct secret *two = NULL;
	struct table table;
	struct card *card;

	(void)state;
	assert_ok(secret_new(64, &one, NULL), NULL);
	assert_ok(secret_new(64, &two, NULL), NULL);
	table_lay(&table, NULL);
	card = table_visit(&table);
	assert_ok(card_challenge(card, 32, one, NULL), NULL);
	assert_ok(card_challenge(card, 32, two, NULL), NULL);
	assert_int_equal(secret_len(one), 32);
	assert_false(secret_equal(one, two));
	assert_fails(card_challenge(card, 5000, one, NULL), ERR_UNSUPPORTED, NULL);
	card_visit_end(card);
	table_clear(&table);

	table_lay(&table, "no-challenge");
	card = table_visit(&table);
	assert_fails(card_challenge(card, 32, one, NULL), ERR_UNSUPPORTED, NULL);
	card_visit_end(card);
	table_clear(&table);
	secret_free(one);
	secret_free(two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_made_on_the_card_are_found_again_with_dates_and_fingerprints),
		cmocka_unit_test(openpgp_fingerprints_are_those_that_gnupg_shows),
		cmocka_unit_test(keys_are_not_made_without_the_admin_pin_or_the_curve),
		cmocka_unit_test(a_card_without_keys_says_so),
		cmocka_unit_test(pins_set_before_the_keys_do_not_outlive_them_on_some_cards),
		cmocka_unit_test(a_holders_name_is_stored_in_latin_1_and_cut_between_characters),
		cmocka_unit_test(header_and_records_are_written_read_and_erased_behind_the_pin),
		cmocka_unit_test(what_does_not_fit_is_refused_before_it_is_sent),
		cmocka_unit_test(a_write_that_the_card_only_pretends_is_found_out),
		cmocka_unit_test(both_sides_of_an_ecdh_agree),
		cmocka_unit_test(a_signature_verifies_and_a_second_one_needs_no_second_pin),
		cmocka_unit_test(a_missing_touch_is_asked_for),
		cmocka_unit_test(random_bytes_differ_and_are_refused_where_there_are_none),
	};

	return cmocka_run_group_tests(tests, table_start, NULL);
}
