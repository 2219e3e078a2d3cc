/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events (docs/formats/roster.md): one line of canonical JSON each, hashed and chained per writer.
 * Each type has a table of what its body holds and a function that carries it into the projections.
 * Internal to roster/.
 */
#ifndef ROSTER_EVENT_H
#define ROSTER_EVENT_H

#include "roster/db.h"
#include "roster/member.h"
#include "roster/roster.h"

enum { EVENT_VERSION = 1, EVENT_LINE_MAX = 256 * 1024, EVENT_WRITERS_MAX = 64 };

struct event_type;

/* The last known event of a writer: a line of the head, an entry of `seen`. */
struct event_head {
	struct roster_id writer;
	int64_t n;
	struct roster_hash hash;
};

struct event {
	struct roster_id writer;
	int64_t n;
	struct roster_hash prev;
	struct roster_hash hash;
	int64_t time;
	struct roster_id by;
	const struct event_type *type;
	const json_t *body; /* in `json` */
	json_t *json;       /* the whole line; event_clear lets it go */
};

typedef enum err (*event_apply)(struct db *db, const struct event *event, struct err_trace *trace);

struct event_type {
	const char *name; /* "card.enrol"; NULL ends a table */
	const struct member *body;
	event_apply apply;
};

/* NULL for a type of a newer version, or of nobody's. */
const struct event_type *event_type_find(const char *name);

/* Every type, by index; NULL behind the last. For tests and documents. */
const struct event_type *event_type_at(size_t index);

/*
 * Reads one line and computes its hash. ERR_FORMAT: not canonical, or its body is not what its type
 * wants. ERR_UNSUPPORTED: a version or type that this Quorate does not know.
 */
MUST_CHECK enum err
event_parse(const char *line, size_t len, struct event *out, struct err_trace *trace);
void event_clear(struct event *event);

/* "writer n hash", and back; false for anything else. */
enum { EVENT_HEAD_TEXT = ROSTER_ID_TEXT + 20 + ROSTER_HASH_TEXT };
void event_head_format(const struct event_head *head, char out[EVENT_HEAD_TEXT]);
bool event_head_parse(const char *text, struct event_head *out);

/*
 * Appends one event and applies it to the projections, in a transaction of its own unless one is
 * open. `body` is taken in every case; NULL is what json_pack gives for text that is not UTF-8.
 */
MUST_CHECK enum err
event_append(struct roster *roster, const char *type, json_t *body, struct err_trace *trace);

/* Clocks are set back by a little now and then; by more seconds, somebody should look. */
enum { EVENT_CLOCK_SLACK = 300 };

/* Stores a parsed event's line, and nothing else. */
MUST_CHECK enum err
event_store(struct db *db, const struct event *event, const char *line, struct err_trace *trace);

/* The newest event of each writer as the projections have it, sorted by writer; free() *out. */
MUST_CHECK enum err
event_heads(struct db *db, struct event_head **out, size_t *count, struct err_trace *trace);

/* The newest event of one writer from the events themselves; n is 0 when there is none. */
MUST_CHECK enum err event_last_of(
    struct db *db, const struct roster_id *writer, struct event_head *out, struct err_trace *trace);

#endif
