/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The advice's arithmetic against docs/advice.md's model, taken literally in two other ways: every
 * course of a small set's few days, one by one; and a simulation, card by card and day by day, with
 * fixed seeds, so that it comes out the same each time.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "roster/advice.h"

/* ---- Every course of events ---------------------------------------------------------------- */

struct course {
	struct advice_model model;
	struct advice_set set;
	double leave, fail; /* per card and day */
	double lost, exposed;
};

/* A set on one evening. */
struct evening {
	unsigned day;
	unsigned left, failed;
	unsigned since; /* days since the last roll-call or re-key */
	unsigned rekey; /* days until it is finished, if something was noticed */
	bool noticed;
	double probability;
};

static void
daily(const struct advice_model *model, double *leave, double *fail)
{
	const double a = -log(1 - model->attrition / 1e9) / 365;
	const double b = -log(1 - model->failure / 1e9) / 365;
	const double either = 1 - exp(-a - b);

	*leave = a + b == 0 ? 0 : either * a / (a + b);
	*fail = a + b == 0 ? 0 : either * b / (a + b);
}

static double
ways(unsigned of, unsigned a, unsigned b)
{
	double n = 1;

	for (unsigned i = 1; i <= of; i++)
		n *= i;
	for (unsigned i = 1; i <= a; i++)
		n /= i;
	for (unsigned i = 1; i <= b; i++)
		n /= i;
	for (unsigned i = 1; i <= of - a - b; i++)
		n /= i;
	return n;
}

static void follow(struct course *course, const struct evening *evening);

/* One day on which so many leave and so many fail; then the evening's business. */
static void
live_a_day(struct course *course, struct evening evening, unsigned leave, unsigned fail)
{
	const unsigned usable = course->set.size - evening.left - evening.failed;

	evening.day++;
	evening.since++;
	evening.probability *= ways(usable, leave, fail) * pow(course->leave, leave) *
			       pow(course->fail, fail) *
			       pow(1 - course->leave - course->fail, usable - leave - fail);
	evening.left += leave;
	evening.failed += fail;
	if (evening.noticed) {
		evening.rekey--;
	} else if (leave > 0 || (evening.since == course->model.roll_call && evening.failed > 0)) {
		evening.noticed = true;
		evening.rekey = course->model.rekey_days;
	} else if (evening.since == course->model.roll_call) {
		evening.since = 0;
	}
	follow(course, &evening);
}

static void
follow(struct course *course, const struct evening *evening)
{
	const struct advice_set set = course->set;
	const unsigned usable = set.size - evening->left - evening->failed;
	const bool ends = evening->day == course->model.days;
	struct evening next = *evening;

	if (ends || (evening->noticed && evening->rekey == 0)) {
		course->lost += usable < set.threshold ? evening->probability : 0;
		course->exposed += evening->left >= set.threshold ? evening->probability : 0;
		if (ends || usable < set.threshold || evening->left >= set.threshold)
			return;
		next = (struct evening){ .day = evening->day, .probability = evening->probability };
	}
	const unsigned cards = set.size - next.left - next.failed;
	for (unsigned leave = 0; leave <= cards; leave++)
		for (unsigned fail = 0; leave + fail <= cards; fail++)
			live_a_day(course, next, leave, fail);
}

static const struct course small[] = {
	{ .model = { 5, 900000000, 900000000, 3, 1 }, .set = { 2, 3 } },
	{ .model = { 5, 900000000, 500000000, 2, 0 }, .set = { 2, 3 } },
	{ .model = { 5, 500000000, 900000000, 1, 2 }, .set = { 2, 3 } },
	{ .model = { 6, 900000000, 0, 2, 3 }, .set = { 2, 2 } },
	{ .model = { 5, 0, 900000000, 4, 1 }, .set = { 2, 3 } },
	{ .model = { 4, 900000000, 900000000, 9, 9 }, .set = { 3, 3 } },
	{ .model = { 3, 800000000, 700000000, 2, 1 }, .set = { 2, 4 } },
	{ .model = { 1, 800000000, 700000000, 1, 0 }, .set = { 2, 4 } },
};

static void
assert_near(double is, double wanted, double within, const char *what, size_t row)
{
	if (!(fabs(is - wanted) <= within))
		fail_msg("row %zu: %s is %.12g and not %.12g (within %.3g)", row, what, is, wanted,
		    within);
}

