/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/near.h"
#include "ceremony/yaml.h"
#include "tests/unit/ceremony/refused.h"

static enum err
read_bytes(const char *bytes, size_t len, struct arena *arena, struct yaml_node **out,
    struct err_trace *trace)
{
	return yaml_read(
	    &(struct yaml_input){ .file = "f", .bytes = bytes, .len = len }, arena, out, trace);
}

static enum err
parse_len(const char *bytes, size_t len, struct err_trace *trace)
{
	struct arena *arena = NULL;
	struct yaml_node *root = NULL;
	enum err err = arena_new(&arena, trace);

	if (err == ERR_OK)
		err = read_bytes(bytes, len, arena, &root, trace);
	arena_free(arena);
	return err;
}

static enum err
parse(const char *text, struct err_trace *trace)
{
	return parse_len(text, strlen(text), trace);
}

static void
members_come_in_order_with_their_places(void **state)
{
	static const char text[] = "a: 1\nb:\n  - x y\n  - 'no'\nc: {d: \"e\"}\n";
	struct err_trace trace = { 0 };
	struct arena *arena = NULL;
	struct yaml_node *root = NULL;

	(void)state;
	assert_ok(arena_new(&arena, &trace), &trace);
	assert_ok(read_bytes(text, strlen(text), arena, &root, &trace), &trace);
	assert_int_equal(root->kind, YAML_MAP);
	assert_int_equal(root->count, 3);
	assert_string_equal(root->first->name, "a");
	assert_string_equal(root->first->text, "1");
	assert_true(root->first->plain);
	const struct yaml_node *b = root->first->next;

	assert_int_equal(b->kind, YAML_LIST);
	assert_int_equal(b->name_place.line, 2);
	assert_string_equal(b->first->text, "x y");
	assert_int_equal(b->first->place.line, 3);
	assert_int_equal(b->first->place.column, 5);
	assert_string_equal(b->last->text, "no");
	assert_false(b->last->plain);
	assert_string_equal(b->next->first->name, "d");
	assert_null(b->next->next);
	arena_free(arena);
}

static void
what_readers_could_misread_is_refused_with_its_place(void **state)
{
	static const struct refused rows[] = {
		{ "", "f:1:1: the file is empty" },
		{ "# nothing\n", "f:1:1: the file is empty" },
		{ "a: 1\nb: 2\na: 3\n", "f:3:1: 'a' was given before, in line 1" },
		{ "a: &x 1\n", "f:1:4: anchors (&name) are not allowed: write the text again" },
		{ "a: &x [1]\n", "f:1:4: anchors (&name) are not allowed: write the text again" },
		{ "a: *x\n", "f:1:4: aliases (*name) are not allowed: write the text again" },
		{ "a: !!int 1\n", "f:1:4: tags (!name) are not allowed" },
		{ "!x\na: 1\n", "f:1:1: tags (!name) are not allowed" },
		{ "%YAML 1.1\n---\na: 1\n", "f:1:1: directives (%YAML, %TAG) are not allowed" },
		{ "a: 1\n---\nb: 2\n", "f:2:1: a second document begins here; a file has one" },
		{ "? [a]\n: 1\n", "f:1:3: a key must be a text, not a collection" },
		{ "a:\n\tb: 1\n", "f:2:1: a tab; use blanks" },
		{ "a: x\ty\n", "f:1:5: a tab; use blanks" },
		{ "a: \"x\\ty\"\n", "f:1:4: a tab; use blanks" },
		{ "a: \"x\\0y\"\n", "f:1:4: a NUL byte" },
		{ "a: x\r\nb: y\n",
		    "f:1:5: a carriage return; save the file with line ends as on Unix" },
		{ "\xEF\xBB\xBF"
		  "a: 1\n",
		    "f:1:1: a byte order mark; save the file as UTF-8 without one" },
		{ "a: M\xFCller\n", "f:1:5: this is not UTF-8" },
		{ "a: \xC0\xAF\n", "f:1:4: this is not UTF-8" },
		{ "a: \xED\xA0\x80\n", "f:1:4: this is not UTF-8" },
		{ "a: M\xC3\xBCller\nb: \xE2\x80\xAEx\n",
		    "f:2:4: a character that turns the direction of the line" },
		{ "a: x\xE2\x80\x8By\n", "f:1:5: a character that shows nothing" },
		{ "a: \"\\u202e\"\n", "f:1:4: a character that turns the direction of the line" },
		{ "a: \x1B[2J\n", "f:1:4: a control character" },
		{ "a: [1, 2\n", "f:2:1: did not find expected ',' or ']', while parsing a flow "
				"sequence" },
		{ "a: 1\n b: 2\n", "f:2:3: mapping values are not allowed in this context" },
		{ "a: 'x\n", "f:2:1: found unexpected end of stream, while scanning a quoted "
			     "scalar" },
		{ "a: @x\n", "f:1:4: found character that cannot start any token, while scanning "
			     "for the next token" },
	};

	(void)state;
	check_refused(rows, sizeof(rows) / sizeof(*rows), parse);
}

