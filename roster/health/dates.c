/* SPDX-License-Identifier: BSD-2-Clause */
/* What is due by the calendar: acknowledgements, recovery tests, and dates that others set. */
#include "roster/health/judge.h"

enum {
	DAY = 86400,
	BACKUP_DAYS = 7, /* from making a key to a backup of it that was verified */
};

static void
judge_acknowledgement(struct judgement *judgement, size_t at)
{
	const struct fact_share *share = &judgement->facts->share[at];

	if (!judge_is_newest(judgement, share) || judge_has_left(judgement, share) ||
	    judge_is_person_again(judgement->facts, at) ||
	    !judge_reached(judgement, share->custodian.acknowledged_until))
		return;
	struct finding *finding = judge_find(judgement, ROSTER_REASON_ACKNOWLEDGEMENT);

	finding->share = (int)at;
	finding->since = share->custodian.acknowledged_until;
}

/* Each test as long after the last as the policy says; the first after the quorum's beginning. */
static void
judge_recovery_test(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	int64_t last = facts->generations == 0 ? 0 : facts->generation[0].live;

	if (last == 0)
		return;
	for (size_t i = 0; i < facts->dates; i++) {
		if (facts->date[i].kind == ROSTER_DATE_RECOVERY_TEST && facts->date[i].date > last)
			last = facts->date[i].date;
	}
	const int64_t due = last + facts->policy[ROSTER_POLICY_RECOVERY_TEST_DAYS] * DAY;

	if (!judge_reached(judgement, due))
		return;
	struct finding *finding = judge_find(judgement, ROSTER_REASON_RECOVERY_TEST);

	finding->since = last;
	finding->due = due;
}

/* A backup is worth what its last proof says, for as long as the policy lets a recovery rest. */
static void
judge_key(struct judgement *judgement, size_t at)
{
	const struct facts *facts = judgement->facts;
	const struct fact_key *key = &facts->key[at];
	const int64_t days = facts->policy[ROSTER_POLICY_RECOVERY_TEST_DAYS];
	const int64_t due =
	    key->verified == 0 ? key->made + BACKUP_DAYS * DAY : key->verified + days * DAY;

	if (!judge_reached(judgement, due))
		return;
	struct finding *finding = judge_find(judgement, ROSTER_REASON_KEY_BACKUP);

	finding->other = (int)at;
	finding->since = key->verified == 0 ? key->made : key->verified;
	finding->due = due;
}

static void
judge_date(struct judgement *judgement, size_t at)
{
	const struct roster_date *date = &judgement->facts->date[at];
	const struct roster_date_row *row = roster_date_row(date->kind);

	if (date->kind == ROSTER_DATE_RECOVERY_TEST ||
	    !judge_reached(judgement, date->date - row->near_days * DAY))
		return;
	const bool passed = judge_reached(judgement, date->date);
	struct finding *finding = judge_find(judgement,
	    row->is_hard && passed ? ROSTER_REASON_DATE_PASSED : ROSTER_REASON_DATE_NEAR);

	finding->other = (int)at;
	finding->count = passed;
	finding->due = date->date;
}

void
judge_dates(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;

	for (size_t i = 0; i < facts->shares; i++)
		judge_acknowledgement(judgement, i);
	judge_recovery_test(judgement);
	for (size_t i = 0; i < facts->keys; i++)
		judge_key(judgement, i);
	for (size_t i = 0; i < facts->dates; i++)
		judge_date(judgement, i);
}
