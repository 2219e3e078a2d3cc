/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "roster/absence.h"
#include "roster/activation.h"
#include "roster/appointment.h"
#include "roster/card_report.h"
#include "roster/departure.h"
#include "roster/item.h"
#include "roster/policy.h"
#include "roster/stow.h"
#include "tests/unit/roster/steps.h"

/* A small generator of its own, so that a failure can be repeated. */
static uint32_t seed;

void
steps_seed(uint32_t value)
{
	seed = value;
}

unsigned
steps_draw(unsigned below)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 8) % below;
}

static void
step_person(struct place *place)
{
	struct roster_id id;
	char name[32];
	const struct roster_person_add add = { .name = name,
		.contact = steps_draw(2) == 0 ? "somewhere" : NULL,
		.roles = 1 + steps_draw(ROSTER_ROLES_ALL) };

	snprintf(name, sizeof(name), "person %u", steps_draw(1000000));
	(void)!roster_person_add(place->roster, &add, &id, NULL);
}

static void
step_erase(struct place *place)
{
	struct roster_person *people = NULL;
	size_t count = 0;

	assert_int_equal(roster_person_list(place->roster, &people, &count, NULL), ERR_OK);
	if (count > PEOPLE + 1) {
		const struct roster_departure departure = {
			.person = people[PEOPLE + 1 + steps_draw((unsigned)count - PEOPLE - 1)].id
		};

		assert_int_equal(roster_person_depart(place->roster, &departure, NULL), ERR_OK);
		assert_int_equal(
		    roster_person_erase(place->roster, &departure.person, "asked for", NULL),
		    ERR_OK);
	}
	free(people);
}

static void
step_change(struct place *place)
{
	const struct roster_person_edit edit = { .site = steps_draw(3) == 0 ? "" : "Bern",
		.employer = steps_draw(2) == 0 ? NULL : "ACME",
		.deputy = steps_draw(2) == 0 ? NULL : &place->person[0] };
	const struct roster_appoint appoint = { .person = place->person[steps_draw(PEOPLE)],
		.by = "the board",
		.training = steps_draw(2) == 0 ? NULL : "two days",
		.acknowledged = steps_draw(2) == 0 ? 0 : place->now - steps_draw(1000) };

	/* Refused of those who have left by now. */
	(void)!roster_person_edit(
	    place->roster, &place->person[1 + steps_draw(PEOPLE - 1)], &edit, NULL);
	(void)!roster_person_appoint(place->roster, &appoint, NULL);
}

static void
step_plan(struct place *place)
{
	const unsigned who = steps_draw(PEOPLE);
	const struct roster_card_fate fate = { place->card[who], steps_draw(ROSTER_FATE__COUNT),
		0 };
	const struct roster_departure departure = { .person = place->person[who],
		.on = place->now + CLOCK_DAY * (1 + steps_draw(9)),
		.card = &fate,
		.cards = 1 };
	const struct roster_absence absence = { place->person[who], place->now + steps_draw(2),
		place->now + 1 + steps_draw(100) };

	(void)!roster_person_away(place->roster, &absence, NULL);
	(void)!roster_person_back(place->roster, &place->person[who], steps_draw(2) == 0, NULL);
	(void)!roster_person_depart(place->roster, &departure, NULL);
	if (steps_draw(2) == 0)
		(void)!roster_person_stay(place->roster, &place->person[who], NULL);
}

static void
step_policy(struct place *place)
{
	const struct roster_policy_change change = { .which = (enum roster_policy)steps_draw(
							 ROSTER_POLICY__COUNT),
		.value = steps_draw(400),
		.reason = "why not",
		.people = { place->person[0], place->person[1] } };

	(void)!roster_policy_set(place->roster, &change, NULL);
}

static void
step_proof(struct place *place)
{
	const struct roster_proof proof = { .kind = ROSTER_PROOF_ROLL_CALL,
		.card = place->card[steps_draw(PEOPLE)],
		.quorum = place->quorum,
		.generation = 1,
		.tries_left = steps_draw(4) };

	assert_int_equal(roster_card_proven(place->roster, &proof, NULL), ERR_OK);
}

static void
step_card(struct place *place)
{
	struct roster_card card;
	char serial[32];

	snprintf(serial, sizeof(serial), "FFFE:%08X", steps_draw(50));
	const struct roster_card_begin begin = { .quorum = steps_draw(2) == 0 ? "root" : "issuing",
		.serial = serial,
		.custodian = place->person[steps_draw(PEOPLE)],
		.family = "openpgp",
		.model = "virtual",
		.firmware = "",
		.atr = "" };

	if (roster_card_begin(place->roster, &begin, &card, NULL) == ERR_OK && steps_draw(3) == 0)
		assert_int_equal(
		    roster_card_abandon(place->roster, &card.id, "lost in the post", NULL), ERR_OK);
}

