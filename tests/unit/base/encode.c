/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/secret.h"

static void
hex_is_lower_case_and_reads_either(void **state)
{
	char text[9];
	uint8_t bytes[4];

	(void)state;
	hex_encode("\x00\x0F\xA9\xFF", 4, text);
	assert_string_equal(text, "000fa9ff");
	assert_true(hex_decode("000Fa9fF", bytes, 4));
	assert_memory_equal(bytes, "\x00\x0F\xA9\xFF", 4);
}

static void
no_bytes_are_an_empty_hex_text(void **state)
{
	char text[1] = { 'x' };

	(void)state;
	hex_encode(NULL, 0, text);
	assert_string_equal(text, "");
	assert_true(hex_decode("", text, 0));
}

static const char *const no_hex[] = { "", "00", "0000000", "000000000", "00 00 00 00", "0x000000",
	"0000000g", "000000/0", "0000000:", "000000@0", "0000000`", "+1000000" };

static void
hex_of_another_length_or_with_other_digits_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(no_hex) / sizeof(no_hex[0]); i++) {
		uint8_t bytes[4] = { 1, 2, 3, 4 };

		print_message("  '%s'\n", no_hex[i]);
		assert_false(hex_decode(no_hex[i], bytes, sizeof(bytes)));
		assert_memory_equal(bytes, "\1\2\3\4", 4);
	}
}

/* RFC 4648, 10, in lower case without padding; and every digit once. */
static const struct {
	const char *bytes;
	size_t len;
	const char *text;
} base32_rows[] = {
	{ "f", 1, "my" },
	{ "fo", 2, "mzxq" },
	{ "foo", 3, "mzxw6" },
	{ "foob", 4, "mzxw6yq" },
	{ "fooba", 5, "mzxw6ytb" },
	{ "foobar", 6, "mzxw6ytboi" },
	{ "\x00\x44\x32\x14\xC7\x42\x54\xB6\x35\xCF\x84\x65\x3A\x56\xD7\xC6\x75\xBE\x77\xDF", 20,
	    "abcdefghijklmnopqrstuvwxyz234567" },
};

static void
base32_is_that_of_the_rfc_in_lower_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(base32_rows) / sizeof(base32_rows[0]); i++) {
		struct err_trace trace = { 0 };
		struct secret *bytes = NULL;
		struct secret *text = NULL;

		assert_ok(
		    secret_from(base32_rows[i].bytes, base32_rows[i].len, &bytes, &trace), &trace);
		assert_ok(secret_new(40, &text, &trace), &trace);
		assert_ok(secret_append(text, ">", 1, &trace), &trace);
		assert_ok(base32_append(text, bytes, &trace), &trace);
		assert_int_equal(secret_len(text), 1 + strlen(base32_rows[i].text));
		assert_memory_equal(
		    secret_bytes(text) + 1, base32_rows[i].text, strlen(base32_rows[i].text));
		secret_free(text);
		secret_free(bytes);
	}
}

static void
base32_that_does_not_fit_changes_nothing(void **state)
{
	struct err_trace trace = { 0 };
	struct secret *bytes = NULL;
	struct secret *text = NULL;

	(void)state;
	assert_ok(secret_from("foobar", 6, &bytes, &trace), &trace);
	assert_ok(secret_new(9, &text, &trace), &trace);
	assert_fails(base32_append(text, bytes, &trace), ERR_ARGUMENT, &trace);
	assert_int_equal(secret_len(text), 0);
	secret_free(text);
	secret_free(bytes);
}

/* RFC 4648, 10. */
static const struct {
	const char *bytes;
	const char *text;
} base64_rows[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xFB\xEF\xBE\xFF\xFF\xFF", "++++////" },
};

static void
base64_is_that_of_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(base64_rows) / sizeof(base64_rows[0]); i++) {
		const size_t want = strlen(base64_rows[i].bytes);
		char text[16];
		uint8_t bytes[8];
		size_t len = 99;

		base64_encode(base64_rows[i].bytes, want, text);
		assert_string_equal(text, base64_rows[i].text);
		assert_true(base64_decode(text, bytes, want, &len));
		assert_int_equal(len, want);
		assert_memory_equal(bytes, base64_rows[i].bytes, want);
	}
}

static const char *const no_base64[] = { "Z", "Zg", "Zg=", "Zm9vY", "====", "Z===", "Zg==Zm9v",
	"Zm8=Zm9v", "Zh==", "Zm9=", "Zm 8=", "Zm8=\n", "Zm8-", "Zm8_", "Zg=v", "Zm9vZm9vZm9v" };

static void
base64_that_would_not_be_written_so_or_does_not_fit_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(no_base64) / sizeof(no_base64[0]); i++) {
		uint8_t bytes[8] = { 0xEE };
		size_t len = 99;

		print_message("  '%s'\n", no_base64[i]);
		assert_false(base64_decode(no_base64[i], bytes, sizeof(bytes), &len));
		assert_int_equal(len, 99);
		assert_int_equal(bytes[0], 0xEE);
	}
}

