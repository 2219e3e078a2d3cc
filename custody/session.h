/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An open session of a quorum (quorate activate --admin), as the commands see it: an agent that
 * does jobs. One line of JSON each way over its private socket, and what a job gives as a secret
 * behind that, length first, from one locked memory into the other:
 *
 *   {"job":"key.list","binding":"root-ca","on":"root-ca","generation":1,"request":{}}
 *   →  {"done":true,"reply":{…},"secret":false}
 *   or {"failed":"denied","because":[…],"next":…}
 */
#ifndef CUSTODY_SESSION_H
#define CUSTODY_SESSION_H

#include <stdbool.h>

#include "custody/custody.h"
#include "custody/job.h"

enum { SESSION_SOCKET = 108 };

struct session {
	char socket[SESSION_SOCKET];
	unsigned generation;
};

/* False when none of this quorum at that generation is open, of this roster and this user. */
bool
session_find(struct custody *custody, const char *quorum, unsigned generation, struct session *out);

struct session_job {
	const char *name;
	const char *binding; /* NULL: not on a token */
	const char *on;      /* for the record: the token, or the card */
	json_t *request;     /* borrowed */
};

/* Has the agent do it; job_result_drop *out. What fails there fails here with the same words. */
MUST_CHECK enum err session_run(const struct session *session, const struct session_job *job,
    struct job_result *out, struct err_trace *trace);

#endif
