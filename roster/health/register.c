/* SPDX-License-Identifier: BSD-2-Clause */
/* The roster itself: what pins its past, and what other installations know and tell. */
#include "roster/health/judge.h"

enum { DAY = 86400 };

void
judge_register(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct fact_generation *newest = judge_newest(judgement);
	const int64_t old = facts->oldest_news + facts->policy[ROSTER_POLICY_STALE_NEWS_DAYS] * DAY;

	if (facts->checkpoints == 0)
		judge_find(judgement, ROSTER_REASON_NO_CHECKPOINT);
	if (facts->others == 0)
		return;
	if (judge_reached(judgement, old + 1))
		judge_find(judgement, ROSTER_REASON_STALE_NEWS)->since = facts->oldest_news;
	if (newest != NULL && !newest->known_elsewhere)
		judge_find(judgement, ROSTER_REASON_ONE_INSTALLATION);
}
