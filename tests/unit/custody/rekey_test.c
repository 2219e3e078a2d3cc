/* SPDX-License-Identifier: BSD-2-Clause */
/* A re-key up to the tokens, which these tests do not touch. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/card_fit.h"
#include "custody/card_records.h"
#include "custody/escrow_key.h"
#include "custody/gather.h"
#include "custody/issuing.h"
#include "custody/login.h"
#include "custody/rekey.h"
#include "pcsc/pin.h"
#include "quorum/derive.h"
#include "roster/binding.h"
#include "roster/card_report.h"
#include "roster/generation.h"
#include "roster/roster_internal.h"
#include "roster/share.h"
#include "tests/unit/custody/room.h"

enum { CARDS = 3, THRESHOLD = 2 };

/* Whoever is asked for a card meanwhile finds no secret held. */
static struct {
	struct room room;
	struct issuing *issuing;
	enum err (*card)(void *context, const struct attendant_card_ask *ask,
	    struct attendant_card_answer *answer, struct err_trace *trace);
	unsigned asked;
	unsigned most_shares;
	bool held_a_secret;
} watch;

static enum err
watch_card(void *context, const struct attendant_card_ask *ask,
    struct attendant_card_answer *answer, struct err_trace *trace)
{
	const struct issuing *issuing = watch.issuing;

	watch.asked++;
	if (issuing != NULL) {
		watch.held_a_secret = watch.held_a_secret || issuing->former_secret != NULL ||
				      issuing->former_prk != NULL || issuing->prk != NULL;
		if (issuing->collection.count > watch.most_shares)
			watch.most_shares = (unsigned)issuing->collection.count;
	}
	return watch.card(context, ask, answer, trace);
}

/* The token of those operations that only change PINs. */
static const struct roster_binding_spec hsm = {
	.name = "hsm",
	.binds = { true, true },
	.token = { .uri = "pkcs11:serial=1", .label = "hsm", .serial = "1", .module = "softhsm2" },
};

static struct roster_id
begin(struct room *room, enum roster_operation_kind kind, unsigned generation)
{
	struct roster_plan *plan = calloc(1, sizeof(*plan));
	struct err_trace trace = { 0 };
	struct roster_quorum quorum;
	struct roster_id id;

	assert_non_null(plan);
	*plan = (struct roster_plan){
		.kind = kind, .generation = generation, .threshold = THRESHOLD, .cards = CARDS
	};
	for (unsigned n = 0; n < CARDS; n++) {
		char name[] = { 'r', 'o', 'o', 't', '/', (char)('1' + n), '\0' };
		struct roster_card card;

		assert_ok(roster_card_by_name(room->roster, name, &card, &trace), &trace);
		plan->card[n].card = card.id;
		plan->card[n].index = n;
	}
	if (kind == ROSTER_OP_SWITCH)
		plan->token[plan->tokens++] = hsm;
	if (kind == ROSTER_OP_CREATE)
		assert_ok(
		    roster_quorum_create(room->roster, "root", &plan->quorum, &trace), &trace);
	else
		assert_ok(roster_quorum_find(room->roster, "root", &quorum, &trace), &trace);
	if (kind != ROSTER_OP_CREATE)
		plan->quorum = quorum.id;
	assert_ok(roster_operation_begin(room->roster, plan, &id, &trace), &trace);
	free(plan);
	return id;
}

/* As issuing_run does, up to the tokens; the generation is live then, as if they had switched. */
static struct issuing *
make_generation(struct room *room, enum roster_operation_kind kind, unsigned generation)
{
	struct roster_id operation = begin(room, kind, generation);
	struct err_trace trace = { 0 };

	assert_ok(issuing_open(&room->custody, &operation, &watch.issuing, &trace), &trace);
	assert_ok(issuing_read_keys(watch.issuing, &trace), &trace);
	if (kind == ROSTER_OP_REKEY)
		assert_ok(issuing_open_former(watch.issuing, &trace), &trace);
	assert_ok(issuing_seal(watch.issuing, &trace), &trace);
	assert_ok(issuing_deliver(watch.issuing, &trace), &trace);
	assert_non_null(watch.issuing->prk);
	assert_ok(roster_generation_set_state(room->roster, &watch.issuing->quorum.id, generation,
		      ROSTER_GENERATION_LIVE, &trace),
	    &trace);
	assert_ok(roster_operation_finish(room->roster, &operation, &trace), &trace);
	visit_end(&room->custody, &watch.issuing->last, "");
	return watch.issuing;
}

