/* SPDX-License-Identifier: BSD-2-Clause */
/* Roll-calls with cards in this process: in the room, and at a distance with all that can be amiss.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/secret.h"
#include "custody/roll_call.h"
#include "custody/roll_call_distant.h"
#include "roster/log.h"
#include "tests/unit/custody/room.h"

enum { DAY = 24 * 3600, APDUS_MAX = 200 };

static int
setup(void **state)
{
	struct err_trace trace = { 0 };
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	room_open(room);
	for (unsigned n = 0; n < 2; n++)
		assert_ok(room_enrol(room, n, &trace), &trace);
	*state = room;
	return 0;
}

static int
teardown(void **state)
{
	room_close(*state);
	free(*state);
	return 0;
}

static struct roster_card
card_named(struct room *room, const char *name)
{
	struct err_trace trace = { 0 };
	struct roster_card card;

	assert_ok(roster_card_by_name(room->roster, name, &card, &trace), &trace);
	return card;
}

static bool
says(const struct err_trace *trace, const char *words)
{
	for (unsigned i = 0; i < trace->count; i++)
		if (strstr(trace->frame[i].text, words) != NULL)
			return true;
	return strstr(trace->next, words) != NULL;
}

static void
assert_says(const struct err_trace *trace, const char *words)
{
	if (!says(trace, words))
		fail_msg("'%s' is not said, but '%s'", words,
		    trace->count == 0 ? "" : trace->frame[0].text);
}

/* ---- In the room --------------------------------------------------------------------------- */

static void
cards_without_a_share_prove_keys_and_pin(void **state)
{
	static const char *const names[] = { "root/2", "root/1" };
	struct room *room = *state;
	struct err_trace trace = { 0 };
	struct roll_call *report = NULL;

	room->ahead = DAY;
	assert_ok(
	    roll_call(&room->custody, &(struct roll_call_cards){ .names = names, .name_count = 2 },
		&report, &trace),
	    &trace);
	assert_int_equal(report->count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(report->line[i].outcome, ROLL_CALL_PROVEN);
		assert_false(report->line[i].has_share);
		assert_true(report->line[i].signs);
		assert_int_equal(report->line[i].tries, 3);
		const struct roster_card card = card_named(room, names[i]);
		assert_true(card.proven > card.enrolled + DAY - 60);
	}
	free(report);
}

static void
names_that_cannot_be_are_refused(void **state)
{
	static const char *const twice[] = { "root/1", "root/1" };
	static const char *const unknown[] = { "root/1", "root/9" };
	struct room *room = *state;
	struct err_trace trace = { 0 };
	struct roll_call *report = NULL;

	assert_fails(
	    roll_call(&room->custody, &(struct roll_call_cards){ .names = twice, .name_count = 2 },
		&report, &trace),
	    ERR_ARGUMENT, &trace);
	assert_says(&trace, "card root/1 is named twice");
	err_clear(&trace);
	assert_fails(
	    roll_call(&room->custody,
		&(struct roll_call_cards){ .names = unknown, .name_count = 2 }, &report, &trace),
	    ERR_ABSENT, &trace);
	err_clear(&trace);
	assert_fails(
	    roll_call(&room->custody, &(struct roll_call_cards){ .quorum = "leaf", .all = true },
		&report, &trace),
	    ERR_ABSENT, &trace);
	assert_says(&trace, "no card in use is enrolled for a quorum 'leaf'");
	assert_null(report);
}

static void
a_walk_skips_who_was_there_today_unless_asked(void **state)
{
	struct roll_call_cards cards = { .quorum = "root", .all = true };
	static const char *const first[] = { "root/1" };
	struct room *room = *state;
	struct err_trace trace = { 0 };
	struct roll_call *report = NULL;

	assert_ok(
	    roll_call(&room->custody, &(struct roll_call_cards){ .names = first, .name_count = 1 },
		&report, &trace),
	    &trace);
	free(report);
	assert_ok(roll_call(&room->custody, &cards, &report, &trace), &trace);
	assert_int_equal(report->count, 2);
	assert_int_equal(report->line[0].outcome, ROLL_CALL_TODAY);
	assert_int_equal(report->line[1].outcome, ROLL_CALL_PROVEN);
	free(report);
	cards.again = true;
	assert_ok(roll_call(&room->custody, &cards, &report, &trace), &trace);
	assert_int_equal(report->line[0].outcome, ROLL_CALL_PROVEN);
	free(report);
	cards.again = false;
	room->ahead = DAY;
	assert_ok(roll_call(&room->custody, &cards, &report, &trace), &trace);
	assert_int_equal(report->line[0].outcome, ROLL_CALL_PROVEN);
	free(report);
}

