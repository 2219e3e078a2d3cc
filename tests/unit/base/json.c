/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { MAX = 4096 };

static json_t *
parsed(const char *text)
{
	struct err_trace trace = { 0 };
	json_t *value = NULL;

	assert_ok(json_parse(text, strlen(text), MAX, &value, &trace), &trace);
	return value;
}

static const struct {
	const char *name;
	const char *text;
	const char *canonical;
} canonical_rows[] = {
	{ "RFC 8785, 3.2.2: the string",
	    "\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"",
	    "\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"" },
	{ "RFC 8785, 3.2.2: the literals", " [ null, true,\n false ] ", "[null,true,false]" },
	{ "RFC 8785, 3.2.3: the names that are ASCII",
	    "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\":\"\"}",
	    "{\"\":\"\",\"\\r\":\"Carriage Return\",\"1\":\"One\"}" },
	{ "its authors' test data, arrays.json", "[56,{\"d\":true,\"10\":null,\"1\":[]}]",
	    "[56,{\"1\":[],\"10\":null,\"d\":true}]" },
	{ "its authors' test data, structures.json with an integer",
	    "{\"1\":{\"f\":{\"f\":\"hi\",\"F\":5},\"\\n\":56},\"10\":{},\"\":\"empty\",\"a\":{},"
	    "\"111\":[{\"e\":\"yes\",\"E\":\"no\"}],\"A\":{}}",
	    "{\"\":\"empty\",\"1\":{\"\\n\":56,\"f\":{\"F\":5,\"f\":\"hi\"}},\"10\":{},"
	    "\"111\":[{\"E\":\"no\",\"e\":\"yes\"}],\"A\":{},\"a\":{}}" },
	{ "its authors' test data, unicode.json: nothing is normalised",
	    "{\"Unnormalized Unicode\":\"A\\u030a\"}", "{\"Unnormalized Unicode\":\"A\xCC\x8A\"}" },
	{ "every short escape, and none where none is needed",
	    "\"\\b\\t\\n\\f\\r\\u0001\\u001F\\u007f\\ud83d\\ude00<\\/\"",
	    "\"\\b\\t\\n\\f\\r\\u0001\\u001f\x7F\xF0\x9F\x98\x80</\"" },
	{ "the greatest integers", "[9007199254740991,-9007199254740991,-0,0]",
	    "[9007199254740991,-9007199254740991,0,0]" },
	{ "the empty ones", "[{},[],\"\"]", "[{},[],\"\"]" },
};

static void
the_canonical_form_is_that_of_rfc_8785(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(canonical_rows) / sizeof(canonical_rows[0]); i++) {
		json_t *value = parsed(canonical_rows[i].text);
		struct err_trace trace = { 0 };
		char *text = NULL;

		print_message("  %s\n", canonical_rows[i].name);
		assert_ok(json_canonical(value, &text, &trace), &trace);
		assert_string_equal(text, canonical_rows[i].canonical);
		free(text);
		json_decref(value);
	}
}

static const struct {
	const char *name;
	const char *text;
} not_canonical_rows[] = {
	{ "a fraction", "[1.5]" },
	{ "an integer written as a fraction", "1.0" },
	{ "an exponent", "{\"a\":1e3}" },
	{ "an integer beyond 2^53 - 1", "9007199254740992" },
	{ "and below", "[[-9007199254740992]]" },
	{ "a name that is not ASCII", "{\"\xC3\xB6\":1}" },
};

static void
values_beyond_the_subset_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(not_canonical_rows) / sizeof(not_canonical_rows[0]); i++) {
		json_t *value = parsed(not_canonical_rows[i].text);
		struct err_trace trace = { 0 };
		char *text = NULL;

		print_message("  %s\n", not_canonical_rows[i].name);
		assert_fails(json_canonical(value, &text, &trace), ERR_ARGUMENT, &trace);
		assert_null(text);
		json_decref(value);
	}
}

