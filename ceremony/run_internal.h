/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of a run share. */
#ifndef CEREMONY_RUN_INTERNAL_H
#define CEREMONY_RUN_INTERNAL_H

#include <stdio.h>

#include "ceremony/approval.h"
#include "ceremony/progress.h"
#include "ceremony/record.h"
#include "ceremony/run.h"
#include "ceremony/script.h"
#include "ceremony/sheet.h"

struct running {
	const struct run_input *input;
	enum run_mode mode; /* as the record says */
	struct script *script;
	struct sheet *sheet;
	struct record_writer *writer;
	struct progress progress;
	char *evidence;
	char *files;
	char *outputs;
	char *self;        /* the path of this program */
	char *roster_file; /* absolute */
	bool practice;     /* the roster's */
	char roster_id[ROSTER_ID_TEXT];
	char roster_head[ROSTER_HASH_TEXT];
	int64_t roster_last; /* the time of its last event */
	struct approvals approvals;
	bool pausing;     /* somebody asked for it */
	bool crashed;     /* it goes on after a crash, not a pause */
	unsigned misfits; /* lines in a row that were not of the form that was asked for */
};

/* All that was recorded so far; record_free() *out. */
MUST_CHECK enum err
run_read_record(const struct running *run, struct record *out, struct err_trace *trace);

/* Adds a line, and goes on from it. Takes `body` in every case. */
MUST_CHECK enum err
run_write(struct running *run, enum record_kind kind, json_t *body, struct err_trace *trace);

/* ---- run_prompt.c ---- */

struct run_prompt {
	const char *text;
	const char *word; /* what is usual; NULL: only the keys are offered */
	const char *help;
	bool behind; /* the word stands behind the keys: none is usual */
};

/*
 * Asks, with the keys that every prompt has. *went: the usual word was taken; else something
 * changed (a pause, an exception, who is there) and the caller looks again where the run is.
 */
MUST_CHECK enum err run_prompt(
    struct running *run, const struct run_prompt *prompt, bool *went, struct err_trace *trace);

/* One of these words; the index. */
MUST_CHECK enum err run_choose(struct running *run, const char *text,
    const struct script_words *words, size_t *taken, struct err_trace *trace);

/* ---- run_exception.c ---- */

/* Texts that are offered as examples; NULL: none. */
struct run_happened {
	const char *expected;
	const char *happened;
};
MUST_CHECK enum err
run_exception(struct running *run, const struct run_happened *happened, struct err_trace *trace);

/* ---- run_people.c ---- */

/* Each person of the sheet that was not asked for yet: here, the deputy, or not. */
MUST_CHECK enum err run_roll_call(struct running *run, struct err_trace *trace);

/* Somebody comes or goes. */
MUST_CHECK enum err run_person_in(struct running *run, struct err_trace *trace);
MUST_CHECK enum err run_person_out(struct running *run, struct err_trace *trace);

/* One who is there, but not `but` (NULL: anybody); ERR_ABSENT: nobody is. Borrowed. */
MUST_CHECK enum err run_ask_who(struct running *run, const char *text, const char *but,
    const char **out, struct err_trace *trace);

/*
 * Who is there for a word of a step's 'confirm', and is not `but` (NULL: anybody): a seat of one
 * person is filled by that person or by the deputy. NULL: nobody.
 */
const char *run_seated(const struct running *run, const char *word, const char *but);

/*
 * Whether everybody whom the step in hand needs is there; `missing` says who is not ("auditor: one
 * person").
 */
bool run_all_here(const struct running *run, char *missing, size_t size);

/* Who acts for a command: the administrator, else who is at the keyboard; and a second person. */
const char *run_first_person(const struct running *run);
const char *run_second_person(const struct running *run);

/* ---- run_command.c ---- */

/* Runs the step's command, compares, and writes down how it ended. */
MUST_CHECK enum err run_step_command(struct running *run, struct err_trace *trace);

/* One of Quorate's own, for the run itself; what it printed is shown. */
struct run_own {
	const char *name; /* of its output files */
	const char *const *words;
	size_t count;
	unsigned timeout_s;
};
MUST_CHECK enum err
run_own(struct running *run, const struct run_own *own, int *status, struct err_trace *trace);

/* Replaces what ${names} say; free() *out. */
MUST_CHECK enum err
run_expand(struct running *run, const char *text, char **out, struct err_trace *trace);

/* ---- run_standing.c ---- */

/* ERR_EXISTS where there are lines: it was begun before, or is over. */
MUST_CHECK enum err run_check_unused(
    const struct run_input *input, const struct record *lines, struct err_trace *trace);

/* ERR_NOT_NOW: nothing of it is left to be done. */
MUST_CHECK enum err run_check_goes_on(const struct running *run, struct err_trace *trace);

/* Says when script or sheet in the folder are not what the ceremony began with. */
void run_tell_changed(const struct running *run);

/* ---- run_resuming.c ---- */

/*
 * What goes on with an operation that an earlier attempt of this step's command began and did not
 * finish, with those of its options that still mean something. *out stays as it is where there is
 * none; free(out->word), its words are those of `from`.
 */
MUST_CHECK enum err run_resuming_words(struct running *run, const struct script_words *from,
    struct script_words *out, struct err_trace *trace);

/* ---- run_step.c ---- */

/* What is next, and does it. */
MUST_CHECK enum err run_step(struct running *run, struct err_trace *trace);

/* Where the run is, for the head of a prompt. free() it; NULL: no memory. */
char *run_where(const struct running *run);

/* ---- run_session.c ---- */

/* Opens and closes what the step in hand wants. *ready: it is as it must be. */
MUST_CHECK enum err run_sessions(struct running *run, bool *ready, struct err_trace *trace);
MUST_CHECK enum err run_close_session(struct running *run, struct err_trace *trace);

/* After a crash: ends what may be open, also where the crash came before the line that says so. */
MUST_CHECK enum err run_end_left_session(struct running *run, struct err_trace *trace);

#endif
