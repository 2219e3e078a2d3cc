/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"

/* Asks what docs/formats/attendant.md says, in its order; the player compares byte for byte. */

static const struct attendant_wanted wanted[] = {
	{ "alice", "root/1", "FFFE:00000001" },
	{ "bob", "root/2", "FFFE:00000002" },
};
static const char *const through[] = { "carol" };
static const struct attendant_present present[] = {
	{ "Reader A", "FFFE:00000001" },
	{ "Reader B", NULL },
};

static void
ask_for_card(struct attendant *attendant)
{
	const struct attendant_card_ask ask = {
		.quorum = "root",
		.generation = 1,
		.purpose = "activate root",
		.done = 1,
		.total = 3,
		.through = through,
		.through_count = 1,
		.wanted = wanted,
		.wanted_count = 2,
		.present = present,
		.present_count = 2,
		.reason = "Two cards are inserted.",
	};
	struct attendant_card_answer answer;
	struct err_trace trace = { 0 };

	assert_ok(attendant->card(attendant->context, &ask, &answer, &trace), &trace);
	assert_string_equal(answer.reader, "Reader A");
}

static void
ask_for_pins(struct attendant *attendant)
{
	struct attendant_pin_ask ask = { .purpose = ATTENDANT_PIN_VERIFY,
		.custodian = "alice",
		.card = "root/1",
		.serial = "FFFE:00000001",
		.tries = 3,
		.min = 6,
		.max = 127 };
	struct err_trace trace = { 0 };
	struct secret *pin = NULL;

	assert_ok(attendant->pin(attendant->context, &ask, &pin, &trace), &trace);
	assert_true(secret_equal_bytes(pin, "correct horse 42", 16));
	secret_drop(&pin);
	attendant->progress(attendant->context, "The card makes its keys.", 1, 3);
	ask.purpose = ATTENDANT_PIN_NEW;
	ask.serial = NULL;
	ask.tries = 0;
	ask.reason = "a PIN has at least 6 characters";
	assert_ok(attendant->pin(attendant->context, &ask, &pin, &trace), &trace);
	assert_null(pin);
}

static void
ask_for_a_row_and_a_line(struct attendant *attendant)
{
	static const struct attendant_menu_row rows[] = { { "go", "do it" },
		{ "pause", "go on later" } };
	const struct attendant_menu menu = { "Step 2 of 9", rows, 2 };
	const struct attendant_fill fill = { "Number of the bag?", "B-0001" };
	struct err_trace trace = { 0 };
	size_t taken = 0;
	char line[32];

	assert_ok(attendant->menu(attendant->context, &menu, &taken, &trace), &trace);
	assert_int_equal(taken, 1);
	assert_ok(attendant->fill(attendant->context, &fill, line, sizeof(line), &trace), &trace);
	assert_string_equal(line, "B-4711");
}

static void
ask_for_words(struct attendant *attendant)
{
	static const char *const people[] = { "ann", "bob", NULL };
	const unsigned of = 1U << ATTENDANT_AGAIN | 1U << ATTENDANT_OTHER | 1U << ATTENDANT_STOP;
	enum attendant_choice taken = ATTENDANT_STOP;
	struct err_trace trace = { 0 };
	char line[32];
	bool yes = false;

	assert_ok(
	    attendant->confirm(attendant->context, "Erase it?", people, &yes, &trace), &trace);
	assert_true(yes);
	assert_ok(
	    attendant->choice(attendant->context, "The card refused the PIN.", of, &taken, &trace),
	    &trace);
	assert_int_equal(taken, ATTENDANT_OTHER);
	attendant->note(attendant->context, "Nothing is lost.");
	assert_ok(attendant->type(attendant->context, "Type FFFE:00000001.",
		      ATTENDANT_EXPECT_SERIAL, line, sizeof(line), &trace),
	    &trace);
	assert_string_equal(line, "FFFE:00000001");
	ask_for_a_row_and_a_line(attendant);
	attendant->remove(attendant->context, "Reader A", "Take the card out.");
	assert_fails(attendant->confirm(attendant->context, "Go on?", NULL, &yes, &trace),
	    ERR_CANCELLED, &trace);
}

static void
speaks_as_the_page_says(void **state)
{
	struct attendant *attendant = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(attendant_program_start(getenv("ATTENDANT_PLAYER"), &attendant, &trace), &trace);
	ask_for_card(attendant);
	ask_for_pins(attendant);
	ask_for_words(attendant);
	attendant_close(attendant);
}

static void
another_question_than_the_page_has_is_noticed(void **state)
{
	struct attendant *attendant = NULL;
	struct err_trace trace = { 0 };
	bool yes;

	(void)state;
	assert_ok(attendant_program_start(getenv("ATTENDANT_PLAYER"), &attendant, &trace), &trace);
	assert_fails(attendant->confirm(attendant->context, "Erase it?", NULL, &yes, &trace),
	    ERR_CANCELLED, &trace);
	attendant_close(attendant);
}

/* Each of these programs answers with something that is no answer. */
static void
wrong_answers_are_refused(void **state)
{
	static const struct {
		const char *program;
		enum err err;
	} rows[] = {
		{ "true", ERR_CANCELLED }, /* ends at once */
		{ "yes", ERR_FORMAT },     /* "y": no JSON, for ever */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct attendant *attendant = NULL;
		struct err_trace trace = { 0 };
		bool yes;

		assert_ok(attendant_program_start(rows[i].program, &attendant, &trace), &trace);
		assert_fails(
		    attendant->confirm(attendant->context, "Erase it?", NULL, &yes, &trace),
		    rows[i].err, &trace);
		attendant_close(attendant);
	}
}

static void
a_program_that_is_not_there_is_named(void **state)
{
	struct attendant *attendant = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	assert_fails(
	    attendant_program_start("/nowhere/attendant", &attendant, &trace), ERR_ABSENT, &trace);
	assert_non_null(strstr(trace.frame[trace.count - 1].text, "/nowhere/attendant"));
	assert_string_not_equal(trace.next, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaks_as_the_page_says),
		cmocka_unit_test(another_question_than_the_page_has_is_noticed),
		cmocka_unit_test(wrong_answers_are_refused),
		cmocka_unit_test(a_program_that_is_not_there_is_named),
	};

	if (secret_heap_init(NULL) != ERR_OK)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
