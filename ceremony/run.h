/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ceremony as it is held: the machine is looked at, people are counted, and each step is told,
 * done, compared with what was expected, confirmed and written down before the next one is begun
 * (docs/design.md, 9). The record (record.h) is all the state there is, so that whoever goes on
 * after a power cut goes on at the right line.
 */
#ifndef CEREMONY_RUN_H
#define CEREMONY_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "roster/roster.h"

struct attendant;

enum run_mode { RUN_REAL, RUN_DRY, RUN_REHEARSAL };
const char *run_mode_word(enum run_mode mode); /* "run", "dry-run", "rehearsal" */

/* What one of Quorate's own commands must be given, beside what the script says. */
enum run_takes {
	RUN_TAKES_ROSTER = 1 << 0,
	RUN_TAKES_BY = 1 << 1,
	RUN_TAKES_TWO = 1 << 2,
	RUN_TAKES_ATTENDANT = 1 << 3,
};

struct run_input {
	const char *folder;
	enum run_mode mode;
	struct attendant *attendant;
	const char *attendant_program; /* that commands are to ask, too; NULL: as they find it */
	struct roster_paths roster;    /* never open while a step's command runs */
	const char *by;                /* the name of the person at the keyboard */
	const char *build;             /* the version of this program */
	const uint8_t *script, *sheet; /* SHA-256 of what was looked at before; NULL: nothing */

	/* The command table, which lies above this folder: enum run_takes of these words, and how
	 * many of them are the command itself. */
	unsigned (*takes)(size_t count, const char *const *words, size_t *own);
};

enum run_result {
	RUN_COMPLETE, /* every step is done: to be closed */
	RUN_PAUSED,   /* to be resumed */
	RUN_STOPPED,  /* to be closed, as what it is */
};

struct run_outcome {
	enum run_result result;
	unsigned steps; /* done */
	unsigned deviations;
	unsigned exceptions;
	int64_t seconds; /* since it began */
};

/* Before anything else is looked at: ERR_EXISTS when it was begun before, or is over. */
MUST_CHECK enum err run_check_new(const char *folder, const char *by, struct err_trace *trace);

/*
 * A new one; ERR_EXISTS when it was begun before. What `ceremony ready` finds must have been looked
 * at before: this runs.
 */
MUST_CHECK enum err
run_begin(const struct run_input *input, struct run_outcome *out, struct err_trace *trace);

/*
 * Goes on with one that was paused, or cut off. ERR_ABSENT: none was begun; ERR_NOT_NOW: another
 * program runs it, or it is complete, stopped or closed.
 */
MUST_CHECK enum err
run_resume(const struct run_input *input, struct run_outcome *out, struct err_trace *trace);

#endif
