/* SPDX-License-Identifier: BSD-2-Clause */
/* Sealing and delivery up to the tokens, which these tests do not touch. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/checkpoint.h"
#include "custody/issuing.h"
#include "custody/pending.h"
#include "pcsc/card.h"
#include "quorum/derive.h"
#include "quorum/escrow.h"
#include "roster/binding.h"
#include "roster/person.h"
#include "roster/policy.h"
#include "roster/quorum.h"
#include "tests/unit/custody/room.h"

enum { CARDS = 2, APDUS_AT_MOST = 64 };

/* As few cards as there can be. */
static void
allow_all_of_n(struct room *room)
{
	struct err_trace trace = { 0 };
	struct roster_policy_change change = {
		.which = ROSTER_POLICY_ALL_OF_N, .value = 1, .reason = "few cards"
	};
	struct roster_person person;

	for (int n = 0; n < 2; n++) {
		assert_ok(roster_person_find(room->roster, n == 0 ? "p0" : "p1", &person, &trace),
		    &trace);
		change.people[n] = person.id;
	}
	assert_ok(roster_policy_set(room->roster, &change, &trace), &trace);
}

/* Plans a quorum "root" of all cards, with a token that is never looked for. */
static struct roster_id
plan(struct room *room)
{
	struct roster_plan *plan = calloc(1, sizeof(*plan));
	struct roster_binding_spec *spec;
	struct err_trace trace = { 0 };
	struct roster_id id, binding;

	assert_non_null(plan);
	*plan = (struct roster_plan){
		.kind = ROSTER_OP_CREATE, .generation = 1, .threshold = CARDS, .cards = CARDS
	};
	for (unsigned n = 0; n < CARDS; n++) {
		char name[] = { 'r', 'o', 'o', 't', '/', (char)('1' + n), '\0' };
		struct roster_card card;

		assert_ok(roster_card_by_name(room->roster, name, &card, &trace), &trace);
		plan->card[n].card = card.id;
		plan->card[n].index = n;
	}
	plan->tokens = 1;
	spec = &plan->token[0];
	*spec = (struct roster_binding_spec){ .name = "ca",
		.fresh = true,
		.binds = { true, true },
		.token = { .label = "PRACTICE ca", .module = "softhsm" } };
	allow_all_of_n(room);
	assert_ok(roster_quorum_create(room->roster, "root", &plan->quorum, &trace), &trace);
	assert_ok(roster_binding_add(room->roster, &plan->quorum, spec, &binding, &trace), &trace);
	assert_ok(roster_operation_begin(room->roster, plan, &id, &trace), &trace);
	free(plan);
	return id;
}

/* As issuing_run does, up to the tokens. */
static enum err
run_up_to_tokens(struct issuing *issuing, struct err_trace *trace)
{
	enum err err = issuing_read_keys(issuing, trace);

	if (err == ERR_OK)
		err = issuing_seal(issuing, trace);
	if (err == ERR_OK)
		err = issuing_deliver(issuing, trace);
	return err == ERR_OK ? issuing_complete(issuing, trace) : err;
}

/* The admin PIN that is escrowed for a card is the one that the card takes. */
static void
check_admin_pin(struct room *room, struct issuing *issuing, size_t n)
{
	const struct roster_card *known = &issuing->member[n].card;
	struct roster_escrow which = { .kind = ROSTER_ESCROW_ADMIN_PIN, .generation = 1 }, row;
	struct escrow_subject subject = {
		.practice = true, .generation = 1, .kind = ESCROW_ADMIN_PIN
	};
	struct secret *key = NULL, *admin = NULL;
	uint8_t point[P256_POINT];
	struct err_trace trace = { 0 };
	struct card *card = NULL;
	struct escrow sealed;

	memcpy(which.subject, known->fingerprint.bytes, sizeof(which.subject));
	assert_ok(
	    roster_escrow_get(room->roster, &issuing->quorum.id, &which, &row, &trace), &trace);
	memcpy(sealed.bytes, row.blob, row.blob_len);
	sealed.len = row.blob_len;
	memcpy(subject.quorum_id, issuing->quorum.id.bytes, sizeof(subject.quorum_id));
	memcpy(subject.fingerprint, known->fingerprint.bytes, sizeof(subject.fingerprint));
	assert_ok(derive_escrow_key(issuing->prk, &key, point, &trace), &trace);
	assert_ok(escrow_open(&subject, &sealed, key, &admin, &trace), &trace);
	readers_local_put(&room->local, 0, room->card[n]);
	assert_ok(card_visit_begin(&room->readers, "Local 0", NULL, &card, &trace), &trace);
	assert_ok(card_verify(card,
		      &(struct card_pin_entry){ .which = CARD_PIN_ADMIN, .pin = admin }, &trace),
	    &trace);
	card_visit_end(card);
	secret_free(admin);
	secret_free(key);
}

