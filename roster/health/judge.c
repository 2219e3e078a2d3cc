/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/health/judge.h"

bool
judge_reached(struct judgement *judgement, int64_t date)
{
	if (date == 0)
		return false;
	if (date > judgement->at && date < judgement->next)
		judgement->next = date;
	return judgement->at >= date;
}

struct finding *
judge_find(struct judgement *judgement, enum roster_reason_kind kind)
{
	const enum roster_level level = roster_reason_level(kind);
	struct finding *finding;

	if (level > judgement->level)
		judgement->level = level;
	if (judgement->findings < FINDINGS_MAX)
		judgement->findings++;
	finding = &judgement->finding[judgement->findings - 1];
	*finding = (struct finding){ .kind = kind, .share = FINDING_NONE, .other = FINDING_NONE };
	return finding;
}

const struct fact_generation *
judge_newest(const struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;

	return facts->generations == 0 ? NULL : &facts->generation[facts->generations - 1];
}

bool
judge_is_newest(const struct judgement *judgement, const struct fact_share *share)
{
	return share->generation + 1 == judgement->facts->generations;
}

bool
judge_has_left(struct judgement *judgement, const struct fact_share *share)
{
	return judge_reached(judgement, share->custodian.departed);
}

bool
judge_is_person_again(const struct facts *facts, size_t share)
{
	for (size_t i = 0; i < share; i++) {
		if (facts->share[i].generation == facts->share[share].generation &&
		    roster_id_equal(
			&facts->share[i].custodian.id, &facts->share[share].custodian.id))
			return true;
	}
	return false;
}

void
judge(const struct facts *facts, int64_t at, struct judgement *out)
{
	static void (*const subjects[])(struct judgement *) = { judge_exposure, judge_availability,
		judge_placement, judge_tokens, judge_dates, judge_register };

	*out = (struct judgement){ .facts = facts, .at = at, .next = INT64_MAX };
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		subjects[i](out);
}
