/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The events in replay order: an event comes after its writer's previous one and after all that it
 * has seen; among those that could come next, the first by time, writer and number. Every line is
 * parsed, hashed and compared with its chain on the way. Internal to roster/.
 */
#ifndef ROSTER_REPLAY_H
#define ROSTER_REPLAY_H

#include "roster/event.h"

struct replay;

/* Where a replay begins: behind these heads, which are of a time when they were all there was. */
struct replay_after {
	const struct event_head *head;
	size_t count;
};

/* `after` may be NULL: from the beginning. */
MUST_CHECK enum err replay_open(
    struct db *db, const struct replay_after *after, struct replay **out, struct err_trace *trace);
void replay_close(struct replay *replay);

/*
 * The next event, borrowed until the next call, with its line; NULL in *event behind the last.
 * ERR_FORMAT names the writer and number of an event that was changed, is missing or is foreign.
 */
MUST_CHECK enum err replay_next(
    struct replay *replay, const struct event **event, const char **line, struct err_trace *trace);

#endif
