/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The roster: one SQLite file in which every change is an event of a hash chain (design.md, 4 and
 * rule 8). This header opens and closes it; one header a subject says what can be changed and
 * asked: person.h, card.h, quorum.h, operation.h, binding.h, checkpoint.h, activation.h, key.h,
 * log.h, policy.h, health.h, sheet.h.
 *
 * One command at a time may change a roster: it holds the lock beside the file from open to close,
 * and everything that it appends between roster_begin and roster_commit is there as a whole or not
 * at all. A command that waits long for people or programs and changes nothing meanwhile (an
 * activation) closes the roster and opens it again.
 *
 * The id of this installation's writer, the number and the hash of its last event also live in the
 * state folder, outside the file. A file that disagrees is a clone or was rolled back: it opens for
 * reading only, and roster_standing shows both sides.
 */
#ifndef ROSTER_ROSTER_H
#define ROSTER_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
	ROSTER_ID_SIZE = 16,
	ROSTER_ID_TEXT = 2 * ROSTER_ID_SIZE + 1,
	ROSTER_HASH_SIZE = 32,
	ROSTER_HASH_TEXT = 2 * ROSTER_HASH_SIZE + 1,
	ROSTER_NAME = 129,      /* a person's or a quorum's name, with its NUL */
	ROSTER_TEXT = 257,      /* other short texts, with their NUL */
	ROSTER_SHORT_NAME = 48, /* "root/2" */
	ROSTER_POINT_SIZE = 65, /* an uncompressed point of P-256 */
	ROSTER_CARDS_MAX = 16,  /* of one quorum: SLIP-39's limit */
	ROSTER_TOKENS_MAX = 8,  /* that one operation handles */
};

/* A random id: of a person, a card, a quorum, an operation, a binding, an activation, a writer. */
struct roster_id {
	uint8_t bytes[ROSTER_ID_SIZE];
};

struct roster_hash {
	uint8_t bytes[ROSTER_HASH_SIZE];
};

struct roster;

/* Where a roster lives; the caller chooses (cli/: --roster, QUORATE_ROSTER, the XDG folders). */
struct roster_paths {
	const char *file;
	const char *state_dir; /* one for all rosters of this installation */
};

/* Where times come from; a NULL `now` is the system's clock. */
struct roster_clock {
	int64_t (*now)(void *context); /* seconds since 1970 UTC */
	void *context;
};

enum roster_mode { ROSTER_READ, ROSTER_WRITE };

struct roster_options {
	struct roster_paths paths;
	enum roster_mode mode;
	unsigned wait_ms; /* how long to wait for another command's lock; 0: refuse at once */
	int64_t as_of;    /* for reading: as it was at the end of that second, ERR_ABSENT before its
			     founding; 0: as it is */
	struct roster_clock clock;
};

struct roster_founding {
	struct roster_paths paths;
	struct roster_clock clock;
	bool practice;             /* for ever: it is in the first event */
	const char *administrator; /* the first person's name; acts for what follows (--by) */
	const char *group;         /* may read the file (monitoring), or NULL */
};

/*
 * Makes a new roster and opens it for writing. ERR_EXISTS when anything is at paths.file. A crash
 * or a full disk leaves no half-made file under that name.
 */
MUST_CHECK enum err
roster_create(const struct roster_founding *founding, struct roster **out, struct err_trace *trace);

/*
 * Opens a roster. For writing: ERR_NOT_NOW names the process that holds the lock, or says that the
 * file is cloned or rolled back, with both heads. ERR_ABSENT: no file. ERR_FORMAT: not a roster, or
 * damaged. ERR_UNSUPPORTED: of a newer version. Reading works from a read-only medium and as
 * another user. What an older version made is brought up to date: in the file when it is opened for
 * writing, else beside it.
 */
MUST_CHECK enum err
roster_open(const struct roster_options *options, struct roster **out, struct err_trace *trace);

/*
 * Closes and frees in every case; NULL is fine. After writing, all is merged into the one file, so
 * that a copy of it is whole. An error tells what could not be tidied up; no event is lost by it.
 * A reader learns ERR_NOT_NOW when the file changed under it, so that what it read may be torn.
 */
MUST_CHECK enum err roster_close(struct roster *roster, struct err_trace *trace);

/* As roster_close, for ways out on which something else already failed. */
void roster_drop(struct roster *roster);

/*
 * Everything appended until the outermost roster_commit is there as a whole or not at all. Pairs
 * may nest. roster_rollback undoes all of it, whatever the depth; without a roster_begin it does
 * nothing, so that it fits behind every `out:`. A failure before the outermost commit leaves the
 * roster as it was; one of that commit itself (a disk that fails while it syncs) leaves it as it
 * was or with everything, and the next opening shows which.
 */
MUST_CHECK enum err roster_begin(struct roster *roster, struct err_trace *trace);
MUST_CHECK enum err roster_commit(struct roster *roster, struct err_trace *trace);
void roster_rollback(struct roster *roster);

/* The usual end: commits where nothing failed so far, else rolls back; `err`, or why it did not
 * commit. */
MUST_CHECK enum err roster_end(struct roster *roster, enum err err, struct err_trace *trace);

/* Who is at the keyboard; needed before anything is appended. ERR_ABSENT: nobody has that id. */
MUST_CHECK enum err
roster_act_as(struct roster *roster, const struct roster_id *person, struct err_trace *trace);

bool roster_is_practice(const struct roster *roster);
bool roster_is_writable(const struct roster *roster);
const char *roster_path(const struct roster *roster);

/* The same roster for reading, as it was at the end of that second; close it like any other. */
MUST_CHECK enum err roster_open_past(
    const struct roster *roster, int64_t as_of, struct roster **out, struct err_trace *trace);
const struct roster_id *roster_identity(const struct roster *roster); /* of the roster itself */
int64_t roster_now(const struct roster *roster);

/* How the file stands to what this installation last wrote. */
enum roster_standing_kind {
	ROSTER_OURS,        /* they agree */
	ROSTER_FOREIGN,     /* the state folder knows nothing of it: written elsewhere */
	ROSTER_ROLLED_BACK, /* the file is older than what was last written here */
	ROSTER_CLONED,      /* the file has another event where this installation wrote its own */
};

struct roster_standing {
	enum roster_standing_kind kind;
	struct roster_id writer; /* the one that this installation writes as */
	int64_t file_n;          /* its last event in the file, 0 for none */
	struct roster_hash file_hash;
	int64_t state_n; /* its last event as the state folder has it */
	struct roster_hash state_hash;
};

void roster_standing(const struct roster *roster, struct roster_standing *out);

/* ERR_NOT_NOW, with both sides, for a file that was rolled back or is a clone. */
MUST_CHECK enum err roster_check_newest(const struct roster *roster, struct err_trace *trace);

bool roster_id_equal(const struct roster_id *a, const struct roster_id *b);
bool roster_hash_equal(const struct roster_hash *a, const struct roster_hash *b);
int roster_id_order(const struct roster_id *a, const struct roster_id *b); /* as memcmp */
bool roster_id_is_set(const struct roster_id *id); /* not all zero, which means "none" */
void roster_id_format(const struct roster_id *id, char out[ROSTER_ID_TEXT]);
/* Its first digits, by which people name it: `out`. */
enum { ROSTER_ID_SHORT = 8 };
const char *roster_id_short(const struct roster_id *id, char out[ROSTER_ID_TEXT]);
bool roster_id_parse(const char *text, struct roster_id *out);

/* A new random id. */
MUST_CHECK enum err roster_id_new(struct roster_id *out, struct err_trace *trace);

#endif
