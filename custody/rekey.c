/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/rekey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "custody/issuing.h"
#include "custody/rekey_internal.h"
#include "custody/whose.h"
#include "roster/health.h"
#include "roster/policy.h"

enum { MINUTE = 60 };

/* How long people and tokens take, roughly: a card with its PIN, one without, a token's PINs. */
static const unsigned SECONDS_A_CARD = 60, SECONDS_A_GLANCE = 30, SECONDS_A_TOKEN = 60;

static const char *const change_words[] = { "stays", "joins", "leaves" };
_Static_assert(sizeof(change_words) / sizeof(change_words[0]) == REKEY_CHANGE__COUNT,
    "a word for each change");

const char *
rekey_change_word(enum rekey_change change)
{
	return change_words[change];
}

static enum err
check_numbers(const struct rekeying *rekeying, struct err_trace *trace)
{
	const struct roster_plan *plan = &rekeying->out->plan;
	int64_t all_of_n = 0;
	enum err err;

	if (plan->threshold < 2 || plan->threshold > plan->cards) {
		err_next(trace,
		    "Add custodians who have an enrolled card with --add, or give another M with "
		    "-m (2 to their number).");
		return FAIL(trace, ERR_ARGUMENT,
		    "that leaves %u %s, and %u cards are to open the HSM", plan->cards,
		    plan->cards == 1 ? "custodian" : "custodians", plan->threshold);
	}
	err = roster_policy_get(
	    rekeying->custody->roster, ROSTER_POLICY_ALL_OF_N, 0, &all_of_n, trace);
	if (err != ERR_OK || plan->threshold < plan->cards || all_of_n != 0)
		return err;
	err_next(trace, "Add a custodian, so that one lost card does not lose the key.");
	return FAIL(trace, ERR_DENIED,
	    "with %u of %u the first card that fails loses the key for ever", plan->threshold,
	    plan->cards);
}

/* M cards of before must be able to come. */
static enum err
check_openers(const struct rekeying *rekeying, struct err_trace *trace)
{
	const struct rekey_forecast *out = rekeying->out;

	if (out->openers >= out->former_threshold)
		return ERR_OK;
	err_next(trace,
	    "First have more of generation %u's cards proven (quorate health says which), or "
	    "delivered (quorate quorum deliver %s --by NAME).",
	    out->former, out->quorum);
	return FAIL(trace, ERR_DENIED,
	    "%u of generation %u's cards can be reached, and %u must open what stands",
	    out->openers, out->former, out->former_threshold);
}

static enum err
check_needed(const struct rekeying *rekeying, struct err_trace *trace)
{
	struct rekey_forecast *out = rekeying->out;
	unsigned later = 0;
	int64_t margin = 0;
	enum err err =
	    roster_policy_get(rekeying->custody->roster, ROSTER_POLICY_MARGIN, 0, &margin, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < out->people; i++)
		later += out->person[i].later ? 1 : 0;
	out->needed = attendance_needed(out->plan.threshold, out->plan.cards, (unsigned)margin);
	if (later != rekeying->request->attendance.later_count)
		return FAIL(trace, ERR_ARGUMENT,
		    "--later names somebody who gets no share, or somebody twice");
	if (out->plan.cards - later >= out->needed)
		return ERR_OK;
	err_next(trace, "At most %u of the %u may come later.", out->plan.cards - out->needed,
	    out->plan.cards);
	return FAIL(trace, ERR_DENIED,
	    "%u new cards would be proven before a token switches, and %u must be",
	    out->plan.cards - later, out->needed);
}

static enum err
check_not_active(const struct rekeying *rekeying, struct err_trace *trace)
{
	return issuing_check_not_active(rekeying->custody, &rekeying->quorum, trace);
}

static enum err
check_nothing_pending(const struct rekeying *rekeying, struct err_trace *trace)
{
	return roster_operation_check_none(rekeying->custody->roster, &rekeying->quorum, trace);
}

