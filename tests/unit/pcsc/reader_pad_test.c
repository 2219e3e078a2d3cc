/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "pcsc/reader_pad.h"
#include "tests/fakes/channel_replay.h"

/* A reader with a pad, decoding what it is asked byte by byte (PC/SC part 10, 2.5.2 and 2.5.3). */
struct pad {
	const char *features; /* hex */
	const char *answer;   /* hex, of a PIN command */
	uint32_t code;        /* the last PIN command's */
	uint8_t asked[64];
	size_t len;
	enum err fails;
};

static enum err
control(void *context, uint32_t code, struct cursor in, struct writer *out, struct err_trace *trace)
{
	struct pad *pad = context;
	uint8_t bytes[64];
	bool features = code == 0x42000000 + 3400;

	if (pad->fails != ERR_OK)
		return FAIL(trace, pad->fails, "the reader fails, for the sake of this test");
	if (!features) {
		pad->code = code;
		pad->len = in.left;
		assert_true(cursor_copy(&in, pad->asked, pad->len));
	}
	writer_put(
	    out, bytes, replay_bytes(features ? pad->features : pad->answer, bytes, sizeof(bytes)));
	return ERR_OK;
}

static struct channel
channel_to(struct pad *pad)
{
	static const struct channel_ops ops = { .control = control };

	return (struct channel){ .ops = &ops, .context = pad };
}

static const char both[] = "06 04 42 33 00 06  07 04 42 33 00 07  0A 04 42 33 00 0A";

static void
features_are_found_by_their_tags(void **state)
{
	struct pad pad = { .features = both };
	struct channel channel = channel_to(&pad);
	struct reader_pad got = { 0 };
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(reader_pad_probe(&channel, &got, &trace), &trace);
	assert_true(got.can_verify && got.can_modify);
	assert_int_equal(got.verify_code, 0x42330006);
	assert_int_equal(got.modify_code, 0x42330007);
}

static const char *const poor_features[] = { "", "12 04 42 33 00 12", "06 02 42 33", "06 04 42 33",
	"06" };

static void
a_reader_without_pad_or_with_odd_features_has_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(poor_features) / sizeof(poor_features[0]); i++) {
		struct pad pad = { .features = poor_features[i] };
		struct channel channel = channel_to(&pad);
		struct reader_pad got = { .can_verify = true };
		struct err_trace trace = { 0 };

		assert_ok(reader_pad_probe(&channel, &got, &trace), &trace);
		assert_false(got.can_verify || got.can_modify);
	}
}

static void
a_reader_that_refuses_the_question_has_no_pad_and_a_lost_one_is_an_error(void **state)
{
	struct pad pad = { .fails = ERR_UNSUPPORTED };
	struct channel channel = channel_to(&pad);
	struct reader_pad got = { .can_verify = true };
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(reader_pad_probe(&channel, &got, &trace), &trace);
	assert_false(got.can_verify);
	pad.fails = ERR_IO;
	assert_fails(reader_pad_probe(&channel, &got, &trace), ERR_IO, &trace);
}

static const struct reader_pad_entry entry = { .p2 = 0x82, .min = 6, .max = 127 };

static void
verify_asks_for_six_to_fifteen_characters_and_sends_only_a_header(void **state)
{
	/* Timeouts 0 0, ASCII left, no block, no length; max 15 min 6 (host order, here little
	 * endian); end by key; one message; English; no prologue; five bytes of command. */
	static const char want[] = "00 00 82 00 00 0F 06 02 01 09 04 00 00 00 00 05 00 00 00 "
				   "00 20 00 82 00";
	struct pad pad = { .features = both, .answer = "90 00" };
	struct channel channel = channel_to(&pad);
	struct reader_pad found = { 0 };
	struct err_trace trace = { 0 };
	uint8_t bytes[64];
	uint16_t sw = 0;

	(void)state;
	assert_ok(reader_pad_probe(&channel, &found, &trace), &trace);
	assert_ok(reader_pad_verify(&channel, &found, &entry, &sw, &trace), &trace);
	assert_int_equal(sw, 0x9000);
	assert_int_equal(pad.code, 0x42330006);
	assert_int_equal(pad.len, replay_bytes(want, bytes, sizeof(bytes)));
	assert_memory_equal(pad.asked, bytes, pad.len);
}

static void
modify_asks_for_the_old_pin_and_the_new_one_twice(void **state)
{
	static const char want[] = "00 00 82 00 00 00 00 0F 06 03 02 03 09 04 00 01 02 00 00 00 "
				   "05 00 00 00 00 24 00 82 00";
	struct pad pad = { .answer = "63 C1" };
	struct channel channel = channel_to(&pad);
	struct reader_pad found = { .can_modify = true, .modify_code = 7 };
	struct err_trace trace = { 0 };
	uint8_t bytes[64];
	uint16_t sw = 0;

	(void)state;
	assert_ok(reader_pad_modify(&channel, &found, &entry, &sw, &trace), &trace);
	assert_int_equal(sw, 0x63C1);
	assert_int_equal(pad.code, 7);
	assert_int_equal(pad.len, replay_bytes(want, bytes, sizeof(bytes)));
	assert_memory_equal(pad.asked, bytes, pad.len);
}

static void
without_the_feature_nothing_is_asked(void **state)
{
	struct pad pad = { 0 };
	struct channel channel = channel_to(&pad);
	struct reader_pad none = { 0 };
	struct err_trace trace = { 0 };
	uint16_t sw = 0;

	(void)state;
	assert_fails(
	    reader_pad_verify(&channel, &none, &entry, &sw, &trace), ERR_UNSUPPORTED, &trace);
	assert_fails(
	    reader_pad_modify(&channel, &none, &entry, &sw, &trace), ERR_UNSUPPORTED, &trace);
}

struct refusal {
	const char *answer;
	enum err want;
};

static const struct refusal refusals[] = {
	{ "64 00", ERR_TIMEOUT },
	{ "64 01", ERR_CANCELLED },
	{ "64 02", ERR_DENIED },
	{ "64 03", ERR_DENIED },
	{ "6B 80", ERR_UNSUPPORTED },
	{ "90", ERR_IO },
	{ "", ERR_IO },
};

static void
what_the_pad_itself_says_is_told_apart_from_the_card(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct pad pad = { .answer = refusals[i].answer };
		struct channel channel = channel_to(&pad);
		struct reader_pad found = { .can_verify = true, .verify_code = 6 };
		struct err_trace trace = { 0 };
		uint16_t sw = 0;

		assert_fails(reader_pad_verify(&channel, &found, &entry, &sw, &trace),
		    refusals[i].want, &trace);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(features_are_found_by_their_tags),
		cmocka_unit_test(a_reader_without_pad_or_with_odd_features_has_none),
		cmocka_unit_test(
		    a_reader_that_refuses_the_question_has_no_pad_and_a_lost_one_is_an_error),
		cmocka_unit_test(verify_asks_for_six_to_fifteen_characters_and_sends_only_a_header),
		cmocka_unit_test(modify_asks_for_the_old_pin_and_the_new_one_twice),
		cmocka_unit_test(without_the_feature_nothing_is_asked),
		cmocka_unit_test(what_the_pad_itself_says_is_told_apart_from_the_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
