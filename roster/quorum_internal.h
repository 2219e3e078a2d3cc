/* SPDX-License-Identifier: BSD-2-Clause */
/* Quorums, as other files of roster/ need them. Internal to roster/. */
#ifndef ROSTER_QUORUM_INTERNAL_H
#define ROSTER_QUORUM_INTERNAL_H

#include "roster/event.h"
#include "roster/quorum.h"

/* The words of enum roster_generation_state, NULL-terminated. */
extern const char *const quorum_generation_words[];

/* ERR_ABSENT unless the quorum has that generation. */
MUST_CHECK enum err generation_check(struct roster *roster, const struct roster_id *quorum,
    unsigned number, struct err_trace *trace);

/* The delivery of the operation's generation to this card was begun. */
MUST_CHECK enum err share_note_begun(struct db *db, const struct roster_id *operation,
    const struct roster_id *card, int64_t time, struct err_trace *trace);

extern const struct event_type quorum_events[];
extern const struct event_type generation_events[];
extern const struct event_type seal_events[];
extern const struct event_type escrow_events[];
extern const struct event_type proof_events[];
extern const struct event_type roll_call_events[];

/* The request with this nonce was answered, if there is one that was not. */
MUST_CHECK enum err roll_call_note_answer(
    struct db *db, const struct roster_hash *nonce, int64_t time, struct err_trace *trace);
extern const struct event_type share_events[];

#endif
