/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <limits.h>

#include "base/secret.h"

#include "virtual-cards/robot_pin.h"
#include "virtual-cards/robot_rules.h"

static struct secret *
derive(const char *kind, const char *name, unsigned change)
{
	const struct robot_pin pin = { .kind = kind, .name = name, .change = change };
	struct err_trace trace = { 0 };
	struct secret *out = NULL;

	assert_ok(robot_pin_derive(&pin, &out, &trace), &trace);
	return out;
}

static void
a_pin_is_always_the_same_for_the_same_card(void **state)
{
	struct secret *pin = derive("card", "FFFE:00000001", 0);

	(void)state;
	/* Computed by a script of its own from what robot_pin.h says. */
	assert_true(secret_equal_bytes(pin, "SW2ASCI6AQIMKAMK", ROBOT_PIN));
	secret_free(pin);
}

static void
another_kind_name_or_change_gives_another_pin(void **state)
{
	static const struct {
		const char *kind;
		const char *name;
		unsigned change;
	} others[] = {
		{ "token-user", "FFFE:00000001", 0 },
		{ "card", "FFFE:00000002", 0 },
		{ "card", "FFFE:00000001", 1 },
	};
	struct secret *pin = derive("card", "FFFE:00000001", 0);

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct secret *other = derive(others[i].kind, others[i].name, others[i].change);

		assert_false(secret_equal(pin, other));
		secret_free(other);
	}
	secret_free(pin);
}

/* Quorate refuses runs and repetitions; a practice must not fail by chance. */
static void
no_pin_has_a_run_or_a_repetition(void **state)
{
	(void)state;
	for (unsigned change = 0; change < 2000; change++) {
		struct secret *pin = derive("card", "FFFE:00000001", change);
		const uint8_t *text = secret_bytes(pin);

		assert_int_equal(secret_len(pin), ROBOT_PIN);
		for (size_t i = 1; i < ROBOT_PIN; i++) {
			assert_int_not_equal(text[i], text[i - 1]);
			assert_int_not_equal(text[i], text[i - 1] + 1);
			assert_int_not_equal(text[i], text[i - 1] - 1);
		}
		secret_free(pin);
	}
}

static void
a_pin_has_the_length_that_the_card_or_token_takes(void **state)
{
	static const struct {
		size_t min, max, length;
	} rows[] = { { 0, 0, 16 }, { 6, 127, 16 }, { 6, 8, 8 }, { 20, 32, 20 }, { 32, 255, 32 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct robot_pin pin = {
			.kind = "card", .name = "x", .min = rows[i].min, .max = rows[i].max
		};
		struct err_trace trace = { 0 };
		struct secret *out = NULL;

		assert_ok(robot_pin_derive(&pin, &out, &trace), &trace);
		assert_int_equal(secret_len(out), rows[i].length);
		secret_free(out);
	}
}

static void
a_length_that_it_has_no_pin_for_is_refused(void **state)
{
	static const struct robot_pin pins[] = {
		{ .kind = "card", .name = "x", .min = 33, .max = 64 },
		{ .kind = "card", .name = "x", .min = 8, .max = 6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
		struct secret *out = NULL;

		assert_fails(robot_pin_derive(&pins[i], &out, NULL), ERR_ARGUMENT, NULL);
		assert_null(out);
	}
}

static void
rules_are_read_with_their_arguments(void **state)
{
	struct err_trace trace = { 0 };
	static struct rules rules;

	(void)state;
	assert_ok(
	    rules_parse("wrong-pin alice 2; absent carol ;;leave-in", &rules, &trace), &trace);
	assert_int_equal(rules.count, 3);
	assert_non_null(rules_find(&rules, "absent", "carol"));
	assert_null(rules_find(&rules, "absent", "alice"));
	assert_non_null(rules_find(&rules, "leave-in", NULL));
}

static void
no_rules_at_all_are_fine(void **state)
{
	struct err_trace trace = { 0 };
	static struct rules rules;

	(void)state;
	assert_ok(rules_parse(NULL, &rules, &trace), &trace);
	assert_int_equal(rules.count, 0);
}

static void
a_rule_that_nobody_knows_or_that_lacks_an_argument_is_refused(void **state)
{
	static const char *const wrong[] = { "absen carol", "absent", "wrong-pin alice",
		"leave-in now", "wrong-pin alice 1 2 3" };
	static struct rules rules;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_fails(rules_parse(wrong[i], &rules, NULL), ERR_ARGUMENT, NULL);
}

static void
a_counted_rule_is_spent_and_then_over(void **state)
{
	struct err_trace trace = { 0 };
	static struct rules rules;

	(void)state;
	assert_ok(rules_parse("wrong-pin alice 2", &rules, &trace), &trace);
	assert_true(rules_spend(&rules, "wrong-pin", "alice"));
	assert_false(rules_spend(&rules, "wrong-pin", "bob"));
	assert_true(rules_spend(&rules, "wrong-pin", "alice"));
	assert_false(rules_spend(&rules, "wrong-pin", "alice"));
}

static void
a_numbered_rule_hits_its_number_alone(void **state)
{
	struct err_trace trace = { 0 };
	static struct rules rules;

	(void)state;
	assert_ok(rules_parse("stop-at card 2;stop-at pin 5", &rules, &trace), &trace);
	assert_false(rules_hit(&rules, "stop-at", "card", 1));
	assert_true(rules_hit(&rules, "stop-at", "card", 2));
	assert_false(rules_hit(&rules, "stop-at", "card", 3));
	assert_true(rules_hit(&rules, "stop-at", "pin", 5));
}

static void
who_is_not_in_the_order_comes_last(void **state)
{
	struct err_trace trace = { 0 };
	static struct rules rules;

	(void)state;
	assert_ok(rules_parse("order carol,al,alice", &rules, &trace), &trace);
	assert_int_equal(rules_rank(&rules, "carol"), 0);
	assert_int_equal(rules_rank(&rules, "alice"), 2);
	assert_int_equal(rules_rank(&rules, "bob"), UINT_MAX);
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
		cmocka_unit_test(a_pin_is_always_the_same_for_the_same_card),
		cmocka_unit_test(another_kind_name_or_change_gives_another_pin),
		cmocka_unit_test(no_pin_has_a_run_or_a_repetition),
		cmocka_unit_test(a_pin_has_the_length_that_the_card_or_token_takes),
		cmocka_unit_test(a_length_that_it_has_no_pin_for_is_refused),
		cmocka_unit_test(rules_are_read_with_their_arguments),
		cmocka_unit_test(no_rules_at_all_are_fine),
		cmocka_unit_test(a_rule_that_nobody_knows_or_that_lacks_an_argument_is_refused),
		cmocka_unit_test(a_counted_rule_is_spent_and_then_over),
		cmocka_unit_test(a_numbered_rule_hits_its_number_alone),
		cmocka_unit_test(who_is_not_in_the_order_comes_last),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
