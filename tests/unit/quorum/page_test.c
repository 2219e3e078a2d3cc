/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the vector in docs/formats/share-on-card.md and computes each of its lines. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "quorum/derive.h"
#include "quorum/header.h"
#include "quorum/hpke.h"
#include "quorum/mnemonic.h"
#include "quorum/share.h"
#include "tests/unit/quorum/support.h"

enum { VALUE_MAX = 512, NAME_MAX_SIZE = 40 };

static char *page;

static int
setup(void **state)
{
	page = load_text("docs/formats/share-on-card.md");
	return quorum_setup(state);
}

static int
teardown(void **state)
{
	(void)state;
	free(page);
	return 0;
}

/* The value behind "name = " in the page's vector block. */
static const char *
line(const char *name, char value[VALUE_MAX])
{
	const char *block = strstr(page, "```vector\n");
	char start[NAME_MAX_SIZE];
	const char *at = NULL;
	size_t len = 0;

	assert_non_null(block);
	(void)snprintf(start, sizeof(start), "\n%s = ", name);
	at = strstr(block, start);
	if (at == NULL) {
		fail_msg("the page's vector has no line %s", name);
		return NULL;
	}
	at += strlen(start);
	len = strcspn(at, "\n");
	assert_true(len > 0 && len < VALUE_MAX);
	memcpy(value, at, len);
	value[len] = '\0';
	return value;
}

static struct secret *
secret_line(const char *name)
{
	char value[VALUE_MAX];

	return secret_of_hex(line(name, value));
}

static size_t
bytes_line(const char *name, uint8_t *out, size_t size)
{
	char value[VALUE_MAX];

	return bytes_of_hex(line(name, value), out, size);
}

static void
assert_secret_line(const struct secret *secret, const char *name)
{
	char value[VALUE_MAX];

	assert_secret_hex(secret, line(name, value));
}

static void
assert_line(const void *bytes, size_t len, const char *name)
{
	char value[VALUE_MAX];

	assert_hex(bytes, len, line(name, value));
}

static const struct share_place place = {
	.quorum_id = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac,
	    0xad, 0xae, 0xaf },
	.generation = 1,
	.index = 1,
	.threshold = 2,
	.size = 3,
};

static void
any_two_shares_of_the_page_give_its_secret(void **state)
{
	static const char *const names[] = { "share-0", "share-1", "share-2" };

	(void)state;
	for (size_t skip = 0; skip < 3; skip++) {
		struct secret *a = secret_line(names[(skip + 1) % 3]);
		struct secret *b = secret_line(names[(skip + 2) % 3]);
		const struct secret *both[] = { a, b };
		struct secret *secret = NULL;
		struct err_trace trace = { 0 };

		assert_ok(share_combine(both, 2, NULL, &secret, &trace), &trace);
		assert_secret_line(secret, "secret");
		secret_free(secret);
		secret_free(a);
		secret_free(b);
	}
}

static void
the_words_of_the_page_are_its_share(void **state)
{
	char value[VALUE_MAX];
	struct secret *words = secret_of_text(line("words-1", value));
	struct secret *packed = NULL;
	struct mnemonic share = { 0 };

	(void)state;
	assert_ok(mnemonic_from_words(words, &share, NULL), NULL);
	assert_ok(mnemonic_pack(&share, &packed, NULL), NULL);
	assert_secret_line(packed, "share-1");
	mnemonic_clear(&share);
	secret_free(packed);
	secret_free(words);
}

static void
the_commitment_of_the_page_fits_its_share(void **state)
{
	struct secret *share = secret_line("share-1");
	uint8_t commitment[SHARE_COMMITMENT_SIZE];

	(void)state;
	assert_ok(share_commit(share, commitment, NULL), NULL);
	assert_line(commitment, sizeof(commitment), "commitment-1");
	secret_free(share);
}

static void
sealing_the_pages_share_gives_its_record_and_object(void **state)
{
	struct secret *share = secret_line("share-1");
	struct secret *ephemeral = secret_line("ephemeral");
	uint8_t card_point[P256_POINT];
	const struct share_sealing sealing = { &place, card_point, share, ephemeral };
	const struct info info = info_for_share(&place);
	struct record_set set = { .count = 1 };
	struct err_trace trace = { 0 };
	uint8_t record[RECORD_SIZE];
	uint8_t object[RECORDS_SIZE];
	size_t len = 0;

	(void)state;
	assert_line(info.bytes, info.len, "info");
	assert_int_equal(bytes_line("card-point", card_point, sizeof(card_point)), P256_POINT);
	assert_ok(share_seal(&sealing, &set.record[0], &trace), &trace);
	assert_ok(record_encode(&set.record[0], record, &trace), &trace);
	assert_line(record, sizeof(record), "record");
	assert_ok(records_encode(&set, object, &len, &trace), &trace);
	assert_line(object, len, "object");
	secret_free(ephemeral);
	secret_free(share);
}

