/* SPDX-License-Identifier: BSD-2-Clause */
/* The tokens that a quorum opens, and what was begun on them and not finished. */
#include "roster/health/judge.h"

static void
find_binding(struct judgement *judgement, enum roster_reason_kind kind, size_t binding)
{
	judge_find(judgement, kind)->other = (int)binding;
}

static void
judge_binding(struct judgement *judgement, const struct fact_generation *newest, size_t at)
{
	const struct fact_binding *binding = &judgement->facts->binding[at];
	bool is_old = false;

	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		is_old = is_old || (newest != NULL && binding->opens[pin] != 0 &&
				       binding->opens[pin] < newest->number);
	if (is_old)
		find_binding(judgement, ROSTER_REASON_OLD_GENERATION, at);
	if (binding->copy_left)
		find_binding(judgement, ROSTER_REASON_COPY_LEFT, at);
	if (judge_reached(judgement, binding->suspected)) {
		struct finding *finding = judge_find(judgement, ROSTER_REASON_TOKEN_SUSPECTED);

		finding->other = (int)at;
		finding->since = binding->suspected;
	}
	if (binding->software && !judgement->facts->practice)
		find_binding(judgement, ROSTER_REASON_SOFTWARE_TOKEN, at);
}

/* A copy that an older generation opens keeps that generation's shares dangerous. */
static void
judge_copies(struct judgement *judgement, const struct fact_generation *newest)
{
	const struct facts *facts = judgement->facts;

	for (size_t i = 0; i < facts->copies; i++) {
		if (newest != NULL && facts->copy[i].generation < newest->number)
			judge_find(judgement, ROSTER_REASON_COPY_OPENS)->other = (int)i;
	}
}

void
judge_tokens(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct fact_generation *newest = judge_newest(judgement);

	if (facts->pending)
		judge_find(judgement, ROSTER_REASON_OPERATION_PENDING)->since = facts->begun;
	for (size_t i = 0; i < facts->bindings; i++)
		judge_binding(judgement, newest, i);
	judge_copies(judgement, newest);
	if (facts->records_left > 0)
		(void)judge_find(judgement, ROSTER_REASON_RECORD_LEFT);
	if (facts->bindings == 0 && newest != NULL)
		judge_find(judgement, ROSTER_REASON_NO_TOKEN);
}