/* Before and after, and how long. */
static enum err
forecast_health(struct rekeying *rekeying, struct err_trace *trace)
{
	struct rekey_forecast *out = rekeying->out;
	struct roster_health *health = NULL;
	unsigned later = 0, seconds = 0, outside = 0;
	bool away = false;
	enum err err =
	    roster_health(rekeying->custody->roster, &rekeying->quorum.id, 0, &health, trace);

	if (err != ERR_OK)
		return err;
	out->margin_before = health->margin;
	out->exposure_before = health->exposure;
	free(health);
	for (size_t i = 0; i < out->people; i++) {
		const struct rekey_person *person = &out->person[i];

		later += person->later ? 1 : 0;
		outside += person->change == REKEY_LEAVES ? 1 : 0;
		if (person->change != REKEY_LEAVES && !person->later)
			seconds += person->change == REKEY_STAYS
				       ? 2 * SECONDS_A_GLANCE + SECONDS_A_CARD
				       : SECONDS_A_GLANCE + SECONDS_A_CARD;
	}
	for (size_t i = 0; i < out->tokens; i++) {
		away = away || out->token[i].away;
		seconds += out->token[i].away ? 0 : SECONDS_A_TOKEN;
	}
	seconds += out->former_threshold * SECONDS_A_CARD;
	out->minutes = (seconds + MINUTE - 1) / MINUTE;
	out->margin_after = (int)(out->plan.cards - later) - (int)out->plan.threshold;
	out->exposure_after = away ? outside : 0;
	return ERR_OK;
}

static enum err
find_quorum(struct rekeying *rekeying, struct err_trace *trace)
{
	struct rekey_forecast *out = rekeying->out;
	enum err err = roster_quorum_find(
	    rekeying->custody->roster, rekeying->request->quorum, &rekeying->quorum, trace);

	if (err == ERR_OK && rekeying->quorum.live == 0) {
		err_next(trace, "Finish it first: quorate quorum resume %s --by NAME",
		    rekeying->quorum.name);
		err = FAIL(
		    trace, ERR_NOT_NOW, "quorum '%s' is not complete yet", rekeying->quorum.name);
	}
	if (err == ERR_OK)
		err = roster_generation_get(rekeying->custody->roster, &rekeying->quorum.id,
		    rekeying->quorum.live, rekeying->former, trace);
	if (err != ERR_OK)
		return err;
	snprintf(out->quorum, sizeof(out->quorum), "%s", rekeying->quorum.name);
	out->former = rekeying->former->number;
	out->former_threshold = rekeying->former->threshold;
	out->former_size = rekeying->former->size;
	out->plan.kind = ROSTER_OP_REKEY;
	out->plan.quorum = rekeying->quorum.id;
	out->plan.generation = rekeying->quorum.newest + 1;
	out->plan.threshold = rekeying->request->threshold != 0 ? rekeying->request->threshold
								: rekeying->former->threshold;
	return ERR_OK;
}

static enum err
plan_all(struct rekeying *rekeying, struct err_trace *trace)
{
	static enum err (*const parts[])(struct rekeying *, struct err_trace *) = { find_quorum,
		rekey_plan_people, rekey_plan_tokens, forecast_health };
	static enum err (*const checks[])(const struct rekeying *, struct err_trace *) = {
		check_nothing_pending, check_not_active, check_numbers, check_openers, check_needed
	};
	enum err err = parts[0](rekeying, trace);

	if (err == ERR_OK)
		err = parts[1](rekeying, trace);
	for (size_t i = 0; err == ERR_OK && i < sizeof(checks) / sizeof(*checks); i++)
		err = checks[i](rekeying, trace);
	for (size_t i = 2; err == ERR_OK && i < sizeof(parts) / sizeof(*parts); i++)
		err = parts[i](rekeying, trace);
	return err;
}

enum err
rekey_plan(struct custody *custody, const struct rekey_request *request,
    struct rekey_forecast **out, struct err_trace *trace)
{
	struct rekeying rekeying = { .custody = custody, .request = request };
	enum err err = ERR_OK;

	rekeying.former = calloc(1, sizeof(*rekeying.former));
	rekeying.out = calloc(1, sizeof(*rekeying.out));
	if (rekeying.former == NULL || rekeying.out == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory");
	if (err == ERR_OK)
		err = plan_all(&rekeying, trace);
	free(rekeying.former);
	if (err != ERR_OK) {
		free(rekeying.out);
		return err;
	}
	*out = rekeying.out;
	return ERR_OK;
}

enum err
rekey_carry_out(struct custody *custody, const struct rekey_forecast *forecast,
    const struct attendance *attendance, struct err_trace *trace)
{
	struct roster_id operation;
	enum err err = roster_operation_begin(custody->roster, &forecast->plan, &operation, trace);

	return err == ERR_OK ? issuing_carry_out(custody, &operation, attendance, trace) : err;
}
