/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "base/bytes.h"

static void
a_cursor_reads_big_endian_numbers_in_order(void **state)
{
	static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x84, 0x85, 0x86, 0x87 };
	struct cursor cursor = cursor_over(bytes, sizeof(bytes));
	uint8_t u8 = 0;
	uint16_t u16 = 0;
	uint32_t u32 = 0;

	(void)state;
	assert_true(cursor_u8(&cursor, &u8));
	assert_true(cursor_u16(&cursor, &u16));
	assert_true(cursor_u32(&cursor, &u32));
	assert_int_equal(u8, 0x01);
	assert_int_equal(u16, 0x0203);
	assert_true(u32 == 0x84858687);
	assert_int_equal(cursor.left, 0);
}

static void
a_read_past_the_end_moves_nothing_and_writes_nothing(void **state)
{
	static const uint8_t bytes[] = { 0xAA };
	struct cursor cursor = cursor_over(bytes, sizeof(bytes));
	struct cursor taken = { 0 };
	uint16_t u16 = 7;
	uint32_t u32 = 8;
	uint8_t copy[2] = { 1, 2 };

	(void)state;
	assert_false(cursor_u16(&cursor, &u16));
	assert_false(cursor_u32(&cursor, &u32));
	assert_false(cursor_copy(&cursor, copy, 2));
	assert_false(cursor_skip(&cursor, 2));
	assert_false(cursor_take(&cursor, SIZE_MAX, &taken));
	assert_int_equal(u16, 7);
	assert_int_equal(u32, 8);
	assert_int_equal(copy[0], 1);
	assert_null(taken.at);
	assert_ptr_equal(cursor.at, bytes);
	assert_int_equal(cursor.left, 1);
}

static void
a_taken_part_ends_where_it_was_told_to(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	struct cursor cursor = cursor_over(bytes, sizeof(bytes));
	struct cursor taken;
	uint8_t last = 0;

	(void)state;
	assert_true(cursor_take(&cursor, 2, &taken));
	assert_true(cursor_skip(&taken, 2));
	assert_false(cursor_skip(&taken, 1));
	assert_true(cursor_u8(&cursor, &last));
	assert_int_equal(last, 3);
	assert_false(cursor_u8(&cursor, &last));
}

static void
nothing_can_be_read_from_nothing(void **state)
{
	struct cursor cursor = cursor_over(NULL, 0);
	struct cursor taken;
	uint8_t byte;

	(void)state;
	assert_true(cursor_take(&cursor, 0, &taken));
	assert_true(cursor_copy(&cursor, &byte, 0));
	assert_false(cursor_u8(&cursor, &byte));
}

static void
a_writer_writes_big_endian_numbers_bytes_and_text(void **state)
{
	static const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 7, 'a', 'b', 0xFF };
	uint8_t buffer[sizeof(want)];
	struct writer writer = writer_into(buffer, sizeof(buffer));

	(void)state;
	writer_u8(&writer, 1);
	writer_u16(&writer, 0x0203);
	writer_u32(&writer, 0x04050607);
	writer_text(&writer, "ab");
	writer_put(&writer, "\xFF", 1);
	assert_true(writer_done(&writer));
	assert_int_equal(writer.len, sizeof(want));
	assert_memory_equal(buffer, want, sizeof(want));
}

static void
a_writer_that_ran_out_of_room_stays_failed(void **state)
{
	uint8_t buffer[3] = { 0, 0, 0xEE };
	struct writer writer = writer_into(buffer, 2);

	(void)state;
	writer_u8(&writer, 1);
	writer_u16(&writer, 0x0203);
	assert_false(writer_done(&writer));
	writer_u8(&writer, 4); /* would fit */
	writer_put(&writer, NULL, 0);
	assert_false(writer_done(&writer));
	assert_int_equal(writer.len, 1);
	assert_int_equal(buffer[1], 0);
	assert_int_equal(buffer[2], 0xEE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cursor_reads_big_endian_numbers_in_order),
		cmocka_unit_test(a_read_past_the_end_moves_nothing_and_writes_nothing),
		cmocka_unit_test(a_taken_part_ends_where_it_was_told_to),
		cmocka_unit_test(nothing_can_be_read_from_nothing),
		cmocka_unit_test(a_writer_writes_big_endian_numbers_bytes_and_text),
		cmocka_unit_test(a_writer_that_ran_out_of_room_stays_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
