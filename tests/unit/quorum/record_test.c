/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "quorum/record.h"
#include "tests/unit/quorum/support.h"

static struct record
record_of(uint32_t generation)
{
	struct record record = { .generation = generation, .index = 2, .threshold = 3, .size = 5 };

	memset(record.enc, 0x11, sizeof(record.enc));
	record.enc[0] = 0x02;
	memset(record.sealed, 0x22, sizeof(record.sealed));
	return record;
}

static struct record_set
set_of(uint32_t first, uint32_t second)
{
	struct record_set set = { 0 };
	const struct record records[] = { record_of(first), record_of(second) };

	assert_ok(records_add(&set, &records[0], NULL), NULL);
	if (second != 0)
		assert_ok(records_add(&set, &records[1], NULL), NULL);
	return set;
}

static void
a_record_comes_back_as_it_was_written(void **state)
{
	const struct record record = record_of(0x01020304);
	struct record again = { 0 };
	uint8_t bytes[RECORD_SIZE];

	(void)state;
	assert_ok(record_encode(&record, bytes, NULL), NULL);
	assert_hex(bytes, 8, "0102030402030502");
	assert_ok(record_decode(bytes, sizeof(bytes), &again, NULL), NULL);
	assert_memory_equal(&again, &record, sizeof(record));
}

static void
a_record_outside_the_rules_is_neither_written_nor_read(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} rows[] = {
		{ 3, 0 },    /* generation 0 */
		{ 4, 5 },    /* index N */
		{ 4, 255 },  /* index far out */
		{ 5, 1 },    /* M = 1 */
		{ 5, 0 },    /* M = 0 */
		{ 5, 6 },    /* M > N */
		{ 6, 17 },   /* N = 17 */
		{ 6, 0 },    /* N = 0 */
		{ 7, 0x04 }, /* an uncompressed point */
		{ 7, 0x00 }, /* infinity */
	};
	const struct record record = record_of(9);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[RECORD_SIZE];
		struct record bad = { 0 };

		assert_ok(record_encode(&record, bytes, NULL), NULL);
		bytes[rows[i].at] = rows[i].value;
		assert_fails(record_decode(bytes, sizeof(bytes), &bad, NULL), ERR_FORMAT, NULL);
		assert_int_equal(bad.generation, 0);
	}
	struct record wrong = record;
	uint8_t bytes[RECORD_SIZE];
	wrong.index = 5;
	assert_fails(record_encode(&wrong, bytes, NULL), ERR_FORMAT, NULL);
}

static void
a_record_of_another_length_is_refused(void **state)
{
	const struct record record = record_of(9);
	uint8_t bytes[RECORD_SIZE + 1] = { 0 };

	(void)state;
	assert_ok(record_encode(&record, bytes, NULL), NULL);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		struct record again = { 0 };

		if (len != RECORD_SIZE)
			assert_fails(record_decode(bytes, len, &again, NULL), ERR_FORMAT, NULL);
	}
}

static void
the_cards_object_holds_none_one_or_two_records(void **state)
{
	const struct record_set sets[] = { { 0 }, set_of(7, 0), set_of(7, 8) };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		uint8_t bytes[RECORDS_SIZE];
		size_t len = 99;
		struct record_set again = { 0 };

		assert_ok(records_encode(&sets[i], bytes, &len, NULL), NULL);
		assert_int_equal(len, i * RECORD_TLV_SIZE);
		assert_ok(records_decode(bytes, len, &again, NULL), NULL);
		assert_int_equal(again.count, i);
		assert_memory_equal(&again, &sets[i], sizeof(again));
	}
}

static void
records_stand_in_the_order_of_generations(void **state)
{
	struct record_set set = set_of(8, 7);
	const struct record third = record_of(9);
	const struct record same = record_of(7);

	(void)state;
	assert_int_equal(set.record[0].generation, 7);
	assert_int_equal(set.record[1].generation, 8);
	assert_fails(records_add(&set, &third, NULL), ERR_NOT_NOW, NULL);
	assert_fails(records_add(&set, &same, NULL), ERR_EXISTS, NULL);
	assert_ptr_equal(records_find(&set, 8), &set.record[1]);
	assert_null(records_find(&set, 9));
	assert_fails(records_remove(&set, 9, NULL), ERR_ABSENT, NULL);
	assert_ok(records_remove(&set, 7, NULL), NULL);
	assert_int_equal(set.count, 1);
	assert_int_equal(set.record[0].generation, 8);
	assert_ok(records_remove(&set, 8, NULL), NULL);
	assert_int_equal(set.count, 0);
	assert_fails(records_remove(&set, 8, NULL), ERR_ABSENT, NULL);
}

