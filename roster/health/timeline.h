/* SPDX-License-Identifier: BSD-2-Clause */
/* The dates ahead on which a threshold changes. Internal to roster/. */
#ifndef ROSTER_HEALTH_TIMELINE_H
#define ROSTER_HEALTH_TIMELINE_H

#include "roster/health/kinds.h"

enum { TIMELINE_MAX = 256 };

/* Fills health->change, from health->at on, for as long as ROSTER_HORIZON_DAYS. */
MUST_CHECK enum err
timeline_make(const struct facts *facts, struct roster_health *health, struct err_trace *trace);

/* A judgement's findings as reasons, the worst first; those that `without` has are left out (NULL:
 * none). free() *out. */
MUST_CHECK enum err reasons_make(const struct judgement *judgement, const struct judgement *without,
    struct roster_reason **out, size_t *count, struct err_trace *trace);

/* What to do tonight. */
void night_make(const struct judgement *judgement, struct roster_health *health);

#endif
