/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes the records that agents wrote (custody/use_record.h) into the roster's log, and closes the
 * activations whose agents have ended. Every command that changes the roster does it first, so that
 * an agent that was killed, or one that nobody waited for, is in the log with every use.
 */
#ifndef CUSTODY_TAKE_IN_H
#define CUSTODY_TAKE_IN_H

#include "custody/custody.h"
#include "roster/roster.h"

/* What was found of one activation that is over. */
struct take_in_end {
	char quorum[ROSTER_NAME];
	int64_t opened; /* UTC */
	int64_t uses;
	bool without_a_word;      /* the agent died, or was killed */
	bool damaged;             /* its record does not hold; it was put aside */
	char result[ROSTER_TEXT]; /* "card: the card in reader … was taken out" */
};
typedef void (*take_in_tell)(void *context, const struct take_in_end *end);

/*
 * All records of this roster. `tell` hears of each that is over; NULL: nobody. Nothing is lost by a
 * failure: the next command goes on.
 */
MUST_CHECK enum err
take_in_all(struct custody *custody, take_in_tell tell, void *context, struct err_trace *trace);

/* One, by its activation. Fine when it was taken in before. */
MUST_CHECK enum err
take_in_one(struct custody *custody, const struct roster_id *activation, struct err_trace *trace);

/* True when there is a record of an agent that has ended: a reason to open for writing. */
bool take_in_is_due(const char *state_dir, const struct roster_id *roster);

#endif