static void
small_sets_are_as_every_course_of_their_days_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(small) / sizeof(*small); i++) {
		struct course course = small[i];
		struct advice_risk risk;
		struct err_trace trace = { 0 };

		daily(&course.model, &course.leave, &course.fail);
		follow(&course, &(struct evening){ .probability = 1 });
		assert_ok(advice_risk_of(&course.model, course.set, &risk, &trace), &trace);
		assert_near(risk.lost, course.lost, 1e-9 * course.lost, "lost", i);
		assert_near(risk.exposed, course.exposed, 1e-9 * course.exposed, "exposed", i);
	}
}

/* ---- A simulation -------------------------------------------------------------------------- */

/* splitmix64; from 0 to less than 1. */
static double
chance(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

enum card_state { USABLE, LEFT, FAILED };

struct simulated {
	const struct course *course;
	enum card_state card[ADVICE_SIZE_MAX];
	unsigned since, rekey;
	bool noticed;
};

static unsigned
count(const struct simulated *s, enum card_state state)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->course->set.size; i++)
		n += s->card[i] == state;
	return n;
}

static void
simulate_a_day(struct simulated *s, uint64_t *seed)
{
	bool somebody_left = false;

	for (unsigned i = 0; i < s->course->set.size; i++) {
		if (s->card[i] != USABLE)
			continue;
		const double x = chance(seed);
		if (x < s->course->leave)
			s->card[i] = LEFT;
		else if (x < s->course->leave + s->course->fail)
			s->card[i] = FAILED;
		somebody_left = somebody_left || s->card[i] == LEFT;
	}
	s->since++;
	if (s->noticed) {
		s->rekey--;
		return;
	}
	const bool roll_call = s->since == s->course->model.roll_call;
	s->noticed = somebody_left || (roll_call && count(s, FAILED) > 0);
	s->rekey = s->course->model.rekey_days;
	if (roll_call)
		s->since = 0;
}

/* One set through its whole time. */
static void
simulate(const struct course *course, uint64_t *seed, bool *lost, bool *exposed)
{
	struct simulated s = { .course = course };

	for (unsigned day = 1; day <= course->model.days; day++) {
		simulate_a_day(&s, seed);
		if (day < course->model.days && !(s.noticed && s.rekey == 0))
			continue;
		*lost = count(&s, USABLE) < course->set.threshold;
		*exposed = count(&s, LEFT) >= course->set.threshold;
		if (*lost || *exposed)
			return;
		s = (struct simulated){ .course = course };
	}
}

static const struct course simulated[] = {
	{ .model = { 730, 600000000, 500000000, 90, 30 }, .set = { 2, 3 } },
	{ .model = { 730, 700000000, 400000000, 180, 60 }, .set = { 3, 5 } },
	{ .model = { 1000, 800000000, 100000000, 180, 20 }, .set = { 2, 5 } },
	{ .model = { 400, 100000000, 800000000, 200, 7 }, .set = { 4, 6 } },
	{ .model = { 300, 850000000, 850000000, 45, 0 }, .set = { 3, 4 } },
};

/* Five standard deviations, and a seed that is always the same: it holds each time or never. */
static void
sets_fare_as_a_simulation_says(void **state)
{
	enum { RUNS = 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(simulated) / sizeof(*simulated); i++) {
		struct course course = simulated[i];
		uint64_t seed = 20261123 + i;
		unsigned lost = 0, exposed = 0;
		struct advice_risk risk;
		struct err_trace trace = { 0 };

		daily(&course.model, &course.leave, &course.fail);
		for (unsigned run = 0; run < RUNS; run++) {
			bool is_lost = false, is_exposed = false;

			simulate(&course, &seed, &is_lost, &is_exposed);
			lost += is_lost;
			exposed += is_exposed;
		}
		assert_ok(advice_risk_of(&course.model, course.set, &risk, &trace), &trace);
		assert_true(risk.lost > 0.01 && risk.lost < 0.99);
		assert_near((double)lost / RUNS, risk.lost,
		    5 * sqrt(risk.lost * (1 - risk.lost) / RUNS), "lost", i);
		assert_near((double)exposed / RUNS, risk.exposed,
		    5 * sqrt(risk.exposed * (1 - risk.exposed) / RUNS) + 1e-3, "exposed", i);
	}
}

/* ---- What must be so ----------------------------------------------------------------------- */

static const struct advice_model standard = { 3650, 100000000, 20000000, 180, 7 };

static struct advice_risk
risk_of(struct advice_model model, unsigned threshold, unsigned size)
{
	struct advice_risk risk = { -1, -1 };
	struct err_trace trace = { 0 };

	assert_ok(
	    advice_risk_of(&model, (struct advice_set){ threshold, size }, &risk, &trace), &trace);
	return risk;
}

