/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/health/timeline.h"

#include <stdlib.h>

enum { DAY = 86400 };

static bool
differs(const struct judgement *a, const struct judgement *b)
{
	return a->level != b->level || a->margin != b->margin || a->ready != b->ready ||
	       a->exposure != b->exposure;
}

static enum err
add_change(struct roster_health *health, const struct judgement *before,
    const struct judgement *after, struct err_trace *trace)
{
	struct roster_health_change *all =
	    realloc(health->change, (health->changes + 1) * sizeof(*health->change));

	if (all == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a timeline");
	health->change = all;
	struct roster_health_change *change = &all[health->changes];

	*change = (struct roster_health_change){ .at = after->at,
		.level = after->level,
		.margin = after->margin,
		.ready = after->ready,
		.exposure = after->exposure };
	const enum err err = reasons_make(after, before, &change->reason, &change->reasons, trace);

	if (err == ERR_OK)
		health->changes++;
	return err;
}

enum err
timeline_make(const struct facts *facts, struct roster_health *health, struct err_trace *trace)
{
	const int64_t end = health->at + (int64_t)ROSTER_HORIZON_DAYS * DAY;
	struct judgement *two = calloc(2, sizeof(*two));
	struct judgement *before;
	struct judgement *after;
	enum err err = ERR_OK;

	if (two == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a timeline");
	before = &two[0];
	after = &two[1];
	judge(facts, health->at, before);
	while (err == ERR_OK && before->next <= end && health->changes < TIMELINE_MAX) {
		struct judgement *const past = before;

		judge(facts, before->next, after);
		if (differs(before, after))
			err = add_change(health, before, after, trace);
		before = after;
		after = past;
	}
	free(two);
	return err;
}
