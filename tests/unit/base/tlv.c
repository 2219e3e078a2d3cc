/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "base/tlv.h"

#define ROW(name, text)                                                                            \
	{                                                                                          \
		name, (const uint8_t *)(text), sizeof(text) - 1                                    \
	}

struct bytes_row {
	const char *name;
	const uint8_t *bytes;
	size_t len;
};

static const struct bytes_row hostile[] = {
	ROW("nothing at all", ""),
	ROW("a tag alone", "\x6E"),
	ROW("a long tag cut after one byte", "\x5F"),
	ROW("a long tag cut after two bytes", "\x5F\xC1"),
	ROW("a tag of four bytes", "\x5F\x81\x81\x01\x00"),
	ROW("tag 00, which is padding", "\x00\x00"),
	ROW("tag FF, which is padding", "\xFF\x01\x00"),
	ROW("a tag without its length", "\x5F\xC1\x09"),
	ROW("indefinite length", "\x6E\x80\x00\x00"),
	ROW("length of one byte, missing", "\x6E\x81"),
	ROW("length of two bytes, cut", "\x6E\x82\x00"),
	ROW("length of three bytes, cut", "\x6E\x83\x00\x00"),
	ROW("length of four bytes", "\x6E\x84\x00\x00\x00\x00"),
	ROW("length FF", "\x6E\xFF\x00"),
	ROW("one byte more than there is", "\x6E\x02\x00"),
	ROW("all but the whole of what a length can say", "\x6E\x83\xFF\xFF\xFF\x00"),
};

static void
hostile_bytes_are_refused_and_the_cursor_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct cursor cursor = cursor_over(hostile[i].bytes, hostile[i].len);
		struct tlv object = { .tag = 0x1234 };

		print_message("  %s\n", hostile[i].name);
		assert_false(tlv_next(&cursor, &object));
		assert_int_equal(object.tag, 0x1234);
		assert_ptr_equal(cursor.at, hostile[i].bytes);
		assert_int_equal(cursor.left, hostile[i].len);
	}
}

static const struct {
	struct bytes_row row;
	uint32_t tag;
	size_t len;
	size_t behind; /* bytes behind the object */
} good[] = {
	{ ROW("one byte of tag", "\x6E\x01\xAA"), 0x6E, 1, 0 },
	{ ROW("two bytes of tag", "\x7F\x49\x00"), 0x7F49, 0, 0 },
	{ ROW("three bytes of tag", "\x5F\xC1\x09\x02\x01\x02\x03"), 0x5FC109, 2, 1 },
	{ ROW("length after 81", "\x53\x81\x01\xAA\xBB"), 0x53, 1, 1 },
	{ ROW("length after 82", "\x53\x82\x00\x02\xAA\xBB"), 0x53, 2, 0 },
	{ ROW("length after 83", "\x53\x83\x00\x00\x01\xAA"), 0x53, 1, 0 },
};

static void
good_objects_are_read_and_the_cursor_stands_behind_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct cursor cursor = cursor_over(good[i].row.bytes, good[i].row.len);
		struct tlv object;

		print_message("  %s\n", good[i].row.name);
		assert_true(tlv_next(&cursor, &object));
		assert_int_equal(object.tag, good[i].tag);
		assert_int_equal(object.value.left, good[i].len);
		assert_int_equal(cursor.left, good[i].behind);
	}
}

/* An OpenPGP card's 6E, shortened: 4F, and in 73 the fingerprints C5. */
static const uint8_t application[] = { 0x6E, 0x0C, 0x4F, 0x02, 0xD2, 0x76, 0x73, 0x06, 0xC0, 0x01,
	0x7D, 0xC5, 0x01, 0x99 };

static void
an_object_is_found_along_its_path(void **state)
{
	static const uint32_t path[] = { 0x6E, 0x73, 0xC5, 0 };
	const struct cursor within = cursor_over(application, sizeof(application));
	struct cursor value;

	(void)state;
	assert_true(tlv_find_path(within, path, &value));
	assert_int_equal(value.left, 1);
	assert_int_equal(value.at[0], 0x99);
}

