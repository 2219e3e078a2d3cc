/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "base/shell_word.h"

static void
what_a_shell_takes_as_it_is_stays_as_it_is(void **state)
{
	(void)state;
	assert_string_equal(shell_word("ann").text, "ann");
	assert_string_equal(shell_word("../root-2027/x_1").text, "../root-2027/x_1");
	assert_string_equal(shell_word("ann,bob").text, "ann,bob");
	assert_string_equal(shell_word("J\xC3\xB6rg").text, "J\xC3\xB6rg");
}

static void
what_a_shell_would_cut_or_run_stands_between_apostrophes(void **state)
{
	(void)state;
	assert_string_equal(shell_word("Anna Arndt").text, "'Anna Arndt'");
	assert_string_equal(shell_word("$(reboot)").text, "'$(reboot)'");
	assert_string_equal(shell_word("~ann").text, "'~ann'");
	assert_string_equal(shell_word("").text, "''");
	assert_string_equal(shell_word("Mary O'Hara").text, "'Mary O'\\''Hara'");
}

static void
a_word_without_room_is_no_half_of_a_name(void **state)
{
	char word[SHELL_WORD + 1];

	(void)state;
	memset(word, 'a', sizeof(word));
	word[SHELL_WORD - 1] = '\0';
	assert_string_equal(shell_word(word).text, word);
	word[0] = ' ';
	assert_string_equal(shell_word(word).text, "...");
	word[SHELL_WORD - 3] = '\0';
	assert_int_equal(strlen(shell_word(word).text), SHELL_WORD - 1);
	word[1] = '\'';
	assert_string_equal(shell_word(word).text, "...");
	memset(word, 'a', sizeof(word));
	word[SHELL_WORD] = '\0';
	assert_string_equal(shell_word(word).text, "...");
	assert_string_equal(shell_word(NULL).text, "...");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_shell_takes_as_it_is_stays_as_it_is),
		cmocka_unit_test(what_a_shell_would_cut_or_run_stands_between_apostrophes),
		cmocka_unit_test(a_word_without_room_is_no_half_of_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
