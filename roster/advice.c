/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model of docs/advice.md. From one re-key to the next the state only worsens, so a stretch of
 * days needs no walk through them: what one card has become after it is known in closed form, the
 * cards are independent, and their counts are multinomial. The re-keys make a renewal process.
 */
#include "roster/advice.h"

#include <math.h>
#include <stdlib.h>

/* What one card may have become, with the probability of each; they may sum to less than 1. */
struct fate {
	double usable;
	double left;   /* its custodian left */
	double failed; /* it failed, unseen or not */
};

/* A set's ends: probabilities of disjoint or overlapping states of all its cards. */
struct ends {
	double fine;
	double lost;
	double exposed;
};

struct chain {
	struct advice_set set;
	unsigned period; /* between roll-calls */
	unsigned delay;
	double leave; /* per card and day */
	double fail;
	double log_stay;     /* the logarithm of 1 − leave − fail */
	double clean_period; /* nothing happens to any card in a period */
	/* By the days since a roll-call: quiet ones, then the delay, or the delay and a day. */
	struct ends *in_time;
	struct ends *a_day_more;
};

enum err
advice_check(const struct advice_model *model, struct err_trace *trace)
{
	const struct {
		const char *name;
		uint64_t value, least, most;
	} rows[] = {
		{ "the horizon in days", model->days, 1, ADVICE_DAYS_MAX },
		{ "the attrition", model->attrition, 0, ADVICE_YEARLY_MAX },
		{ "the card failure", model->failure, 0, ADVICE_YEARLY_MAX },
		{ "the days between roll-calls", model->roll_call, 1, ADVICE_ROLL_CALL_MAX },
		{ "the days to a re-key", model->rekey_days, 0, ADVICE_REKEY_MAX },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].value < rows[i].least || rows[i].value > rows[i].most)
			return FAIL(trace, ERR_ARGUMENT, "%s cannot be %llu", rows[i].name,
			    (unsigned long long)rows[i].value);
	return ERR_OK;
}

/* ---- One card ------------------------------------------------------------------------------ */

/* Of two hazards that compete, so that each alone would have its yearly probability. */
static void
set_rates(struct chain *chain, const struct advice_model *model)
{
	const double leave = -log1p(-(double)model->attrition / ADVICE_BILLION) / ADVICE_YEAR;
	const double fail = -log1p(-(double)model->failure / ADVICE_BILLION) / ADVICE_YEAR;
	const double either = -expm1(-(leave + fail));

	chain->log_stay = -(leave + fail);
	if (leave + fail > 0) {
		chain->leave = either * leave / (leave + fail);
		chain->fail = either * fail / (leave + fail);
	}
}

static double
stays(const struct chain *chain, unsigned days)
{
	return exp(chain->log_stay * days);
}

/* 1 + g + … + g^(days − 1), where g is the probability to stay a day. */
static double
chances(const struct chain *chain, unsigned days)
{
	if (chain->log_stay >= 0)
		return days;
	return expm1(chain->log_stay * days) / expm1(chain->log_stay);
}

/* After `quiet` days in which it did not leave, and then `free` days in which it might. */
static struct fate
fate_after(const struct chain *chain, unsigned quiet, unsigned free)
{
	const double before = stays(chain, quiet);
	const double later = before * chances(chain, free);

	return (struct fate){ .usable = stays(chain, quiet + free),
		.left = later * chain->leave,
		.failed = chain->fail * (chances(chain, quiet) + later) };
}

/* ---- All cards ----------------------------------------------------------------------------- */

static double
choose(unsigned of, unsigned number)
{
	double ways = 1;

	for (unsigned i = 1; i <= number; i++)
		ways = ways * (of - number + i) / i;
	return ways;
}

/* Exactly `number` of `of` cards are in a state of this probability, the others in the other. */
static double
exactly(unsigned of, unsigned number, double state, double other)
{
	return choose(of, number) * pow(state, number) * pow(other, of - number);
}

