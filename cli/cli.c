/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/process.h"
#include "cli/found.h"
#include "cli/terminal.h"
#include "custody/attendant.h"
#include "custody/take_in.h"
#include "roster/person.h"
#include "roster/roster.h"

enum { LOCK_WAIT_MS = 3000 };

/* $XDG_STATE_HOME/quorate, else ~/.local/state/quorate. */
static char *
state_folder(void)
{
	const char *xdg = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;
	int n;

	if (xdg != NULL && xdg[0] == '/')
		n = asprintf(&path, "%s/quorate", xdg);
	else if (home != NULL && home[0] == '/')
		n = asprintf(&path, "%s/.local/state/quorate", home);
	else
		return NULL;
	return n < 0 ? NULL : path;
}

enum err
cli_find_paths(struct cli *cli, struct err_trace *trace)
{
	const char *named =
	    cli->line->roster != NULL ? cli->line->roster : getenv("QUORATE_ROSTER");

	cli->state_dir = state_folder();
	if (cli->state_dir == NULL) {
		err_next(trace, "Set HOME, or XDG_STATE_HOME, to an absolute path.");
		return FAIL(trace, ERR_ABSENT, "there is no state folder: HOME is not set");
	}
	if (named != NULL)
		cli->roster_file = strdup(named);
	else if (asprintf(&cli->roster_file, "%s/roster.db", cli->state_dir) < 0)
		cli->roster_file = NULL;
	if (cli->roster_file == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	cli->custody.state_dir = cli->state_dir;
	return ERR_OK;
}

static enum err
find_by(struct cli *cli, const char *name, struct roster_id *out, struct err_trace *trace)
{
	struct roster_person person;
	const enum err err = roster_person_find(cli->custody.roster, name, &person, trace);

	if (err == ERR_OK)
		*out = person.id;
	return err;
}

/* Names have no comma: "A,B" is two people. */
static enum err
find_both(struct cli *cli, struct err_trace *trace)
{
	const char *comma = strchr(cli->line->by, ',');
	char *first;
	enum err err;

	if (comma == NULL || comma[1] == '\0' || strchr(comma + 1, ',') != NULL) {
		err_next(trace, "Add --by A,B: A is at the keyboard, B is with them.");
		return FAIL(trace, ERR_ARGUMENT, "this takes two people, and --by names %s",
		    comma == NULL || comma[1] == '\0' ? "one" : "more");
	}
	first = strndup(cli->line->by, (size_t)(comma - cli->line->by));
	if (first == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = find_by(cli, first, &cli->by[0], trace);
	free(first);
	return err == ERR_OK ? find_by(cli, comma + 1, &cli->by[1], trace) : err;
}

static enum err
act_as(struct cli *cli, struct err_trace *trace)
{
	const bool two = (cli->line->needs & NEED_TWO) != 0;
	enum err err;

	if (cli->line->by == NULL) {
		err_next(trace,
		    "Add --by %s: the person at the keyboard%s. 'quorate person list' "
		    "shows names.",
		    two ? "A,B" : "NAME", two ? ", and who is with them" : "");
		return FAIL(trace, ERR_ARGUMENT, "who is at the keyboard?");
	}
	err = two ? find_both(cli, trace) : find_by(cli, cli->line->by, &cli->by[0], trace);
	return err == ERR_OK ? roster_act_as(cli->custody.roster, &cli->by[0], trace) : err;
}

/*
 * In it lie what tells a rolled-back roster from ours, and for moments a copy of a software token:
 * who else can write to it could put a link there.
 */
static enum err
make_state_folder(const char *folder, struct err_trace *trace)
{
	struct stat there;
	enum err err = file_make_folder(folder, trace);

	if (err != ERR_OK)
		return err;
	if (stat(folder, &there) != 0)
		return FAIL_ERRNO(trace, "the state folder %s", folder);
	if (there.st_uid == geteuid() && (there.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return ERR_OK;
	err_next(trace, "Look at what lies in it, then make it yours alone: chmod 700 %s", folder);
	return FAIL(trace, ERR_DENIED,
	    "the state folder %s is another user's, or others can write to it", folder);
}

/* What nobody was there to be told of when it happened. */
static void
note_end(void *context, const struct take_in_end *end)
{
	char opened[CLI_TIME];

	(void)context;
	if (!end->without_a_word && !end->damaged)
		return;
	fprintf(stderr, "quorate: note: what was opened of '%s' on %s %s; the log has %lld %s.\n",
	    end->quorum, cli_time(end->opened, opened), end->result, (long long)end->uses,
	    end->uses == 1 ? "use" : "uses");
}

/* A failure is told and hinders nothing else: the records stay for the next command. */
static void
take_records_in(struct cli *cli)
{
	struct err_trace trace = { 0 };

	if (take_in_all(&cli->custody, note_end, NULL, &trace) != ERR_OK)
		fprintf(stderr,
		    "quorate: note: records of uses could not be taken into the log (%s).\n",
		    trace.count == 0 ? "?" : trace.frame[trace.count - 1].text);
}

/*
 * A record that waits is taken in by a command that only reads, too: then it opens for writing for
 * that moment, if nobody else does. What hinders it (a lock, a medium that is read-only) hinders
 * nothing else, and the next command does it.
 */
static enum err
take_in_and_reopen(struct cli *cli, struct roster_options options, struct err_trace *trace)
{
	if (!take_in_is_due(cli->state_dir, roster_identity(cli->custody.roster)))
		return ERR_OK;
	options.mode = ROSTER_WRITE;
	options.wait_ms = 0;
	if (cli_close_roster(cli, NULL) == ERR_OK &&
	    roster_open(&options, &cli->custody.roster, NULL) == ERR_OK) {
		take_records_in(cli);
		(void)!cli_close_roster(cli, NULL);
	}
	options.mode = ROSTER_READ;
	return roster_open(&options, &cli->custody.roster, trace);
}

enum err
cli_open_past(struct cli *cli, int64_t as_of, struct err_trace *trace)
{
	const struct roster_options options = {
		.paths = { cli->roster_file, cli->state_dir },
		.mode = ROSTER_READ,
		.as_of = as_of,
	};
	enum err err = cli_close_roster(cli, trace);

	if (err == ERR_OK)
		err = roster_open(&options, &cli->custody.roster, trace);
	return err;
}

enum err
cli_open_roster(struct cli *cli, struct err_trace *trace)
{
	bool writes = (cli->line->needs & NEED_WRITE) != 0;
	const struct roster_options options = {
		.paths = { cli->roster_file, cli->state_dir },
		.mode = writes ? ROSTER_WRITE : ROSTER_READ,
		.wait_ms = LOCK_WAIT_MS,
	};
	enum err err;

	if (writes) {
		err = make_state_folder(cli->state_dir, trace);
		if (err != ERR_OK)
			return err;
	}
	err = roster_open(&options, &cli->custody.roster, trace);
	if (err == ERR_ABSENT)
		err_next(trace,
		    "Make one with 'quorate init --by NAME', or name one with --roster FILE.");
	if (err != ERR_OK)
		return err;
	if (!writes)
		return take_in_and_reopen(cli, options, trace);
	err = act_as(cli, trace);
	if (err == ERR_OK)
		take_records_in(cli);
	return err;
}

enum err
cli_close_roster(struct cli *cli, struct err_trace *trace)
{
	struct roster *roster = cli->custody.roster;

	cli->custody.roster = NULL;
	return roster == NULL ? ERR_OK : roster_close(roster, trace);
}

/* A terminal, the program that was named, or, in a practice roster only, the environment's. */
static enum err
open_attendant(struct cli *cli, struct err_trace *trace)
{
	const char *program = cli->line->attendant;

	if (program == NULL && cli->custody.roster != NULL &&
	    roster_is_practice(cli->custody.roster))
		program = getenv("QUORATE_ATTENDANT");
	if (program != NULL)
		return attendant_program_start(program, &cli->custody.attendant, trace);
	return terminal_start(&cli->custody.attendant, trace);
}

static bool
is_accepted(const struct cli *cli, const char *risk)
{
	for (size_t i = 0; i < cli->line->accept.count; i++)
		if (strcmp(cli->line->accept.name[i], risk) == 0)
			return true;
	return false;
}

/* What would let a secret leave this machine's memory (design.md, rule 1). */
static const struct risk {
	const char *name;
	bool (*is_there)(void);
	const char *what;
	const char *next;
} risks[] = {
	{ "swap", process_swap_is_on, "swap is on: secrets could be written to disk",
	    "Turn it off with 'swapoff -a', or accept it with --accept swap." },
	{ "apdu-log", reader_pcscd_logs_apdus, "pcscd logs what goes to the cards, PINs included",
	    "Restart pcscd without --apdu, or accept it with --accept apdu-log." },
};

/* In a practice roster they are reported and work goes on. */
static enum err
check_risks(struct cli *cli, struct err_trace *trace)
{
	bool practice = cli->custody.roster != NULL && roster_is_practice(cli->custody.roster);

	for (size_t i = 0; i < sizeof(risks) / sizeof(*risks); i++) {
		if (!risks[i].is_there())
			continue;
		if (practice || is_accepted(cli, risks[i].name)) {
			fprintf(stderr, "quorate: note: %s.\n", risks[i].what);
			continue;
		}
		err_next(trace, "%s", risks[i].next);
		return FAIL(trace, ERR_DENIED, "%s", risks[i].what);
	}
	return ERR_OK;
}

static enum err
check_accepted(struct cli *cli, struct err_trace *trace)
{
	for (size_t i = 0; i < cli->line->accept.count; i++) {
		bool known = false;

		for (size_t k = 0; k < sizeof(risks) / sizeof(*risks); k++)
			known = known || strcmp(cli->line->accept.name[i], risks[k].name) == 0;
		if (!known)
			return FAIL(trace, ERR_ARGUMENT,
			    "--accept knows swap and apdu-log, not '%s'",
			    cli->line->accept.name[i]);
	}
	return ERR_OK;
}

/* Headers and status words alone reach the trace file. */
static void
write_note(void *context, const struct apdu_note *note)
{
	char text[APDU_NOTE_TEXT];

	apdu_note_text(note, text);
	fprintf(context, "%s\n", text);
}

static enum err
open_cards(struct cli *cli, struct err_trace *trace)
{
	enum err err = reader_open_pcsc(&cli->readers, trace);

	if (err != ERR_OK)
		return err;
	cli->custody.readers = &cli->readers;
	cli->custody.card_options = &cli->card_options;
	if (cli->line->trace_file == NULL)
		return ERR_OK;
	cli->trace_file = fopen(cli->line->trace_file, "wxe");
	if (cli->trace_file == NULL)
		return FAIL_ERRNO(
		    trace, "the trace cannot be written to %s", cli->line->trace_file);
	cli->card_options = (struct card_options){ write_note, cli->trace_file };
	return ERR_OK;
}

enum err
cli_open_room(struct cli *cli, struct err_trace *trace)
{
	enum err err = check_risks(cli, trace);

	if (err == ERR_OK)
		err = open_attendant(cli, trace);
	return err == ERR_OK ? open_cards(cli, trace) : err;
}

/* For what begins with a roster where none is left. */
static enum err
found_new(struct cli *cli, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (cli->line->by == NULL) {
		err_next(trace, "Add --by NAME: the first person of the roster that is made.");
		return FAIL(trace, ERR_ARGUMENT, "who is at the keyboard?");
	}
	err = found_folders(cli, trace);
	return err == ERR_OK ? found_roster(cli, false, NULL, trace) : err;
}

enum err
cli_open(struct cli *cli, struct err_trace *trace)
{
	unsigned needs = cli->line->needs;
	enum err err = check_accepted(cli, trace);

	if (err == ERR_OK)
		err = cli_find_paths(cli, trace);
	if (err == ERR_OK && (needs & (NEED_ROSTER | NEED_WRITE)) != 0)
		err = (needs & NEED_FOUND) != 0 && access(cli->roster_file, F_OK) != 0
			  ? found_new(cli, trace)
			  : cli_open_roster(cli, trace);
	if (err == ERR_OK && (needs & NEED_OPTIONAL_ROSTER) != 0 &&
	    access(cli->roster_file, F_OK) == 0)
		err = cli_open_roster(cli, trace);
	if (err == ERR_OK && (needs & NEED_SECRETS) != 0)
		err = check_risks(cli, trace);
	if (err == ERR_OK && (needs & NEED_ATTENDANT) != 0)
		err = open_attendant(cli, trace);
	if (err == ERR_OK && (needs & NEED_CARDS) != 0)
		err = open_cards(cli, trace);
	return err;
}

enum err
cli_close(struct cli *cli, struct err_trace *trace)
{
	enum err err;

	reader_close(&cli->readers);
	if (cli->trace_file != NULL)
		fclose(cli->trace_file);
	attendant_close(cli->custody.attendant);
	err = cli_close_roster(cli, trace);
	free(cli->roster_file);
	free(cli->state_dir);
	return err;
}

enum err
cli_print_json(struct cli *cli, json_t *document, struct err_trace *trace)
{
	int failed;

	if (document == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the JSON output");
	json_object_set_new(document, "quorate", json_integer(1));
	failed = json_dumpf(document, cli->out, JSON_INDENT(2) | JSON_SORT_KEYS);
	json_decref(document);
	fputc('\n', cli->out);
	return failed ? FAIL(trace, ERR_IO, "the JSON output could not be written") : ERR_OK;
}

enum err
cli_check_new_file(const char *path, struct err_trace *trace)
{
	const char *slash = path == NULL ? NULL : strrchr(path, '/');
	char *folder;
	enum err err = ERR_OK;

	if (path == NULL)
		return ERR_OK;
	if (access(path, F_OK) == 0) {
		err_next(trace, "Name another file. Nothing was done yet.");
		return FAIL(trace, ERR_EXISTS, "'%s' exists and is never overwritten", path);
	}
	folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	if (folder == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	if (access(folder, W_OK) != 0) {
		err_next(trace, "Name another file. Nothing was done yet.");
		err = FAIL_ERRNO(trace, "'%s' cannot be written", path);
	}
	free(folder);
	return err;
}

enum err
cli_copy_text(char *out, size_t size, const char *text, const char *option, struct err_trace *trace)
{
	if (text != NULL && strlen(text) >= size)
		return FAIL(trace, ERR_ARGUMENT, "%s has at most %zu characters", option, size - 1);
	snprintf(out, size, "%s", text == NULL ? "" : text);
	return ERR_OK;
}

const char *
cli_time(int64_t utc, char out[CLI_TIME])
{
	char text[CLOCK_TEXT];

	if (utc == 0)
		return "never";
	clock_format(utc, text);
	snprintf(out, CLI_TIME, "%.10s %.5s UTC", text, text + 11);
	return out;
}

void
cli_print_words(struct cli *cli, const char *indent, const void *bytes, size_t len)
{
	char words[WORDS_SIZE(32)];
	const char *at = words;
	size_t half = len < 16 ? len : 16; /* the first 16 bytes are what is read aloud */

	words_encode(bytes, half, words);
	fprintf(cli->out, "%s", indent);
	for (size_t column = 0; *at != '\0'; at++) {
		column++;
		if (*at == ' ' && column > 56) {
			fprintf(cli->out, "\n%s", indent);
			column = 0;
		} else {
			fputc(*at, cli->out);
		}
	}
	fputc('\n', cli->out);
}

void
cli_print_head(struct cli *cli, const char *what, const struct roster_hash *head)
{
	char hex[ROSTER_HASH_TEXT];

	hex_encode(head->bytes, sizeof(head->bytes), hex);
	fprintf(cli->out, "  %s %.32s\n  %*s %s\n", what, hex, (int)strlen(what), "", hex + 32);
	cli_print_words(cli, "       ", head->bytes, 16);
}