static void
checks_the_first_card(struct room *room)
{
	static const char *const names[] = { "root/1" };
	struct err_trace trace = { 0 };
	struct roll_call *report = NULL;

	assert_ok(
	    roll_call(&room->custody, &(struct roll_call_cards){ .names = names, .name_count = 1 },
		&report, &trace),
	    &trace);
	assert_int_equal(report->line[0].outcome, ROLL_CALL_PROVEN);
	free(report);
}

static void
a_card_pulled_at_any_apdu_is_asked_for_again_and_proven(void **state)
{
	struct room *room = *state;
	struct roster_verified verified;
	struct err_trace trace = { 0 };
	const unsigned before = vcard_local_count(room->card[0]);
	unsigned apdus;

	checks_the_first_card(room);
	apdus = vcard_local_count(room->card[0]) - before;
	assert_true(apdus > 15 && apdus < APDUS_MAX);
	for (unsigned n = 1; n <= apdus; n++) {
		char fault[32];

		snprintf(fault, sizeof(fault), "pull-after:%u", n);
		room->fault = fault;
		room->fault_was_armed = false;
		checks_the_first_card(room);
	}
	room->fault = NULL;
	checks_the_first_card(room);
	assert_ok(roster_verify(room->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}

/* ---- At a distance ------------------------------------------------------------------------- */

static void
ask(struct room *room, const char *card, struct roll_call_request *out)
{
	struct err_trace trace = { 0 };

	assert_ok(
	    roll_call_ask(&room->custody, &(struct roll_call_asking){ card, 14 }, out, &trace),
	    &trace);
}

/* The custodian's machine has cards and people, and no roster. */
static enum err
answer(struct room *room, const struct roll_call_request *request, char **line,
    struct err_trace *trace)
{
	struct custody theirs = room->custody;

	theirs.roster = NULL;
	return roll_call_answer(&theirs, request, line, trace);
}

static void
answer_into(
    struct room *room, const struct roll_call_request *request, struct roll_call_signed *out)
{
	struct err_trace trace = { 0 };
	char *line = NULL;

	assert_ok(answer(room, request, &line, &trace), &trace);
	assert_ok(roll_call_statement_read(line, strlen(line), out, &trace), &trace);
	free(line);
}

static void
refuses(struct room *room, const struct roll_call_signed *what, enum err err, const char *words)
{
	const struct roster_card before = card_named(room, "root/1");
	struct roll_call_imported imported;
	struct err_trace trace = { 0 };

	assert_fails(roll_call_import(&room->custody, what, &imported, &trace), err, &trace);
	assert_says(&trace, words);
	assert_says(&trace, "the roster is unchanged");
	assert_int_equal(card_named(room, "root/1").proven, before.proven);
}

static void
an_answer_proves_the_card_once(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;
	struct roll_call_signed what;
	struct roll_call_imported imported;
	struct err_trace trace = { 0 };

	ask(room, "root/1", &request);
	answer_into(room, &request, &what);
	room->ahead = 13 * DAY;
	assert_ok(roll_call_import(&room->custody, &what, &imported, &trace), &trace);
	assert_string_equal(imported.card, "root/1");
	assert_string_equal(imported.custodian, "p0");
	assert_int_equal(imported.tries, 3);
	assert_false(imported.has_share);
	const struct roster_card card = card_named(room, "root/1");
	assert_true(card.proven > card.enrolled + 12 * DAY);
	refuses(room, &what, ERR_EXISTS, "this statement of card root/1 was imported at");
	free(what.message);
}

static void
an_answer_that_comes_too_late_is_refused(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;
	struct roll_call_signed what;

	ask(room, "root/1", &request);
	answer_into(room, &request, &what);
	room->ahead = 14 * DAY + 60;
	refuses(room, &what, ERR_NOT_NOW, "the request to card root/1 expired at");
	free(what.message);
}

static void
only_the_last_request_can_be_answered(void **state)
{
	struct room *room = *state;
	struct roll_call_request first, second;
	struct roll_call_imported imported;
	struct roll_call_signed what;
	struct err_trace trace = { 0 };

	ask(room, "root/1", &first);
	ask(room, "root/1", &second);
	answer_into(room, &first, &what);
	refuses(room, &what, ERR_NOT_NOW, "card root/1 was asked anew since");
	free(what.message);
	answer_into(room, &second, &what);
	assert_ok(roll_call_import(&room->custody, &what, &imported, &trace), &trace);
	free(what.message);
}

static void
a_nonce_that_nobody_asked_for_is_refused(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;
	struct roll_call_signed what;

	ask(room, "root/1", &request);
	answer_into(room, &request, &what);
	what.statement.nonce[0] ^= 1;
	refuses(room, &what, ERR_ABSENT, "answers a nonce that was never asked for");
	free(what.message);
}

/* The message anew, after the test changed the statement. */
static void
write_message(struct roll_call_signed *what)
{
	struct err_trace trace = { 0 };

	free(what->message);
	assert_ok(roll_call_statement_message(
		      &what->statement, &what->message, &what->message_len, &trace),
	    &trace);
}

static void
a_changed_byte_is_refused(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;
	struct roll_call_signed what;

	ask(room, "root/1", &request);
	answer_into(room, &request, &what);
	what.statement.tries = 2;
	write_message(&what);
	refuses(room, &what, ERR_DENIED, "one of them was changed, or another key signed");
	what.statement.tries = 3;
	write_message(&what);
	what.signature[what.signature_len - 1] ^= 1;
	refuses(room, &what, ERR_DENIED, "one of them was changed, or another key signed");
	what.signature_len = 8;
	refuses(room, &what, ERR_DENIED, "one of them was changed, or another key signed");
	free(what.message);
}

/* What a thief of p1's card and PIN could do who got hold of p0's nonce. */
static void
sign_with(struct room *room, unsigned n, struct roll_call_signed *what)
{
	struct card_pin_entry entry = { .which = CARD_PIN_SIGN };
	struct card_signature signature;
	struct err_trace trace = { 0 };
	struct secret *pin = NULL;
	struct card *card = NULL;
	uint8_t digest[SHA256_SIZE];

	readers_local_put(&room->local, 0, room->card[n]);
	assert_ok(card_visit_begin(&room->readers, "Local 0", NULL, &card, &trace), &trace);
	assert_ok(secret_from("736152", 6, &pin, &trace), &trace);
	entry.pin = pin;
	assert_ok(card_verify(card, &entry, &trace), &trace);
	assert_ok(sha256(what->message, what->message_len, digest, &trace), &trace);
	assert_ok(card_sign(card, digest, &signature, &trace), &trace);
	memcpy(what->signature, signature.der, signature.len);
	what->signature_len = signature.len;
	secret_free(pin);
	card_visit_end(card);
	readers_local_put(&room->local, 0, NULL);
}

static void
another_cards_signature_is_refused_and_named(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;
	struct roll_call_signed what;

	ask(room, "root/1", &request);
	answer_into(room, &request, &what);
	sign_with(room, 1, &what);
	refuses(room, &what, ERR_DENIED, "it was signed by card root/2, not by card root/1");
	sign_with(room, 0, &what);
	what.statement.subject.fingerprint[0] ^= 1;
	write_message(&what);
	sign_with(room, 0, &what);
	refuses(room, &what, ERR_DENIED, "about another card");
	free(what.message);
}

static void
a_real_statement_is_none_for_a_practice_roster(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;
	struct roll_call_signed what;

	ask(room, "root/1", &request);
	answer_into(room, &request, &what);
	what.statement.subject.practice = false;
	refuses(room, &what, ERR_DENIED, "the statement is real, and this roster is for practice");
	free(what.message);
}

static void
a_roster_older_than_the_card_is_told_so(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;
	struct roll_call_signed what;

	ask(room, "root/1", &request);
	answer_into(room, &request, &what);
	what.statement.checkpoint = 99;
	write_message(&what);
	sign_with(room, 0, &what);
	refuses(room, &what, ERR_NOT_NOW, "this roster is older than card root/1");
	free(what.message);
}

static void
a_statement_of_records_that_nobody_gave_is_refused(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;
	struct roll_call_signed what;

	ask(room, "root/1", &request);
	answer_into(room, &request, &what);
	what.statement.found.count = 1;
	what.statement.found.record[0].generation = 1;
	write_message(&what);
	sign_with(room, 0, &what);
	refuses(room, &what, ERR_NOT_NOW, "generation 1, of which this roster knows nothing");
	free(what.message);
}

/* ---- What the custodian's machine refuses -------------------------------------------------- */

static void
does_not_answer(
    struct room *room, const struct roll_call_request *request, enum err err, const char *words)
{
	struct err_trace trace = { 0 };
	char *line = NULL;

	assert_fails(answer(room, request, &line, &trace), err, &trace);
	assert_says(&trace, words);
	assert_null(line);
}

static void
an_expired_request_asks_for_no_card(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;

	ask(room, "root/1", &request);
	request.expires = 1790000000;
	room->insertions = 0;
	does_not_answer(room, &request, ERR_NOT_NOW, "the request expired at 2026-09-21T14:13:20Z");
	assert_int_equal(room->insertions, 0);
}

static void
a_request_for_another_card_is_not_answered(void **state)
{
	struct room *room = *state;
	struct roll_call_request request, others;

	ask(room, "root/1", &request);
	ask(room, "root/2", &others);
	/* The serial is p0's, and p1's card is put in. */
	others.want = request.want;
	snprintf(others.serial, sizeof(others.serial), "%s", request.serial);
	does_not_answer(room, &others, ERR_DENIED, "none of the cards that are wanted");
	assert_string_equal(
	    room->note, "The card with serial FFFE:00000002 is not the one that is wanted.");
	/* The serial is right, the keys are another card's. */
	ask(room, "root/1", &request);
	request.want.subject.fingerprint[0] ^= 1;
	does_not_answer(room, &request, ERR_DENIED, "it has other keys than those enrolled");
}

static void
a_request_that_was_sealed_to_another_does_not_open(void **state)
{
	struct room *room = *state;
	struct roll_call_request request, others;

	ask(room, "root/1", &request);
	ask(room, "root/2", &others);
	request.sealed = others.sealed;
	does_not_answer(room, &request, ERR_FORMAT, "the request does not open");
	ask(room, "root/1", &request);
	request.sealed.enc[0] = 5;
	does_not_answer(room, &request, ERR_FORMAT, "the request does not open");
}

static void
a_real_request_is_not_answered_by_a_practice_card(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;

	ask(room, "root/1", &request);
	request.want.subject.practice = false;
	does_not_answer(
	    room, &request, ERR_DENIED, "it is a PRACTICE card, and this roll-call is real");
}

static void
a_card_that_lacks_its_share_is_told_at_once(void **state)
{
	struct room *room = *state;
	struct roll_call_request request;

	ask(room, "root/1", &request);
	request.want.count = 1;
	request.want.record[0] = (struct roll_call_record){ .generation = 1, .due = true };
	does_not_answer(room, &request, ERR_ABSENT, "holds no share");
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(cards_without_a_share_prove_keys_and_pin),
		IN_ROOM(names_that_cannot_be_are_refused),
		IN_ROOM(a_walk_skips_who_was_there_today_unless_asked),
		IN_ROOM(a_card_pulled_at_any_apdu_is_asked_for_again_and_proven),
		IN_ROOM(an_answer_proves_the_card_once),
		IN_ROOM(an_answer_that_comes_too_late_is_refused),
		IN_ROOM(only_the_last_request_can_be_answered),
		IN_ROOM(a_nonce_that_nobody_asked_for_is_refused),
		IN_ROOM(a_changed_byte_is_refused),
		IN_ROOM(another_cards_signature_is_refused_and_named),
		IN_ROOM(a_real_statement_is_none_for_a_practice_roster),
		IN_ROOM(a_roster_older_than_the_card_is_told_so),
		IN_ROOM(a_statement_of_records_that_nobody_gave_is_refused),
		IN_ROOM(an_expired_request_asks_for_no_card),
		IN_ROOM(a_request_for_another_card_is_not_answered),
		IN_ROOM(a_request_that_was_sealed_to_another_does_not_open),
		IN_ROOM(a_real_request_is_not_answered_by_a_practice_card),
		IN_ROOM(a_card_that_lacks_its_share_is_told_at_once),
	};

	if (secret_heap_init(NULL) != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
