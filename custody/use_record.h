/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of uses: the file in which quorate-agent writes down, before it answers, what was done
 * with an activation (docs/formats/use-record.md). One line of canonical JSON each, chained by the
 * hash of the line before. The command that opens the activation makes the file with its first
 * line; the agent holds it locked while it lives, so that a file without a lock belongs to an agent
 * that has ended, with a word (a line "end") or without.
 *
 *	STATE/activations/ROSTER-ID/ACTIVATION-ID.uses
 */
#ifndef CUSTODY_USE_RECORD_H
#define CUSTODY_USE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/hash.h"

enum {
	USE_RECORD_VERSION = 1,
	USE_RECORD_LINE = 65536, /* the longest line, newline and all */
	USE_RECORD_PATH = 1024,
};

/* Where a chain stands: behind line `n`, whose hash is `head`. All zero before the first line. */
struct use_record_place {
	int64_t n;
	uint8_t head[SHA256_SIZE];
};

/* What the first line says. Texts are borrowed. */
struct use_record_opening {
	const char *roster;     /* id in hex */
	const char *activation; /* id in hex; the file's name */
	const char *quorum;
	const char *token;   /* label; NULL for a session */
	const char *purpose; /* NULL: none given */
	const char *by;      /* the name of the person at the keyboard */
	json_t *cards;       /* array of short names; borrowed */
	json_t *bounds;      /* object; borrowed */
};

/* "STATE/activations/ROSTER", and of one file in it. */
MUST_CHECK enum err use_record_folder(
    const char *state_dir, const char *roster, char out[USE_RECORD_PATH], struct err_trace *trace);
MUST_CHECK enum err use_record_path(const char *state_dir, const struct use_record_opening *opening,
    char out[USE_RECORD_PATH], struct err_trace *trace);

/* Makes the file, and its folder, with the first line; durable when it returns. */
MUST_CHECK enum err use_record_create(
    const char *path, const struct use_record_opening *opening, struct err_trace *trace);

/*
 * The line that follows `place`, newline included: `body` with `n`, `prev` and `time`. Takes
 * `body`, which may be NULL (ERR_NOMEM), in every case, and moves `place` on. free() *line.
 */
MUST_CHECK enum err use_record_chain(struct use_record_place *place, json_t *body, char **line,
    size_t *len, struct err_trace *trace);

struct use_record;

/* For reading, also while the agent writes. ERR_ABSENT: no such file. */
MUST_CHECK enum err
use_record_open(const char *path, struct use_record **out, struct err_trace *trace);
void use_record_close(struct use_record *record);

struct use_record_entry {
	const char *line; /* without its newline; borrowed until the next call */
	size_t len;
	const json_t *json; /* the same, read; borrowed likewise */
	const char *kind;   /* "open", "serve", "use", "refused", "refusals", "job", "end" */
	struct use_record_place place;
};

/*
 * The next line, once it is whole and its chain holds. *more is false behind the last whole line: a
 * line that was torn by a crash was never answered for, and zeros are room for more. ERR_FORMAT
 * names the line that does not follow from the one before.
 */
MUST_CHECK enum err use_record_next(
    struct use_record *record, struct use_record_entry *out, bool *more, struct err_trace *trace);

/* Opens and locks the file for writing behind its last whole line; ERR_NOT_NOW: another has it. */
MUST_CHECK enum err
use_record_take(const char *path, struct use_record_place *place, int *fd, struct err_trace *trace);

/* True while an agent holds the file. */
bool use_record_is_held(const char *path);

/* A text as JSON, with a "?" for each byte that is not of UTF-8 or a control character. */
json_t *use_record_text(const char *text);

#endif
