/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "pcsc/pin.h"
#include "tests/fakes/channel_replay.h"
#include "tests/unit/pcsc/table.h"

static void
a_blank_card_is_identified_with_no_pin_in_two_apdus(void **state)
{
	struct table table;
	struct card *card;
	const struct card_facts *facts;

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	facts = card_facts(card);
	assert_string_equal(facts->family, "openpgp");
	assert_string_equal(facts->serial, "FFFE:00000001");
	assert_string_equal(facts->manufacturer, "self-assigned");
	assert_string_equal(facts->version, "OpenPGP card 3.4");
	assert_int_equal(facts->life, CARD_LIFE_OPERATIONAL);
	assert_int_equal(facts->can.private_object_max, 255);
	assert_true(facts->can.private_objects && facts->can.challenge && facts->can.reset);
	assert_true(facts->limits.chaining && facts->limits.extended);
	assert_int_equal(facts->pin_min[CARD_PIN_USER], 6);
	assert_int_equal(facts->pin_max[CARD_PIN_USER], 127);
	assert_int_equal(facts->pin_min[CARD_PIN_ADMIN], 8);
	assert_int_equal(facts->kdf, CARD_KDF_OFF);
	assert_false(facts->key[CARD_KEY_DEC].present);
	assert_int_equal(card_tries_left(card, CARD_PIN_USER), 3);
	assert_int_equal(card_tries_left(card, CARD_PIN_ADMIN), 3);
	assert_int_equal(card_tries_left(card, CARD_PIN_RESET_CODE), 0);
	assert_true(facts->atr_len > 0);
	assert_ok(card_suits(card, NULL), NULL);
	assert_int_equal(card_counts(card).sent, 2);
	card_visit_end(card);
	table_clear(&table);
}

static void
an_activation_takes_eight_apdus_even_where_hashed_pins_are_announced(void **state)
{
	static const uint8_t record[98] = { 0, 0, 0, 1 };
	struct table table;
	struct card_keys keys;
	struct card *card;
	struct secret *x = NULL;
	uint8_t bytes[CARD_RECORDS_MAX];
	uint8_t point[CARD_POINT];
	size_t len = 0;

	(void)state;
	table_lay(&table, "kdf-off");
	table_enrol(&table, &keys);
	assert_ok(secret_new(CARD_ECDH, &x, NULL), NULL);
	card = table_visit(&table);
	table_verify(card, CARD_PIN_USER, TABLE_USER_PIN);
	assert_ok(card_records_write(card, record, sizeof(record), NULL), NULL);
	card_visit_end(card);

	card = table_visit(&table);
	assert_ok(card_public_key(card, CARD_KEY_DEC, point, NULL), NULL);
	assert_memory_equal(point, keys.dec, sizeof(point));
	assert_ok(card_header_read(card, bytes, &len, NULL), NULL);
	table_verify(card, CARD_PIN_USER, TABLE_USER_PIN);
	assert_ok(card_records_read(card, bytes, &len, NULL), NULL);
	assert_int_equal(len, sizeof(record));
	assert_memory_equal(bytes, record, len);
	assert_ok(card_ecdh(card, keys.sig, x, NULL), NULL);
	assert_int_equal(card_counts(card).sent, 8);
	assert_int_equal(card_counts(card).get_response, 0);
	card_visit_end(card);
	secret_free(x);
	table_clear(&table);
}

static void
the_end_of_a_visit_leaves_no_pin_state(void **state)
{
	struct table table;
	struct card *card;
	uint8_t bytes[CARD_RECORDS_MAX];
	size_t len = 0;

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	table_verify(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN);
	assert_ok(card_records_read(card, bytes, &len, NULL), NULL);
	assert_ok(card_logout(card, NULL), NULL);
	assert_fails(card_records_read(card, bytes, &len, NULL), ERR_DENIED, NULL);
	table_verify(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN);
	card_visit_end(card);
	card = table_visit(&table);
	assert_fails(card_records_read(card, bytes, &len, NULL), ERR_DENIED, NULL);
	card_visit_end(card);
	table_clear(&table);
}

static void
inspection_names_what_is_on_a_card(void **state)
{
	struct table table;
	struct card_keys keys;
	struct card *card;
	char text[CARD_CONTENTS_TEXT];

	(void)state;
	table_lay(&table, NULL);
	card = table_visit(&table);
	assert_ok(card_inspect(card, NULL), NULL);
	card_contents_text(card_facts(card)->contents, text);
	assert_string_equal(text, "nothing");
	card_visit_end(card);

	table_enrol(&table, &keys);
	card = table_visit(&table);
	table_verify(card, CARD_PIN_ADMIN, TABLE_ADMIN_PIN);
	table_verify(card, CARD_PIN_USER, TABLE_USER_PIN);
	assert_ok(card_set_holder(card, "Zo\xC3\xAB", NULL), NULL);
	assert_ok(card_header_write(card, (const uint8_t *)"x", 1, NULL), NULL);
	assert_ok(card_inspect(card, NULL), NULL);
	card_contents_text(card_facts(card)->contents, text);
	assert_string_equal(
	    text, "a signature key, a decryption key, a holder's name, public data (DO 0101)");
	assert_string_equal(card_facts(card)->holder, "Zo?");
	assert_true(card_facts(card)->key[CARD_KEY_SIG].present);
	assert_false(card_facts(card)->key[CARD_KEY_AUT].present);
	card_visit_end(card);
	table_clear(&table);
}