static void
begin(struct room *room, bool keep_admin_pin, struct roster_id *operation)
{
	struct err_trace trace = { 0 };

	room_open(room);
	room->keep_admin_pin = keep_admin_pin;
	for (unsigned n = 0; n < CARDS; n++)
		assert_ok(room_enrol(room, n, &trace), &trace);
	*operation = plan(room);
}

enum how { SAME_COMMAND = 0, NEXT_COMMAND = 1, KEPT_ADMIN_PIN = 2 };

/* p0's card goes wrong at the APDU that the fault names, counted from when it is put in. */
static bool
deliver_with_fault(const char *fault, unsigned how)
{
	struct err_trace trace = { 0 };
	struct issuing *issuing = NULL;
	struct roster_id operation;
	struct room room;
	unsigned before;
	bool reached;
	enum err err;

	begin(&room, (how & KEPT_ADMIN_PIN) != 0, &operation);
	assert_ok(issuing_open(&room.custody, &operation, &issuing, &trace), &trace);
	assert_ok(issuing_read_keys(issuing, &trace), &trace);
	assert_ok(issuing_seal(issuing, &trace), &trace);
	room.fault = fault;
	room.stop_after_fault = (how & NEXT_COMMAND) != 0;
	before = room.insertions;
	err = issuing_deliver(issuing, &trace);
	/* Each card comes in once; another time is a card that was wanted again. */
	reached = err != ERR_OK || room.insertions - before > CARDS;
	if ((how & NEXT_COMMAND) != 0 && err != ERR_OK) {
		assert_int_equal(err, ERR_CANCELLED);
		issuing_close(issuing);
		room_reopen(&room);
		err_clear(&trace);
		assert_ok(issuing_open(&room.custody, &operation, &issuing, &trace), &trace);
		err = run_up_to_tokens(issuing, &trace);
	}
	assert_ok(err, &trace);
	assert_ok(issuing_complete(issuing, &trace), &trace);
	vcard_local_fault(room.card[0], "pull-before:9999"); /* in place of one not reached */
	visit_end_and_stay(&issuing->last);
	for (size_t n = 0; n < CARDS; n++)
		check_admin_pin(&room, issuing, n);
	issuing_close(issuing);
	room_close(&room);
	return reached;
}

static void
deliver_with_each_fault(const char *kind, unsigned how)
{
	unsigned reached = 0;

	for (unsigned n = 1; n < APDUS_AT_MOST; n++) {
		char fault[32];

		snprintf(fault, sizeof(fault), "%s:%u", kind, n);
		if (!deliver_with_fault(fault, how))
			break;
		reached++;
	}
	assert_in_range(reached, 10, APDUS_AT_MOST - 2);
}

static void
a_card_pulled_during_delivery_has_the_admin_pin_that_is_escrowed(void **state)
{
	(void)state;
	deliver_with_each_fault("pull-after", SAME_COMMAND);
}

static void
resume_after_a_pull_finds_the_admin_pin_that_is_escrowed(void **state)
{
	(void)state;
	deliver_with_each_fault("pull-after", NEXT_COMMAND);
}

static void
a_card_that_cannot_be_reset_has_the_admin_pin_that_is_escrowed(void **state)
{
	(void)state;
	deliver_with_each_fault("pull-after", SAME_COMMAND | KEPT_ADMIN_PIN);
	deliver_with_each_fault("pull-before", NEXT_COMMAND | KEPT_ADMIN_PIN);
}

/* All of a quorum's cards delivered and the generation live; then the roster of before. */
static void
roll_back_behind_delivery(struct room *room)
{
	struct err_trace trace = { 0 };
	struct issuing *issuing = NULL;
	struct roster_id operation;

	begin(room, false, &operation);
	room_keep_roster(room);
	assert_ok(issuing_open(&room->custody, &operation, &issuing, &trace), &trace);
	assert_ok(run_up_to_tokens(issuing, &trace), &trace);
	assert_ok(
	    checkpoint_by_card(&room->custody, issuing->last.card, &issuing->last_card, &trace),
	    &trace);
	issuing_close(issuing);
	room_roll_back(room);
}

static void
an_older_roster_does_not_enrol_a_card_with_a_share_anew(void **state)
{
	struct err_trace trace = { 0 };
	struct room room;

	(void)state;
	roll_back_behind_delivery(&room);
	/* p1's card signed a newer checkpoint; p0's only says that it holds a share. */
	assert_fails(room_enrol(&room, 1, &trace), ERR_NOT_NOW, &trace);
	assert_non_null(strstr(trace.frame[0].text, "this roster is older than card root/2"));
	err_clear(&trace);
	assert_fails(room_enrol(&room, 0, &trace), ERR_NOT_NOW, &trace);
	assert_non_null(strstr(
	    trace.frame[0].text, "this roster is older than card root/1: the card holds a share"));
	room_close(&room);
}

