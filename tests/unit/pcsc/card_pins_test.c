/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "pcsc/pin.h"
#include "tests/fakes/channel_replay.h"
#include "tests/unit/pcsc/table.h"

/* Cards differ in how they say "wrong"; what is made of it must not. */
static const char *const ways_to_say_wrong[] = {
	"wrong-pin=blocked",
	"wrong-pin=always",
	"wrong-pin=count",
	"wrong-pin=blocked kdf-on",
	"wrong-pin=always short-only",
};

static void
try_until_blocked(struct table *table)
{
	struct card *card = table_visit(table);
	struct err_trace trace = { 0 };
	unsigned sent;

	assert_fails(table_try(card, CARD_PIN_USER, "999999", &trace), ERR_DENIED, &trace);
	assert_int_equal(card_tries_left(card, CARD_PIN_USER), 2);
	assert_int_equal(card_tries_left(card, CARD_PIN_SIGN), 2);
	assert_non_null(strstr(trace.frame[0].text, "2 tries are left"));
	assert_fails(table_try(card, CARD_PIN_SIGN, "999999", NULL), ERR_DENIED, NULL);

	sent = card_counts(card).sent;
	assert_fails(
	    table_try(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN, NULL), ERR_NOT_NOW, NULL);
	assert_int_equal(card_counts(card).sent, sent);

	struct secret *pin = NULL;
	struct card_pin_entry last = { .which = CARD_PIN_USER, .last_try = true };

	assert_ok(secret_from("999999", 6, &pin, NULL), NULL);
	last.pin = pin;
	err_clear(&trace);
	assert_fails(card_verify(card, &last, &trace), ERR_LOCKED, &trace);
	assert_int_equal(card_tries_left(card, CARD_PIN_USER), 0);
	assert_true(trace.next[0] != '\0');
	sent = card_counts(card).sent;
	assert_fails(card_verify(card, &last, NULL), ERR_LOCKED, NULL);
	assert_int_equal(card_counts(card).sent, sent);
	secret_free(pin);
	card_visit_end(card);
}

static void
tries_are_counted_and_the_last_one_is_kept_on_every_card(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ways_to_say_wrong) / sizeof(ways_to_say_wrong[0]); i++) {
		struct table table;

		print_message("%s\n", ways_to_say_wrong[i]);
		table_lay(&table, ways_to_say_wrong[i]);
		try_until_blocked(&table);
		table_clear(&table);
	}
}

static void
the_right_pin_on_the_last_try_gives_all_tries_back(void **state)
{
	struct table table;
	struct card *card;
	struct secret *pin = NULL;
	struct card_pin_entry last = { .which = CARD_PIN_USER, .last_try = true };

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	assert_fails(table_try(card, CARD_PIN_USER, "999999", NULL), ERR_DENIED, NULL);
	assert_fails(table_try(card, CARD_PIN_USER, "999999", NULL), ERR_DENIED, NULL);
	assert_ok(secret_from(CARD_FACTORY_USER_PIN, 6, &pin, NULL), NULL);
	last.pin = pin;
	assert_ok(card_verify(card, &last, NULL), NULL);
	/* No explicit word needed any more: the counter is full again, and is asked for. */
	table_verify(card, CARD_PIN_SIGN, CARD_FACTORY_USER_PIN);
	assert_int_equal(card_tries_left(card, CARD_PIN_USER), 3);
	secret_free(pin);
	card_visit_end(card);
	table_clear(&table);
}