static struct room *
found(void)
{
	struct err_trace trace = { 0 };

	memset(&watch, 0, sizeof(watch));
	room_open(&watch.room);
	watch.card = watch.room.attendant.card;
	watch.room.attendant.card = watch_card;
	for (unsigned n = 0; n < CARDS; n++)
		assert_ok(room_enrol(&watch.room, n, &trace), &trace);
	issuing_close(make_generation(&watch.room, ROSTER_OP_CREATE, 1));
	watch.issuing = NULL;
	return &watch.room;
}

static void
leave(void)
{
	issuing_close(watch.issuing);
	room_close(&watch.room);
}

static void
while_people_are_awaited_no_secret_is_held(void **state)
{
	struct room *room = found();

	(void)state;
	watch.asked = 0;
	(void)make_generation(room, ROSTER_OP_REKEY, 2);
	assert_true(watch.asked >= CARDS + THRESHOLD + CARDS);
	assert_false(watch.held_a_secret);
	assert_int_equal(watch.most_shares, THRESHOLD - 1);
	leave();
}

/* What the new generation's escrow has of a kind and subject. */
static struct secret *
open_escrow(const struct issuing *issuing, enum roster_escrow_kind kind, const uint8_t *subject)
{
	const struct escrow_end end = { .quorum = &issuing->quorum.id,
		.generation = issuing->generation->number,
		.point = issuing->generation->escrow,
		.prk = issuing->prk,
		.practice = true };
	struct roster_escrow row = { .kind = kind, .generation = issuing->generation->number };
	struct secret *plaintext = NULL;
	struct err_trace trace = { 0 };

	memcpy(row.subject, subject, sizeof(row.subject));
	assert_ok(
	    roster_escrow_get(issuing->custody->roster, &issuing->quorum.id, &row, &row, &trace),
	    &trace);
	assert_ok(escrow_row_open(&end, &row, ESCROW_PRESENT, &plaintext, &trace), &trace);
	return plaintext;
}

static void
new_cards_alone_open_what_the_old_ones_did(void **state)
{
	struct room *room = found();
	struct issuing *issuing = make_generation(room, ROSTER_OP_REKEY, 2);
	uint8_t subject[ROSTER_SUBJECT_SIZE], check[DERIVE_CHECK_SIZE];
	struct roster_generation first;
	struct err_trace trace = { 0 };
	const struct secret *prk = NULL;
	struct secret *admin, *older;

	(void)state;
	assert_ok(
	    roster_generation_get(room->roster, &issuing->quorum.id, 1, &first, &trace), &trace);
	assert_ok(issuing_older_prk(issuing, 1, &prk, &trace), &trace);
	assert_ok(derive_check(prk, check, &trace), &trace);
	assert_memory_equal(check, first.check, sizeof(check));
	roster_subject_of_generation(1, subject);
	older = open_escrow(issuing, ROSTER_ESCROW_OLDER_SECRET, subject);
	assert_int_equal(secret_len(older), 32);
	secret_free(older);
	for (unsigned n = 0; n < CARDS; n++) {
		admin = open_escrow(
		    issuing, ROSTER_ESCROW_ADMIN_PIN, issuing->member[n].card.fingerprint.bytes);
		assert_int_equal(secret_len(admin), 16);
		secret_free(admin);
	}
	assert_fails(issuing_older_prk(issuing, 7, &prk, &trace), ERR_ABSENT, &trace);
	leave();
}