struct unsuitable {
	const char *variants;
	const char *words;
};

static const struct unsuitable unsuitables[] = {
	{ "no-private-objects", "no private data objects" },
	{ "private-max=128", "too small" },
};

static void
a_card_that_cannot_serve_is_refused_with_the_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(unsuitables) / sizeof(unsuitables[0]); i++) {
		struct table table;
		struct card *card;
		struct err_trace trace = { 0 };

		table_lay(&table, unsuitables[i].variants);
		card = table_visit(&table);
		assert_fails(card_suits(card, &trace), ERR_UNSUPPORTED, &trace);
		assert_non_null(strstr(trace.frame[0].text, unsuitables[i].words));
		assert_true(trace.next[0] != '\0');
		card_visit_end(card);
		table_clear(&table);
	}
}

/* -- Other cards, from recordings -------------------------------------------------------------- */

#define PIV "00 A4 04 00 09 A0 00 00 03 08 00 00 10 00 00"

struct stranger {
	const char *name;
	struct replay_step steps[3];
	size_t count;
	enum err want;
	const char *next; /* in what to do next */
};

static const struct stranger strangers[] = {
	{ "a PIV card", { { NULL, "6A 82" }, { PIV, "61 02" }, { NULL, "4F 00 90 00" } }, 3,
	    ERR_UNSUPPORTED, "PIV" },
	{ "a bank card", { { NULL, "6A 82" }, { PIV, "6A 82" } }, 2, ERR_UNSUPPORTED,
	    "right card" },
	{ "6999", { { NULL, "69 99" }, { PIV, "69 99" } }, 2, ERR_UNSUPPORTED, "right card" },
	{ "6986", { { NULL, "69 86" }, { PIV, "69 86" } }, 2, ERR_UNSUPPORTED, "right card" },
	{ "6D00", { { NULL, "6D 00" }, { PIV, "6D 00" } }, 2, ERR_UNSUPPORTED, "right card" },
	{ "6881", { { NULL, "68 81" }, { PIV, "" } }, 2, ERR_UNSUPPORTED, "right card" },
	{ "a card that fails", { { NULL, "6F 00" } }, 1, ERR_IO, "" },
	{ "a card that goes away", { { NULL, "" } }, 1, ERR_IO, "Put the card back" },
	{ "no 6E", { { NULL, "90 00" }, { NULL, "6A 88" } }, 2, ERR_FORMAT, "" },
	{ "an empty 6E", { { NULL, "90 00" }, { NULL, "6E 00 90 00" } }, 2, ERR_FORMAT, "" },
	{ "a short 6E", { { NULL, "90 00" }, { NULL, "6E 81 FF 4F 10 D2 90 00" } }, 2, ERR_FORMAT,
	    "" },
};

static void
a_card_of_no_known_kind_is_refused_with_its_atr_and_given_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		const struct stranger *row = &strangers[i];
		struct replay replay = { .steps = row->steps, .count = row->count };
		struct channel channel;
		struct card *card = NULL;
		struct err_trace trace = { 0 };

		print_message("%s\n", row->name);
		channel_replay(&replay, &channel);
		channel.atr[0] = 0x3B;
		channel.atr[1] = 0x9F;
		channel.atr_len = 2;
		assert_fails(card_visit_over(&channel, NULL, &card, &trace), row->want, &trace);
		assert_null(card);
		assert_true(replay.closed);
		assert_int_equal(replay.at, row->count);
		assert_non_null(strstr(trace.next, row->next));
		if (row->want == ERR_UNSUPPORTED)
			assert_non_null(strstr(trace.frame[0].text, "3B 9F"));
	}
}

/* A YubiKey 5.4: touch policies make 6E longer than one short answer; firmware is BCD. */
static const struct replay_step yubikey[] = {
	{ NULL, "90 00" },
	{ "00 CA 00 6E 00",
	    "6E 82 01 03 4F 10 D2 76 00 01 24 01 03 04 00 06 12 34 56 78 00 00 5F 52 "
	    "08 00 73 00 00 E0 05 90 00 7F 74 03 81 01 20 7F 66 08 02 02 0B FE 02 02 "
	    "0B FE 73 81 D2 C0 0A 7D 00 0B FE 08 00 00 FF 00 00 C1 06 01 08 00 00 11 "
	    "00 C2 09 12 2A 86 48 CE 3D 03 01 07 C3 06 01 08 00 00 11 00 C4 07 FF 7F "
	    "7F 7F 03 00 03 C5 3C 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
	    "00 00 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10 11 12 13 14 00 "
	    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 C6 3C 00 00 00 "
	    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
	    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
	    "00 00 00 00 00 00 00 00 00 CD 0C 00 00 00 00 65 53 F1 00 00 00 00 00 DE "
	    "06 01 00 02 01 03 00 D6 02 00 20 D7 02 02 20 D8 61 07" },
	{ "00 C0 00 00 07", "02 04 20 D9 02 02 20 90 00" },
	{ "00 CA 00 F9 00 08 00", "6A 88" },
};

