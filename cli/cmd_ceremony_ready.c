/* SPDX-License-Identifier: BSD-2-Clause */
/* The day before: whether `run` would refuse anything. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/chain.h"
#include "base/clock.h"
#include "base/process.h"
#include "ceremony/approval.h"
#include "ceremony/folder.h"
#include "ceremony/preflight.h"
#include "ceremony/run_open.h"
#include "cli/ceremony_gate.h"
#include "cli/cli.h"

struct ready_values {
	const char *folder;
};

static const struct operand_row ready_operands[] = {
	{ "FOLDER", "the ceremony's folder", true, offsetof(struct ready_values, folder) },
	{ .metavar = NULL },
};

struct readiness {
	struct cli *cli;
	const char *folder;
	const struct ceremony_texts *texts;
	json_t *checks;
	bool ready;
};

struct readiness_row {
	const char *check;
	const char *found;
	const char *todo;
	const char *verdict; /* "well", "reported", "refused" */
};

/* What is reported in a practice roster does not hinder. */
static void
put_verdict(struct readiness *ready, const struct readiness_row *row, bool goes)
{
	const bool well = strcmp(row->verdict, "well") == 0;

	ready->ready = ready->ready && goes;
	json_array_append_new(
	    ready->checks, json_pack("{s:s, s:b, s:s, s:o, s:s}", "check", row->check, "well",
			       goes ? 1 : 0, "verdict", row->verdict, "found",
			       chain_text(row->found), "todo", well ? "" : row->todo));
}

static void
put(struct readiness *ready, const char *check, bool well, const char *found, const char *todo)
{
	put_verdict(ready,
	    &(struct readiness_row){ check, found, todo, preflight_word(well, false) }, well);
}

static void
put_result(struct readiness *ready, const char *check, enum err err, const struct err_trace *trace,
    const char *found)
{
	const char *what = trace->count == 0 ? "" : trace->frame[trace->count - 1].text;

	put(ready, check, err == ERR_OK, err == ERR_OK ? found : what, trace->next);
}

static void
look_at_script(struct readiness *ready)
{
	struct roster *roster = ready->cli->custody.roster;
	struct err_trace lint = { 0 }, dry = { 0 };

	put_result(ready, "lint", ceremony_gate_lint(ready->folder, ready->texts, roster, &lint),
	    &lint, "nothing to find fault with");
	put_result(ready, "dry-run",
	    ceremony_gate_dry_run(roster, ready->folder, ready->texts->script, &dry), &dry,
	    "these bytes passed one");
}

static void
look_at_record(struct readiness *ready)
{
	char *path = NULL;

	if (folder_path(ready->folder, FOLDER_EVIDENCE "/" EVIDENCE_RECORD, &path, NULL) != ERR_OK)
		return;
	put(ready, "not begun", access(path, F_OK) != 0,
	    access(path, F_OK) != 0 ? "nothing is recorded yet" : "it was begun before",
	    "resume it, or begin in another folder");
	free(path);
}

/* What `run` looks at before its first step, and what it will say of it. */
static void
look_at_machine(struct readiness *ready)
{
	struct roster *roster = ready->cli->custody.roster;
	struct approvals approvals = { .count = 0 };
	struct preflight_place place = preflight_machine;

	place.state_dir = ready->cli->state_dir;
	place.evidence = ready->folder;
	place.network = &ready->texts->sheet->network;
	place.now = clock_utc();
	if (run_last_event(roster, NULL, &place.roster_last, NULL) != ERR_OK)
		place.roster_last = 0;
	place.script = ready->texts->script;
	if (approvals_read(roster, &(struct approval_wanted){ place.script, ready->texts->sheet },
		&approvals, NULL) != ERR_OK)
		approvals = (struct approvals){ .count = 0 }; /* none that counts */
	place.approvals = &approvals;
	for (size_t i = 0; preflight_checks[i].name != NULL; i++) {
		char finding[PREFLIGHT_TEXT] = "";
		const bool well = preflight_checks[i].look(&place, finding);
		const bool practice = roster_is_practice(roster);

		put_verdict(ready,
		    &(struct readiness_row){ preflight_checks[i].name, finding,
			preflight_checks[i].next, preflight_word(well, practice) },
		    well || practice);
	}
	approvals_free(&approvals);
}

