/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "ceremony/form.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct form
begun(void)
{
	struct err_trace trace = { 0 };
	struct form form;

	assert_ok(form_begin(&form, "A title", &trace), &trace);
	return form;
}

static void
a_command_is_written_as_a_shell_takes_it(void **state)
{
	static const char *const words[] = { "quorate", "key", "generate", "--label", "it's one",
		"", "C=DE,O=Größe", "a*", "x\\y" };
	struct form form = begun();

	(void)state;
	assert_string_equal(form_command(&form, COUNT(words), words, 200),
	    "quorate key generate --label 'it'\\''s one' '' C=DE,O=Größe 'a*' 'x\\y'");
	form_drop(&form);
}

static void
a_long_command_goes_on_behind_a_backslash(void **state)
{
	static const char *const words[] = { "one", "two", "three", "four" };
	static const char *const long_word[] = { "abcdefghijklmnopqrstuvwxyz" };
	static const char *const quotes[] = { "a bc'd efg" };
	static const char *const wide[] = { "ääääääääääää" };
	struct form form = begun();

	(void)state;
	assert_string_equal(form_command(&form, 4, words, 20), "one two three four");
	assert_string_equal(form_command(&form, 4, words, 19), "one two three \\\nfour");
	assert_string_equal(form_command(&form, 4, words, 10), "one two \\\nthree \\\nfour");
	assert_string_equal(
	    form_command(&form, 1, long_word, 10), "abcdefgh\\\nijklmnop\\\nqrstuvwx\\\nyz");
	assert_string_equal(form_command(&form, 1, wide, 10), "ääääääää\\\nääää");
	assert_string_equal(form_command(&form, 1, quotes, 12), "'a bc'\\'''\\\n'd efg'");
	form_drop(&form);
}

static void
what_is_no_character_of_a_line_is_shown_as_its_number(void **state)
{
	struct form form = begun();

	(void)state;
	assert_string_equal(
	    form_visible(&form, "a\tb\x1b[1mc\rd\ne\x7f ä"), "a\\x09b\\x1b[1mc\\x0dd\ne\\x7f ä");
	form_drop(&form);
}

static void
a_hash_is_in_groups_and_in_words(void **state)
{
	static const unsigned char bytes[] = { 0xE5, 0x82, 0x94, 0xF2, 0xE9 };
	struct form form = begun();

	(void)state;
	assert_string_equal(form_hex(&form, bytes, 5), "e582 94f2 e9");
	assert_string_equal(form_words(&form, bytes, 4), "topmost Istanbul Pluto vagabond");
	form_drop(&form);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_written_as_a_shell_takes_it),
		cmocka_unit_test(a_long_command_goes_on_behind_a_backslash),
		cmocka_unit_test(what_is_no_character_of_a_line_is_shown_as_its_number),
		cmocka_unit_test(a_hash_is_in_groups_and_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