/* What p0's card says in its header: the generations, oldest first. */
static void
assert_header(struct room *room, unsigned older, unsigned newer)
{
	struct err_trace trace = { 0 };
	struct card *card = NULL;
	struct header header;

	readers_local_put(&room->local, 0, room->card[0]);
	assert_ok(card_visit_begin(&room->readers, "Local 0", NULL, &card, &trace), &trace);
	assert_ok(card_header_load(card, &header, &trace), &trace);
	assert_int_equal(header.share_count, 2);
	assert_int_equal(header.share[0].generation, older);
	assert_int_equal(header.share[1].generation, newer);
	card_visit_end(card);
	readers_local_put(&room->local, 0, NULL);
}

static void
a_card_keeps_the_old_share_beside_the_new_one(void **state)
{
	struct room *room = found();

	(void)state;
	(void)make_generation(room, ROSTER_OP_REKEY, 2);
	assert_header(room, 1, 2);
	leave();
}

/* Generations 1 and 2 both still open something: the older one's record gives way. */
static void
a_third_live_generation_takes_the_place_of_the_oldest(void **state)
{
	struct room *room = found();
	struct roster_generation first;
	struct err_trace trace = { 0 };

	(void)state;
	issuing_close(make_generation(room, ROSTER_OP_REKEY, 2));
	(void)make_generation(room, ROSTER_OP_REKEY, 3);
	assert_header(room, 2, 3);
	assert_ok(roster_generation_get(room->roster, &watch.issuing->quorum.id, 1, &first, &trace),
	    &trace);
	assert_true(first.share[0].erased != 0);
	leave();
}

/* As a run that was broken off between the card and the roster: p0's card has generation 2 alone.
 */
static void
erase_the_older_share(struct room *room)
{
	struct err_trace trace = { 0 };
	struct secret *pin = NULL;
	struct card *card = NULL;
	struct record_set set = { 0 };

	readers_local_put(&room->local, 0, room->card[0]);
	assert_ok(room_pin(&pin, &trace), &trace);
	assert_ok(card_visit_begin(&room->readers, "Local 0", NULL, &card, &trace), &trace);
	assert_ok(card_verify(
		      card, &(struct card_pin_entry){ .which = CARD_PIN_USER, .pin = pin }, &trace),
	    &trace);
	assert_ok(card_records_load(card, &set, &trace), &trace);
	assert_ok(records_remove(&set, 1, &trace), &trace);
	assert_ok(card_records_store(card, &set, &trace), &trace);
	card_visit_end(card);
	readers_local_put(&room->local, 0, NULL);
	secret_free(pin);
}

static void
a_share_that_was_erased_before_a_crash_is_not_counted_on(void **state)
{
	struct room *room = found();
	struct roster_generation first;
	struct err_trace trace = { 0 };

	(void)state;
	issuing_close(make_generation(room, ROSTER_OP_REKEY, 2));
	watch.issuing = NULL;
	erase_the_older_share(room);
	(void)make_generation(room, ROSTER_OP_REKEY, 3);
	assert_header(room, 2, 3);
	assert_ok(roster_generation_get(room->roster, &watch.issuing->quorum.id, 1, &first, &trace),
	    &trace);
	assert_true(first.share[0].erased != 0);
	leave();
}

static void
what_is_over_stays_over_when_the_last_card_goes_away(void **state)
{
	const struct roster_generation_ending death = { 1, ROSTER_GENERATION_DEAD };
	struct room *room = found();
	struct roster_operation *pending = NULL;
	struct err_trace trace = { 0 };
	struct roster_id quorum, operation;

	(void)state;
	quorum = make_generation(room, ROSTER_OP_REKEY, 2)->quorum.id;
	issuing_close(watch.issuing);
	watch.issuing = NULL;
	operation = begin(room, ROSTER_OP_SWITCH, 2);
	assert_ok(issuing_open(&room->custody, &operation, &watch.issuing, &trace), &trace);
	assert_ok(issuing_complete(watch.issuing, &trace), &trace);
	assert_ok(roster_generation_end(room->roster, &quorum, &death, &trace), &trace);
	for (unsigned n = 0; n < CARDS; n++)
		vcard_local_pull(room->card[n]);
	assert_ok(issuing_retire(watch.issuing, &trace), &trace);
	assert_fails(
	    roster_operation_pending(room->roster, &quorum, &pending, &trace), ERR_ABSENT, &trace);
	leave();
}

