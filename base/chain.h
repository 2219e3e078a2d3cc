/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of chained lines: what must be written down before anybody goes on, so that nothing can be
 * taken out or changed later without its being seen. One line of canonical JSON each; its `prev` is
 * the SHA-256 of the line before, without the newline, and `n` counts from 1. Who writes holds the
 * file locked. The record of uses (docs/formats/use-record.md) and the record of a ceremony
 * (docs/formats/ceremony-record.md) are such files.
 */
#ifndef BASE_CHAIN_H
#define BASE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/hash.h"

enum { CHAIN_LINE_MAX = 65536 }; /* the longest line, newline and all */

/* Where a chain stands: behind line `n`, whose hash is `head`. All zero before the first line. */
struct chain_place {
	int64_t n;
	uint8_t head[SHA256_SIZE];
};

/*
 * The line that follows `place`, newline included: `body` with `n`, `prev` and `time`. Takes
 * `body`, which may be NULL (ERR_NOMEM), in every case, and moves `place` on. free() *line.
 */
MUST_CHECK enum err chain_line(
    struct chain_place *place, json_t *body, char **line, size_t *len, struct err_trace *trace);

struct chain;

/* For reading, also while another writes. ERR_ABSENT: no such file. */
MUST_CHECK enum err chain_open(const char *path, struct chain **out, struct err_trace *trace);
void chain_close(struct chain *chain); /* NULL is fine */

struct chain_entry {
	const char *line; /* without its newline; borrowed until the next call */
	size_t len;
	const json_t *json; /* the same, read; borrowed likewise */
	const char *kind;   /* its member "kind"; a line without one is damaged */
	struct chain_place place;
};

/*
 * The next line, once it is whole and its chain holds. *more is false behind the last whole line: a
 * line that was torn by a crash was never answered for, and zeros are room for more. ERR_FORMAT
 * names the line that does not follow from the one before.
 */
MUST_CHECK enum err
chain_next(struct chain *record, struct chain_entry *out, bool *more, struct err_trace *trace);

/* Opens and locks the file for writing behind its last whole line; ERR_NOT_NOW: another has it. */
MUST_CHECK enum err
chain_take(const char *path, struct chain_place *place, int *fd, struct err_trace *trace);

/* True while somebody holds the file for writing. */
bool chain_is_held(const char *path);

/* A text as JSON, with a "?" for each byte that is not of UTF-8 or a control character. */
json_t *chain_text(const char *text);

#endif
