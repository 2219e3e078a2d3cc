/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "pcsc/apdu.h"
#include "tests/fakes/channel_replay.h"

static const uint8_t body[600] = { 0xAB };

static struct apdu_link
link_to(struct replay *replay)
{
	struct apdu_link link = { 0 };

	channel_replay(replay, &link.channel);
	return link;
}

#define REPLAY(steps_)                                                                             \
	{                                                                                          \
		.steps = (steps_), .count = sizeof(steps_) / sizeof((steps_)[0])                   \
	}

static void
a_short_command_has_header_length_body_and_expected_length(void **state)
{
	static const struct replay_step steps[] = { { "00 20 00 82 02 AB 00 00", "01 02 90 00" } };
	struct replay replay = REPLAY(steps);
	struct apdu_link link = link_to(&replay);
	struct apdu command = { 0x00, 0x20, 0x00, 0x82, cursor_over(body, 2), 256 };
	uint8_t bytes[8];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	assert_ok(apdu_send(&link, &command, &answer, &sw, &trace), &trace);
	assert_int_equal(sw, 0x9000);
	assert_int_equal(answer.len, 2);
	assert_memory_equal(bytes, "\x01\x02", 2);
	assert_int_equal(link.counts.sent, 1);
	assert_int_equal(link.counts.get_response, 0);
}

static void
an_answer_in_parts_is_fetched_and_counted_apart(void **state)
{
	static const struct replay_step steps[] = {
		{ "00 CA 00 6E 00", "11 22 61 02" },
		{ "00 C0 00 00 02", "33 44 61 00" },
		{ "00 C0 00 00 00", "55 90 00" },
	};
	struct replay replay = REPLAY(steps);
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0xCA, .p2 = 0x6E, .expect = 256 };
	uint8_t bytes[8];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	assert_ok(apdu_send(&link, &command, &answer, &sw, &trace), &trace);
	assert_int_equal(answer.len, 5);
	assert_memory_equal(bytes, "\x11\x22\x33\x44\x55", 5);
	assert_int_equal(link.counts.sent, 1);
	assert_int_equal(link.counts.get_response, 2);
}

static void
a_wrong_expected_length_is_corrected_once(void **state)
{
	static const struct replay_step steps[] = {
		{ "00 84 00 00 20", "6C 08" },
		{ "00 84 00 00 08", "6C 04" },
	};
	struct replay replay = REPLAY(steps);
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0x84, .expect = 32 };
	uint8_t bytes[32];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	assert_ok(apdu_send(&link, &command, &answer, &sw, &trace), &trace);
	assert_int_equal(sw, 0x6C04);
	assert_int_equal(replay.at, 2);
}

static void
a_long_body_is_chained_where_the_card_can(void **state)
{
	static const struct replay_step steps[] = { { NULL, "90 00" }, { NULL, "90 00" },
		{ NULL, "90 00" } };
	struct replay replay = REPLAY(steps);
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0xDA, .body = cursor_over(body, sizeof(body)) };
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	link.limits.chaining = true;
	assert_ok(apdu_send(&link, &command, NULL, &sw, &trace), &trace);
	assert_int_equal(sw, 0x9000);
	assert_int_equal(link.counts.sent, 3);
}

static void
a_chain_that_is_refused_is_not_continued(void **state)
{
	static const struct replay_step steps[] = { { NULL, "68 84" } };
	struct replay replay = REPLAY(steps);
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0xDA, .body = cursor_over(body, sizeof(body)) };
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	link.limits.chaining = true;
	assert_ok(apdu_send(&link, &command, NULL, &sw, &trace), &trace);
	assert_int_equal(sw, 0x6884);
	assert_int_equal(replay.at, 1);
}

static void
a_long_body_goes_extended_where_the_card_cannot_chain(void **state)
{
	static const struct replay_step steps[] = { { NULL, "90 00" } };
	struct replay replay = REPLAY(steps);
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0xDA, .body = cursor_over(body, sizeof(body)) };
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	link.limits = (struct apdu_limits){ .extended = true, .command = 1024, .answer = 2048 };
	assert_ok(apdu_send(&link, &command, NULL, &sw, &trace), &trace);
	assert_int_equal(link.counts.sent, 1);
}

static void
a_long_answer_is_asked_for_in_extended_form(void **state)
{
	static const struct replay_step steps[] = { { "00 CA 00 FA 00 08 00", "01 90 00" } };
	struct replay replay = REPLAY(steps);
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0xCA, .p2 = 0xFA, .expect = 2048 };
	uint8_t bytes[8];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	link.limits = (struct apdu_limits){ .extended = true, .command = 1024, .answer = 2048 };
	assert_ok(apdu_send(&link, &command, &answer, &sw, &trace), &trace);
	assert_int_equal(answer.len, 1);
}

static void
a_long_body_is_refused_where_the_card_can_do_neither(void **state)
{
	struct replay replay = { 0 };
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0xDA, .body = cursor_over(body, sizeof(body)) };
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	assert_fails(apdu_send(&link, &command, NULL, &sw, &trace), ERR_UNSUPPORTED, &trace);
	assert_int_equal(link.counts.sent, 0);
}

struct bad_answer {
	const char *name;
	const char *answer;
	enum err want;
};

static const struct bad_answer bad_answers[] = {
	{ "no byte", "", ERR_IO },
	{ "one byte", "90", ERR_IO },
	{ "more than there is room for", "01 02 03 04 05 90 00", ERR_FORMAT },
};

