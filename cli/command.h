/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command table. One row is one command, one row of its options one option; parsing, help,
 * shell completion and the test of the man pages all walk the same rows. main.c lists the groups.
 *
 * A command's run() gets the values that the parser stored, returns an enum err and neither exits
 * nor prints errors. What it needs (roster, person, attendant) is there before it runs.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct cli;

enum option_kind {
	OPTION_FLAG,     /* bool */
	OPTION_TEXT,     /* const char * */
	OPTION_NUMBER,   /* int64_t, from min to max */
	OPTION_DAY,      /* int64_t: midnight UTC of a YYYY-MM-DD, never 0 */
	OPTION_NAMES,    /* struct names: alice,bob,carol; may be repeated */
	OPTION_DURATION, /* int64_t: 90s, 15m, 2h as milliseconds, from min to max of them */
	OPTION_WORD,     /* const char *: --name=WORD, and --name alone is `standard` */
};

enum { NAMES_MAX = 64, OPTIONS_MAX = 32, OPERANDS_MAX = 3 };

struct names {
	size_t count;
	const char *name[NAMES_MAX]; /* borrowed from the argument, which is cut at its commas */
};

struct option_row {
	char letter;      /* 0: none */
	const char *name; /* NULL ends the rows */
	enum option_kind kind;
	const char *metavar; /* "FILE"; NULL for a flag */
	const char *help;
	bool required;
	bool hidden;          /* for the program itself: in no help, completion or page */
	int64_t min, max;     /* OPTION_NUMBER, OPTION_DURATION */
	const char *standard; /* OPTION_WORD */
	size_t offset;        /* in the command's struct */
};

struct operand_row {
	const char *metavar; /* "NAME"; NULL ends the rows */
	const char *help;
	bool required;
	size_t offset; /* of a const char * */
};

/* What the dispatcher sees to before run(). */
enum command_needs {
	NEED_ROSTER = 1 << 0,    /* opened for reading */
	NEED_WRITE = 1 << 1,     /* opened for writing, and --by is a person of it */
	NEED_ATTENDANT = 1 << 2, /* someone to ask: terminal or program */
	NEED_SECRETS = 1 << 3,   /* holds secrets: swap and an APDU-logging pcscd are refused */
	NEED_REST = 1 << 4,      /* takes a command behind -- */
	NEED_OPTIONAL_REST = 1 << 5,
	NEED_JSON = 1 << 6,             /* has --json */
	NEED_CARDS = 1 << 7,            /* talks to readers */
	NEED_PATH = 1 << 8,             /* takes --roster, but opens nothing itself */
	NEED_BY = 1 << 9,               /* takes --by, but nobody of that name need exist yet */
	NEED_OPTIONAL_ROSTER = 1 << 10, /* opened for reading if there is one */
	NEED_ROOM_LATER = 1 << 11,      /* may come to ask people for cards: cli_open_room */
	NEED_FOUND = 1 << 13,           /* with NEED_WRITE: a roster that is not there is made */
	NEED_TWO = 1 << 12,             /* --by A,B: A is at the keyboard, B is with them */
};

struct command {
	const char *group; /* "card"; NULL: the name alone is the command */
	const char *name;  /* NULL ends the rows */
	const char *summary;
	unsigned needs;
	unsigned (*needs_of)(
	    const void *values);            /* which of `needs` these values want; NULL: all */
	const struct operand_row *operands; /* may be NULL */
	bool many; /* the last operand may be repeated: its field is a struct names */
	const struct option_row *options; /* may be NULL */
	size_t size;                      /* of the struct that run() gets */
	enum err (*run)(struct cli *cli, const void *values, struct err_trace *trace);
	int never_ran; /* exit status when it never came to run, usage included; 0: the error's */
	const char *notes; /* more help: what happens, examples; may be NULL */
};

/* What was said beside the command's own options. */
struct command_line {
	const struct command *command;
	unsigned needs; /* the command's, as its values want them */
	void *values;   /* free() */
	const char *roster;
	const char *by;
	const char *attendant;
	const char *trace_file;
	struct names accept;
	bool json;
	bool help;
	char **rest; /* behind "--", NULL-terminated; NULL: none */
};

extern const struct option_row command_global_options[];

/* Every command's rows, each ended by a row without a name; the list ends with NULL. */
extern const struct command *const command_groups[];

/*
 * Parses argv into *out, whose texts point into argv. ERR_ARGUMENT names the argument and the
 * command whose help would tell; nothing is allocated then.
 */
MUST_CHECK enum err
command_parse(int argc, char **argv, struct command_line *out, struct err_trace *trace);

/* Looks a command up by its one or two words. */
const struct command *command_find(const char *first, const char *second);

/* True when some command's first word of two is this. */
bool command_is_group(const char *word);

/* True when the command takes this one of the global options. */
bool command_takes(const struct command *command, const struct option_row *global);

#endif
