/* SPDX-License-Identifier: BSD-2-Clause */
/* Cards that answer what no card should, from recordings. */
#include "tests/unit/test.h"

#include <string.h>

#include "tests/fakes/channel_replay.h"
#include "tests/unit/pcsc/table.h"

#define SMALL_6E                                                                                   \
	"6E 29 4F 10 D2 76 00 01 24 01 03 04 00 05 00 00 00 01 00 00 73 15 "                       \
	"C0 0A 40 00 00 20 00 00 00 00 00 00 C4 07 00 20 20 20 03 00 03 90 00"

#define X                                                                                          \
	"11 22 33 44 55 66 77 88 99 AA BB CC DD EE FF 00 11 22 33 44 55 66 77 88 99 AA BB CC DD "  \
	"EE FF 00"

struct odd_ecdh {
	const char *answer;
	enum err want;
};

static const struct odd_ecdh odd_ecdhs[] = {
	{ X " 90 00", ERR_OK },
	{ "04 " X " " X " 90 00", ERR_OK }, /* the whole point: x is taken */
	{ "05 " X " " X " 90 00", ERR_FORMAT },
	{ "00 " X " 90 00", ERR_FORMAT },
	{ "90 00", ERR_FORMAT },
	{ "11 90 00", ERR_FORMAT },
	{ X " " X " " X " 90 00", ERR_FORMAT },
	{ "69 82", ERR_DENIED },
};

static void
an_ecdh_of_any_other_length_than_a_coordinate_is_refused(void **state)
{
	uint8_t point[CARD_POINT] = { 0x04 };
	uint8_t want[CARD_ECDH];
	struct secret *x = NULL;

	(void)state;
	assert_int_equal(replay_bytes(X, want, sizeof(want)), sizeof(want));
	assert_ok(secret_new(CARD_ECDH, &x, NULL), NULL);
	for (size_t i = 0; i < sizeof(odd_ecdhs) / sizeof(odd_ecdhs[0]); i++) {
		const struct replay_step steps[] = { { NULL, "90 00" }, { NULL, SMALL_6E },
			{ NULL, odd_ecdhs[i].answer } };
		struct replay replay = { .steps = steps, .count = 3 };
		struct channel channel;
		struct card *card = NULL;
		struct err_trace trace = { 0 };

		channel_replay(&replay, &channel);
		assert_ok(card_visit_over(&channel, NULL, &card, &trace), &trace);
		secret_clear(x);
		assert_fails(card_ecdh(card, point, x, &trace), odd_ecdhs[i].want, &trace);
		assert_true(odd_ecdhs[i].want == ERR_OK ? secret_equal_bytes(x, want, sizeof(want))
							: secret_len(x) == 0);
		card_visit_end(card);
	}
	secret_free(x);
}

static const char *const odd_points[] = {
	"90 00", "7F 49 00 90 00", "7F 49 03 86 01 04 90 00",
	"7F 49 22 86 20 " X " 90 00",             /* X25519 */
	"7F 49 43 86 41 02 " X " " X " 90 00",    /* not uncompressed */
	"7F 49 08 81 02 C0 01 82 02 00 03 90 00", /* RSA */
	"7F 49 7F 86 41 04 " X " 90 00",          /* cut short */
};

static void
a_key_that_is_no_p256_key_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(odd_points) / sizeof(odd_points[0]); i++) {
		const struct replay_step steps[] = { { NULL, "90 00" }, { NULL, SMALL_6E },
			{ "00 47 81 00 02 B8 00 00", odd_points[i] } };
		struct replay replay = { .steps = steps, .count = 3 };
		struct channel channel;
		struct card *card = NULL;
		uint8_t point[CARD_POINT];
		struct err_trace trace = { 0 };

		channel_replay(&replay, &channel);
		assert_ok(card_visit_over(&channel, NULL, &card, &trace), &trace);
		assert_fails(
		    card_public_key(card, CARD_KEY_DEC, point, &trace), ERR_UNSUPPORTED, &trace);
		card_visit_end(card);
	}
}

static void
a_card_without_private_objects_but_with_piv_is_told_about_it(void **state)
{
	static const struct replay_step steps[] = {
		{ NULL, "90 00" },
		{ NULL, SMALL_6E },
		{ "00 A4 04 00 09 A0 00 00 03 08 00 00 10 00 00", "61 02" },
		{ NULL, "4F 00 90 00" },
		{ "00 A4 04 00 06 D2 76 00 01 24 01 00", "90 00" },
	};
	struct replay replay = { .steps = steps, .count = 5 };
	struct channel channel;
	struct card *card = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	channel_replay(&replay, &channel);
	assert_ok(card_visit_over(&channel, NULL, &card, &trace), &trace);
	assert_fails(card_suits(card, &trace), ERR_UNSUPPORTED, &trace);
	assert_non_null(strstr(trace.next, "PIV"));
	assert_int_equal(replay.at, 5);
	card_visit_end(card);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ecdh_of_any_other_length_than_a_coordinate_is_refused),
		cmocka_unit_test(a_key_that_is_no_p256_key_is_refused),
		cmocka_unit_test(a_card_without_private_objects_but_with_piv_is_told_about_it),
	};

	return cmocka_run_group_tests(tests, table_start, NULL);
}
