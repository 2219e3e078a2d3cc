/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was added to evidence after it was frozen (docs/formats/ceremony-evidence.md): lines of
 * canonical JSON, chained as the record is, whose first `prev` is the head; the last line of the
 * file has the SHA-256 of all before it, as a pack does, so that a flipped bit is found even where
 * no card has signed yet. Files that came with a line lie in addendum/ and are named in it.
 *
 *	bag         number, holds          safe        safe, holds
 *	access-log  text                   scan        file
 *	video       outside, begins, ends  timestamp   file, stamped
 *	statement   person, text           card        card, dec, fingerprint, person, sig
 *	other       text
 *
 * beside v, n, prev, time, kind, by; each may also have text and file {bytes, file, sha256}.
 * `outside` is {bytes, name, sha256} of a file that lies elsewhere.
 */
#ifndef CEREMONY_ADDENDUM_H
#define CEREMONY_ADDENDUM_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/hash.h"

enum { ADDENDUM_VERSION = 1, ADDENDUM_MAX = 1 << 22, ADDENDUM_LINES_MAX = 9999 };

enum addendum_kind {
	ADDENDUM_BAG,
	ADDENDUM_SAFE,
	ADDENDUM_ACCESS_LOG,
	ADDENDUM_SCAN,
	ADDENDUM_VIDEO,
	ADDENDUM_TIMESTAMP,
	ADDENDUM_STATEMENT,
	ADDENDUM_CARD,
	ADDENDUM_OTHER,
	ADDENDUM_KIND__COUNT
};
const char *addendum_kind_word(enum addendum_kind kind);

struct addendum_line {
	enum addendum_kind kind;
	int64_t time;
	uint8_t hash[SHA256_SIZE];
	json_t *json; /* the whole of it */
};

struct addendum {
	struct addendum_line *line; /* line[i] is line i + 1 */
	size_t count;
};

/*
 * ERR_FORMAT names the first line that is changed, missing, out of order, or not what its kind must
 * be; *out then has the lines before it. addendum_free(out) in every case.
 */
MUST_CHECK enum err addendum_parse(const struct part *text, const uint8_t head[SHA256_SIZE],
    struct addendum *out, struct err_trace *trace);
void addendum_free(struct addendum *addendum);

/* Of the evidence; none is no error. */
MUST_CHECK enum err addendum_read(const char *evidence, const uint8_t head[SHA256_SIZE],
    struct addendum *out, struct err_trace *trace);

/*
 * Adds a line, as a whole or not at all. Takes `body` in every case; NULL: ERR_NOMEM. ERR_FORMAT:
 * what is there does not hold, or `body` is not what its kind must be.
 */
struct addendum_place {
	const char *evidence;
	const uint8_t *head; /* SHA256_SIZE */
};
MUST_CHECK enum err addendum_add(const struct addendum_place *place, enum addendum_kind kind,
    json_t *body, struct err_trace *trace);

#endif