static struct ends
ends_of(const struct advice_set set, const struct fate fate)
{
	struct ends ends = { 0 };

	for (unsigned usable = 0; usable < set.threshold; usable++)
		ends.lost += exactly(set.size, usable, fate.usable, fate.left + fate.failed);
	for (unsigned left = set.threshold; left <= set.size; left++)
		ends.exposed += exactly(set.size, left, fate.left, fate.usable + fate.failed);
	for (unsigned usable = set.threshold; usable <= set.size; usable++) {
		const unsigned rest = set.size - usable;
		double unexposed = 0;

		for (unsigned left = 0; left <= rest && left < set.threshold; left++)
			unexposed += exactly(rest, left, fate.left, fate.failed);
		ends.fine += choose(set.size, usable) * pow(fate.usable, usable) * unexposed;
	}
	return ends;
}

static struct ends
ends_after(const struct chain *chain, unsigned quiet, unsigned free)
{
	return ends_of(chain->set, fate_after(chain, quiet, free));
}

static struct ends
scaled(struct ends ends, double factor)
{
	return (struct ends){ ends.fine * factor, ends.lost * factor, ends.exposed * factor };
}

static struct ends
minus(struct ends a, struct ends b)
{
	return (struct ends){ a.fine - b.fine, a.lost - b.lost, a.exposed - b.exposed };
}

static void
add(struct ends *sum, struct ends more)
{
	sum->fine += more.fine;
	sum->lost += more.lost;
	sum->exposed += more.exposed;
}

/* ---- From one re-key to the next ----------------------------------------------------------- */

/*
 * Nothing was noticed through day `day` of a stretch that began clean, and so it is after the days
 * that the table is for. Whole periods went by clean, or their roll-call would have noticed.
 */
static struct ends
unnoticed(const struct chain *chain, unsigned day, const struct ends *table)
{
	const unsigned periods = day / chain->period;

	return scaled(table[day % chain->period], pow(chain->clean_period, periods));
}

/* The first notice is on day `day`, and so it is when the re-key is finished. */
static struct ends
noticed_on(const struct chain *chain, unsigned day)
{
	return minus(
	    unnoticed(chain, day - 1, chain->a_day_more), unnoticed(chain, day, chain->in_time));
}

/* How it is on day `day` while no re-key was finished. */
static struct ends
under_way(const struct chain *chain, unsigned day)
{
	return day < chain->delay ? ends_after(chain, 0, day)
				  : unnoticed(chain, day - chain->delay, chain->in_time);
}