static void
what_is_at_another_level_is_not_found(void **state)
{
	static const uint32_t too_short[] = { 0x6E, 0xC5, 0 };
	static const uint32_t empty[] = { 0 };
	const struct cursor within = cursor_over(application, sizeof(application));
	struct cursor value = { 0 };

	(void)state;
	assert_false(tlv_find(within, 0x73, &value));
	assert_false(tlv_find_path(within, too_short, &value));
	assert_false(tlv_find_path(within, empty, &value));
	assert_null(value.at);
}

static void
the_first_of_two_equal_tags_is_found(void **state)
{
	static const uint8_t bytes[] = { 0x81, 0x01, 0x0A, 0x81, 0x01, 0x0B };
	struct cursor value;

	(void)state;
	assert_true(tlv_find(cursor_over(bytes, sizeof(bytes)), 0x81, &value));
	assert_int_equal(value.at[0], 0x0A);
}

static void
nothing_is_found_behind_a_malformed_object(void **state)
{
	static const uint8_t bytes[] = { 0x80, 0x80, 0x81, 0x01, 0x0B };
	struct cursor value;

	(void)state;
	assert_false(tlv_find(cursor_over(bytes, sizeof(bytes)), 0x81, &value));
}

static const struct {
	uint32_t tag;
	size_t len;
	struct bytes_row head;
} heads[] = {
	{ 0x6E, 0, ROW("empty", "\x6E\x00") },
	{ 0x7F49, 127, ROW("the last short length", "\x7F\x49\x7F") },
	{ 0x7F49, 128, ROW("the first after 81", "\x7F\x49\x81\x80") },
	{ 0x53, 255, ROW("the last after 81", "\x53\x81\xFF") },
	{ 0x53, 256, ROW("the first after 82", "\x53\x82\x01\x00") },
	{ 0x5FC109, 65535, ROW("the last after 82", "\x5F\xC1\x09\x82\xFF\xFF") },
	{ 0x5FC109, 65536, ROW("the first after 83", "\x5F\xC1\x09\x83\x01\x00\x00") },
};

static void
a_length_is_written_in_its_shortest_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		uint8_t buffer[8];
		struct writer writer = writer_into(buffer, sizeof(buffer));

		print_message("  %s\n", heads[i].head.name);
		tlv_begin(&writer, heads[i].tag, heads[i].len);
		assert_true(writer_done(&writer));
		assert_int_equal(writer.len, heads[i].head.len);
		assert_memory_equal(buffer, heads[i].head.bytes, heads[i].head.len);
		assert_int_equal(
		    tlv_size(heads[i].tag, heads[i].len), heads[i].head.len + heads[i].len);
	}
}

static void
an_object_is_written_whole(void **state)
{
	uint8_t buffer[4];
	struct writer writer = writer_into(buffer, sizeof(buffer));

	(void)state;
	tlv_put(&writer, 0xC4, "\x01\x02", 2);
	assert_true(writer_done(&writer));
	assert_memory_equal(buffer, "\xC4\x02\x01\x02", 4);
}

static void
what_cannot_be_written_fails_the_writer(void **state)
{
	uint8_t buffer[8];
	struct writer no_tag = writer_into(buffer, sizeof(buffer));
	struct writer long_tag = writer_into(buffer, sizeof(buffer));
	struct writer long_value = writer_into(buffer, sizeof(buffer));
	struct writer no_room = writer_into(buffer, 3);

	(void)state;
	tlv_begin(&no_tag, 0, 0);
	tlv_begin(&long_tag, 0x5F818101, 0);
	tlv_begin(&long_value, 0x53, 0x1000000);
	tlv_put(&no_room, 0x53, "\x01\x02", 2);
	assert_false(writer_done(&no_tag));
	assert_false(writer_done(&long_tag));
	assert_false(writer_done(&long_value));
	assert_false(writer_done(&no_room));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_bytes_are_refused_and_the_cursor_stays),
		cmocka_unit_test(good_objects_are_read_and_the_cursor_stands_behind_them),
		cmocka_unit_test(an_object_is_found_along_its_path),
		cmocka_unit_test(what_is_at_another_level_is_not_found),
		cmocka_unit_test(the_first_of_two_equal_tags_is_found),
		cmocka_unit_test(nothing_is_found_behind_a_malformed_object),
		cmocka_unit_test(a_length_is_written_in_its_shortest_form),
		cmocka_unit_test(an_object_is_written_whole),
		cmocka_unit_test(what_cannot_be_written_fails_the_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