static void
a_text_with_a_nul_or_a_missing_value_is_refused(void **state)
{
	struct err_trace trace = { 0 };
	json_t *value = json_stringn("a\0b", 3);
	char *text = NULL;

	(void)state;
	assert_fails(json_canonical(value, &text, &trace), ERR_ARGUMENT, &trace);
	assert_fails(json_canonical(NULL, &text, &trace), ERR_INTERNAL, &trace);
	assert_null(text);
	json_decref(value);
}

static json_t *
nested(unsigned levels)
{
	json_t *value = json_array();

	for (unsigned i = 1; i < levels; i++)
		value = json_pack("[o]", value);
	return value;
}

static void
sixty_four_levels_are_written_and_one_more_is_refused(void **state)
{
	struct err_trace trace = { 0 };
	json_t *deep = nested(64);
	json_t *deeper = nested(65);
	char *text = NULL;

	(void)state;
	assert_ok(json_canonical(deep, &text, &trace), &trace);
	assert_int_equal(strlen(text), 128);
	free(text);
	text = NULL;
	assert_fails(json_canonical(deeper, &text, &trace), ERR_ARGUMENT, &trace);
	assert_null(text);
	json_decref(deep);
	json_decref(deeper);
}

static const struct {
	const char *name;
	const char *text;
} bad_rows[] = {
	{ "nothing", "" },
	{ "white space", " \n" },
	{ "a name twice", "{\"a\":1,\"a\":1}" },
	{ "something behind the value", "{} {}" },
	{ "a comma too many", "[1,]" },
	{ "a comment", "[] // no" },
	{ "an end that is missing", "{\"a\":[1" },
	{ "a byte order mark", "\xEF\xBB\xBF{}" },
	{ "bytes that are not UTF-8", "\"\xC3(\"" },
	{ "half a surrogate", "\"\\ud83d\"" },
	{ "an overlong NUL", "\"\xC0\x80\"" },
	{ "a NUL in a text", "\"a\\u0000b\"" },
	{ "a control character in a text", "\"a\nb\"" },
	{ "an integer of 64 bits and more", "18446744073709551616" },
	{ "a number that is none", "NaN" },
	{ "a leading zero", "01" },
};

static void
what_is_not_strict_json_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
		struct err_trace trace = { 0 };
		json_t *value = NULL;

		print_message("  %s\n", bad_rows[i].name);
		assert_fails(
		    json_parse(bad_rows[i].text, strlen(bad_rows[i].text), MAX, &value, &trace),
		    ERR_FORMAT, &trace);
		assert_null(value);
	}
}

static void
an_error_says_where_and_quotes_nothing(void **state)
{
	struct err_trace trace = { 0 };
	json_t *value = NULL;

	(void)state;
	assert_fails(json_parse("{\n\"a\":123456x", 13, MAX, &value, &trace), ERR_FORMAT, &trace);
	assert_non_null(strstr(trace.frame[0].text, "line 2"));
	assert_null(strstr(trace.frame[0].text, "123456"));
}

static void
more_than_the_maximum_is_refused_before_it_is_read(void **state)
{
	struct err_trace trace = { 0 };
	json_t *value = NULL;

	(void)state;
	assert_fails(json_parse("[10]", 4, 3, &value, &trace), ERR_FORMAT, &trace);
	assert_ok(json_parse("[10]", 4, 4, &value, &trace), &trace);
	json_decref(value);
}

static void
only_the_exact_canonical_form_is_taken_as_canonical(void **state)
{
	static const char *const others[] = { "{\"b\":1,\"a\":2}", "{\"a\":1 }", "[1]\n", "[-0]",
		"[1.0]", "\"\\u0041\"", "\"\\/\"", "{\"a\":1,\"a\":1}", "[9007199254740992]" };
	struct err_trace trace = { 0 };
	json_t *value = NULL;

	(void)state;
	assert_ok(json_parse_canonical("{\"a\":2,\"b\":1}", 13, MAX, &value, &trace), &trace);
	json_decref(value);
	value = NULL;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		print_message("  %s\n", others[i]);
		err_clear(&trace);
		assert_fails(
		    json_parse_canonical(others[i], strlen(others[i]), MAX, &value, &trace),
		    ERR_FORMAT, &trace);
		assert_null(value);
	}
}