static void
no_new_card_that_was_in_other_hands_gets_a_share(void **state)
{
	const struct roster_card_report report = { .report = ROSTER_REPORT_SUSPECTED };
	struct room *room = found();
	struct roster_card_report said = report;
	struct roster_quorum quorum;
	struct roster_card card;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(roster_quorum_find(room->roster, "root", &quorum, &trace), &trace);
	assert_ok(roster_card_by_name(room->roster, "root/1", &card, &trace), &trace);
	const struct card_fit fit = { &room->custody, &quorum, 1, "p0" };
	assert_ok(card_fit_check(&fit, &card, &trace), &trace);
	said.happened = roster_now(room->roster);
	said.reporter = card.custodian;
	assert_ok(roster_card_report(room->roster, &card.id, &said, &trace), &trace);
	assert_ok(roster_card_by_name(room->roster, "root/1", &card, &trace), &trace);
	assert_fails(card_fit_check(&fit, &card, &trace), ERR_DENIED, &trace);
	leave();
}

static void
a_dead_generation_leaves_the_cards_at_their_next_use(void **state)
{
	const struct roster_generation_ending death = { 1, ROSTER_GENERATION_DEAD };
	struct room *room = found();
	struct err_trace trace = { 0 };
	struct roster_leftover *left = NULL;
	struct roster_id quorum;
	size_t count = 9;

	(void)state;
	quorum = make_generation(room, ROSTER_OP_REKEY, 2)->quorum.id;
	issuing_close(watch.issuing);
	assert_ok(roster_generation_end(room->roster, &quorum, &death, &trace), &trace);
	(void)make_generation(room, ROSTER_OP_REKEY, 3);
	assert_header(room, 2, 3);
	assert_ok(roster_leftover_list(room->roster, &quorum, &left, &count, &trace), &trace);
	assert_int_equal(count, 0);
	free(left);
	leave();
}

static void
too_few_proven_cards_switch_no_token(void **state)
{
	struct room *room = found();
	struct roster_id operation = begin(room, ROSTER_OP_REKEY, 2);
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(issuing_open(&room->custody, &operation, &watch.issuing, &trace), &trace);
	assert_ok(issuing_read_keys(watch.issuing, &trace), &trace);
	assert_ok(issuing_open_former(watch.issuing, &trace), &trace);
	assert_ok(issuing_seal(watch.issuing, &trace), &trace);
	/* Past the check of who may come later. */
	watch.issuing->member[2].later = true;
	assert_ok(issuing_deliver(watch.issuing, &trace), &trace);
	assert_fails(issuing_switch(watch.issuing, &trace), ERR_NOT_NOW, &trace);
	assert_non_null(
	    strstr(trace.frame[0].text, "2 of 3 cards have proven their share; 3 must"));
	err_clear(&trace);
	assert_fails(
	    issuing_excuse(watch.issuing,
		&(struct attendance){ .later = (const char *const[]){ "p2" }, .later_count = 1 },
		&trace),
	    ERR_DENIED, &trace);
	leave();
}

/* p0's card says that it is of another quorum, or that it holds what nobody gave it. */
static void
spoil_header(struct room *room, void (*spoil)(struct header *header))
{
	struct err_trace trace = { 0 };
	struct secret *pin = NULL;
	struct card *card = NULL;
	struct header header;

	readers_local_put(&room->local, 0, room->card[0]);
	assert_ok(room_pin(&pin, &trace), &trace);
	assert_ok(card_visit_begin(&room->readers, "Local 0", NULL, &card, &trace), &trace);
	assert_ok(card_verify(
		      card, &(struct card_pin_entry){ .which = CARD_PIN_USER, .pin = pin }, &trace),
	    &trace);
	assert_ok(card_header_load(card, &header, &trace), &trace);
	spoil(&header);
	assert_ok(card_header_store(card, &header, &trace), &trace);
	card_visit_end(card);
	readers_local_put(&room->local, 0, NULL);
	secret_free(pin);
}

static void
of_another_quorum(struct header *header)
{
	header->quorum_id[0] ^= 1;
}