static json_t *
vectors(void)
{
	json_t *read = json_load_file(VECTORS "/pgp-words.json", JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(read);
	return read;
}

static void
each_byte_has_the_published_word_at_even_and_odd_places(void **state)
{
	json_t *document = vectors();
	const json_t *words = json_object_get(document, "words");

	(void)state;
	assert_int_equal(json_array_size(words), 256);
	for (size_t i = 0; i < 256; i++) {
		const uint8_t twice[2] = { (uint8_t)i, (uint8_t)i };
		const json_t *pair = json_array_get(words, i);
		char want[WORDS_SIZE(2)] = "";
		char text[WORDS_SIZE(2)];
		uint8_t again[2] = { 0 };

		snprintf(want, sizeof(want), "%s %s", json_string_value(json_array_get(pair, 0)),
		    json_string_value(json_array_get(pair, 1)));
		words_encode(twice, 2, text);
		assert_string_equal(text, want);
		assert_true(words_decode(text, again, 2));
		assert_memory_equal(again, twice, 2);
	}
	json_decref(document);
}

static void
the_published_hashes_read_as_the_published_words(void **state)
{
	json_t *document = vectors();
	const json_t *examples = json_object_get(document, "examples");

	(void)state;
	assert_true(json_array_size(examples) >= 2);
	for (size_t i = 0; i < json_array_size(examples); i++) {
		const json_t *example = json_array_get(examples, i);
		const char *message = json_string_value(json_object_get(example, "message"));
		const char *words = json_string_value(json_object_get(example, "words"));
		struct err_trace trace = { 0 };
		uint8_t hash[SHA256_SIZE];
		uint8_t again[SHA256_SIZE];
		char text[WORDS_SIZE(SHA256_SIZE)];

		assert_ok(sha256(message, strlen(message), hash, &trace), &trace);
		words_encode(hash, sizeof(hash), text);
		assert_string_equal(text, words);
		assert_true(words_decode(words, again, sizeof(again)));
		assert_memory_equal(again, hash, sizeof(hash));
	}
	json_decref(document);
}

static void
words_are_read_in_any_case_and_spacing(void **state)
{
	uint8_t bytes[4];

	(void)state;
	assert_true(words_decode("  TOPMOST istanbul\tPluto\r\n vagaBOND \n", bytes, 4));
	assert_memory_equal(bytes, "\xE5\x82\x94\xF2", 4);
}

static void
no_bytes_are_no_words(void **state)
{
	char text[WORDS_SIZE(0)] = { 'x' };

	(void)state;
	words_encode(NULL, 0, text);
	assert_string_equal(text, "");
	assert_true(words_decode(" ", text, 0));
}

static const struct {
	const char *name;
	const char *text;
} no_words[] = {
	{ "one word too few", "topmost Istanbul Pluto" },
	{ "one word too many", "topmost Istanbul Pluto vagabond treadmill" },
	{ "two swapped words", "Istanbul topmost Pluto vagabond" },
	{ "a missing word in the middle", "topmost Istanbul vagabond treadmill" },
	{ "a word of no list", "topmost Istanbul Pluto vagabonds" },
	{ "the beginning of a word", "topmost Istanbul Pluto vaga" },
	{ "words run together", "topmostIstanbul Pluto vagabond" },
	{ "nothing", "" },
};

static void
a_wrong_swapped_or_missing_word_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(no_words) / sizeof(no_words[0]); i++) {
		uint8_t bytes[4] = { 1, 2, 3, 4 };

		print_message("  %s\n", no_words[i].name);
		assert_false(words_decode(no_words[i].text, bytes, 4));
		assert_memory_equal(bytes, "\1\2\3\4", 4);
	}
}

static int
set_up(void **state)
{
	(void)state;
	return secret_heap_init(NULL) == ERR_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_is_lower_case_and_reads_either),
		cmocka_unit_test(no_bytes_are_an_empty_hex_text),
		cmocka_unit_test(hex_of_another_length_or_with_other_digits_is_refused),
		cmocka_unit_test(base32_is_that_of_the_rfc_in_lower_case),
		cmocka_unit_test(base32_that_does_not_fit_changes_nothing),
		cmocka_unit_test(base64_is_that_of_the_rfc),
		cmocka_unit_test(base64_that_would_not_be_written_so_or_does_not_fit_is_refused),
		cmocka_unit_test(each_byte_has_the_published_word_at_even_and_odd_places),
		cmocka_unit_test(the_published_hashes_read_as_the_published_words),
		cmocka_unit_test(words_are_read_in_any_case_and_spacing),
		cmocka_unit_test(no_bytes_are_no_words),
		cmocka_unit_test(a_wrong_swapped_or_missing_word_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