static void
an_answer_that_is_none_is_an_error_before_its_status_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_answers) / sizeof(bad_answers[0]); i++) {
		const struct replay_step step = { NULL, bad_answers[i].answer };
		struct replay replay = { .steps = &step, .count = 1 };
		struct apdu_link link = link_to(&replay);
		struct apdu command = { .ins = 0xCA, .expect = 256 };
		uint8_t bytes[4] = { 0 };
		struct writer answer = writer_into(bytes, sizeof(bytes));
		struct err_trace trace = { 0 };
		uint16_t sw = 0x1234;

		print_message("%s\n", bad_answers[i].name);
		assert_fails(
		    apdu_send(&link, &command, &answer, &sw, &trace), bad_answers[i].want, &trace);
		assert_int_equal(answer.len, 0);
		assert_int_equal(sw, 0x1234);
	}
}

static void
data_after_a_failed_part_are_taken_back(void **state)
{
	static const struct replay_step steps[] = {
		{ NULL, "11 22 61 02" },
		{ NULL, "" },
	};
	struct replay replay = REPLAY(steps);
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0xCA, .expect = 256 };
	uint8_t bytes[8] = { 0 };
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	assert_fails(apdu_send(&link, &command, &answer, &sw, &trace), ERR_IO, &trace);
	assert_int_equal(answer.len, 0);
	assert_memory_equal(bytes, "\0\0", 2);
}

static void
an_answer_without_end_is_given_up(void **state)
{
	struct replay_step steps[80];
	struct replay replay = { .steps = steps, .count = 80 };
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0xCA, .expect = 256 };
	uint8_t bytes[8];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	for (size_t i = 0; i < 80; i++)
		steps[i] = (struct replay_step){ NULL, "61 01" };
	assert_fails(apdu_send(&link, &command, &answer, &sw, &trace), ERR_FORMAT, &trace);
}

static void
data_that_nobody_asked_for_are_an_error(void **state)
{
	static const struct replay_step steps[] = { { NULL, "01 90 00" } };
	struct replay replay = REPLAY(steps);
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0x20 };
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	assert_fails(apdu_send(&link, &command, NULL, &sw, &trace), ERR_FORMAT, &trace);
}

static void
remember(void *context, const struct apdu_note *note)
{
	apdu_note_text(note, context);
}

static void
a_watcher_sees_headers_and_no_body(void **state)
{
	static const struct replay_step steps[] = { { NULL, "63 C2" }, { NULL, "" } };
	struct replay replay = REPLAY(steps);
	struct apdu_link link = link_to(&replay);
	struct apdu command = { .ins = 0x20, .p2 = 0x82, .body = cursor_over("314159", 6) };
	char text[APDU_NOTE_TEXT];
	uint16_t sw = 0;

	(void)state;
	link.watch = remember;
	link.watch_context = text;
	assert_ok(apdu_send(&link, &command, NULL, &sw, NULL), NULL);
	assert_string_equal(text, "00 20 00 82 Lc 6 -> 0 63C2");
	assert_fails(apdu_send(&link, &command, NULL, &sw, NULL), ERR_IO, NULL);
	assert_string_equal(text, "00 20 00 82 Lc 6 -> no answer");
}

static void
every_status_word_has_words_and_a_code(void **state)
{
	(void)state;
	for (unsigned sw = 0; sw <= 0xFFFF; sw++) {
		assert_non_null(apdu_sw_words((uint16_t)sw));
		assert_true((apdu_sw_err((uint16_t)sw) == ERR_OK) == (sw == 0x9000));
	}
	assert_int_equal(apdu_sw_err(0x63C2), ERR_DENIED);
	assert_int_equal(apdu_sw_err(0x63C0), ERR_LOCKED);
	assert_int_equal(apdu_sw_err(0x6983), ERR_LOCKED);
	assert_int_equal(apdu_sw_err(0x6A88), ERR_ABSENT);
	assert_int_equal(apdu_sw_err(0x6F42), ERR_IO);
	assert_string_equal(apdu_sw_words(0x6983), "the PIN is blocked");
}

static void
a_closed_channel_is_an_error_and_closing_is_done_once(void **state)
{
	struct replay replay = { 0 };
	struct channel channel = { 0 };
	struct err_trace trace = { 0 };
	uint8_t bytes[2];
	struct writer answer = writer_into(bytes, sizeof(bytes));

	(void)state;
	assert_fails(channel_transmit(&channel, cursor_over(body, 5), &answer, &trace),
	    ERR_INTERNAL, &trace);
	channel_replay(&replay, &channel);
	assert_fails(channel_control(&channel, 1, cursor_over(body, 1), &answer, NULL),
	    ERR_UNSUPPORTED, NULL);
	channel_close(&channel);
	assert_true(replay.closed);
	replay.closed = false;
	channel_close(&channel);
	assert_false(replay.closed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_command_has_header_length_body_and_expected_length),
		cmocka_unit_test(an_answer_in_parts_is_fetched_and_counted_apart),
		cmocka_unit_test(a_wrong_expected_length_is_corrected_once),
		cmocka_unit_test(a_long_body_is_chained_where_the_card_can),
		cmocka_unit_test(a_chain_that_is_refused_is_not_continued),
		cmocka_unit_test(a_long_body_goes_extended_where_the_card_cannot_chain),
		cmocka_unit_test(a_long_answer_is_asked_for_in_extended_form),
		cmocka_unit_test(a_long_body_is_refused_where_the_card_can_do_neither),
		cmocka_unit_test(an_answer_that_is_none_is_an_error_before_its_status_is_read),
		cmocka_unit_test(data_after_a_failed_part_are_taken_back),
		cmocka_unit_test(an_answer_without_end_is_given_up),
		cmocka_unit_test(data_that_nobody_asked_for_are_an_error),
		cmocka_unit_test(a_watcher_sees_headers_and_no_body),
		cmocka_unit_test(every_status_word_has_words_and_a_code),
		cmocka_unit_test(a_closed_channel_is_an_error_and_closing_is_done_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
