/* SPDX-License-Identifier: BSD-2-Clause */
/* Secrecy: shares in the hands of people who left, or on cards that are who knows where. */
#include "roster/health/judge.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

/* The fate of a card of somebody who left: what was said of it may count only from a date on. */
static enum roster_fate
fate_of(struct judgement *judgement, const struct fact_share *share)
{
	(void)judge_reached(judgement, share->fate.stated);
	return roster_fate_at(
	    &share->custodian, share->fate.stated == 0 ? NULL : &share->fate, judgement->at);
}

/* Since when the share is outside, or 0. */
static int64_t
outside_since(struct judgement *judgement, const struct fact_share *share)
{
	if (judge_reached(judgement, share->former_exposed))
		return share->former_exposed;
	/* A card that was pulled in the middle may have it, though nothing proves that. */
	if (share->delivered == 0 && share->begun == 0)
		return 0;
	/* Destroyed later or not: it was outside. */
	if (judge_reached(judgement, share->card.exposed))
		return share->card.exposed;
	if (share->card.report == ROSTER_REPORT_DESTROYED || !judge_has_left(judgement, share) ||
	    fate_of(judgement, share) != ROSTER_FATE_OUTSTANDING)
		return 0;
	return share->custodian.departed;
}

/* True when an earlier share in the list is on the same card. */
static bool
is_same_card_again(const struct facts *facts, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (roster_id_equal(&facts->share[i].card.id, &facts->share[at].card.id))
			return true;
	}
	return false;
}

/* A card is outside: for some hours people decide, then the time for that is over. */
static void
judge_decision(struct judgement *judgement, size_t at, int64_t since)
{
	const struct facts *facts = judgement->facts;
	const int64_t due = since + facts->policy[ROSTER_POLICY_REKEY_DECISION_HOURS] * HOUR;

	if (facts->pending && facts->operation == ROSTER_OP_REKEY)
		return; /* it was decided */
	struct finding *finding = judge_find(judgement,
	    judge_reached(judgement, due) ? ROSTER_REASON_DECISION_OVERDUE : ROSTER_REASON_DECIDE);

	finding->share = (int)at;
	finding->since = since;
	finding->due = due;
}

/* The earlier of two dates of which 0 is none. */
static int64_t
earlier(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a == 0 ? b : a;
	return a < b ? a : b;
}

/* Each card that is outside and each person who left; since when the first of them is. */
static int64_t
judge_shares(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const int64_t allowed = facts->policy[ROSTER_POLICY_REKEY_DAYS] * DAY;
	int64_t first = 0;

	for (size_t i = 0; i < facts->shares; i++) {
		const struct fact_share *share = &facts->share[i];
		const int64_t since = outside_since(judgement, share);

		if (since != 0) {
			judgement->share_exposed[i] = true;
			judgement->exposures[share->generation]++;
			first = earlier(first, since);
			if (!is_same_card_again(facts, i))
				judge_decision(judgement, i, since);
		}
		if (judge_has_left(judgement, share)) {
			first = earlier(first, share->custodian.departed);
			if (judge_is_person_again(facts, i))
				continue;
			struct finding *gone = judge_find(judgement, ROSTER_REASON_PERSON_GONE);

			gone->share = (int)i;
			gone->since = share->custodian.departed;
			gone->due = share->custodian.departed + allowed;
		}
	}
	return first;
}

static void
judge_deadline(struct judgement *judgement, int64_t first)
{
	const int64_t due = first + judgement->facts->policy[ROSTER_POLICY_REKEY_DAYS] * DAY;

	if (first == 0 || !judge_reached(judgement, due))
		return;
	struct finding *finding = judge_find(judgement, ROSTER_REASON_REKEY_OVERDUE);

	finding->since = first;
	finding->due = due;
}

void
judge_exposure(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const int64_t first = judge_shares(judgement);

	for (size_t i = 0; i < facts->generations; i++) {
		const unsigned outside = judgement->exposures[i];

		if (outside == 0)
			continue;
		struct finding *finding = judge_find(
		    judgement, outside >= facts->generation[i].threshold ? ROSTER_REASON_EXPOSED
									 : ROSTER_REASON_EXPOSURE);

		finding->other = (int)i;
		finding->count = outside;
		if (outside > judgement->exposure)
			judgement->exposure = outside;
	}
	judge_deadline(judgement, first);
}
