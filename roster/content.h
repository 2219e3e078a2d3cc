/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies beside the events and can be erased: names, contacts, sealed records, escrows. An event
 * holds SHA-256(salt ‖ bytes), with a random salt of 32 bytes that is erased with the bytes, so
 * that what remains says nothing of them. Internal to roster/.
 */
#ifndef ROSTER_CONTENT_H
#define ROSTER_CONTENT_H

#include "roster/event.h"

enum { CONTENT_SALT_SIZE = 32, CONTENT_MAX = 1024 * 1024 };

/* Stores bytes for an event of the same open transaction, which must name *out. */
MUST_CHECK enum err content_put(struct roster *roster, const void *bytes, size_t len,
    struct roster_hash *out, struct err_trace *trace);

/* As content_put for a text, as a value for json_pack's "o". */
MUST_CHECK enum err
content_put_text(struct roster *roster, const char *text, json_t **out, struct err_trace *trace);

/* At most `capacity` bytes; *len is 0 when they were erased. */
MUST_CHECK enum err content_get(struct db *db, const struct roster_hash *hash, void *out,
    size_t capacity, size_t *len, struct err_trace *trace);

/*
 * Erases what is there of these, with an event that says so; the bytes leave the file when the
 * roster is closed. Erasing again is fine.
 */
enum { CONTENT_ERASE_MAX = 64 };
MUST_CHECK enum err content_erase(struct roster *roster, const struct roster_hash *hashes,
    size_t count, const char *reason, struct err_trace *trace);

/* As content_erase; the event says whose data it was. */
struct content_erasure {
	const struct roster_hash *hashes;
	size_t count; /* 1 to CONTENT_ERASE_MAX */
	const char *reason;
	const struct roster_id *person; /* NULL: nobody's */
};
MUST_CHECK enum err content_erase_personal(
    struct roster *roster, const struct content_erasure *erasure, struct err_trace *trace);
/* SHA-256(salt ‖ bytes), which an event binds. */
MUST_CHECK enum err content_hash(const void *salt, const void *bytes, size_t len,
    struct roster_hash *out, struct err_trace *trace);

/*
 * Deletes what events have erased but is there, and has the file wiped when it is closed. For
 * erasures that another installation wrote.
 */
MUST_CHECK enum err content_delete_erased(struct db *db, struct err_trace *trace);

/* ERR_FORMAT for what is not UTF-8 or what a terminal would obey. */
MUST_CHECK enum err content_check_text(const void *bytes, size_t len, struct err_trace *trace);

/* Each content is what an event binds, and none is there that was erased or that nothing binds. */
MUST_CHECK enum err content_verify(struct db *db, struct db *projections, struct err_trace *trace);

/* Does to the file what erasing left to do. Outside of any transaction. */
MUST_CHECK enum err content_wipe_if_due(struct db *db, struct err_trace *trace);

extern const struct event_type content_events[];

#endif
