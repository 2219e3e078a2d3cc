/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timeline jumps from one date on which something changes to the next. Here it is compared, on
 * a thousand rosters to which random things happened, with judging every single day.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/absence.h"
#include "roster/appointment.h"
#include "roster/calendar.h"
#include "roster/card_report.h"
#include "roster/departure.h"
#include "roster/health/judge.h"
#include "roster/item.h"
#include "tests/unit/roster/support.h"

enum { DAY = 86400, ROSTERS = 1000, EVENTS_MAX = 12 };

/* A generator of its own, so that a failure can be had again by its number. */
static uint64_t seed;

static unsigned
draw(unsigned below)
{
	seed = seed * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(seed >> 33) % below;
}

/* Two who stay, and change the policy. */
static struct roster_id officer[2];

static void
add_officers(struct place *place)
{
	static const char *const names[2] = { "olga", "otto" };
	struct err_trace trace = { 0 };

	for (int i = 0; i < 2; i++) {
		const struct roster_person_add add = { .name = names[i],
			.roles = ROSTER_SECURITY_OFFICER };

		assert_ok(roster_person_add(place->roster, &add, &officer[i], &trace), &trace);
	}
}

/* ---- what happens -------------------------------------------------------------------------- */

static enum err
leaves(struct place *place, int who, struct err_trace *trace)
{
	const struct roster_card_fate fate = { .card = place->card[who],
		.fate = (enum roster_fate)draw(ROSTER_FATE__COUNT) };
	const struct roster_departure departure = { .person = place->person[who],
		.on = draw(2) == 0 ? 0 : (place->now / DAY + 1 + draw(500)) * DAY,
		.card = &fate,
		.cards = 1 };

	return roster_person_depart(place->roster, &departure, trace);
}

static enum err
is_away(struct place *place, int who, struct err_trace *trace)
{
	const int64_t from = place->now + (int64_t)draw(400) * DAY + draw(DAY);
	const struct roster_absence absence = {
		.person = place->person[who], .from = from, .until = from + 1 + draw(60 * DAY)
	};

	return roster_person_away(place->roster, &absence, trace);
}

static enum err
is_reported(struct place *place, int who, struct err_trace *trace)
{
	static const enum roster_report reports[] = { ROSTER_REPORT_LOST, ROSTER_REPORT_STOLEN,
		ROSTER_REPORT_SUSPECTED, ROSTER_REPORT_DAMAGED, ROSTER_REPORT_DESTROYED,
		ROSTER_REPORT_PIN_UNKNOWN };
	const struct roster_card_report report = {
		.report = reports[draw(sizeof(reports) / sizeof(reports[0]))],
		.happened = place->now - draw(3600),
		.reporter = place->person[who],
	};

	return roster_card_report(place->roster, &place->card[who], &report, trace);
}

static enum err
is_proven(struct place *place, int who, struct err_trace *trace)
{
	const struct roster_proof proof = { .kind = ROSTER_PROOF_ROLL_CALL,
		.card = place->card[who],
		.quorum = place->quorum,
		.generation = 1,
		.tries_left = 1 + draw(3) };

	return roster_card_proven(place->roster, &proof, trace);
}

static enum err
is_appointed(struct place *place, int who, struct err_trace *trace)
{
	const struct roster_appoint appoint = { .person = place->person[who],
		.by = "the board",
		.acknowledged = place->now - (int64_t)draw(300) * DAY };

	return roster_person_appoint(place->roster, &appoint, trace);
}

static enum err
has_date(struct place *place, int who, struct err_trace *trace)
{
	struct roster_date date = { .kind = (enum roster_date_kind)draw(ROSTER_DATE__COUNT),
		.date = place->now + (int64_t)draw(700) * DAY + draw(DAY) };

	if (date.kind == ROSTER_DATE_RECOVERY_TEST)
		date.date = place->now;
	if (draw(2) == 0)
		date.quorum = place->quorum;
	snprintf(date.subject, sizeof(date.subject), "subject %d", who);
	return roster_calendar_set(place->roster, &date, trace);
}

static enum err
has_policy(struct place *place, int who, struct err_trace *trace)
{
	static const enum roster_policy limits[] = { ROSTER_POLICY_ROLL_CALL_DAYS,
		ROSTER_POLICY_ROLL_CALL_GRACE_DAYS, ROSTER_POLICY_MARGIN, ROSTER_POLICY_REKEY_DAYS,
		ROSTER_POLICY_REKEY_DECISION_HOURS, ROSTER_POLICY_RECOVERY_TEST_DAYS };
	const enum roster_policy which = limits[draw(sizeof(limits) / sizeof(limits[0]))];
	struct roster_policy_change change = {
		.which = which, .reason = "another day", .people = { officer[0], officer[1] }
	};
	int64_t now = 0;
	const enum err err = roster_policy_get(place->roster, which, 0, &now, trace);

	(void)who;
	if (err != ERR_OK)
		return err;
	do {
		change.value =
		    roster_policy_row(which)->min + draw(which == ROSTER_POLICY_MARGIN ? 4 : 60);
	} while (change.value == now);
	return roster_policy_set(place->roster, &change, trace);
}

