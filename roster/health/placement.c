/* SPDX-License-Identifier: BSD-2-Clause */
/* Placement: what one person, or one place, could do to the threshold alone. */
#include "roster/advisory.h"
#include "roster/health/judge.h"

const char *
place_of(const struct fact_share *share, int place)
{
	const char *const places[FACT_PLACE__COUNT] = {
		[FACT_SITE] = share->custodian.site,
		[FACT_EMPLOYER] = share->custodian.employer,
		[FACT_LINE] = share->custodian.line,
		[FACT_MODEL] = share->card.model,
	};

	return places[place];
}

/* The shares of one group, of the newest live generation and of people who are still there. */
struct group {
	unsigned shares;
	unsigned ready;
};

static const enum roster_policy limits[FACT_PLACE__COUNT] = {
	[FACT_SITE] = ROSTER_POLICY_SHARES_PER_SITE,
	[FACT_EMPLOYER] = ROSTER_POLICY_SHARES_PER_EMPLOYER,
	[FACT_LINE] = ROSTER_POLICY_SHARES_PER_LINE,
	[FACT_MODEL] = ROSTER_POLICY_SHARES_PER_MODEL,
};

static bool
counts(struct judgement *judgement, const struct fact_share *share)
{
	return judge_is_newest(judgement, share) && share->delivered != 0 &&
	       !judge_has_left(judgement, share);
}

static bool
is_alike(const struct fact_share *a, const struct fact_share *b, int place)
{
	if (place < 0)
		return roster_id_equal(&a->custodian.id, &b->custodian.id);
	return roster_same_place(place_of(a, place), place_of(b, place));
}

/* The group of share `at`; false when an earlier share has shown it already. */
static bool
collect(struct judgement *judgement, size_t at, int place, struct group *out)
{
	const struct facts *facts = judgement->facts;

	*out = (struct group){ 0 };
	for (size_t i = 0; i < facts->shares; i++) {
		if (!counts(judgement, &facts->share[i]) ||
		    !is_alike(&facts->share[i], &facts->share[at], place))
			continue;
		if (i < at)
			return false;
		out->shares++;
		out->ready += judgement->share_ready[i];
	}
	return true;
}

/* Whether more than one card is in the group, and without them fewer than M would be ready. */
static bool
is_alone(const struct judgement *judgement, const struct group *group)
{
	return group->ready >= 2 && judgement->margin >= 0 && (int)group->ready > judgement->margin;
}

static void
find_group(
    struct judgement *judgement, enum roster_reason_kind kind, size_t share, const int place[2])
{
	struct finding *finding = judge_find(judgement, kind);

	finding->share = (int)share;
	finding->other = place[0];
	finding->count = (unsigned)place[1];
}

static void
judge_person(struct judgement *judgement, size_t share)
{
	const int64_t limit = judgement->facts->policy[ROSTER_POLICY_SHARES_PER_PERSON];
	struct group group;

	if (!collect(judgement, share, -1, &group))
		return;
	if (is_alone(judgement, &group))
		find_group(judgement, ROSTER_REASON_PERSON_ALONE, share,
		    (const int[2]){ FINDING_NONE, (int)group.ready });
	if (group.shares > limit)
		find_group(judgement, ROSTER_REASON_PERSON_SHARES, share,
		    (const int[2]){ FINDING_NONE, (int)group.shares });
}

static void
judge_place(struct judgement *judgement, size_t share, int place)
{
	const struct facts *facts = judgement->facts;
	const int64_t set = facts->policy[limits[place]];
	const int64_t limit = roster_policy_shares(set, judge_newest(judgement)->threshold);
	struct group group;

	/* Virtual cards are all of one model. */
	if (place_of(&facts->share[share], place)[0] == '\0' ||
	    (place == FACT_MODEL && facts->practice) || !collect(judgement, share, place, &group))
		return;
	if (group.shares > limit)
		find_group(judgement, ROSTER_REASON_PLACE_SHARES, share,
		    (const int[2]){ place, (int)group.shares });
	/* A limit that the organisation itself has set so high says that it accepts this. */
	if (is_alone(judgement, &group) && (set == 0 || group.shares > limit))
		find_group(judgement, ROSTER_REASON_PLACE_ALONE, share,
		    (const int[2]){ place, (int)group.ready });
}

static void
judge_advisory(struct judgement *judgement, size_t at)
{
	const struct fact_share *share = &judgement->facts->share[at];
	size_t found = 0;

	if (!advisory_find(judgement->facts->advisories, &share->card, &found))
		return;
	struct finding *finding = judge_find(judgement, ROSTER_REASON_ADVISORY);

	finding->share = (int)at;
	finding->other = (int)found;
}

void
judge_placement(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;

	for (size_t i = 0; i < facts->shares; i++) {
		if (!counts(judgement, &facts->share[i]))
			continue;
		judge_person(judgement, i);
		for (int place = 0; place < FACT_PLACE__COUNT; place++)
			judge_place(judgement, i, place);
		judge_advisory(judgement, i);
	}
}