static void
look_at_media(struct readiness *ready)
{
	const struct sheet *sheet = ready->texts->sheet;

	for (size_t i = 0; i < sheet->medium_count; i++) {
		const struct sheet_medium *medium = &sheet->media[i];
		char name[96];
		const bool well = access(medium->path, W_OK) == 0;

		snprintf(name, sizeof(name), "medium %.60s", medium->name);
		put(ready, name, well, well ? "can be written" : "is not there, or is read-only",
		    "insert and mount it where the sheet says");
	}
}

/* The exit status of one of Quorate's own, of which nothing is shown; -1: it did not run. */
static int
ask_quietly(const char *const *argv)
{
	const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int streams[3] = { nowhere, nowhere, nowhere };
	const struct process_start how = {
		.argv = argv, .pass_fd = -1, .streams = streams, .die_with_parent = true
	};
	pid_t pid;
	int status = -1;

	if (nowhere < 0 || process_spawn(&how, &pid, NULL, NULL, NULL) != ERR_OK ||
	    process_wait(pid, &status, NULL) != ERR_OK)
		status = -1;
	if (nowhere >= 0)
		close(nowhere);
	return status;
}

static void
look_at_tokens(struct readiness *ready, const char *self)
{
	const struct sheet *sheet = ready->texts->sheet;

	for (size_t i = 0; i < sheet->token_count; i++) {
		const struct sheet_token *token = &sheet->tokens[i];
		const char *argv[] = { self, "token", "info", token->uri, NULL };
		char name[96];
		const bool well = token->uri != NULL && ask_quietly(argv) == 0;

		snprintf(name, sizeof(name), "token %.60s", token->name);
		put(ready, name, well, well ? "is there" : "is not found",
		    "connect it; 'quorate token list' shows what is");
	}
}

static void
look_at_cards(struct readiness *ready, const char *self)
{
	const char *argv[] = { self, "health", "--roster", ready->cli->roster_file, NULL };
	const int status = ask_quietly(argv);

	put(ready, "quorums", status != 2,
	    status == 0   ? "health is OK"
	    : status == 1 ? "health warns: quorate health"
	    : status == 2 ? "health is critical"
			  : "there is nothing yet of which health could be judged",
	    "see 'quorate health' for what to do");
}

static enum err
tell(struct readiness *ready, struct err_trace *trace)
{
	struct cli *cli = ready->cli;

	cli->status = ready->ready ? 0 : 1;
	if (cli->line->json)
		return cli_print_json(cli,
		    json_pack("{s:b, s:O}", "ready", ready->ready ? 1 : 0, "checks", ready->checks),
		    trace);
	for (size_t i = 0; i < json_array_size(ready->checks); i++) {
		const json_t *check = json_array_get(ready->checks, i);
		const char *todo = json_string_value(json_object_get(check, "todo"));
		const bool goes = json_is_true(json_object_get(check, "well"));

		fprintf(cli->out, "%-9s %-24s %s\n",
		    goes ? json_string_value(json_object_get(check, "verdict")) : "REFUSED",
		    json_string_value(json_object_get(check, "check")),
		    json_string_value(json_object_get(check, "found")));
		if (todo[0] != '\0')
			fprintf(cli->out, "%34s what to do: %s\n", "", todo);
	}
	fputs(ready->ready ? "Ready.\n" : "NOT ready.\n", cli->out);
	return ERR_OK;
}

static enum err
run_ready(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct ready_values *v = values;
	struct ceremony_texts texts;
	struct readiness ready = {
		.cli = cli, .folder = v->folder, .texts = &texts, .ready = true
	};
	char self[420];
	char folder[400];
	enum err err = process_folder(folder, sizeof(folder), trace);

	if (err == ERR_OK)
		err = ceremony_texts_read(v->folder, &texts, trace);
	if (err != ERR_OK)
		return err;
	snprintf(self, sizeof(self), "%s/quorate", folder);
	ready.checks = json_array();
	look_at_record(&ready);
	look_at_script(&ready);
	look_at_machine(&ready);
	look_at_media(&ready);
	look_at_tokens(&ready, self);
	look_at_cards(&ready, self);
	err = tell(&ready, trace);
	json_decref(ready.checks);
	ceremony_texts_free(&texts);
	return err;
}

const struct command cmd_ceremony_ready[] = {
	{ .group = "ceremony",
	    .name = "ready",
	    .summary = "Say, the day before, what 'run' would refuse",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = ready_operands,
	    .size = sizeof(struct ready_values),
	    .run = run_ready,
	    .notes = "In the words of 'run': well; reported, which a practice roster goes on with; "
		     "or refused, unless two people\naccept it. Exit status 1 when anything is "
		     "refused." },
	{ .name = NULL },
};