static enum err
has_hsm(struct place *place, int who, struct err_trace *trace)
{
	struct roster_item item = { .kind = ROSTER_ITEM_HSM,
		.certificate_end = (place->now / DAY + draw(700)) * DAY };
	struct roster_id id;

	(void)who;
	snprintf(item.name, sizeof(item.name), "hsm-%u", draw(1u << 30));
	return roster_item_add(place->roster, &item, &id, trace);
}

/* Each may happen to each person or card; one that ends something happens once to each at most. */
static const struct {
	enum err (*happens)(struct place *place, int who, struct err_trace *trace);
	bool once;
} kinds[] = {
	{ leaves, true },
	{ is_reported, true },
	{ has_policy, false },
	{ is_away, false },
	{ is_proven, false },
	{ is_proven, false },
	{ is_proven, false },
	{ is_appointed, false },
	{ has_date, false },
	{ has_hsm, false },
};

static void
let_things_happen(struct place *place)
{
	const unsigned events = 1 + draw(EVENTS_MAX);
	bool touched[PEOPLE] = { false };

	for (unsigned i = 0; i < events; i++) {
		struct err_trace trace = { 0 };
		const unsigned kind = draw(sizeof(kinds) / sizeof(kinds[0]));
		const int who = (int)draw(PEOPLE);

		place->now += draw(40 * DAY);
		if (touched[who])
			continue;
		assert_ok(kinds[kind].happens(place, who, &trace), &trace);
		touched[who] = kinds[kind].once;
	}
}

/* ---- the comparison -------------------------------------------------------------------------- */

static void
compare_day(const struct roster_health *health, const struct judgement *day)
{
	enum roster_level level = health->level;
	int margin = health->margin;
	unsigned ready = health->ready;
	unsigned exposure = health->exposure;

	for (size_t i = 0; i < health->changes && health->change[i].at <= day->at; i++) {
		level = health->change[i].level;
		margin = health->change[i].margin;
		ready = health->change[i].ready;
		exposure = health->change[i].exposure;
	}
	assert_int_equal(day->level, level);
	assert_int_equal(day->margin, margin);
	assert_int_equal(day->ready, ready);
	assert_int_equal(day->exposure, exposure);
}

/* Every midnight, and every day at the hour of asking; counts the changes too. */
static size_t
compare(struct place *place)
{
	static struct judgement day;
	const struct roster_question question = { .timeline = true };
	struct err_trace trace = { 0 };
	struct roster_health *health = NULL;
	struct facts *facts = NULL;
	size_t changes;

	assert_ok(roster_health(place->roster, &place->quorum, &question, &health, &trace), &trace);
	assert_ok(facts_gather(place->roster, &place->quorum, &facts, &trace), &trace);
	for (int i = 0; i <= ROSTER_HORIZON_DAYS; i++) {
		judge(facts, place->now + (int64_t)i * DAY, &day);
		compare_day(health, &day);
		if (i == ROSTER_HORIZON_DAYS)
			break;
		judge(facts, (place->now / DAY + 1 + i) * DAY, &day);
		compare_day(health, &day);
	}
	changes = health->changes;
	facts_free(facts);
	roster_health_free(health);
	return changes;
}

static void
on_random_rosters_the_timeline_equals_a_day_by_day_evaluation(void **state)
{
	struct place *place = *state;
	int64_t founded = 0;
	size_t changes = 0;

	place_found_quorum(place);
	add_officers(place);
	founded = place->now;
	for (unsigned i = 0; i < ROSTERS; i++) {
		struct err_trace trace = { 0 };

		seed = i;
		place->now = founded;
		assert_ok(roster_begin(place->roster, &trace), &trace);
		let_things_happen(place);
		changes += compare(place);
		roster_rollback(place->roster);
	}
	/* They were no dull rosters. */
	assert_true(changes > 2 * (size_t)ROSTERS);
}

static void
the_timeline_ends_where_it_says(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	const struct roster_question question = { .timeline = true };
	struct roster_date date = { .kind = ROSTER_DATE_CRL, .subject = "ca" };
	struct roster_health *health = NULL;

	place_found_quorum(place);
	date.date = place->now + (int64_t)(ROSTER_HORIZON_DAYS + 15) * DAY;
	assert_ok(roster_calendar_set(place->roster, &date, &trace), &trace);
	assert_ok(roster_health(place->roster, &place->quorum, &question, &health, &trace), &trace);
	for (size_t i = 0; i < health->changes; i++) {
		assert_true(health->change[i].at > place->now);
		assert_true(
		    health->change[i].at <= place->now + (int64_t)ROSTER_HORIZON_DAYS * DAY);
	}
	roster_health_free(health);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(on_random_rosters_the_timeline_equals_a_day_by_day_evaluation),
		WITH_ROSTER(the_timeline_ends_where_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
