/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations that were broken off: what they are, going on, and giving up while that is possible.
 */
#ifndef CUSTODY_PENDING_H
#define CUSTODY_PENDING_H

#include "custody/custody.h"
#include "roster/operation.h"
#include "roster/quorum.h"

enum { PENDING_LINE = 256, PENDING_LINES = 24 };

/* What is pending for a quorum, in sentences for people. */
struct pending {
	struct roster_id operation;
	struct roster_id quorum;
	enum roster_operation_kind kind;
	bool may_abort; /* no token was touched yet */
	size_t lines;
	char line[PENDING_LINES][PENDING_LINE];
};

/* ERR_ABSENT when nothing is pending for it. free() *out. */
MUST_CHECK enum err pending_describe(
    struct custody *custody, const char *quorum, struct pending **out, struct err_trace *trace);

/* Goes on until it is finished. */
MUST_CHECK enum err
pending_resume(struct custody *custody, const struct pending *pending, struct err_trace *trace);

/*
 * Gives up: possible until the first token was touched (ERR_NOT_NOW after that: resume finishes). A
 * quorum that was being created is gone; a binding that was being added is taken back.
 */
MUST_CHECK enum err pending_abort(struct custody *custody, const struct pending *pending,
    const char *reason, struct err_trace *trace);

#endif
