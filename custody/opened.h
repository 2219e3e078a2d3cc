/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is open now: the activations and sessions of this installation whose agents live, with what
 * their records say of how they were opened and what their agents say of how they stand. Needs no
 * roster, so that what is open can be seen and ended whatever becomes of that.
 */
#ifndef CUSTODY_OPENED_H
#define CUSTODY_OPENED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"

enum { OPENED_NAME = 129, OPENED_PATH = 1024, OPENED_LAST = 5 };

struct opened {
	char quorum[OPENED_NAME];
	char roster[33];     /* id in hex */
	char activation[33]; /* id in hex */
	bool commands;       /* a session */
	int64_t since;       /* UTC */
	json_t *opening;     /* the record's first line */
	char control[OPENED_PATH];
	json_t *status; /* what the agent says of itself; NULL: it does not answer */
	json_t *last; /* array: the newest lines of uses, jobs and refusals, at most OPENED_LAST */
};

/* Of one roster, or (NULL) of all that this installation knows; opened_free *out. */
MUST_CHECK enum err opened_list(const char *state_dir, const char *roster, struct opened **out,
    size_t *count, struct err_trace *trace);
void opened_free(struct opened *opened, size_t count);

/* Ends it, and returns when its token is closed. ERR_ABSENT: it had ended already. */
MUST_CHECK enum err opened_end(const struct opened *opened, struct err_trace *trace);

#endif