static void
a_pin_of_impossible_length_is_not_sent(void **state)
{
	struct table table;
	struct card *card;
	struct err_trace trace = { 0 };
	char longest[130];

	(void)state;
	memset(longest, '7', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	table_lay(&table, NULL);
	card = table_visit(&table);
	assert_fails(table_try(card, CARD_PIN_USER, "12345", &trace), ERR_DENIED, &trace);
	assert_non_null(strstr(trace.frame[0].text, "not sent"));
	assert_fails(table_try(card, CARD_PIN_ADMIN, "1234567", NULL), ERR_DENIED, NULL);
	assert_fails(table_try(card, CARD_PIN_USER, longest, NULL), ERR_DENIED, NULL);
	assert_fails(table_change(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN, "12345", NULL),
	    ERR_DENIED, NULL);
	assert_int_equal(card_counts(card).sent, 2);
	assert_int_equal(card_tries_left(card, CARD_PIN_USER), 3);
	card_visit_end(card);
	table_clear(&table);
}

static void
pins_change_and_the_old_ones_are_dead(void **state)
{
	struct table table;
	struct card *card;

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	assert_fails(
	    table_change(card, CARD_PIN_USER, "999999", TABLE_USER_PIN, NULL), ERR_DENIED, NULL);
	assert_int_equal(card_tries_left(card, CARD_PIN_USER), 2);
	assert_ok(
	    table_change(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN, TABLE_USER_PIN, NULL), NULL);
	assert_ok(table_change(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN, TABLE_ADMIN_PIN, NULL),
	    NULL);
	card_visit_end(card);
	card = table_visit(&table);
	assert_fails(table_try(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN, NULL), ERR_DENIED, NULL);
	assert_fails(
	    table_try(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN, NULL), ERR_DENIED, NULL);
	table_verify(card, CARD_PIN_USER, TABLE_USER_PIN);
	table_verify(card, CARD_PIN_SIGN, TABLE_USER_PIN);
	table_verify(card, CARD_PIN_ADMIN, TABLE_ADMIN_PIN);
	card_visit_end(card);
	table_clear(&table);
}

static void
block_user_pin(struct card *card)
{
	struct secret *pin = NULL;
	struct card_pin_entry wrong = { .which = CARD_PIN_USER, .last_try = true };

	assert_ok(secret_from("999999", 6, &pin, NULL), NULL);
	wrong.pin = pin;
	while (card_tries_left(card, CARD_PIN_USER) > 0)
		assert_true(card_verify(card, &wrong, NULL) != ERR_OK);
	secret_free(pin);
}

static void
a_blocked_card_is_unblocked_by_its_admin_pin_alone(void **state)
{
	struct table table;
	struct card *card;
	struct secret *pin = NULL;

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	assert_ok(secret_from(TABLE_USER_PIN, 6, &pin, NULL), NULL);
	block_user_pin(card);
	assert_fails(card_unblock(card, pin, NULL), ERR_DENIED, NULL);
	table_verify(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN);
	assert_ok(card_unblock(card, pin, NULL), NULL);
	assert_int_equal(card_tries_left(card, CARD_PIN_USER), 3);
	table_verify(card, CARD_PIN_USER, TABLE_USER_PIN);
	secret_free(pin);
	card_visit_end(card);
	table_clear(&table);
}

static void
a_reset_code_is_set_and_taken_away_again(void **state)
{
	struct table table;
	struct card *card;
	struct secret *code = NULL;
	struct secret *brief = NULL;

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	assert_ok(secret_from("86753091", 8, &code, NULL), NULL);
	assert_ok(secret_from("8675309", 7, &brief, NULL), NULL);
	assert_fails(card_set_reset_code(card, code, NULL), ERR_DENIED, NULL);
	table_verify(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN);
	assert_fails(card_set_reset_code(card, brief, NULL), ERR_DENIED, NULL);
	assert_ok(card_set_reset_code(card, code, NULL), NULL);
	assert_int_equal(card_tries_left(card, CARD_PIN_RESET_CODE), 3);
	assert_ok(card_set_reset_code(card, NULL, NULL), NULL);
	assert_int_equal(card_tries_left(card, CARD_PIN_RESET_CODE), 0);
	secret_free(brief);
	secret_free(code);
	card_visit_end(card);
	table_clear(&table);
}

static void
a_card_that_wants_hashed_pins_gets_them_hashed_everywhere(void **state)
{
	struct table table;
	struct card *card;
	struct secret *pin = NULL;

	(void)state;
	table_lay(&table, "kdf-on");
	card = table_visit(&table);
	assert_int_equal(card_facts(card)->kdf, CARD_KDF_ITERSALTED);
	assert_false(card_has_pad(card));
	assert_ok(
	    table_change(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN, TABLE_USER_PIN, NULL), NULL);
	table_verify(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN);
	table_verify(card, CARD_PIN_USER, TABLE_USER_PIN);
	block_user_pin(card);
	assert_ok(secret_from("141421", 6, &pin, NULL), NULL);
	assert_ok(card_unblock(card, pin, NULL), NULL);
	table_verify(card, CARD_PIN_SIGN, "141421");
	secret_free(pin);
	card_visit_end(card);
	table_clear(&table);
}

/* -- Cards from recordings --------------------------------------------------------------------- */

/* 6E of a card with nothing but what must be: KDF announced, 3 tries. */
#define SMALL_6E                                                                                   \
	"6E 29 4F 10 D2 76 00 01 24 01 03 04 00 05 00 00 00 01 00 00 73 15 "                       \
	"C0 0A 01 00 00 00 00 00 00 00 00 00 C4 07 00 20 20 20 03 00 03 90 00"

static struct card *
recorded_card(struct replay *replay)
{
	struct channel channel;
	struct card *card = NULL;
	struct err_trace trace = { 0 };

	channel_replay(replay, &channel);
	assert_ok(card_visit_over(&channel, NULL, &card, &trace), &trace);
	return card;
}

static const char *const odd_kdf[] = {
	"81 01 07 90 00",          /* a way of hashing that nobody knows */
	"81 01 03 82 01 08 90 00", /* no count */
	"82 01 08 90 00",          /* no way at all */
	"81 01 03 82 01 02 83 04 00 00 00 01 84 08 01 02 03 04 05 06 07 08 90 00", /* SHA-1 */
	"81 01 03 82 01 08 83 04 FF FF FF FF 84 08 01 02 03 04 05 06 07 08 90 00", /* for ever */
	"81 01 03 82 01 08 83 04 00 00 00 01 84 04 01 02 03 04 90 00", /* a short salt */
	"FF 90 00",
};

static void
no_pin_goes_to_a_card_whose_hashing_is_not_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(odd_kdf) / sizeof(odd_kdf[0]); i++) {
		const struct replay_step steps[] = {
			{ NULL, "90 00" },
			{ NULL, SMALL_6E },
			{ "00 CA 00 F9 00", odd_kdf[i] },
		};
		struct replay replay = { .steps = steps, .count = 3 };
		struct card *card = recorded_card(&replay);

		assert_int_equal(card_facts(card)->kdf, CARD_KDF_UNKNOWN);
		assert_fails(
		    table_try(card, CARD_PIN_USER, TABLE_USER_PIN, NULL), ERR_UNSUPPORTED, NULL);
		assert_int_equal(card_counts(card).sent, 3);
		assert_fails(card_suits(card, NULL), ERR_UNSUPPORTED, NULL);
		card_visit_end(card);
	}
}

