/* SPDX-License-Identifier: BSD-2-Clause */
/* Short ways to say things in a reason. Internal to roster/. */
#ifndef ROSTER_HEALTH_WORDS_H
#define ROSTER_HEALTH_WORDS_H

#include "base/clock.h"
#include "roster/health/kinds.h"

void PRINTF_LIKE(2, 3) say(struct roster_reason *reason, const char *fmt, ...);
void PRINTF_LIKE(2, 3) say_next(struct roster_reason *reason, const char *fmt, ...);

/* "2026-11-23" and "2026-11-23 14:05 UTC" in a buffer of the caller's; "never" for 0. */
enum { WORDS_TIME = 24 };
const char *words_date(int64_t utc, char out[WORDS_TIME]);
const char *words_time(int64_t utc, char out[WORDS_TIME]);

/* "alice left on 2026-12-31", "card root/2 is lost since 2026-11-20": why a share is outside. */
enum { WORDS_WHY = 320 };
const char *words_outside(
    const struct judgement *judgement, const struct finding *finding, char out[WORDS_WHY]);

/* The command that goes on towards a new generation. */
void say_rekey(const struct judgement *judgement, struct roster_reason *out);

/* The share that a finding is about. */
const struct fact_share *
words_share(const struct judgement *judgement, const struct finding *finding);

#endif