static void
a_nul_byte_in_the_file_is_refused(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_fails(parse_len("a: 1\nb: \0x\n", 11, &trace), ERR_FORMAT, &trace);
	assert_string_equal(trace.frame[0].text, "f:2:4: a NUL byte");
}

/* `count` times `part`, then `end`. */
static char *
repeated(const char *part, size_t count, const char *end)
{
	const size_t len = strlen(part);
	char *text = malloc(len * count + strlen(end) + 1);

	assert_non_null(text);
	for (size_t i = 0; i < count; i++)
		memcpy(text + len * i, part, len);
	memcpy(text + len * count, end, strlen(end) + 1);
	return text;
}

static void
a_file_of_a_megabyte_is_read_and_one_byte_more_refused(void **state)
{
	struct err_trace trace = { 0 };
	char *text = repeated("#\n", YAML_MAX / 2 - 2, "a: 1");

	(void)state;
	assert_int_equal(strlen(text), YAML_MAX);
	assert_ok(parse(text, &trace), &trace);
	free(text);
	text = repeated("#\n", YAML_MAX / 2 - 2, "a: 1\n");
	assert_fails(parse(text, &trace), ERR_FORMAT, &trace);
	assert_string_equal(trace.frame[0].text, "f: larger than 1 MiB");
	free(text);
}

static void
a_nest_of_64_levels_is_read_and_one_more_refused(void **state)
{
	struct err_trace trace = { 0 };
	char *text = repeated("- ", 64, "x\n");

	(void)state;
	assert_ok(parse(text, &trace), &trace);
	free(text);
	text = repeated("- ", 65, "x\n");
	assert_fails(parse(text, &trace), ERR_FORMAT, &trace);
	assert_string_equal(
	    trace.frame[0].text, "f:1:129: this is nested more than 64 levels deep");
	free(text);
}

static void
a_list_of_4096_members_is_read_and_one_more_refused(void **state)
{
	struct err_trace trace = { 0 };
	char *text = repeated("- x\n", 4096, "");

	(void)state;
	assert_ok(parse(text, &trace), &trace);
	free(text);
	text = repeated("- x\n", 4097, "");
	assert_fails(parse(text, &trace), ERR_FORMAT, &trace);
	assert_string_equal(trace.frame[0].text, "f:4097:3: there are more than 4096 members here");
	free(text);
}

static void
the_nearest_word_is_offered_and_none_that_is_far(void **state)
{
	struct near near = near_to("instrction");

	(void)state;
	near_offer(&near, "id");
	near_offer(&near, "instruction");
	near_offer(&near, "title");
	assert_string_equal(near.best, "instruction");
	near = near_to("xyz");
	near_offer(&near, "title");
	near_offer(&near, "minutes");
	assert_null(near.best);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_come_in_order_with_their_places),
		cmocka_unit_test(what_readers_could_misread_is_refused_with_its_place),
		cmocka_unit_test(a_nul_byte_in_the_file_is_refused),
		cmocka_unit_test(a_file_of_a_megabyte_is_read_and_one_byte_more_refused),
		cmocka_unit_test(a_nest_of_64_levels_is_read_and_one_more_refused),
		cmocka_unit_test(a_list_of_4096_members_is_read_and_one_more_refused),
		cmocka_unit_test(the_nearest_word_is_offered_and_none_that_is_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
