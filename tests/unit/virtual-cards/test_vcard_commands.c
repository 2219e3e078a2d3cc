/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/virtual-cards/talk.h"

static void
commands_that_are_no_commands_are_refused(void **state)
{
	static const struct {
		const char *command, *answer;
	} rows[] = {
		{ "", "6700" },
		{ "00 CA 00", "6700" },
		{ "00 20 00 82 06 3132", "6700" },
		{ "00 20 00 82 01 3132 00 00", "6700" },
		{ "00 CA 00 6E 00 00", "6700" },
		{ "80 CA 00 6E 00", "6e00" },
		{ "0C CA 00 6E 00", "6e00" },
		{ "00 FF 00 00", "6d00" },
		{ "00 CA 12 34 00", "6a88" },
		{ "00 20 00 84 06 313233343536", "6a86" },
		{ "00 C0 00 00 00", "6985" },
	};
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(talk(card, rows[i].command), rows[i].answer);
	vcard_local_free(card);
}

static void
nothing_answers_before_the_application_is_selected(void **state)
{
	struct err_trace trace = { 0 };
	struct vcard_local *card = NULL;

	(void)state;
	assert_ok(vcard_local_new(1, NULL, &card, &trace), &trace);
	assert_string_equal(talk(card, "00 CA 00 6E 00"), "6d00");
	assert_string_equal(talk(card, "00 A4 04 0C 05 A000000308"), "6a82");
	assert_string_equal(talk(card, "00 CA 00 6E 00"), "6d00");
	assert_string_equal(talk(card, "00 A4 04 0C 10 D276000124010304FFFE000000010000"), "9000");
	assert_string_equal(talk(card, "00 CA 00 4F 00"), "d276000124010304fffe0000000100009000");
	vcard_local_free(card);
}

static void
a_long_command_comes_in_a_chain(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, "10 DA 01 03 02 6162"), "9000");
	assert_string_equal(talk(card, "10 DA 01 03 02 6364"), "9000");
	assert_string_equal(talk(card, "00 DA 01 03 01 65"), "9000");
	assert_string_equal(talk(card, "00 CA 01 03 00"), "61626364659000");
	vcard_local_free(card);
}

static void
a_chain_that_breaks_off_does_nothing(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, "00 DA 01 03 01 30"), "9000");
	assert_string_equal(talk(card, "10 DA 01 03 02 6162"), "9000");
	assert_string_equal(talk(card, "00 CA 01 03 00"), "6883");
	assert_string_equal(talk(card, "00 CA 01 03 00"), "309000");
	vcard_local_free(card);
}

static void
a_long_command_comes_with_extended_length(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, "00 DA 01 03 00 0003 616263"), "9000");
	assert_string_equal(talk(card, "00 CA 01 03 00 0000"), "6162639000");
	vcard_local_free(card);
}

static const struct {
	const char *variant, *chained, *extended, *historical;
} lengths[] = {
	{ NULL, "9000", "9000", "0031f573c001e00590009000" },
	{ "chaining-only", "9000", "6700", "0031f573c001800590009000" },
	{ "extended-only", "6884", "9000", "0031f573c001600590009000" },
	{ "short-only", "6884", "6700", "0031f573c001000590009000" },
};

static void
each_kind_of_card_takes_the_long_commands_that_it_announces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct vcard_local *card = talk_card(lengths[i].variant);

		assert_string_equal(talk(card, "00 CA 5F 52 00"), lengths[i].historical);
		assert_string_equal(talk(card, VERIFY_82), "9000");
		assert_string_equal(talk(card, "10 DA 01 03 02 6162"), lengths[i].chained);
		assert_string_equal(talk(card, SELECT), i < 2 ? "6883" : "9000");
		assert_string_equal(talk(card, SELECT), "9000");
		assert_string_equal(talk(card, VERIFY_82), "9000");
		assert_string_equal(talk(card, "00 DA 01 03 00 0003 616263"), lengths[i].extended);
		vcard_local_free(card);
	}
}

static void
an_answer_that_is_longer_than_asked_for_is_fetched(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, "00 CA 00 4F 04"), "d2760001610c");
	assert_string_equal(talk(card, "00 C0 00 00 08"), "24010304fffe00006104");
	assert_string_equal(talk(card, "00 C0 00 00 04"), "000100009000");
	assert_string_equal(talk(card, "00 C0 00 00 04"), "6985");
	vcard_local_free(card);
}

