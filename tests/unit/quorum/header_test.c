/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "quorum/header.h"
#include "tests/unit/quorum/support.h"

enum { FLAGS_AT = 8, NAME_AT = 37 };

static struct header
full_header(void)
{
	return (struct header){
		.practice = true,
		.quorum_id = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
		.card_name = "root/12",
		.quorum_name = "root",
		.share_count = 2,
		.share = { { 3, 11, 3, 12 }, { 4, 9, 4, 10 } },
		.checkpoint = 0x01020304,
		.checkpoint_head = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.binding_count = 2,
		.binding = { "root-ca", "backup-1" },
	};
}

struct encoded {
	uint8_t bytes[HEADER_SIZE_MAX + 1];
	size_t len;
};

static struct encoded
encode(const struct header *header)
{
	struct encoded out = { .len = 0 };
	struct err_trace trace = { 0 };

	assert_ok(header_encode(header, out.bytes, &out.len, &trace), &trace);
	assert_true(out.len <= HEADER_SIZE_MAX);
	return out;
}

static struct header
decode(const struct encoded *encoded)
{
	struct header out = { 0 };
	struct err_trace trace = { 0 };

	assert_ok(header_decode(encoded->bytes, encoded->len, &out, &trace), &trace);
	return out;
}

static void
a_header_comes_back_as_it_was_written(void **state)
{
	const struct header header = full_header();
	const struct encoded encoded = encode(&header);
	const struct header again = decode(&encoded);

	(void)state;
	assert_int_equal(again.practice, true);
	assert_memory_equal(again.quorum_id, header.quorum_id, QUORUM_ID_SIZE);
	assert_string_equal(again.card_name, "root/12");
	assert_string_equal(again.quorum_name, "root");
	assert_int_equal(again.share_count, 2);
	assert_memory_equal(again.share, header.share, sizeof(header.share));
	assert_int_equal(again.checkpoint, 0x01020304);
	assert_memory_equal(again.checkpoint_head, header.checkpoint_head, HEADER_CHECKPOINT_HEAD);
	assert_int_equal(again.binding_count, 2);
	assert_string_equal(again.binding[0], "root-ca");
	assert_string_equal(again.binding[1], "backup-1");
	assert_false(again.bindings_incomplete);
	assert_ptr_equal(header_newest(&again), &again.share[1]);
}

static void
a_card_without_a_share_has_a_header_too(void **state)
{
	const struct header header = { .card_name = "root/1" };
	const struct encoded encoded = encode(&header);
	const struct header again = decode(&encoded);

	(void)state;
	assert_string_equal(again.card_name, "root/1");
	assert_string_equal(again.quorum_name, "");
	assert_int_equal(again.share_count, 0);
	assert_int_equal(again.binding_count, 0);
	assert_false(again.practice);
	assert_null(header_newest(&again));
}

static void
the_longest_header_fits_and_marks_bindings_that_do_not(void **state)
{
	struct header header = full_header();

	(void)state;
	memcpy(header.quorum_name, "abcdefghijklmnopqrstuvwxyz012345", 33);
	memcpy(header.card_name, "abcdefghijklmnopqrstuvwxyz012345/4294967295", 44);
	header.binding_count = 4;
	for (size_t i = 0; i < 4; i++)
		(void)snprintf(header.binding[i], sizeof(header.binding[i]),
		    "a-binding-name-of-32-characters%zu", i);
	const struct encoded encoded = encode(&header);
	const struct header again = decode(&encoded);
	assert_int_equal(again.binding_count, 2);
	assert_string_equal(again.binding[1], "a-binding-name-of-32-characters1");
	assert_true(again.bindings_incomplete);
}

static void
sixteen_short_bindings_fit(void **state)
{
	struct header header = full_header();

	(void)state;
	header.binding_count = HEADER_BINDINGS_MAX;
	for (size_t i = 0; i < HEADER_BINDINGS_MAX; i++)
		(void)snprintf(header.binding[i], sizeof(header.binding[i]), "b%zu", i);
	const struct encoded encoded = encode(&header);
	const struct header again = decode(&encoded);
	assert_int_equal(again.binding_count, HEADER_BINDINGS_MAX);
	assert_false(again.bindings_incomplete);
}

static void
the_callers_mark_of_missing_bindings_is_kept(void **state)
{
	struct header header = full_header();

	(void)state;
	header.bindings_incomplete = true;
	const struct encoded encoded = encode(&header);
	assert_true(decode(&encoded).bindings_incomplete);
}

static void
assert_not_written(const struct header *header)
{
	uint8_t bytes[HEADER_SIZE_MAX];
	size_t len = 99;

	assert_fails(header_encode(header, bytes, &len, NULL), ERR_ARGUMENT, NULL);
	assert_int_equal(len, 99);
}