static void
of_another_share(struct header *header)
{
	header->share[0].index = 2;
}

static void
a_card_that_holds_anothers_share_is_refused_before_the_sealing(void **state)
{
	struct room *room = found();
	struct roster_id operation;
	struct err_trace trace = { 0 };

	(void)state;
	spoil_header(room, of_another_share);
	operation = begin(room, ROSTER_OP_REKEY, 2);
	assert_ok(issuing_open(&room->custody, &operation, &watch.issuing, &trace), &trace);
	assert_fails(issuing_read_keys(watch.issuing, &trace), ERR_NOT_NOW, &trace);
	assert_non_null(strstr(trace.frame[0].text, "that the roster does not know there"));
	leave();
}

static void
a_card_of_another_quorum_is_named_and_others_are_asked_for(void **state)
{
	struct room *room = found();
	struct roster_generation generation;
	struct roster_quorum quorum;
	struct gather_request request = {
		.quorum = &quorum, .generation = &generation, .purpose = "a test"
	};
	struct collection collection = { .quorum = &quorum, .generation = &generation };
	struct gathered gathered = { 0 };
	struct visit_seen seen = { 0 };
	struct err_trace trace = { 0 };

	(void)state;
	spoil_header(room, of_another_quorum);
	room->skip_after_note = true;
	assert_ok(roster_quorum_find(room->roster, "root", &quorum, &trace), &trace);
	assert_ok(roster_generation_get(room->roster, &quorum.id, 1, &generation, &trace), &trace);
	assert_ok(gather(&room->custody, &request, &collection, &seen, &gathered, &trace), &trace);
	assert_non_null(strstr(room->said, "Card root/1 says that it is of another quorum"));
	assert_int_equal(gathered.cards, THRESHOLD);
	gathered_end(&room->custody, &gathered, false);
	leave();
}

/* Who edits the roster's file puts a key of their own in the place of p2's. */
static void
no_share_is_sealed_to_a_key_that_was_edited_into_the_roster(void **state)
{
	struct room *room = found();
	struct roster_id operation = begin(room, ROSTER_OP_REKEY, 2);
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(issuing_open(&room->custody, &operation, &watch.issuing, &trace), &trace);
	watch.issuing->member[2].later = true;
	watch.issuing->people[0] = "p0";
	watch.issuing->people[1] = "p1";
	assert_ok(issuing_read_keys(watch.issuing, &trace), &trace);
	assert_ok(db_script(room->roster->db, "UPDATE card SET dec = sig WHERE number = 3", &trace),
	    &trace);
	assert_fails(issuing_check_unseen(watch.issuing, &trace), ERR_FORMAT, &trace);
	assert_non_null(strstr(trace.frame[trace.count - 1].text, "cannot be believed"));
	leave();
}

static void
journal(struct room *room, const struct roster_id *operation, enum roster_step_kind kind,
    enum roster_token_pin pin)
{
	const struct roster_step step = { .kind = kind, .binding = "hsm", .pin = pin };
	struct err_trace trace = { 0 };

	assert_ok(roster_operation_journal(room->roster, operation, &step, &trace), &trace);
}

static void
nobody_logs_in_to_a_token_while_its_pin_is_being_changed(void **state)
{
	struct room *room = found();
	struct roster_id operation = begin(room, ROSTER_OP_SWITCH, 1);
	struct login_target target = { .binding = { .spec = hsm } };
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(roster_quorum_find(room->roster, "root", &target.quorum, &trace), &trace);
	assert_ok(login_check_stays(&room->custody, &target, &trace), &trace);
	journal(room, &operation, ROSTER_STEP_SWITCH_BEGUN, ROSTER_USER_PIN);
	assert_fails(login_check_stays(&room->custody, &target, &trace), ERR_NOT_NOW, &trace);
	assert_non_null(strstr(trace.frame[0].text, "token 'hsm' may have its new PINs"));
	err_clear(&trace);
	journal(room, &operation, ROSTER_STEP_SWITCH_DONE, ROSTER_USER_PIN);
	assert_ok(login_check_stays(&room->custody, &target, &trace), &trace);
	journal(room, &operation, ROSTER_STEP_SWITCH_BEGUN, ROSTER_SO_PIN);
	assert_ok(login_check_stays(&room->custody, &target, &trace), &trace);
	target.binding.spec.token.software = true;
	assert_fails(login_check_stays(&room->custody, &target, &trace), ERR_NOT_NOW, &trace);
	leave();
}