static void
assert_object_refused(const uint8_t *bytes, size_t len)
{
	struct record_set set = { .count = 99 };

	assert_fails(records_decode(bytes, len, &set, NULL), ERR_FORMAT, NULL);
	assert_int_equal(set.count, 99);
}

static void
an_object_with_anything_else_in_it_is_refused(void **state)
{
	const struct record_set set = set_of(7, 8);
	uint8_t bytes[RECORDS_SIZE + RECORD_TLV_SIZE] = { 0 };
	uint8_t good[RECORDS_SIZE];
	size_t len = 0;

	(void)state;
	assert_ok(records_encode(&set, good, &len, NULL), NULL);
	memcpy(bytes, good, len);
	for (size_t cut = 1; cut < len; cut++)
		if (cut != RECORD_TLV_SIZE)
			assert_object_refused(bytes, cut);
	assert_object_refused(bytes, len + 1);
	memcpy(bytes + len, good, RECORD_TLV_SIZE);
	bytes[len + 5] = 9;
	assert_object_refused(bytes, sizeof(bytes)); /* three records */
	memcpy(bytes + RECORD_TLV_SIZE, good, RECORD_TLV_SIZE);
	assert_object_refused(bytes, len); /* one generation twice */
	memcpy(bytes, good + RECORD_TLV_SIZE, RECORD_TLV_SIZE);
	assert_object_refused(bytes, len); /* the newer one first */
	bytes[0] = 0x53;
	assert_object_refused(bytes, RECORD_TLV_SIZE); /* another tag */
	bytes[0] = RECORD_TAG;
	bytes[1] = 0x80;
	assert_object_refused(bytes, RECORD_TLV_SIZE); /* an indefinite length */
	bytes[1] = 0x61;
	assert_object_refused(bytes, RECORD_TLV_SIZE - 1); /* a record too short */
}

static void
a_length_in_a_longer_form_is_refused(void **state)
{
	const struct record_set set = set_of(7, 0);
	uint8_t bytes[RECORD_TLV_SIZE + 1] = { RECORD_TAG, 0x81 };
	uint8_t good[RECORDS_SIZE];
	size_t len = 0;

	(void)state;
	assert_ok(records_encode(&set, good, &len, NULL), NULL);
	memcpy(bytes + 2, good + 1, len - 1);
	assert_object_refused(bytes, sizeof(bytes));
}

static void
more_than_two_records_are_not_written(void **state)
{
	const struct record_set set = { .count = 3 };
	uint8_t bytes[RECORDS_SIZE];
	size_t len = 0;

	(void)state;
	assert_fails(records_encode(&set, bytes, &len, NULL), ERR_ARGUMENT, NULL);
}

static void
a_point_that_is_not_on_the_curve_is_refused_before_it_goes_to_a_card(void **state)
{
	struct record record = record_of(1);
	uint8_t point[P256_POINT];

	(void)state;
	memset(record.enc, 0, sizeof(record.enc));
	record.enc[0] = 0x03;
	record.enc[32] = 5;
	assert_ok(record_point(&record, point, NULL), NULL);
	assert_int_equal(point[0], 0x04);
	record.enc[32] = 1;
	assert_fails(record_point(&record, point, NULL), ERR_FORMAT, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_comes_back_as_it_was_written),
		cmocka_unit_test(a_record_outside_the_rules_is_neither_written_nor_read),
		cmocka_unit_test(a_record_of_another_length_is_refused),
		cmocka_unit_test(the_cards_object_holds_none_one_or_two_records),
		cmocka_unit_test(records_stand_in_the_order_of_generations),
		cmocka_unit_test(an_object_with_anything_else_in_it_is_refused),
		cmocka_unit_test(a_length_in_a_longer_form_is_refused),
		cmocka_unit_test(more_than_two_records_are_not_written),
		cmocka_unit_test(
		    a_point_that_is_not_on_the_curve_is_refused_before_it_goes_to_a_card),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
