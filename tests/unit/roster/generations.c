/* SPDX-License-Identifier: BSD-2-Clause */
/* Generations after the first: how one ends, and where shares lie that are not on their card. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "roster/generation.h"
#include "roster/log.h"
#include "roster/share.h"
#include "tests/unit/roster/support.h"

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

static void
get(struct place *place, unsigned number, struct roster_generation *out)
{
	struct err_trace trace = { 0 };

	assert_ok(
	    roster_generation_get(place->roster, &place->quorum, number, out, &trace), &trace);
}

static void
assert_verifies(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_verified verified;

	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}

/* The token, and with it the last that generation 1 opens, passes to generation 2. */
static void
rekey(struct place *place)
{
	struct err_trace trace = { 0 };

	place_seal(place, 2);
	place_deliver(place, 2);
	place_go_live(place, 2);
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		assert_ok(roster_binding_opens(place->roster, &place->binding,
			      (enum roster_token_pin)pin, 2, &trace),
		    &trace);
}

static const struct roster_generation_ending death = { 1, ROSTER_GENERATION_DEAD };

static void
a_generation_that_opens_a_token_does_not_end(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	assert_fails(roster_generation_end(place->roster, &place->quorum, &death, &trace),
	    ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "generation 1 still opens a token"));
}

static void
store(struct place *place, enum roster_escrow_kind kind, unsigned generation, uint8_t subject)
{
	struct roster_escrow escrow = { .kind = kind,
		.generation = generation,
		.blob_len = 81,
		.subject = { [31] = subject } };
	struct err_trace trace = { 0 };

	memset(escrow.blob, 0xE0 + (int)kind, escrow.blob_len);
	assert_ok(roster_escrow_store(place->roster, &place->quorum, &escrow, &trace), &trace);
}

static void
a_dead_generation_leaves_no_record_and_no_escrow_in_the_roster(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_generation generation;
	struct roster_escrow *left = NULL;
	size_t count = 9;

	place_found_quorum(place);
	rekey(place);
	store(place, ROSTER_ESCROW_ADMIN_PIN, 1, 7);
	store(place, ROSTER_ESCROW_ADMIN_PIN, 2, 7);
	store(place, ROSTER_ESCROW_OLDER_SECRET, 2, 1);
	assert_ok(roster_generation_end(place->roster, &place->quorum, &death, &trace), &trace);
	get(place, 1, &generation);
	assert_int_equal(generation.state, ROSTER_GENERATION_DEAD);
	assert_false(generation.share[0].has_record);
	get(place, 2, &generation);
	assert_true(generation.share[0].has_record);
	assert_ok(
	    roster_escrow_list(place->roster, &place->quorum, 1, &left, &count, &trace), &trace);
	assert_int_equal(count, 0);
	free(left);
	assert_ok(
	    roster_escrow_list(place->roster, &place->quorum, 2, &left, &count, &trace), &trace);
	assert_int_equal(count, 1);
	assert_int_equal(left[0].kind, ROSTER_ESCROW_ADMIN_PIN);
	free(left);
	assert_verifies(place);
}

static void
records_of_a_dead_generation_are_known_until_they_are_erased(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_leftover *left = NULL;
	size_t count = 9;

	place_found_quorum(place);
	rekey(place);
	assert_ok(
	    roster_leftover_list(place->roster, &place->quorum, &left, &count, &trace), &trace);
	assert_int_equal(count, 0);
	free(left);
	assert_ok(roster_generation_end(place->roster, &place->quorum, &death, &trace), &trace);
	assert_ok(
	    roster_share_erased(place->roster, &place->quorum, 1, &place->card[0], &trace), &trace);
	assert_ok(
	    roster_leftover_list(place->roster, &place->quorum, &left, &count, &trace), &trace);
	assert_int_equal(count, PEOPLE - 1);
	assert_true(roster_id_equal(&left[0].card, &place->card[1]));
	assert_int_equal(left[0].generation, 1);
	assert_int_equal(left[0].state, ROSTER_GENERATION_DEAD);
	free(left);
	assert_verifies(place);
}

