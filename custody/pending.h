/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations that were broken off: what they are, going on, and giving up while that is possible.
 */
#ifndef CUSTODY_PENDING_H
#define CUSTODY_PENDING_H

#include "custody/attendance.h"
#include "custody/custody.h"
#include "roster/operation.h"
#include "roster/quorum.h"

enum { PENDING_LINE = 256, PENDING_LINES = 32 };

/* What is pending for a quorum, in sentences for people. */
struct pending {
	struct roster_id operation;
	struct roster_id quorum;
	enum roster_operation_kind kind;
	bool may_abort;   /* no token was touched yet */
	bool may_be_gone; /* only a fresh token may have been: if that device is gone, it may */
	size_t lines;
	char line[PENDING_LINES][PENDING_LINE];
};

/* ERR_ABSENT when nothing is pending for it. free() *out. */
MUST_CHECK enum err pending_describe(
    struct custody *custody, const char *quorum, struct pending **out, struct err_trace *trace);

/* Goes on until it is finished. */
MUST_CHECK enum err pending_resume(struct custody *custody, const struct pending *pending,
    const struct attendance *attendance, struct err_trace *trace);

/*
 * Gives up: possible until the first token was touched (ERR_NOT_NOW after that: resume finishes). A
 * quorum that was being created is gone; a binding that was being added is taken back; of a re-key
 * nothing is left but records on cards (roster_leftover_list), and the generation from before works
 * as it did. Where a fresh token was about to be initialised, two people must confirm that the
 * device is gone for good.
 */
struct pending_giving_up {
	const char *reason;
	const char *people[2]; /* NULL unless the device is gone */
};
MUST_CHECK enum err pending_abort(struct custody *custody, const struct pending *pending,
    const struct pending_giving_up *why, struct err_trace *trace);

#endif