static void
one_salt_for_all_pins_is_understood(void **state)
{
	/* What `printf 1234567827182818 | sha256sum` says: the count is below one round. */
	static const struct replay_step steps[] = {
		{ NULL, "90 00" },
		{ NULL, SMALL_6E },
		{ NULL, "81 01 03 82 01 08 83 04 00 00 00 01 84 08 31 32 33 34 35 36 37 38 90 00" },
		{ "00 20 00 83 20 B5 01 E2 BB 41 26 03 72 E6 BA F7 D7 7E 15 71 65 "
		  "13 48 54 B6 0A 13 16 4F 25 CE F1 B6 02 40 0A ED",
		    "90 00" },
	};
	struct replay replay = { .steps = steps, .count = 4 };
	struct card *card = recorded_card(&replay);

	(void)state;
	assert_int_equal(card_facts(card)->kdf, CARD_KDF_ITERSALTED);
	table_verify(card, CARD_PIN_ADMIN, "27182818");
	assert_int_equal(replay.at, 4);
	card_visit_end(card);
}

/* -- PIN pads ---------------------------------------------------------------------------------- */

struct pad_card {
	struct replay replay;
	uint16_t answer;
	uint8_t asked; /* the PIN's reference in the last PIN command */
	uint8_t ins;
};

static enum err
pad_transmit(void *context, struct cursor command, struct writer *answer, struct err_trace *trace)
{
	struct pad_card *card = context;
	struct channel inner;

	channel_replay(&card->replay, &inner);
	return channel_transmit(&inner, command, answer, trace);
}