/* What is replaced stays until it is settled: the card may have either PIN. */
static void
an_escrow_beside_another_keeps_it_until_it_is_settled(void **state)
{
	struct place *place = *state;
	struct roster_escrow escrow = { .kind = ROSTER_ESCROW_ADMIN_PIN,
		.generation = 1,
		.blob_len = 65,
		.blob = "the one from before" };
	struct err_trace trace = { 0 };
	struct roster_escrow found;

	place_found_quorum(place);
	assert_ok(roster_escrow_store(place->roster, &place->quorum, &escrow, &trace), &trace);
	memcpy(escrow.blob, "the one from now on", 19);
	assert_ok(
	    roster_escrow_store_beside(place->roster, &place->quorum, &escrow, &trace), &trace);
	assert_ok(
	    roster_escrow_get(place->roster, &place->quorum, &escrow, &found, &trace), &trace);
	assert_memory_equal(found.blob, "the one from now on", 19);
	assert_int_equal(found.former_len, 65);
	assert_memory_equal(found.former, "the one from before", 19);
	assert_ok(roster_escrow_settle(place->roster, &place->quorum, &escrow, &trace), &trace);
	assert_ok(
	    roster_escrow_get(place->roster, &place->quorum, &escrow, &found, &trace), &trace);
	assert_int_equal(found.former_len, 0);
	assert_memory_equal(found.blob, "the one from now on", 19);
	assert_verifies(place);
	place_close(place);
	assert_false(place_has_bytes(place, "the one from before", 19));
}

/* A further card of alice's, enrolled as root/6. */
static struct roster_id
enrol_another(struct place *place, unsigned person)
{
	const struct roster_card_begin begin = { .quorum = "root",
		.serial = "FFFE:000000AA",
		.custodian = place->person[person],
		.family = "openpgp",
		.model = "virtual",
		.firmware = "",
		.atr = "" };
	struct roster_card_keys keys;
	struct err_trace trace = { 0 };
	struct roster_card card;

	assert_ok(roster_card_begin(place->roster, &begin, &card, &trace), &trace);
	place_keys(&keys);
	assert_ok(roster_card_enrol(place->roster, &card.id, &keys, &trace), &trace);
	return card.id;
}

static void
a_share_passes_to_another_card_of_its_custodian(void **state)
{
	struct place *place = *state;
	struct roster_share_replacement replacement = {
		.generation = 1, .index = 0, .record = "sealed to the new card"
	};
	struct roster_generation before, after;
	struct err_trace trace = { 0 };
	struct roster_card card;

	place_found_quorum(place);
	get(place, 1, &before);
	replacement.card = enrol_another(place, 0);
	assert_ok(
	    roster_share_replace(place->roster, &place->quorum, &replacement, &trace), &trace);
	get(place, 1, &after);
	assert_true(roster_id_equal(&after.share[0].card, &replacement.card));
	assert_true(roster_id_equal(&after.share[0].custodian, &place->person[0]));
	assert_memory_equal(after.share[0].record, "sealed to the new card", 22);
	assert_memory_equal(
	    &after.share[0].commitment, &before.share[0].commitment, sizeof(struct roster_hash));
	assert_int_equal(after.share[0].delivered, 0);
	assert_ok(roster_card_get(place->roster, &place->card[0], &card, &trace), &trace);
	assert_int_equal(card.state, ROSTER_CARD_ABANDONED);
	assert_verifies(place);
}

static void
a_share_does_not_pass_to_another_custodian(void **state)
{
	struct place *place = *state;
	struct roster_share_replacement replacement = { .generation = 1, .index = 0 };
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	replacement.card = enrol_another(place, 1);
	assert_fails(roster_share_replace(place->roster, &place->quorum, &replacement, &trace),
	    ERR_ARGUMENT, &trace);
	assert_true(place_says(&trace, "another custodian's"));
	replacement.card = place->card[0];
	assert_fails(roster_share_replace(place->roster, &place->quorum, &replacement, &trace),
	    ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "holds a share already"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_ROSTER(a_generation_that_opens_a_token_does_not_end),
		WITH_ROSTER(a_dead_generation_leaves_no_record_and_no_escrow_in_the_roster),
		WITH_ROSTER(records_of_a_dead_generation_are_known_until_they_are_erased),
		WITH_ROSTER(an_escrow_beside_another_keeps_it_until_it_is_settled),
		WITH_ROSTER(a_share_passes_to_another_card_of_its_custodian),
		WITH_ROSTER(a_share_does_not_pass_to_another_custodian),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