/* The card still says that it holds a share when its new enrolment was broken off early. */
static void
a_card_of_a_quorum_that_was_given_up_is_enrolled_anew(void **state)
{
	struct err_trace trace = { 0 };
	struct issuing *issuing = NULL;
	struct pending *pending = NULL;
	struct roster_id operation;
	struct room room;

	(void)state;
	begin(&room, false, &operation);
	assert_ok(issuing_open(&room.custody, &operation, &issuing, &trace), &trace);
	assert_ok(run_up_to_tokens(issuing, &trace), &trace);
	issuing_close(issuing);
	assert_ok(pending_describe(&room.custody, "root", &pending, &trace), &trace);
	assert_ok(pending_abort(&room.custody, pending,
		      &(struct pending_giving_up){ .reason = "a test" }, &trace),
	    &trace);
	free(pending);
	room.fault = "pull-before:14";
	assert_fails(room_enrol(&room, 0, &trace), ERR_IO, &trace);
	err_clear(&trace);
	assert_ok(room_enrol(&room, 0, &trace), &trace);
	room_close(&room);
}

/* Begun, and the device then died: nobody can say whether C_InitToken ran. */
static void
a_create_whose_fresh_token_is_gone_is_given_up_by_two_people(void **state)
{
	struct roster_step begun = { .kind = ROSTER_STEP_INIT_BEGUN, .text = "PRACTICE ca" };
	struct pending_giving_up why = { .reason = "the HSM burnt down" };
	struct err_trace trace = { 0 };
	struct issuing *issuing = NULL;
	struct pending *pending = NULL;
	struct roster_id operation;
	struct roster_quorum quorum;
	struct room room;

	(void)state;
	begin(&room, false, &operation);
	assert_ok(issuing_open(&room.custody, &operation, &issuing, &trace), &trace);
	assert_ok(run_up_to_tokens(issuing, &trace), &trace);
	snprintf(begun.binding, sizeof(begun.binding), "ca");
	assert_ok(roster_generation_set_state(
		      room.roster, &issuing->quorum.id, 1, ROSTER_GENERATION_LIVE, &trace),
	    &trace);
	assert_ok(issuing_journal(issuing, &begun, &trace), &trace);
	issuing_close(issuing);
	assert_ok(pending_describe(&room.custody, "root", &pending, &trace), &trace);
	assert_false(pending->may_abort);
	assert_true(pending->may_be_gone);
	assert_fails(pending_abort(&room.custody, pending, &why, &trace), ERR_NOT_NOW, &trace);
	err_clear(&trace);
	why.people[0] = why.people[1] = "p0";
	assert_fails(pending_abort(&room.custody, pending, &why, &trace), ERR_ARGUMENT, &trace);
	err_clear(&trace);
	why.people[1] = "p1";
	assert_ok(pending_abort(&room.custody, pending, &why, &trace), &trace);
	assert_fails(roster_quorum_find(room.roster, "root", &quorum, &trace), ERR_ABSENT, &trace);
	free(pending);
	room_close(&room);
}

static void
an_older_roster_makes_no_second_secret_with_these_cards(void **state)
{
	struct err_trace trace = { 0 };
	struct roster_operation *pending = NULL;
	struct roster_quorum quorum;
	struct issuing *issuing = NULL;
	struct room room;

	(void)state;
	roll_back_behind_delivery(&room);
	assert_ok(roster_quorum_find(room.roster, "root", &quorum, &trace), &trace);
	assert_ok(roster_operation_pending(room.roster, &quorum.id, &pending, &trace), &trace);
	assert_ok(issuing_open(&room.custody, &pending->id, &issuing, &trace), &trace);
	assert_fails(run_up_to_tokens(issuing, &trace), ERR_NOT_NOW, &trace);
	assert_null(issuing->generation);
	issuing_close(issuing);
	roster_operation_free(pending);
	room_close(&room);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_pulled_during_delivery_has_the_admin_pin_that_is_escrowed),
		cmocka_unit_test(resume_after_a_pull_finds_the_admin_pin_that_is_escrowed),
		cmocka_unit_test(a_card_that_cannot_be_reset_has_the_admin_pin_that_is_escrowed),
		cmocka_unit_test(an_older_roster_does_not_enrol_a_card_with_a_share_anew),
		cmocka_unit_test(a_card_of_a_quorum_that_was_given_up_is_enrolled_anew),
		cmocka_unit_test(a_create_whose_fresh_token_is_gone_is_given_up_by_two_people),
		cmocka_unit_test(an_older_roster_makes_no_second_secret_with_these_cards),
	};

	if (secret_heap_init(NULL) != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