static void
members_are_read_by_name_and_type(void **state)
{
	json_t *object = parsed("{\"t\":\"text\",\"n\":-5,\"h\":\"00ff\"}");
	struct err_trace trace = { 0 };
	const char *text = NULL;
	int64_t number = 0;
	uint8_t bytes[2];

	(void)state;
	assert_ok(json_get_text(object, "t", &text, &trace), &trace);
	assert_string_equal(text, "text");
	assert_ok(json_get_int(object, "n", -5, -5, &number, &trace), &trace);
	assert_true(number == -5);
	assert_ok(json_get_hex(object, "h", bytes, 2, &trace), &trace);
	assert_memory_equal(bytes, "\x00\xFF", 2);
	json_decref(object);
}

static void
a_missing_or_mistyped_member_is_named(void **state)
{
	json_t *object = parsed("{\"t\":1,\"n\":\"1\",\"h\":\"00f\",\"m\":7,\"u\":\"00FF\"}");
	struct err_trace trace = { 0 };
	const char *text = NULL;
	int64_t number = 99;
	uint8_t bytes[2] = { 1, 2 };

	(void)state;
	assert_fails(json_get_text(object, "none", &text, &trace), ERR_FORMAT, &trace);
	assert_fails(json_get_text(object, "t", &text, &trace), ERR_FORMAT, &trace);
	assert_fails(json_get_int(object, "n", 0, 9, &number, &trace), ERR_FORMAT, &trace);
	assert_fails(json_get_int(object, "m", 0, 6, &number, &trace), ERR_FORMAT, &trace);
	assert_fails(json_get_int(object, "m", 8, 9, &number, &trace), ERR_FORMAT, &trace);
	assert_fails(json_get_hex(object, "h", bytes, 2, &trace), ERR_FORMAT, &trace);
	assert_fails(json_get_hex(object, "u", bytes, 2, &trace), ERR_FORMAT, &trace);
	assert_string_equal(trace.frame[0].text, "member \"none\" is missing");
	assert_string_equal(trace.frame[1].text, "member \"t\" is not a text");
	assert_string_equal(trace.frame[2].text, "member \"n\" is not an integer");
	assert_string_equal(trace.frame[3].text, "member \"m\" is 7, not from 0 to 6");
	assert_string_equal(trace.frame[4].text, "member \"m\" is 7, not from 8 to 9");
	assert_string_equal(
	    trace.frame[5].text, "member \"h\" is not 2 bytes in lower-case hexadecimal");
	assert_string_equal(
	    trace.frame[6].text, "member \"u\" is not 2 bytes in lower-case hexadecimal");
	assert_null(text);
	assert_true(number == 99);
	assert_int_equal(bytes[0], 1);
	json_decref(object);
}

static void
a_member_of_what_is_no_object_is_missing(void **state)
{
	json_t *array = parsed("[1]");
	struct err_trace trace = { 0 };
	const char *text = NULL;

	(void)state;
	assert_fails(json_get_text(array, "a", &text, &trace), ERR_FORMAT, &trace);
	assert_fails(json_get_text(NULL, "a", &text, &trace), ERR_FORMAT, &trace);
	json_decref(array);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_canonical_form_is_that_of_rfc_8785),
		cmocka_unit_test(values_beyond_the_subset_are_refused),
		cmocka_unit_test(a_text_with_a_nul_or_a_missing_value_is_refused),
		cmocka_unit_test(sixty_four_levels_are_written_and_one_more_is_refused),
		cmocka_unit_test(what_is_not_strict_json_is_refused),
		cmocka_unit_test(an_error_says_where_and_quotes_nothing),
		cmocka_unit_test(more_than_the_maximum_is_refused_before_it_is_read),
		cmocka_unit_test(only_the_exact_canonical_form_is_taken_as_canonical),
		cmocka_unit_test(members_are_read_by_name_and_type),
		cmocka_unit_test(a_missing_or_mistyped_member_is_named),
		cmocka_unit_test(a_member_of_what_is_no_object_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
