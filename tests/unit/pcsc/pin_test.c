/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "pcsc/pin.h"

struct pin_row {
	const char *pin;
	size_t min;
	enum err want;
};

static const struct pin_row rows[] = {
	{ "314159", 6, ERR_OK },
	{ "correct horse", 6, ERR_OK },
	{ "1123456", 6, ERR_OK },
	{ "112233", 6, ERR_OK },
	{ "12345", 4, ERR_DENIED },   /* the family's six, whatever the policy says */
	{ "3141592", 8, ERR_DENIED }, /* the policy's eight */
	{ "", 0, ERR_DENIED },
	{ "123456", 6, ERR_DENIED },   /* factory */
	{ "12345678", 6, ERR_DENIED }, /* factory */
	{ "234567", 6, ERR_DENIED },   /* runs */
	{ "987654", 6, ERR_DENIED },
	{ "abcdef", 6, ERR_DENIED },
	{ "fedcba", 6, ERR_DENIED },
	{ "111111", 6, ERR_DENIED }, /* repetitions */
	{ "121212", 6, ERR_DENIED },
	{ "1212121", 6, ERR_DENIED },
	{ "123123", 6, ERR_DENIED },
	{ "31415\n", 6, ERR_DENIED }, /* a slip */
	{ "31415\x7f", 6, ERR_DENIED },
};

static void
a_pin_is_taken_or_refused_by_the_rules_and_never_repeated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct secret *pin = NULL;
		struct err_trace trace = { 0 };
		enum err got;

		assert_ok(secret_new(64, &pin, &trace), &trace);
		assert_ok(secret_append(pin, rows[i].pin, strlen(rows[i].pin), &trace), &trace);
		got = card_pin_acceptable(pin, rows[i].min, &trace);
		secret_free(pin);
		if (got != rows[i].want)
			print_error("row %zu, '%s'\n", i, rows[i].pin);
		assert_int_equal(got, rows[i].want);
		if (got != ERR_OK && strlen(rows[i].pin) > 5)
			assert_null(strstr(trace.frame[0].text, rows[i].pin));
	}
}

static void
a_pin_longer_than_any_card_takes_is_refused(void **state)
{
	struct secret *pin = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(secret_new(200, &pin, &trace), &trace);
	for (uint8_t i = 0; i < 128; i++)
		assert_ok(secret_append(pin, &(uint8_t){ (uint8_t)(i * 7 % 64 + 0x30) }, 1, &trace),
		    &trace);
	assert_fails(card_pin_acceptable(pin, 6, &trace), ERR_DENIED, &trace);
	secret_free(pin);
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
		cmocka_unit_test(a_pin_is_taken_or_refused_by_the_rules_and_never_repeated),
		cmocka_unit_test(a_pin_longer_than_any_card_takes_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
