/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints, as other files of roster/ need them. Internal to roster/. */
#ifndef ROSTER_CHECKPOINT_INTERNAL_H
#define ROSTER_CHECKPOINT_INTERNAL_H

#include "roster/checkpoint.h"
#include "roster/event.h"

/* Every head that a checkpoint signed, from this row on, is of an event in the roster. */
MUST_CHECK enum err checkpoint_verify_pins(struct db *db, int64_t from, struct err_trace *trace);

/* How many events some checkpoint covers. */
MUST_CHECK enum err checkpoint_count_pinned(struct db *db, int64_t *out, struct err_trace *trace);

/* SHA-256 over the lines of these heads, which are sorted by writer. */
MUST_CHECK enum err checkpoint_hash_heads(
    const struct event_head *heads, size_t count, struct roster_hash *out, struct err_trace *trace);

extern const struct event_type checkpoint_events[];

#endif
