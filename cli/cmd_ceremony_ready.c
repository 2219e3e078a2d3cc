/* SPDX-License-Identifier: BSD-2-Clause */
/* The days before: who approved the script, and whether `run` would refuse anything. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "ceremony/folder.h"
#include "ceremony/preflight.h"
#include "cli/ceremony_gate.h"
#include "cli/cli.h"
#include "roster/ceremony.h"
#include "roster/log.h"
#include "roster/person.h"

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

static void
put(struct readiness *ready, const char *check, bool well, const char *found, const char *todo)
{
	ready->ready = ready->ready && well;
	json_array_append_new(
	    ready->checks, json_pack("{s:s, s:b, s:s, s:s}", "check", check, "well", well ? 1 : 0,
			       "found", found, "todo", well ? "" : todo));
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

static bool
is_approved(const struct roster_ceremony *list, size_t count, const char *role)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].kind == ROSTER_CEREMONY_APPROVED && strcmp(list[i].role, role) == 0)
			return true;
	return false;
}

static void
look_at_approvals(struct readiness *ready)
{
	const struct script *script = ready->texts->script;
	struct roster_ceremony *list = NULL;
	struct roster_hash hash;
	size_t count = 0;
	char missing[400] = "", todo[600];

	memcpy(hash.bytes, script->hash, sizeof(hash.bytes));
	if (roster_ceremony_list(ready->cli->custody.roster, &hash, &list, &count, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < script->role_count; i++) {
		const struct script_role *role = &script->roles[i];
		const size_t at = strlen(missing);

		if (role->signs != SCRIPT_SIGNS_NOT && !is_approved(list, count, role->name))
			snprintf(missing + at, sizeof(missing) - at, "%s%s",
			    at == 0 ? "not approved by: " : ", ", role->name);
	}
	free(list);
	snprintf(todo, sizeof(todo),
	    "for each, once the page is signed: quorate ceremony approve %.400s --role ROLE "
	    "--paper --by NAME",
	    ready->folder);
	put(ready, "approvals", missing[0] == '\0',
	    missing[0] == '\0' ? "by each role that signs" : missing, todo);
}

static enum err
keep_time(void *context, const struct roster_log_entry *entry, struct err_trace *trace)
{
	(void)trace;
	*(int64_t *)context = entry->time;
	return ERR_OK;
}

/* When the roster's last event was; 0 when that cannot be read. */
static int64_t
last_event(struct roster *roster)
{
	static const struct roster_log_filter newest = { .limit = 1 };
	int64_t time = 0;
	const struct roster_log_walk walk = {
		.filter = &newest, .visit = keep_time, .context = &time
	};

	return roster_log(roster, &walk, NULL) == ERR_OK ? time : 0;
}

static void
look_at_machine(struct readiness *ready)
{
	struct preflight_place place = preflight_machine;

	place.state_dir = ready->cli->state_dir;
	place.evidence = ready->folder;
	place.network = &ready->texts->sheet->network;
	place.now = clock_utc();
	place.roster_last = last_event(ready->cli->custody.roster);
	for (size_t i = 0; preflight_checks[i].name != NULL; i++) {
		char finding[PREFLIGHT_TEXT] = "", name[64];
		const bool well = preflight_checks[i].look(&place, finding);

		snprintf(name, sizeof(name), "machine, %s", preflight_checks[i].name);
		put(ready, name, well || roster_is_practice(ready->cli->custody.roster), finding,
		    preflight_checks[i].next);
	}
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

		fprintf(cli->out, "%-9s %-24s %s\n",
		    json_is_true(json_object_get(check, "well")) ? "well" : "NOT WELL",
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
	look_at_approvals(&ready);
	look_at_machine(&ready);
	look_at_media(&ready);
	look_at_tokens(&ready, self);
	look_at_cards(&ready, self);
	err = tell(&ready, trace);
	json_decref(ready.checks);
	ceremony_texts_free(&texts);
	return err;
}

/* ---- approve ------------------------------------------------------------------------------- */

struct approve_values {
	const char *folder;
	const char *role;
	bool paper;
};

static const struct operand_row approve_operands[] = {
	{ "FOLDER", "the ceremony's folder", true, offsetof(struct approve_values, folder) },
	{ .metavar = NULL },
};

static const struct option_row approve_options[] = {
	{ .name = "role",
	    .kind = OPTION_TEXT,
	    .metavar = "ROLE",
	    .help = "the role of the script in which it is approved",
	    .required = true,
	    .offset = offsetof(struct approve_values, role) },
	{ .name = "paper",
	    .kind = OPTION_FLAG,
	    .help = "the printed page was signed",
	    .required = true,
	    .offset = offsetof(struct approve_values, paper) },
	{ .name = NULL },
};

/* The sheet says who fills the role. */
static enum err
check_fills(const struct sheet *sheet, const char *role, const char *name, struct err_trace *trace)
{
	for (size_t i = 0; i < sheet->person_count; i++) {
		const struct sheet_person *person = &sheet->people[i];

		if (strcmp(person->role, role) == 0 &&
		    (strcmp(person->name, name) == 0 ||
			(person->deputy != NULL && strcmp(person->deputy, name) == 0)))
			return ERR_OK;
	}
	err_next(trace, "The sheet says who fills each role.");
	return FAIL(trace, ERR_DENIED, "%s does not fill the role '%.32s'", name, role);
}

static enum err
run_approve(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct approve_values *v = values;
	struct roster_ceremony event = {
		.kind = ROSTER_CEREMONY_APPROVED, .text = "paper", .person = cli->by[0]
	};
	struct ceremony_texts texts;
	enum err err = ceremony_texts_read(v->folder, &texts, trace);

	if (err != ERR_OK)
		return err;
	err = ceremony_gate_lint(v->folder, &texts, cli->custody.roster, trace);
	if (err == ERR_OK)
		err = check_fills(texts.sheet, v->role, cli->line->by, trace);
	memcpy(event.script.bytes, texts.script->hash, sizeof(event.script.bytes));
	snprintf(event.role, sizeof(event.role), "%s", v->role);
	if (err == ERR_OK)
		err = roster_ceremony_add(cli->custody.roster, &event, trace);
	if (err == ERR_OK) {
		fprintf(cli->out, "%s, as %s, approved the script\n", cli->line->by, v->role);
		cli_print_words(cli, "   ", texts.script->hash, SHA256_SIZE);
	}
	ceremony_texts_free(&texts);
	return err;
}

const struct command cmd_ceremony_ready[] = {
	{ .group = "ceremony",
	    .name = "approve",
	    .summary = "Record that somebody approved exactly these bytes of a script",
	    .needs = NEED_WRITE,
	    .operands = approve_operands,
	    .options = approve_options,
	    .size = sizeof(struct approve_values),
	    .run = run_approve },
	{ .group = "ceremony",
	    .name = "ready",
	    .summary = "Say, the day before, what 'run' would refuse",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = ready_operands,
	    .size = sizeof(struct ready_values),
	    .run = run_ready,
	    .notes = "Exit status 1 when anything is not well." },
	{ .name = NULL },
};