static void
a_header_outside_the_rules_is_not_written(void **state)
{
	static const char *const card_names[] = { "", "root", "/1", "root/", "root/0", "root/01",
		"Root/1", "root/1a", "root/1/2", "ro\not/1",
		"abcdefghijklmnopqrstuvwxyz0123456/1" };
	struct header header = full_header();

	(void)state;
	for (size_t i = 0; i < sizeof(card_names) / sizeof(card_names[0]); i++) {
		memset(header.card_name, 0, sizeof(header.card_name));
		memcpy(header.card_name, card_names[i], strlen(card_names[i]));
		assert_not_written(&header);
	}
	memset(header.card_name, 'a', sizeof(header.card_name));
	assert_not_written(&header);
	header = full_header();
	header.quorum_name[0] = 'R';
	assert_not_written(&header);
	header = full_header();
	header.binding[1][0] = '\0';
	assert_not_written(&header);
	header = full_header();
	header.binding_count = HEADER_BINDINGS_MAX + 1;
	assert_not_written(&header);
	header = full_header();
	header.share_count = HEADER_SHARES_MAX + 1;
	assert_not_written(&header);
	header = full_header();
	header.share[1].generation = 3;
	assert_not_written(&header);
	header = full_header();
	header.share[0].generation = 0;
	assert_not_written(&header);
	header = full_header();
	header.share[0].index = 12;
	assert_not_written(&header);
}

static void
assert_not_read(const struct encoded *encoded, enum err want)
{
	struct header header = { .checkpoint = 99 };

	assert_fails(header_decode(encoded->bytes, encoded->len, &header, NULL), want, NULL);
	assert_int_equal(header.checkpoint, 99);
}

static void
bytes_of_somebody_else_are_absent_not_damaged(void **state)
{
	static const char *const others[] = { "", "q", "quorate", "Quorate\x01", "hello, world" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct encoded encoded = { .len = strlen(others[i]) };

		memcpy(encoded.bytes, others[i], encoded.len);
		assert_false(header_is_ours(encoded.bytes, encoded.len));
		assert_not_read(&encoded, ERR_ABSENT);
	}
}

static void
a_header_of_a_newer_format_is_named_as_such(void **state)
{
	const struct header header = full_header();
	struct encoded encoded = encode(&header);

	(void)state;
	encoded.bytes[7] = 2;
	assert_true(header_is_ours(encoded.bytes, encoded.len));
	assert_not_read(&encoded, ERR_UNSUPPORTED);
}

static void
a_header_that_is_cut_short_or_too_long_is_refused(void **state)
{
	const struct header header = full_header();
	struct encoded encoded = encode(&header);
	const size_t len = encoded.len;

	(void)state;
	for (encoded.len = 8; encoded.len < len; encoded.len++)
		assert_not_read(&encoded, ERR_FORMAT);
	encoded.len = len + 1;
	assert_not_read(&encoded, ERR_FORMAT);
	encoded.len = HEADER_SIZE_MAX + 1;
	assert_not_read(&encoded, ERR_FORMAT);
}

static void
a_damaged_header_is_refused(void **state)
{
	/* Offsets in full_header's encoding: names, shares and bindings have their lengths before.
	 */
	static const struct {
		size_t at;
		uint8_t value;
	} rows[] = {
		{ FLAGS_AT, 0x04 }, /* an unknown flag */
		{ FLAGS_AT, 0x80 },
		{ NAME_AT, 44 }, /* the short name too long */
		{ NAME_AT, 255 },
		{ NAME_AT, 6 }, /* everything behind shifts */
		{ NAME_AT + 1, 'R' },
		{ NAME_AT + 1, '\0' }, /* a NUL inside a name */
		{ NAME_AT + 3, 0x1B }, /* an escape for the terminal */
		{ NAME_AT + 8, 33 },   /* the quorum's name too long */
		{ NAME_AT + 9, ' ' },
		{ NAME_AT + 13, 3 }, /* three shares */
		{ NAME_AT + 13, 1 },
		{ NAME_AT + 18, 12 }, /* index N */
		{ NAME_AT + 19, 1 },  /* M = 1 */
		{ NAME_AT + 20, 17 }, /* N = 17 */
		{ NAME_AT + 24, 3 },  /* the same generation twice */
		{ NAME_AT + 24, 2 },  /* the older one behind */
		{ NAME_AT + 28, 17 }, /* seventeen bindings */
		{ NAME_AT + 28, 3 },
		{ NAME_AT + 29, 33 },
		{ NAME_AT + 29, 0 }, /* an empty binding */
		{ NAME_AT + 30, '/' },
	};
	const struct header header = full_header();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct encoded encoded = encode(&header);

		assert_int_not_equal(encoded.bytes[rows[i].at], rows[i].value);
		encoded.bytes[rows[i].at] = rows[i].value;
		assert_not_read(&encoded, ERR_FORMAT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_comes_back_as_it_was_written),
		cmocka_unit_test(a_card_without_a_share_has_a_header_too),
		cmocka_unit_test(the_longest_header_fits_and_marks_bindings_that_do_not),
		cmocka_unit_test(sixteen_short_bindings_fit),
		cmocka_unit_test(the_callers_mark_of_missing_bindings_is_kept),
		cmocka_unit_test(a_header_outside_the_rules_is_not_written),
		cmocka_unit_test(bytes_of_somebody_else_are_absent_not_damaged),
		cmocka_unit_test(a_header_of_a_newer_format_is_named_as_such),
		cmocka_unit_test(a_header_that_is_cut_short_or_too_long_is_refused),
		cmocka_unit_test(a_damaged_header_is_refused),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