/* As in a roster that was adopted without enough cards of generation 1. */
static void
forget_escrow_of_first(struct room *room, const struct roster_id *quorum)
{
	struct roster_escrow row = { .kind = ROSTER_ESCROW_OLDER_SECRET, .generation = 2 };
	struct err_trace trace = { 0 };

	roster_subject_of_generation(1, row.subject);
	assert_ok(roster_escrow_erase(room->roster, quorum, &row, &trace), &trace);
}

static void
a_record_that_nothing_else_opens_gives_way_to_none(void **state)
{
	struct room *room = found();
	struct err_trace trace = { 0 };
	struct roster_id operation;

	(void)state;
	issuing_close(make_generation(room, ROSTER_OP_REKEY, 2));
	watch.issuing = NULL;
	operation = begin(room, ROSTER_OP_REKEY, 3);
	assert_ok(issuing_open(&room->custody, &operation, &watch.issuing, &trace), &trace);
	forget_escrow_of_first(room, &watch.issuing->quorum.id);
	assert_ok(issuing_read_keys(watch.issuing, &trace), &trace);
	assert_ok(issuing_open_former(watch.issuing, &trace), &trace);
	assert_ok(issuing_seal(watch.issuing, &trace), &trace);
	assert_fails(issuing_deliver(watch.issuing, &trace), ERR_NOT_NOW, &trace);
	assert_non_null(
	    strstr(trace.frame[trace.count - 1].text, "its share of generation 1 stays"));
	assert_header(room, 1, 2);
	leave();
}

static void
a_token_whose_older_secret_would_be_lost_stops_the_plan(void **state)
{
	static const struct rekey_request request = { .quorum = "root" };
	struct room *room = found();
	struct rekey_forecast *forecast = NULL;
	struct err_trace trace = { 0 };
	struct roster_id quorum, binding;

	(void)state;
	quorum = make_generation(room, ROSTER_OP_REKEY, 2)->quorum.id;
	assert_ok(roster_binding_add(room->roster, &quorum, &hsm, &binding, &trace), &trace);
	assert_ok(roster_binding_opens(room->roster, &binding, ROSTER_USER_PIN, 1, &trace), &trace);
	/* It is not here, which is another matter. */
	assert_fails(rekey_plan(&room->custody, &request, &forecast, &trace), ERR_ABSENT, &trace);
	err_clear(&trace);
	forget_escrow_of_first(room, &quorum);
	assert_fails(rekey_plan(&room->custody, &request, &forecast, &trace), ERR_NOT_NOW, &trace);
	assert_non_null(strstr(trace.frame[trace.count - 1].text, "a re-key would lose it"));
	leave();
}

/* Somebody typed two wrong ones. */
static void
use_up_admin_tries(struct room *room)
{
	struct err_trace trace = { 0 };
	struct secret *wrong = NULL;
	struct card *card = NULL;

	readers_local_put(&room->local, 0, room->card[0]);
	assert_ok(secret_from("00000000", 8, &wrong, &trace), &trace);
	assert_ok(card_visit_begin(&room->readers, "Local 0", NULL, &card, &trace), &trace);
	for (int i = 0; i < 2; i++) {
		const struct card_pin_entry entry = { .which = CARD_PIN_ADMIN, .pin = wrong };

		assert_fails(card_verify(card, &entry, &trace), ERR_DENIED, &trace);
		err_clear(&trace);
	}
	card_visit_end(card);
	readers_local_put(&room->local, 0, NULL);
	secret_free(wrong);
}

