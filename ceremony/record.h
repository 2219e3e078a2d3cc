/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of a ceremony: what was expected, what happened, when, and who was there
 * (docs/formats/ceremony-record.md). One line of canonical JSON (RFC 8785) each, chained by the
 * SHA-256 of the line before; durable before the ceremony goes on. Nothing is ever taken back: what
 * was wrong is put right by a later line.
 *
 * What each kind of line has beside v, n, prev, time and kind. Persons are named as in the roster,
 * steps by number and id, files by their path in the evidence and their SHA-256.
 *
 *	open       mode ("run", "dry-run", "rehearsal"), name, title, script, sheet (hashes),
 *	           roster {id, head, practice}, build, programs [{name, path, sha256,
 *	           version}], host {boot, kernel, clock}, previous {head} or null, by
 *	approved   person, role, how ("card", "paper"), at; by card also its key, the statement and
 *	           the signature over it, else null (approval.h)
 *	preflight  check, finding, verdict ("well", "accepted", "reported"), accepted [names]
 *	person     person, role, in (true or false), deputy (true when in place of another)
 *	session    quorum, open (true or false), step
 *	begin      step, id, title, attempt, command [words] or null, practice (true: the stand-in)
 *	end        step, attempt, status, seconds, out {file, sha256, bytes}, err {…},
 *	           checks [{kind, expected, actual, well}], matches
 *	filled     step, name, record ("stow", …), label, value, about or null
 *	confirmed  step, person, role
 *	decided    step, question, taken, by
 *	done       step, result ("as-written", "deviation", "practice")
 *	note       step, text, by
 *	exception  number, step, expected, happened, decided, confirmed (a name each),
 *	           outcome ("retry", "deviation", "stop")
 *	paused     step, by, reason
 *	resumed    step, seconds, after ("pause", "crash"), boot
 *	inventory  tokens [{name, uri, serial, model, firmware, software, keys […]}], entropy
 *	statement  person, role, says ("followed", "followed-with-deviations", "not-agreed"), text,
 *	           how ("card", "paper")
 *	stopped    step, by, reason           frozen    steps, deviations, exceptions: the last line
 */
#ifndef CEREMONY_RECORD_H
#define CEREMONY_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/hash.h"

enum { RECORD_VERSION = 1, RECORD_LINE_MAX = 64 * 1024, RECORD_FILE_MAX = 64 * 1024 * 1024 };

enum record_kind {
	RECORD_OPEN,
	RECORD_APPROVED,
	RECORD_PREFLIGHT,
	RECORD_PERSON,
	RECORD_SESSION,
	RECORD_BEGIN,
	RECORD_END,
	RECORD_FILLED,
	RECORD_CONFIRMED,
	RECORD_DECIDED,
	RECORD_DONE,
	RECORD_NOTE,
	RECORD_EXCEPTION,
	RECORD_PAUSED,
	RECORD_RESUMED,
	RECORD_INVENTORY,
	RECORD_STATEMENT,
	RECORD_STOPPED,
	RECORD_FROZEN,
	RECORD_KIND__COUNT
};
const char *record_kind_word(enum record_kind kind);

struct record_line {
	enum record_kind kind;
	int64_t n;
	int64_t time;              /* seconds UTC */
	uint8_t hash[SHA256_SIZE]; /* of this line */
	const json_t *json;        /* the whole line */
	const char *text;          /* its bytes, without the newline */
};

/* The whole of it, read and checked: chain, kinds, and that each has the members it must have. */
struct record {
	struct record_line *lines;
	size_t count;
	bool frozen;
	uint8_t head[SHA256_SIZE]; /* of the last line; zero when there is none */
	bool torn;                 /* bytes behind the last whole line: a crash, never a line */
};

/*
 * ERR_ABSENT: no such file. ERR_FORMAT names the line that is changed, missing, out of order, or
 * not what its kind must be. record_free() what is in *out.
 */
MUST_CHECK enum err record_read(const char *path, struct record *out, struct err_trace *trace);
void record_free(struct record *record);

/* The last line of that kind; of a step with `step` not 0. NULL: none. */
const struct record_line *
record_last(const struct record *record, enum record_kind kind, unsigned step);

/* For writing: locked, so that a second `run` is refused with ERR_NOT_NOW. */
struct record_writer;

/* A new record, or the one that is there behind its last whole line. */
MUST_CHECK enum err
record_writer_open(const char *path, struct record_writer **out, struct err_trace *trace);
void record_writer_close(struct record_writer *writer); /* NULL is fine */

/*
 * Adds a line; durable when it returns, or not there at all. Takes `body` in every case (NULL:
 * ERR_NOMEM). ERR_NOT_NOW: the record is frozen. ERR_FORMAT: something else changed the file since
 * the last line.
 */
MUST_CHECK enum err record_add(
    struct record_writer *writer, enum record_kind kind, json_t *body, struct err_trace *trace);

#endif
