/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "pcsc/pin.h"
#include "tests/unit/pcsc/table.h"

static void
check_is_blank(struct card *card)
{
	assert_int_equal(card_tries_left(card, CARD_PIN_ADMIN), 3);
	assert_ok(card_inspect(card, NULL), NULL);
	assert_int_equal(card_facts(card)->contents, 0);
	table_verify(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN);
	table_verify(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN);
}

static const char *const resettable[] = { NULL, "wrong-pin=always", "wrong-pin=count", "kdf-on" };

static void
a_reset_makes_a_blank_card_with_or_without_the_admin_pin(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(resettable) / sizeof(resettable[0]); i++) {
		struct table table;
		struct card_keys keys;
		struct card *card;
		struct secret *admin = NULL;
		struct err_trace trace = { 0 };

		print_message("%s\n", resettable[i] == NULL ? "any" : resettable[i]);
		table_lay(&table, resettable[i]);
		table_enrol(&table, &keys);
		card = table_visit(&table);
		assert_ok(card_factory_reset(card, NULL, &trace), &trace);
		check_is_blank(card);
		card_visit_end(card);

		table_enrol(&table, &keys);
		card = table_visit(&table);
		assert_ok(secret_from(TABLE_ADMIN_PIN, 8, &admin, NULL), NULL);
		assert_ok(card_factory_reset(card, admin, &trace), &trace);
		check_is_blank(card);
		secret_free(admin);
		card_visit_end(card);
		table_clear(&table);
	}
}

static void
a_card_that_cannot_be_reset_is_refused_before_a_try_is_lost(void **state)
{
	struct table table;
	struct card *card;
	struct err_trace trace = { 0 };
	unsigned sent;

	(void)state;
	table_lay(&table, "no-terminate");
	card = table_visit(&table);
	sent = card_counts(card).sent;
	assert_fails(card_factory_reset(card, NULL, &trace), ERR_UNSUPPORTED, &trace);
	assert_int_equal(card_counts(card).sent, sent);
	assert_non_null(strstr(trace.next, "present admin PIN"));
	card_visit_end(card);
	table_clear(&table);
}

static void
a_reset_with_the_wrong_admin_pin_costs_one_try_and_changes_nothing(void **state)
{
	struct table table;
	struct card_keys keys;
	struct card *card;
	struct secret *wrong = NULL;
	uint8_t point[CARD_POINT];

	(void)state;
	table_lay(&table, NULL);
	table_enrol(&table, &keys);
	card = table_visit(&table);
	assert_ok(secret_from("99999999", 8, &wrong, NULL), NULL);
	assert_fails(card_factory_reset(card, wrong, NULL), ERR_DENIED, NULL);
	assert_int_equal(card_tries_left(card, CARD_PIN_ADMIN), 2);
	card_visit_end(card);
	card = table_visit(&table);
	assert_ok(card_public_key(card, CARD_KEY_DEC, point, NULL), NULL);
	assert_memory_equal(point, keys.dec, sizeof(point));
	secret_free(wrong);
	card_visit_end(card);
	table_clear(&table);
}

static void
a_terminated_card_opens_and_is_only_good_for_a_reset(void **state)
{
	struct table table;
	struct card *card;
	struct err_trace trace = { 0 };

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	/* Pulled between TERMINATE and ACTIVATE: visit 2, six wrong PINs with 6E each 12. */
	table.fault = (struct wire_fault){ .kind = WIRE_FAULT_PULLED_AFTER, .at = 13 };
	assert_fails(card_factory_reset(card, NULL, NULL), ERR_IO, NULL);
	card_visit_end(card);
	table.fault = (struct wire_fault){ 0 };

	card = table_visit(&table);
	assert_int_equal(card_facts(card)->life, CARD_LIFE_TERMINATED);
	assert_string_equal(card_facts(card)->serial, "");
	assert_fails(card_suits(card, &trace), ERR_NOT_NOW, &trace);
	assert_ok(card_inspect(card, NULL), NULL);
	assert_ok(card_factory_reset(card, NULL, &trace), &trace);
	assert_string_equal(card_facts(card)->serial, "FFFE:00000001");
	check_is_blank(card);
	card_visit_end(card);
	table_clear(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_makes_a_blank_card_with_or_without_the_admin_pin),
		cmocka_unit_test(a_card_that_cannot_be_reset_is_refused_before_a_try_is_lost),
		cmocka_unit_test(
		    a_reset_with_the_wrong_admin_pin_costs_one_try_and_changes_nothing),
		cmocka_unit_test(a_terminated_card_opens_and_is_only_good_for_a_reset),
	};

	return cmocka_run_group_tests(tests, table_start, NULL);
}