static void
the_pages_card_key_opens_its_record(void **state)
{
	struct secret *key = secret_line("card-key");
	struct secret *shared_x = NULL;
	struct secret *share = NULL;
	struct err_trace trace = { 0 };
	uint8_t bytes[RECORD_SIZE];
	uint8_t point[P256_POINT];
	uint8_t card_point[P256_POINT];
	struct record record = { 0 };
	struct share_opening opening = { .quorum_id = place.quorum_id, .card_point = card_point };

	(void)state;
	assert_ok(record_decode(bytes, bytes_line("record", bytes, sizeof(bytes)), &record, &trace),
	    &trace);
	assert_ok(record_point(&record, point, &trace), &trace);
	assert_ok(p256_ecdh(key, point, &shared_x, &trace), &trace);
	assert_secret_line(shared_x, "shared-x");
	assert_ok(p256_public(key, card_point, &trace), &trace);
	assert_line(card_point, sizeof(card_point), "card-point");
	opening.shared_x = shared_x;
	assert_ok(share_open(&record, &opening, NULL, &share, &trace), &trace);
	assert_secret_line(share, "share-1");
	secret_free(share);
	secret_free(shared_x);
	secret_free(key);
}

static void
the_pages_header_says_what_the_page_says(void **state)
{
	uint8_t bytes[HEADER_SIZE_MAX];
	uint8_t again[HEADER_SIZE_MAX];
	const size_t len = bytes_line("header", bytes, sizeof(bytes));
	struct header header = { 0 };
	struct err_trace trace = { 0 };
	size_t again_len = 0;

	(void)state;
	assert_ok(header_decode(bytes, len, &header, &trace), &trace);
	assert_false(header.practice);
	assert_false(header.bindings_incomplete);
	assert_memory_equal(header.quorum_id, place.quorum_id, QUORUM_ID_SIZE);
	assert_string_equal(header.card_name, "root/2");
	assert_string_equal(header.quorum_name, "root");
	assert_int_equal(header.checkpoint, 7);
	assert_int_equal(header.share_count, 1);
	assert_int_equal(header.share[0].generation, 1);
	assert_int_equal(header.share[0].index, 1);
	assert_int_equal(header.share[0].threshold, 2);
	assert_int_equal(header.share[0].size, 3);
	assert_int_equal(header.binding_count, 1);
	assert_string_equal(header.binding[0], "root-ca");
	assert_ok(header_encode(&header, again, &again_len, &trace), &trace);
	assert_line(again, again_len, "header");
}

static void
the_pages_secret_derives_its_pins_check_and_escrow_key(void **state)
{
	static const struct {
		enum pin_kind kind;
		const char *name;
	} pins[] = { { PIN_USER, "user-pin" }, { PIN_SO, "so-pin" } };
	struct secret *secret = secret_line("secret");
	struct secret *prk = NULL;
	struct secret *key = NULL;
	uint8_t check[DERIVE_CHECK_SIZE];
	uint8_t point[P256_POINT];
	char value[VALUE_MAX];

	(void)state;
	assert_ok(derive_prk(place.quorum_id, secret, &prk, NULL), NULL);
	assert_secret_line(prk, "prk");
	for (size_t i = 0; i < 2; i++) {
		const struct derive_pin which = { pins[i].kind, "root-ca", NULL };
		struct secret *pin = NULL;

		assert_ok(derive_pin(prk, &which, &pin, NULL), NULL);
		assert_secret_text(pin, line(pins[i].name, value));
		secret_free(pin);
	}
	assert_ok(derive_check(prk, check, NULL), NULL);
	assert_line(check, sizeof(check), "check");
	assert_ok(derive_escrow_key(prk, &key, point, NULL), NULL);
	assert_secret_line(key, "escrow-key");
	assert_line(point, sizeof(point), "escrow-point");
	secret_free(key);
	secret_free(prk);
	secret_free(secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_two_shares_of_the_page_give_its_secret),
		cmocka_unit_test(the_words_of_the_page_are_its_share),
		cmocka_unit_test(the_commitment_of_the_page_fits_its_share),
		cmocka_unit_test(sealing_the_pages_share_gives_its_record_and_object),
		cmocka_unit_test(the_pages_card_key_opens_its_record),
		cmocka_unit_test(the_pages_header_says_what_the_page_says),
		cmocka_unit_test(the_pages_secret_derives_its_pins_check_and_escrow_key),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