static enum err
pad_control(
    void *context, uint32_t code, struct cursor in, struct writer *out, struct err_trace *trace)
{
	struct pad_card *card = context;

	(void)trace;
	if (code == 0x42000000 + 3400) {
		uint8_t bytes[16];

		writer_put(out, bytes,
		    replay_bytes("06 04 00 00 00 06 07 04 00 00 00 07", bytes, sizeof(bytes)));
		return ERR_OK;
	}
	card->asked = in.at[in.left - 2];
	card->ins = in.at[in.left - 4];
	writer_u16(out, card->answer);
	return ERR_OK;
}

static void
pad_close(void *context)
{
	(void)context;
}

static const struct channel_ops pad_ops = {
	.transmit = pad_transmit, .control = pad_control, .close = pad_close
};

static void
a_pin_typed_on_the_readers_pad_is_counted_like_any_other(void **state)
{
	static const struct replay_step steps[] = { { NULL, "90 00" }, { NULL, SMALL_6E },
		{ NULL, "6A 88" }, { NULL, SMALL_6E } };
	struct pad_card pad = { .replay = { .steps = steps, .count = 4 }, .answer = 0x63C2 };
	struct channel channel = { .ops = &pad_ops, .context = &pad };
	struct card_pin_entry typed = { .which = CARD_PIN_USER };
	struct card *card = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(card_visit_over(&channel, NULL, &card, &trace), &trace);
	assert_true(card_has_pad(card));
	assert_fails(card_verify(card, &typed, &trace), ERR_DENIED, &trace);
	assert_int_equal(card_tries_left(card, CARD_PIN_USER), 2);
	pad.answer = 0x9000;
	assert_ok(card_verify(card, &typed, NULL), NULL);
	assert_int_equal(card_tries_left(card, CARD_PIN_USER), 3);
	assert_int_equal(pad.asked, 0x82);
	assert_int_equal(pad.ins, 0x20);
	assert_ok(card_change_pin(card, &typed, NULL, NULL), NULL);
	assert_int_equal(pad.asked, 0x81);
	assert_int_equal(pad.ins, 0x24);
	assert_int_equal(card_counts(card).sent, 7);
	card_visit_end(card);
}

static void
no_pad_is_asked_for_hashed_pins_and_none_where_there_is_none(void **state)
{
	struct card_pin_entry typed = { .which = CARD_PIN_USER };
	struct table table;
	struct card *card;
	struct err_trace trace = { 0 };

	(void)state;
	table_lay(&table, "kdf-on");
	card = table_visit(&table);
	assert_fails(card_verify(card, &typed, &trace), ERR_UNSUPPORTED, &trace);
	assert_non_null(strstr(trace.frame[0].text, "hashed"));
	card_visit_end(card);
	table_clear(&table);

	table_lay(&table, NULL);
	card = table_visit(&table);
	assert_false(card_has_pad(card));
	assert_fails(card_verify(card, &typed, &trace), ERR_UNSUPPORTED, &trace);
	card_visit_end(card);
	table_clear(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tries_are_counted_and_the_last_one_is_kept_on_every_card),
		cmocka_unit_test(the_right_pin_on_the_last_try_gives_all_tries_back),
		cmocka_unit_test(a_pin_of_impossible_length_is_not_sent),
		cmocka_unit_test(pins_change_and_the_old_ones_are_dead),
		cmocka_unit_test(a_blocked_card_is_unblocked_by_its_admin_pin_alone),
		cmocka_unit_test(a_reset_code_is_set_and_taken_away_again),
		cmocka_unit_test(a_card_that_wants_hashed_pins_gets_them_hashed_everywhere),
		cmocka_unit_test(no_pin_goes_to_a_card_whose_hashing_is_not_understood),
		cmocka_unit_test(one_salt_for_all_pins_is_understood),
		cmocka_unit_test(a_pin_typed_on_the_readers_pad_is_counted_like_any_other),
		cmocka_unit_test(no_pad_is_asked_for_hashed_pins_and_none_where_there_is_none),
	};

	return cmocka_run_group_tests(tests, table_start, NULL);
}
