/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judging facts at a date. Every comparison with the date goes through judge_reached, which also
 * notes the next date on which any of them would come out another way: until then nothing changes,
 * so that the timeline is made by jumping from one such date to the next. Internal to roster/.
 */
#ifndef ROSTER_HEALTH_JUDGE_H
#define ROSTER_HEALTH_JUDGE_H

#include "roster/health/facts.h"

enum { FINDINGS_MAX = 160, FINDING_NONE = -1 };

/* A reason without words. */
struct finding {
	enum roster_reason_kind kind;
	int share; /* index into facts->share, or FINDING_NONE */
	int other; /* index of a generation, binding, date, place or advisory: as the kind has it */
	unsigned count; /* as the kind has it */
	int64_t since;
	int64_t due;
};

struct judgement {
	const struct facts *facts;
	int64_t at;
	int64_t next; /* the first date after `at` on which something changes; INT64_MAX: never */
	enum roster_level level;
	int margin;
	unsigned ready;
	unsigned exposure;                   /* the greatest of the live generations' */
	unsigned exposures[ROSTER_LIVE_MAX]; /* by live generation */
	bool share_ready[FACT_SHARES_MAX];   /* of the newest live generation */
	bool share_exposed[FACT_SHARES_MAX]; /* by share */
	size_t findings;
	struct finding finding[FINDINGS_MAX];
};

/* Judges everything; *out is overwritten. */
void judge(const struct facts *facts, int64_t at, struct judgement *out);

/* True from `date` on; 0 is never reached. */
bool judge_reached(struct judgement *judgement, int64_t date);

/* Adds a finding with neither share nor other; beyond the room there is, only the level rises. */
struct finding *judge_find(struct judgement *judgement, enum roster_reason_kind kind);

/* The newest live generation, or NULL. */
const struct fact_generation *judge_newest(const struct judgement *judgement);

/* True when the share is of the newest live generation. */
bool judge_is_newest(const struct judgement *judgement, const struct fact_share *share);

/* By subject, in this order: each builds on those before. */
void judge_exposure(struct judgement *judgement);
void judge_availability(struct judgement *judgement);
void judge_placement(struct judgement *judgement);
void judge_tokens(struct judgement *judgement);
void judge_dates(struct judgement *judgement);
void judge_register(struct judgement *judgement);

/* The custodian of the share has left. */
bool judge_has_left(struct judgement *judgement, const struct fact_share *share);

/* The site, employer, reporting line or card model of a share; empty where it is not known. */
const char *place_of(const struct fact_share *share, int place);

/* An earlier share of the same generation is with the same person. */
bool judge_is_person_again(const struct facts *facts, size_t share);

#endif
