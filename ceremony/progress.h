/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a ceremony is: what its record's lines come to. Whoever runs it asks here what is next, and
 * adds a line; whoever resumes it after a power cut reads the same lines and asks the same.
 */
#ifndef CEREMONY_PROGRESS_H
#define CEREMONY_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "ceremony/record.h"
#include "ceremony/script.h"

enum progress_next {
	PROGRESS_BEGIN,       /* the step in hand has not begun */
	PROGRESS_INTERRUPTED, /* its command began and nobody knows how it ended */
	PROGRESS_MISMATCH,    /* its command ended otherwise than expected */
	PROGRESS_AGAIN,       /* an exception was decided: once more */
	PROGRESS_FILL,        /* something is to be written down */
	PROGRESS_CONFIRM,     /* a role must agree to what was seen */
	PROGRESS_DECIDE,      /* a decision is due */
	PROGRESS_DONE,        /* all of it is there: the line that ends the step */
	PROGRESS_COMPLETE,    /* every step is done */
	PROGRESS_STOPPING,    /* an exception was decided: stop */
	PROGRESS_STOPPED,
};

struct progress_person {
	char *name;
	char *role;
	bool here;
	bool deputy;
};

struct progress_value {
	unsigned step;
	unsigned round; /* how many steps were done then */
	char *name;
	char *value;
};

struct progress {
	const struct script *script;
	int64_t began; /* seconds UTC; 0: not opened */
	bool paused;
	bool stopped;
	bool frozen;
	unsigned step; /* in hand; one more than there are when complete */
	bool begun;    /* this attempt */
	bool ended;    /* its command */
	bool matches;
	bool cut;           /* its last try was cut off: what that did is not in the record */
	char outcome;       /* of its last exception: 'r'etry, 'd'eviation, 's'top; 0 */
	char *taken;        /* its decision */
	uint64_t confirmed; /* of its roles that must, by index */
	unsigned *tries;    /* of each step, also before a decision led back to it */
	unsigned done, deviations, exceptions;
	char *session; /* the quorum that is open; NULL */
	struct progress_person *persons;
	size_t person_count;
	struct progress_value *values;
	size_t value_count;
};

MUST_CHECK enum err
progress_start(const struct script *script, struct progress *out, struct err_trace *trace);
void progress_free(struct progress *progress);

/* Takes in a line, in the order of the record. ERR_FORMAT: it speaks of what the script has not. */
MUST_CHECK enum err progress_add(
    struct progress *progress, enum record_kind kind, const json_t *line, struct err_trace *trace);

/* `which`: of what is to be filled in or confirmed, its index. */
enum progress_next progress_next(const struct progress *progress, size_t *which);

/* NULL when all are done. */
const struct script_step *progress_step(const struct progress *progress);

/* What was recorded at a step; NULL: nothing. `step` is its id. */
const char *progress_value(const struct progress *progress, const char *step, const char *name);

/* The first who is there in that role and is not `but` (NULL: anybody); NULL: nobody. */
const char *progress_who(const struct progress *progress, const char *role, const char *but);
bool progress_is_here(const struct progress *progress, const char *name);

/* Whether a line told of this person in this role already. */
bool progress_was_asked(const struct progress *progress, const char *role, const char *name);

#endif