static void
a_card_with_one_admin_try_left_keeps_its_pin_and_the_rekey_ends(void **state)
{
	struct room *room = found();
	struct err_trace trace = { 0 };
	struct roster_id operation;

	(void)state;
	use_up_admin_tries(room);
	operation = begin(room, ROSTER_OP_REKEY, 2);
	assert_ok(issuing_open(&room->custody, &operation, &watch.issuing, &trace), &trace);
	assert_ok(issuing_read_keys(watch.issuing, &trace), &trace);
	assert_ok(issuing_open_former(watch.issuing, &trace), &trace);
	assert_ok(issuing_seal(watch.issuing, &trace), &trace);
	assert_ok(issuing_deliver(watch.issuing, &trace), &trace);
	assert_ok(roster_generation_set_state(
		      room->roster, &watch.issuing->quorum.id, 2, ROSTER_GENERATION_LIVE, &trace),
	    &trace);
	assert_ok(issuing_retire(watch.issuing, &trace), &trace);
	assert_ok(issuing_change_admin_pins(watch.issuing, &trace), &trace);
	assert_non_null(strstr(room->said, "p0's card root/1 has one try left for its admin PIN"));
	leave();
}

/* Neither makes what is sealed or delivered any other; a log that lies is not written. */
static void
a_clock_that_jumps_stops_a_rekey_or_it_goes_on(void **state)
{
	enum { DAY = 86400 };
	struct room *room = found();
	struct roster_id operation = begin(room, ROSTER_OP_REKEY, 2);
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(issuing_open(&room->custody, &operation, &watch.issuing, &trace), &trace);
	assert_ok(issuing_read_keys(watch.issuing, &trace), &trace);
	assert_ok(issuing_open_former(watch.issuing, &trace), &trace);
	room->ahead = -DAY;
	assert_fails(issuing_seal(watch.issuing, &trace), ERR_NOT_NOW, &trace);
	assert_non_null(strstr(trace.next, "set the machine's clock"));
	err_clear(&trace);
	issuing_close(watch.issuing);
	watch.issuing = NULL;
	room->ahead = 0;
	assert_ok(issuing_open(&room->custody, &operation, &watch.issuing, &trace), &trace);
	assert_null(watch.issuing->generation);
	assert_ok(issuing_read_keys(watch.issuing, &trace), &trace);
	assert_ok(issuing_open_former(watch.issuing, &trace), &trace);
	assert_ok(issuing_seal(watch.issuing, &trace), &trace);
	room->ahead = 400 * DAY;
	assert_ok(issuing_deliver(watch.issuing, &trace), &trace);
	assert_non_null(watch.issuing->prk);
	assert_header(room, 1, 2);
	leave();
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_people_are_awaited_no_secret_is_held),
		cmocka_unit_test(new_cards_alone_open_what_the_old_ones_did),
		cmocka_unit_test(a_card_keeps_the_old_share_beside_the_new_one),
		cmocka_unit_test(a_third_live_generation_takes_the_place_of_the_oldest),
		cmocka_unit_test(a_share_that_was_erased_before_a_crash_is_not_counted_on),
		cmocka_unit_test(what_is_over_stays_over_when_the_last_card_goes_away),
		cmocka_unit_test(no_new_card_that_was_in_other_hands_gets_a_share),
		cmocka_unit_test(a_dead_generation_leaves_the_cards_at_their_next_use),
		cmocka_unit_test(too_few_proven_cards_switch_no_token),
		cmocka_unit_test(a_card_that_holds_anothers_share_is_refused_before_the_sealing),
		cmocka_unit_test(a_card_of_another_quorum_is_named_and_others_are_asked_for),
		cmocka_unit_test(a_record_that_nothing_else_opens_gives_way_to_none),
		cmocka_unit_test(a_token_whose_older_secret_would_be_lost_stops_the_plan),
		cmocka_unit_test(a_card_with_one_admin_try_left_keeps_its_pin_and_the_rekey_ends),
		cmocka_unit_test(nobody_logs_in_to_a_token_while_its_pin_is_being_changed),
		cmocka_unit_test(no_share_is_sealed_to_a_key_that_was_edited_into_the_roster),
		cmocka_unit_test(a_clock_that_jumps_stops_a_rekey_or_it_goes_on),
	};

	if (secret_heap_init(NULL) != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
