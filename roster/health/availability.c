/* SPDX-License-Identifier: BSD-2-Clause */
/* Availability: which cards of the newest live generation would do today. */
#include "roster/card_condition.h"
#include "roster/health/judge.h"

enum { DAY = 86400 };

static struct finding *
find_share(struct judgement *judgement, enum roster_reason_kind kind, size_t share)
{
	struct finding *finding = judge_find(judgement, kind);

	finding->share = (int)share;
	return finding;
}

/* True while the custodian is away; *until is then the day of their return. */
static bool
is_away(struct judgement *judgement, const struct fact_share *share, int64_t *until)
{
	for (size_t i = 0; i < share->absences; i++) {
		(void)judge_reached(judgement, share->absence[i].from);
		(void)judge_reached(judgement, share->absence[i].until);
	}
	return roster_is_away(share->absence, share->absences, judgement->at, until);
}

/* What the card is good for, by its last proof for this very generation. */
static enum roster_condition
condition_of(struct judgement *judgement, const struct fact_share *share, int64_t lasts)
{
	struct roster_card card = share->card;

	card.proven = share->proven;
	if (card.proven != 0)
		(void)judge_reached(judgement, card.proven + lasts + 1);
	return roster_condition_of(&card, lasts, judgement->at);
}

/* What each condition of a card is told as; ROSTER_REASON__COUNT: not by itself. */
static const enum roster_reason_kind reasons[ROSTER_CONDITION__COUNT] = {
	[ROSTER_CONDITION_ENDED] = ROSTER_REASON_CARD_REPORTED,
	[ROSTER_CONDITION_BEGUN] = ROSTER_REASON_CARD_REPORTED,
	[ROSTER_CONDITION_DESTROYED] = ROSTER_REASON_CARD_REPORTED,
	[ROSTER_CONDITION_LOST] = ROSTER_REASON_CARD_REPORTED,
	[ROSTER_CONDITION_SUSPECTED] = ROSTER_REASON_CARD_REPORTED,
	[ROSTER_CONDITION_DAMAGED] = ROSTER_REASON_CARD_REPORTED,
	[ROSTER_CONDITION_BLOCKED] = ROSTER_REASON_BLOCKED,
	[ROSTER_CONDITION_PIN_UNKNOWN] = ROSTER_REASON_PIN_UNKNOWN,
	[ROSTER_CONDITION_STALE] = ROSTER_REASON_ROLL_CALL_OVERDUE,
	[ROSTER_CONDITION_READY] = ROSTER_REASON__COUNT,
};

/* A ready card may soon not be. */
static void
judge_ready(struct judgement *judgement, size_t at, int64_t due)
{
	const struct fact_share *share = &judgement->facts->share[at];

	if (judge_reached(judgement, due + 1)) {
		struct finding *finding = find_share(judgement, ROSTER_REASON_ROLL_CALL_DUE, at);

		finding->since = share->proven;
		finding->due = due;
	}
	if (share->card.proven != 0 && share->card.tries_left <= 1)
		find_share(judgement, ROSTER_REASON_TRIES, at);
}

/* A card that has its share, and whose custodian is still there. */
static bool
judge_card(struct judgement *judgement, size_t at)
{
	const struct facts *facts = judgement->facts;
	const struct fact_share *share = &facts->share[at];
	const int64_t period = facts->policy[ROSTER_POLICY_ROLL_CALL_DAYS] * DAY;
	const int64_t grace = facts->policy[ROSTER_POLICY_ROLL_CALL_GRACE_DAYS] * DAY;
	const enum roster_condition condition = condition_of(judgement, share, period + grace);

	if (condition == ROSTER_CONDITION_READY) {
		judge_ready(judgement, at, share->proven + period);
		return true;
	}
	struct finding *finding = find_share(judgement, reasons[condition], at);

	finding->other = (int)condition;
	finding->since = condition == ROSTER_CONDITION_STALE ? share->proven : share->card.reported;
	return false;
}

static bool
judge_share(struct judgement *judgement, size_t at)
{
	const struct fact_share *share = &judgement->facts->share[at];
	int64_t until = 0;

	if (judge_has_left(judgement, share))
		return false;
	if (share->delivered == 0) {
		find_share(judgement, ROSTER_REASON_NOT_DELIVERED, at);
		return false;
	}
	const bool is_good = judge_card(judgement, at);

	if (!is_away(judgement, share, &until))
		return is_good;
	find_share(judgement, ROSTER_REASON_AWAY, at)->due = until;
	return false;
}

static void
judge_margin(struct judgement *judgement, const struct fact_generation *newest)
{
	judgement->margin = (int)judgement->ready - (int)newest->threshold;
	if (judgement->margin < 0)
		judge_find(judgement, ROSTER_REASON_BELOW_THRESHOLD);
	else if (judgement->margin < judgement->facts->policy[ROSTER_POLICY_MARGIN])
		judge_find(judgement, ROSTER_REASON_MARGIN);
}

void
judge_availability(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct fact_generation *newest = judge_newest(judgement);

	if (newest == NULL) {
		judge_find(judgement, ROSTER_REASON_NOT_LIVE);
		return;
	}
	for (size_t i = 0; i < facts->shares; i++) {
		if (!judge_is_newest(judgement, &facts->share[i]))
			continue;
		judgement->share_ready[i] = judge_share(judgement, i);
		judgement->ready += judgement->share_ready[i];
	}
	if (newest->shares < newest->size)
		judge_find(judgement, ROSTER_REASON_NOT_SEEN);
	judge_margin(judgement, newest);
}