static void
a_long_list_of_facts_arrives_in_parts_and_names_touch_and_keys(void **state)
{
	struct replay replay = { .steps = yubikey, .count = 4 };
	struct channel channel;
	struct card *card = NULL;
	const struct card_facts *facts;
	struct err_trace trace = { 0 };

	(void)state;
	channel_replay(&replay, &channel);
	assert_ok(card_visit_over(&channel, NULL, &card, &trace), &trace);
	facts = card_facts(card);
	assert_string_equal(facts->serial, "0006:12345678");
	assert_string_equal(facts->model, "YubiKey");
	assert_true(facts->key[CARD_KEY_DEC].p256);
	assert_false(facts->key[CARD_KEY_SIG].p256);
	assert_true(facts->key[CARD_KEY_DEC].present);
	assert_false(facts->key[CARD_KEY_SIG].present);
	assert_int_equal(facts->key[CARD_KEY_DEC].created, 0x6553F100);
	assert_int_equal(facts->key[CARD_KEY_SIG].touch, CARD_TOUCH_OFF);
	assert_int_equal(facts->key[CARD_KEY_DEC].touch, CARD_TOUCH_FIXED);
	assert_int_equal(facts->key[CARD_KEY_AUT].touch, CARD_TOUCH_CACHED_FIXED);
	assert_int_equal(facts->limits.answer, APDU_ANSWER_MAX);
	assert_int_equal(facts->kdf, CARD_KDF_OFF);
	assert_int_equal(card_counts(card).sent, 3);
	assert_int_equal(card_counts(card).get_response, 1);
	card_visit_end(card);
}

/* -- Readers ----------------------------------------------------------------------------------- */

static void
no_card_no_reader_no_pcscd_and_a_held_card_are_told_apart(void **state)
{
	struct table table;
	struct card *card = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	table_lay(&table, NULL);
	assert_fails(
	    card_visit_begin(&table.readers, "Local 7", NULL, &card, &trace), ERR_ABSENT, &trace);
	vcard_local_pull(table.local.card[0]);
	assert_fails(
	    card_visit_begin(&table.readers, "Local 0", NULL, &card, &trace), ERR_ABSENT, &trace);
	vcard_local_insert(table.local.card[0]);
	table.local.held_elsewhere = true;
	assert_fails(
	    card_visit_begin(&table.readers, "Local 0", NULL, &card, &trace), ERR_NOT_NOW, &trace);
	table.local.pcscd_is_gone = true;
	err_clear(&trace);
	assert_fails(
	    card_visit_begin(&table.readers, "Local 0", NULL, &card, &trace), ERR_ABSENT, &trace);
	assert_non_null(strstr(trace.next, "systemctl start pcscd.socket"));
	assert_null(card);
	table_clear(&table);
}

static struct reader_list seen;

static void
a_wait_sees_a_card_come_and_go_and_pcscd_die(void **state)
{
	struct table table;
	struct reader_wait wait = { .timeout_ms = 0, .cancel_fd = -1 };
	struct err_trace trace = { 0 };

	(void)state;
	table_lay(&table, NULL);
	assert_ok(reader_list_now(&table.readers, &seen, &trace), &trace);
	assert_int_equal(reader_cards(&seen), 1);
	assert_fails(reader_wait_change(&table.readers, &wait, &seen, &trace), ERR_TIMEOUT, &trace);
	vcard_local_pull(table.local.card[0]);
	assert_ok(reader_wait_change(&table.readers, &wait, &seen, &trace), &trace);
	assert_int_equal(reader_cards(&seen), 0);
	readers_local_put(&table.local, 0, table.local.card[0]);
	assert_ok(reader_wait_change(&table.readers, &wait, &seen, &trace), &trace);
	assert_int_equal(reader_cards(&seen), 1);
	table.local.pcscd_is_gone = true;
	assert_ok(reader_wait_change(&table.readers, &wait, &seen, &trace), &trace);
	assert_int_equal(seen.count, 0);
	table_clear(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blank_card_is_identified_with_no_pin_in_two_apdus),
		cmocka_unit_test(
		    an_activation_takes_eight_apdus_even_where_hashed_pins_are_announced),
		cmocka_unit_test(the_end_of_a_visit_leaves_no_pin_state),
		cmocka_unit_test(inspection_names_what_is_on_a_card),
		cmocka_unit_test(a_card_that_cannot_serve_is_refused_with_the_reason),
		cmocka_unit_test(a_card_of_no_known_kind_is_refused_with_its_atr_and_given_back),
		cmocka_unit_test(a_long_list_of_facts_arrives_in_parts_and_names_touch_and_keys),
		cmocka_unit_test(no_card_no_reader_no_pcscd_and_a_held_card_are_told_apart),
		cmocka_unit_test(a_wait_sees_a_card_come_and_go_and_pcscd_die),
	};

	return cmocka_run_group_tests(tests, table_start, NULL);
}
