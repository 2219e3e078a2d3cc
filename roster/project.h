/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Projections: all that is asked of a roster comes from tables that are made from the events, one
 * event after another, by project_event and by nothing else. Internal to roster/.
 */
#ifndef ROSTER_PROJECT_H
#define ROSTER_PROJECT_H

#include "roster/event.h"
#include "roster/replay.h"

/*
 * ERR_EXISTS, ERR_ABSENT: the event contradicts what came before it; what it changed is for the
 * caller to roll back.
 */
MUST_CHECK enum err
project_event(struct db *db, const struct event *event, struct err_trace *trace);

/*
 * The same for an event that has happened already, here or elsewhere: one that contradicts what
 * came before it has no effect, and is noted. In an open transaction.
 */
MUST_CHECK enum err
project_happened(struct db *db, const struct event *event, struct err_trace *trace);

/* Applies the events of `from` up to a time, in replay order, to the empty projections of `to`. */
#define PROJECT_EVERYTHING INT64_MAX
MUST_CHECK enum err
project_all(struct db *from, struct db *to, int64_t until, struct err_trace *trace);

/* Applies the events behind `after`, in replay order, to projections that have those before. */
MUST_CHECK enum err
project_after(struct db *db, const struct replay_after *after, struct err_trace *trace);

/*
 * Compares every projection of `a` with that of `b`, row by row; ERR_FORMAT names the first table
 * that differs.
 */
MUST_CHECK enum err project_compare(struct db *a, struct db *b, struct err_trace *trace);

#endif