static enum err
begin(struct chain *chain, const struct advice_model *model, struct advice_set set,
    struct err_trace *trace)
{
	*chain = (struct chain){ .set = set,
		.period = model->roll_call,
		.delay = model->rekey_days,
		.in_time = calloc(model->roll_call, sizeof(*chain->in_time)),
		.a_day_more = calloc(model->roll_call, sizeof(*chain->a_day_more)) };
	if (chain->in_time == NULL || chain->a_day_more == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	set_rates(chain, model);
	chain->clean_period = exp(chain->log_stay * chain->period * set.size);
	for (unsigned day = 0; day < chain->period; day++) {
		chain->in_time[day] = ends_after(chain, day, chain->delay);
		chain->a_day_more[day] = ends_after(chain, day, chain->delay + 1);
	}
	return ERR_OK;
}

/* ---- The renewal process ------------------------------------------------------------------- */

struct renewal {
	unsigned days;
	double *again;   /* by day: a re-key was finished on it, all before was fine */
	struct ends *by; /* by day: of a stretch that began on day 0, ended or not */
	double *first;   /* by day of notice, in the first period: it ends fine */
};

static enum err
allocate(struct renewal *renewal, const struct chain *chain, unsigned days, struct err_trace *trace)
{
	*renewal = (struct renewal){ .days = days,
		.again = calloc(days + 1, sizeof(*renewal->again)),
		.by = calloc(days + 1, sizeof(*renewal->by)),
		.first = calloc(chain->period + 1, sizeof(*renewal->first)) };
	if (renewal->again == NULL || renewal->by == NULL || renewal->first == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	return ERR_OK;
}

static void
release(struct chain *chain, struct renewal *renewal)
{
	free(chain->in_time);
	free(chain->a_day_more);
	free(renewal->again);
	free(renewal->by);
	free(renewal->first);
}

/*
 * On day t a re-key is finished when one was on day t − delay − k, for any k, and trouble was first
 * noticed k days after it. What lies more than a period back follows from day t − period, since
 * each clean period only scales.
 */
static void
fill_again(struct renewal *renewal, const struct chain *chain)
{
	for (unsigned k = 1; k <= chain->period; k++)
		renewal->first[k] = noticed_on(chain, k).fine;
	renewal->again[0] = 1;
	for (unsigned t = chain->delay + 1; t <= renewal->days; t++) {
		const unsigned back = t - chain->delay;
		double sum = 0;

		for (unsigned k = 1; k <= chain->period && k <= back; k++)
			sum += renewal->again[back - k] * renewal->first[k];
		if (t > chain->period)
			sum += chain->clean_period * renewal->again[t - chain->period];
		renewal->again[t] = sum;
	}
}

static void
fill_by(struct renewal *renewal, const struct chain *chain)
{
	struct ends ended = { 0 };

	for (unsigned day = 0; day <= renewal->days; day++) {
		if (day > chain->delay)
			add(&ended, noticed_on(chain, day - chain->delay));
		renewal->by[day] = under_way(chain, day);
		add(&renewal->by[day], ended);
	}
}

enum err
advice_risk_of(const struct advice_model *model, struct advice_set set, struct advice_risk *out,
    struct err_trace *trace)
{
	struct chain chain = { .delay = 0 };
	struct renewal renewal = { 0 };
	struct advice_risk risk = { 0 };
	enum err err = advice_check(model, trace);

	if (err == ERR_OK &&
	    (set.threshold < 2 || set.threshold > set.size || set.size > ADVICE_SIZE_MAX))
		err = FAIL(
		    trace, ERR_ARGUMENT, "there is no set of %u of %u", set.threshold, set.size);
	if (err != ERR_OK)
		return err;
	err = begin(&chain, model, set, trace);
	if (err == ERR_OK)
		err = allocate(&renewal, &chain, model->days, trace);
	if (err == ERR_OK) {
		fill_again(&renewal, &chain);
		fill_by(&renewal, &chain);
	}
	for (unsigned t = 0; err == ERR_OK && t <= model->days; t++) {
		risk.lost += renewal.again[t] * renewal.by[model->days - t].lost;
		risk.exposed += renewal.again[t] * renewal.by[model->days - t].exposed;
	}
	release(&chain, &renewal);
	if (err == ERR_OK)
		*out = risk;
	return err;
}

enum err
advice_smallest(const struct advice_model *model, double target, bool all_of_n,
    struct advice_found *out, struct err_trace *trace)
{
	struct advice_found found = { .count = 0 };
	enum err err = ERR_OK;

	for (unsigned size = 2; found.count == 0 && size <= ADVICE_SIZE_MAX; size++) {
		const unsigned most = all_of_n ? size : size - 1;

		for (unsigned threshold = 2; err == ERR_OK && threshold <= most; threshold++) {
			const struct advice_set set = { threshold, size };
			struct advice_risk risk;

			err = advice_risk_of(model, set, &risk, trace);
			if (err != ERR_OK || risk.lost > target || risk.exposed > target)
				continue;
			found.set[found.count] = set;
			found.risk[found.count++] = risk;
		}
		if (err != ERR_OK)
			return err;
	}
	*out = found;
	return ERR_OK;
}