static void
step_escrow(struct place *place)
{
	struct roster_escrow escrow = { .kind = ROSTER_ESCROW_ADMIN_PIN, .generation = 1 };

	escrow.subject[0] = (uint8_t)steps_draw(5);
	escrow.blob_len = 33 + 16 + steps_draw(20);
	memset(escrow.blob, (int)steps_draw(256), escrow.blob_len);
	if (steps_draw(3) == 0)
		(void)!roster_escrow_erase(place->roster, &place->quorum, &escrow, NULL);
	else
		assert_int_equal(
		    roster_escrow_store(place->roster, &place->quorum, &escrow, NULL), ERR_OK);
}

static void
step_operation(struct place *place)
{
	struct roster_plan plan = {
		.kind = ROSTER_OP_BIND, .quorum = place->quorum, .generation = 1, .tokens = 1
	};
	struct roster_operation *pending = NULL;
	struct roster_id id;
	struct roster_step step = { .kind = ROSTER_STEP_INIT_BEGUN, .text = "label" };

	place_spec(&plan.token[0], "other");
	snprintf(step.binding, sizeof(step.binding), "other");
	/* All of it is the seat's. */
	if (roster_operation_pending(place->roster, &place->quorum, &pending, NULL) != ERR_OK)
		(void)!roster_operation_begin(place->roster, &plan, &id, NULL);
	else if (steps_draw(4) == 0)
		(void)!roster_operation_finish(place->roster, &pending->id, NULL);
	else
		(void)!roster_operation_journal(place->roster, &pending->id, &step, NULL);
	roster_operation_free(pending);
}

static void
step_checkpoint(struct place *place)
{
	struct roster_checkpoint_request request;
	struct roster_signature signature;

	assert_int_equal(roster_checkpoint_request(place->roster, &request, NULL), ERR_OK);
	for (unsigned i = 0; i <= steps_draw(3); i++) {
		place_sign(place, (int)i, &request, &signature);
		assert_int_equal(
		    roster_checkpoint_sign(place->roster, &request, &signature, NULL), ERR_OK);
	}
}

static void
step_report(struct place *place)
{
	const struct roster_card_report report = { .report = (enum roster_report)(
						       1 + steps_draw(ROSTER_REPORT__COUNT - 1)),
		.happened = place->now - 60,
		.reporter = place->person[steps_draw(PEOPLE)],
		.words = "on a train" };
	const struct roster_card_tries tries = { .user = steps_draw(4), .admin = 3 };

	if (steps_draw(3) == 0)
		(void)!roster_card_note_tries(
		    place->roster, &place->card[steps_draw(PEOPLE)], &tries, NULL);
	else
		(void)!roster_card_report(
		    place->roster, &place->card[steps_draw(PEOPLE)], &report, NULL);
}

static void
step_item(struct place *place)
{
	struct roster_item item = { .kind = (enum roster_item_kind)steps_draw(ROSTER_ITEM__COUNT) };
	const struct roster_item_change change = { .firmware = "2.0", .certificate = "4711" };
	struct roster_id id;

	snprintf(item.name, sizeof(item.name), "item-%u", steps_draw(6));
	if (roster_item_find(place->roster, item.name, &item, NULL) != ERR_OK)
		(void)!roster_item_add(place->roster, &item, &id, NULL);
	else if (steps_draw(4) == 0)
		(void)!roster_item_retire(place->roster, &item.id, "worn", NULL);
	else
		(void)!roster_item_change(place->roster, &item.id, &change, NULL);
}

static void
step_stow(struct place *place)
{
	const struct roster_thing thing = { .kind = ROSTER_THING_CARD,
		.id = place->card[steps_draw(PEOPLE)] };
	struct roster_stow stow = {
		.thing = thing, .place = "safe 1", .people = { place->person[0], place->person[1] }
	};
	const struct roster_unstow unstow = { .thing = thing,
		.bag = "A1",
		.intact = steps_draw(4) != 0,
		.people = { place->person[1], place->person[2] } };
	bool suspected = false;

	snprintf(stow.bag, sizeof(stow.bag), "A%u", steps_draw(3));
	if (steps_draw(2) == 0)
		(void)!roster_stow(place->roster, &stow, NULL);
	else
		(void)!roster_unstow(place->roster, &unstow, &suspected, NULL);
}

static void
step_activation(struct place *place)
{
	struct roster_activation activation = { .quorum = place->quorum,
		.generation = 1,
		.cards = 3,
		.card = { place->card[0], place->card[1], place->card[2] } };

	snprintf(activation.binding, sizeof(activation.binding), "root-ca");
	snprintf(activation.purpose, sizeof(activation.purpose), "sign");
	if (roster_activation_open(place->roster, &activation, NULL) == ERR_OK)
		(void)!roster_activation_close(
		    place->roster, &activation.id, steps_draw(9), "ended", NULL);
}

static void (*const steps[])(struct place *) = {
	step_person,
	step_erase,
	step_change,
	step_plan,
	step_policy,
	step_proof,
	step_card,
	step_escrow,
	step_operation,
	step_checkpoint,
	step_report,
	step_item,
	step_stow,
	step_activation,
};

void
steps_one(struct place *place)
{
	steps[steps_draw(sizeof(steps) / sizeof(steps[0]))](place);
}
