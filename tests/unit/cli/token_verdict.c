/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "cli/token_verdict.h"
#include "hsm/token.h"

static const struct token_facts luna = { .label = "root",
	.manufacturer = "Maker",
	.model = "K7",
	.serial = "",
	.hardware = "1.0",
	.firmware = "7.8",
	.initialised = true };

static void
what_is_expected_stands_beside_what_is(void **state)
{
	struct token_verdict verdict = { .count = 0 };

	(void)state;
	assert_ok(token_verdict_expect(&verdict, &luna, "firmware=7.8", NULL), NULL);
	assert_ok(token_verdict_expect(&verdict, &luna, "model=K8", NULL), NULL);
	assert_int_equal(verdict.count, 2);
	assert_int_equal(verdict.wrong, 1);
	assert_true(verdict.check[0].as_expected);
	assert_string_equal(verdict.check[0].name, "firmware");
	assert_string_equal(verdict.check[0].actual, "is 7.8");
	assert_false(verdict.check[1].as_expected);
	assert_string_equal(verdict.check[1].expected, "K8");
	assert_string_equal(verdict.check[1].actual, "is K7");
}

static void
yes_and_no_are_compared_as_words(void **state)
{
	struct token_verdict verdict = { .count = 0 };

	(void)state;
	assert_ok(token_verdict_expect(&verdict, &luna, "initialised=yes", NULL), NULL);
	assert_ok(token_verdict_expect(&verdict, &luna, "user-pin=yes", NULL), NULL);
	assert_true(verdict.check[0].as_expected);
	assert_false(verdict.check[1].as_expected);
	assert_string_equal(verdict.check[1].actual, "is no");
}

static void
a_serial_that_is_not_there_is_none(void **state)
{
	struct token_verdict verdict = { .count = 0 };

	(void)state;
	assert_ok(token_verdict_expect(&verdict, &luna, "serial=1234", NULL), NULL);
	assert_string_equal(verdict.check[0].actual, "is none");
	assert_int_equal(verdict.wrong, 1);
	assert_ok(token_verdict_expect(&verdict, &luna, "serial=", NULL), NULL);
	assert_int_equal(verdict.wrong, 1);
}

static void
a_value_is_whole_and_not_a_beginning(void **state)
{
	struct token_verdict verdict = { .count = 0 };

	(void)state;
	assert_ok(token_verdict_expect(&verdict, &luna, "firmware=7.8.1", NULL), NULL);
	assert_ok(token_verdict_expect(&verdict, &luna, "firmware=7", NULL), NULL);
	assert_int_equal(verdict.wrong, 2);
}

static void
what_no_token_tells_cannot_be_expected(void **state)
{
	static const char *const wrong[] = { "firmware", "colour=red", "=2.6", "firmwar=2.6", "",
		"initialised=maybe" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_fails(token_verdict_check_names(&wrong[i], 1, NULL), ERR_ARGUMENT, NULL);
}

static void
more_expectations_than_fit_are_refused(void **state)
{
	const char *many[TOKEN_CHECKS];

	(void)state;
	for (size_t i = 0; i < TOKEN_CHECKS; i++)
		many[i] = "firmware=7.8";
	assert_fails(token_verdict_check_names(many, TOKEN_CHECKS, NULL), ERR_ARGUMENT, NULL);
	assert_ok(token_verdict_check_names(many, TOKEN_CHECKS - 1, NULL), NULL);
}

static void
a_token_that_is_not_initialised_is_empty_without_a_look(void **state)
{
	const struct token_facts fresh = { .initialised = false };
	struct token_verdict verdict = { .count = 0 };

	(void)state;
	assert_ok(token_verdict_expect_empty(&verdict, NULL, &fresh, NULL), NULL);
	assert_true(verdict.check[0].as_expected);
	assert_string_equal(verdict.check[0].actual, "is not initialised and so can hold none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_expected_stands_beside_what_is),
		cmocka_unit_test(yes_and_no_are_compared_as_words),
		cmocka_unit_test(a_serial_that_is_not_there_is_none),
		cmocka_unit_test(a_value_is_whole_and_not_a_beginning),
		cmocka_unit_test(what_no_token_tells_cannot_be_expected),
		cmocka_unit_test(more_expectations_than_fit_are_refused),
		cmocka_unit_test(a_token_that_is_not_initialised_is_empty_without_a_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