static void
an_exact_card_wants_the_exact_length(void **state)
{
	struct vcard_local *card = talk_card("exact-le");

	(void)state;
	assert_string_equal(talk(card, "00 CA 00 4F 04"), "6c10");
	assert_string_equal(talk(card, "00 CA 00 4F 10"), "d276000124010304fffe0000000100009000");
	vcard_local_free(card);
}

static void
a_challenge_is_random_and_as_long_as_asked_for(void **state)
{
	struct vcard_local *card = talk_card(NULL);
	struct vcard_local *without = talk_card("no-challenge");
	char first[80];

	(void)state;
	(void)snprintf(first, sizeof(first), "%s", talk(card, "00 84 00 00 20"));
	assert_int_equal(strlen(first), 2 * 32 + 4);
	assert_string_not_equal(talk(card, "00 84 00 00 20"), first);
	assert_int_equal(strlen(talk(card, "00 84 00 00 08")), 2 * 8 + 4);
	assert_string_equal(talk(card, "00 84 00 00 21"), "6700");
	assert_string_equal(talk(without, "00 84 00 00 20"), "6d00");
	vcard_local_free(card);
	vcard_local_free(without);
}

static void
a_factory_reset_forgets_everything_but_the_serial(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, "00 E6 00 00"), "6982");
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, "00 DA 01 03 03 616263"), "9000");
	assert_string_equal(talk(card, "00 24 00 83 10 3132333435363738 3837363534333231"), "9000");
	assert_string_equal(talk(card, "00 20 00 83 08 3837363534333231"), "9000");
	assert_string_equal(talk(card, "00 E6 00 00"), "9000");
	assert_string_equal(talk(card, "00 CA 00 6E 00"), "6285");
	assert_string_equal(talk(card, SELECT), "6285");
	assert_string_equal(talk(card, "00 44 00 00"), "9000");
	assert_string_equal(talk(card, SELECT), "9000");
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, "00 CA 01 03 00"), "9000");
	assert_string_equal(talk(card, "00 CA 00 4F 00"), "d276000124010304fffe0000000100009000");
	vcard_local_free(card);
}

static void
a_card_whose_admin_pin_is_blocked_can_still_be_reset(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	for (unsigned try = 0; try < 3; try++)
		talk(card, WRONG_83);
	assert_string_equal(talk(card, "00 E6 00 00"), "9000");
	assert_string_equal(talk(card, "00 44 00 00"), "9000");
	assert_string_equal(talk(card, VERIFY_83), "9000");
	vcard_local_free(card);
}

static void
a_card_without_a_life_cycle_cannot_be_reset(void **state)
{
	struct vcard_local *card = talk_card("no-terminate");

	(void)state;
	assert_string_equal(talk(card, "00 CA 5F 52 00"), "0031f573c001e00090009000");
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, "00 E6 00 00"), "6d00");
	assert_string_equal(talk(card, "00 44 00 00"), "6d00");
	vcard_local_free(card);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_that_are_no_commands_are_refused),
		cmocka_unit_test(nothing_answers_before_the_application_is_selected),
		cmocka_unit_test(a_long_command_comes_in_a_chain),
		cmocka_unit_test(a_chain_that_breaks_off_does_nothing),
		cmocka_unit_test(a_long_command_comes_with_extended_length),
		cmocka_unit_test(each_kind_of_card_takes_the_long_commands_that_it_announces),
		cmocka_unit_test(an_answer_that_is_longer_than_asked_for_is_fetched),
		cmocka_unit_test(an_exact_card_wants_the_exact_length),
		cmocka_unit_test(a_challenge_is_random_and_as_long_as_asked_for),
		cmocka_unit_test(a_factory_reset_forgets_everything_but_the_serial),
		cmocka_unit_test(a_card_whose_admin_pin_is_blocked_can_still_be_reset),
		cmocka_unit_test(a_card_without_a_life_cycle_cannot_be_reset),
	};

	return cmocka_run_group_tests_name("virtual card: commands", tests, NULL, NULL);
}