static void
more_cards_are_lost_less_and_a_greater_m_is_exposed_less(void **state)
{
	(void)state;
	for (unsigned size = 3; size < 12; size++) {
		assert_true(risk_of(standard, 3, size + 1).lost < risk_of(standard, 3, size).lost);
		assert_true(
		    risk_of(standard, 3, size).exposed < risk_of(standard, 2, size).exposed);
	}
}

static void
longer_waits_are_worse_and_without_cause_nothing_happens(void **state)
{
	struct advice_model model = standard;
	const struct advice_risk before = risk_of(model, 3, 5);

	(void)state;
	model.roll_call = 365;
	assert_true(risk_of(model, 3, 5).lost > before.lost);
	model = standard;
	model.rekey_days = 60;
	assert_true(risk_of(model, 3, 5).exposed > before.exposed);
	assert_true(risk_of(model, 3, 5).lost > before.lost);
	model = standard;
	model.attrition = 0;
	assert_true(risk_of(model, 3, 5).exposed == 0);
	model.failure = 0;
	assert_true(risk_of(model, 3, 5).lost == 0);
}

static void
small_probabilities_keep_their_digits(void **state)
{
	const struct advice_risk risk = risk_of(standard, 8, 16);

	(void)state;
	assert_true(risk.lost > 0 && risk.lost < 1e-9);
	assert_true(risk.exposed > 0 && risk.exposed < 1e-9);
}

static void
the_smallest_sets_meet_the_target_and_smaller_ones_do_not(void **state)
{
	struct advice_found found;
	struct err_trace trace = { 0 };
	const double target = 1e-3;

	(void)state;
	assert_ok(advice_smallest(&standard, target, false, &found, &trace), &trace);
	assert_true(found.count > 0);
	for (size_t i = 0; i < found.count; i++) {
		assert_int_equal(found.set[i].size, found.set[0].size);
		assert_true(found.risk[i].lost <= target && found.risk[i].exposed <= target);
		assert_true(found.set[i].threshold < found.set[i].size);
	}
	for (unsigned size = 3; size < found.set[0].size; size++)
		for (unsigned threshold = 2; threshold < size; threshold++) {
			const struct advice_risk risk = risk_of(standard, threshold, size);

			assert_true(risk.lost > target || risk.exposed > target);
		}
	const struct advice_model hopeless = { 3650, 900000000, 900000000, 365, 366 };
	assert_ok(advice_smallest(&hopeless, 1e-6, true, &found, &trace), &trace);
	assert_int_equal(found.count, 0);
}

static void
what_is_out_of_bounds_is_named(void **state)
{
	static const struct {
		struct advice_model model;
		struct advice_set set;
		const char *words;
	} bad[] = {
		{ { 0, 1, 1, 1, 1 }, { 2, 3 }, "the horizon" },
		{ { 10951, 1, 1, 1, 1 }, { 2, 3 }, "the horizon" },
		{ { 1, 900000001, 1, 1, 1 }, { 2, 3 }, "the attrition" },
		{ { 1, 1, 900000001, 1, 1 }, { 2, 3 }, "the card failure" },
		{ { 1, 1, 1, 0, 1 }, { 2, 3 }, "roll-calls" },
		{ { 1, 1, 1, 3661, 1 }, { 2, 3 }, "roll-calls" },
		{ { 1, 1, 1, 1, 367 }, { 2, 3 }, "re-key" },
		{ { 1, 1, 1, 1, 1 }, { 1, 3 }, "no set of 1 of 3" },
		{ { 1, 1, 1, 1, 1 }, { 4, 3 }, "no set of 4 of 3" },
		{ { 1, 1, 1, 1, 1 }, { 2, 17 }, "no set of 2 of 17" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct advice_risk risk;
		struct err_trace trace = { 0 };

		assert_fails(
		    advice_risk_of(&bad[i].model, bad[i].set, &risk, &trace), ERR_ARGUMENT, &trace);
		assert_non_null(strstr(trace.frame[0].text, bad[i].words));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_sets_are_as_every_course_of_their_days_says),
		cmocka_unit_test(sets_fare_as_a_simulation_says),
		cmocka_unit_test(more_cards_are_lost_less_and_a_greater_m_is_exposed_less),
		cmocka_unit_test(longer_waits_are_worse_and_without_cause_nothing_happens),
		cmocka_unit_test(small_probabilities_keep_their_digits),
		cmocka_unit_test(the_smallest_sets_meet_the_target_and_smaller_ones_do_not),
		cmocka_unit_test(what_is_out_of_bounds_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
