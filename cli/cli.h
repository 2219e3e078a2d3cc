/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a command of the program gets: the roster, people and readers that its row said it needs,
 * and where to print.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdio.h>

#include <jansson.h>

#include "base/err.h"
#include "cli/command.h"
#include "custody/custody.h"
#include "roster/roster.h"

struct cli {
	const struct command_line *line;
	FILE *out;
	char *roster_file;
	char *state_dir;
	struct custody custody; /* roster, attendant and readers as the command needs them */
	struct readers readers;
	struct card_options card_options;
	FILE *trace_file;
	struct roster_id by[2]; /* who is at the keyboard; with NEED_TWO, who is with them */
	int status; /* the exit status instead of the error's: health, activate -- CMD; -1: none */
};

/* Where the roster of this command lives. */
MUST_CHECK enum err cli_find_paths(struct cli *cli, struct err_trace *trace);

/* Opens what the command needs; cli_close undoes all of it. */
MUST_CHECK enum err cli_open(struct cli *cli, struct err_trace *trace);
MUST_CHECK enum err cli_close(struct cli *cli, struct err_trace *trace);

/* People, readers and a machine fit for PINs, for a command that comes to need them. */
MUST_CHECK enum err cli_open_room(struct cli *cli, struct err_trace *trace);

/* The roster, for a command that closed it in between or makes it. */
MUST_CHECK enum err cli_open_roster(struct cli *cli, struct err_trace *trace);
MUST_CHECK enum err cli_close_roster(struct cli *cli, struct err_trace *trace);

/* Instead of the roster that is open: for reading, as it was at the end of that second. */
MUST_CHECK enum err cli_open_past(struct cli *cli, int64_t as_of, struct err_trace *trace);

/* Prints a JSON document with its version, {"quorate":1,...}, and releases it. */
MUST_CHECK enum err cli_print_json(struct cli *cli, json_t *document, struct err_trace *trace);

/* ERR_EXISTS, ERR_ABSENT or ERR_DENIED before work begins whose result could not be written there.
 */
MUST_CHECK enum err cli_check_new_file(const char *path, struct err_trace *trace);

/* A text that a person typed, into a field: whole, or ERR_ARGUMENT names `option`. NULL is "". */
MUST_CHECK enum err cli_copy_text(
    char *out, size_t size, const char *text, const char *option, struct err_trace *trace);

/* Text of a file for ever: "2026-11-23 11:51 UTC"; "never" for 0. */
enum { CLI_TIME = 24 };
const char *cli_time(int64_t utc, char out[CLI_TIME]);

/* Hex in groups of four, and words, as people read them aloud; one line each. */
void cli_print_words(struct cli *cli, const char *indent, const void *bytes, size_t len);

/* The roster's head as two installations compare it: in hex and in words. */
void cli_print_head(struct cli *cli, const char *what, const struct roster_hash *head);

/* The commands, a file a noun. */
extern const struct command cmd_activate[];
extern const struct command cmd_backup[];
extern const struct command cmd_card[];
extern const struct command cmd_card_check[];
extern const struct command cmd_card_list[];
extern const struct command cmd_card_report[];
extern const struct command cmd_ceremony_approve[];
extern const struct command cmd_ceremony_dry_run[];
extern const struct command cmd_ceremony_paper[];
extern const struct command cmd_ceremony_ready[];
extern const struct command cmd_ceremony_run[];
extern const struct command cmd_ceremony_close[];
extern const struct command cmd_ceremony_script[];
extern const struct command cmd_ceremony_verify[];
extern const struct command cmd_cert[];
extern const struct command cmd_crl[];
extern const struct command cmd_health[];
extern const struct command cmd_help[];
extern const struct command cmd_item[];
extern const struct command cmd_key[];
extern const struct command cmd_person[];
extern const struct command cmd_person_leave[];
extern const struct command cmd_person_table[];
extern const struct command cmd_policy[];
extern const struct command cmd_quorum[];
extern const struct command cmd_quorum_adopt[];
extern const struct command cmd_quorum_advise[];
extern const struct command cmd_quorum_pending[];
extern const struct command cmd_quorum_rekey[];
extern const struct command cmd_roster[];
extern const struct command cmd_sheet[];
extern const struct command cmd_status[];
extern const struct command cmd_stow[];
extern const struct command cmd_token[];
extern const struct command cmd_token_copy[];
extern const struct command cmd_token_info[];
extern const struct command cmd_top[];

#endif
