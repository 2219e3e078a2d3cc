/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this installation last wrote to a roster, outside the roster's file: that is how a clone or
 * an older copy of the file is known (docs/formats/roster.md). Internal to roster/.
 */
#ifndef ROSTER_STATE_H
#define ROSTER_STATE_H

#include "roster/event.h"

/* ERR_ABSENT: this installation never wrote to that roster. */
MUST_CHECK enum err state_load(const char *state_dir, const struct roster_id *roster,
    struct event_head *out, struct err_trace *trace);

MUST_CHECK enum err state_store(const char *state_dir, const struct roster_id *roster,
    const struct event_head *head, struct err_trace *trace);

/* Forgets what was noted, for a roster whose making failed behind the note. */
void state_forget(const char *state_dir, const struct roster_id *roster);

#endif
