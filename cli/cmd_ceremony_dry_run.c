/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ceremony dry-run: outside it copies the script, starts a sandbox, reads the record that is left
 * there and tells the roster; inside it makes what is given and holds the ceremony.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/process.h"
#include "ceremony/dry_run.h"
#include "ceremony/folder.h"
#include "cli/ceremony_gate.h"
#include "cli/cli.h"
#include "roster/ceremony.h"

#define RESULT_FILE "dry-run.json"

struct dry_run_values {
	const char *folder;
	const char *keep;
	bool people;
	bool inside;
};

static const struct operand_row dry_run_operands[] = {
	{ "FOLDER", "the ceremony's folder", true, offsetof(struct dry_run_values, folder) },
	{ .metavar = NULL },
};

static const struct option_row dry_run_options[] = {
	{ .name = "people",
	    .kind = OPTION_FLAG,
	    .help = "people practise: they answer at the terminal, the robot has cards and PINs",
	    .offset = offsetof(struct dry_run_values, people) },
	{ .name = "keep",
	    .kind = OPTION_TEXT,
	    .metavar = "COPY",
	    .help = "a new folder that keeps what the dry run left, its evidence too",
	    .offset = offsetof(struct dry_run_values, keep) },
	{ .name = "inside",
	    .kind = OPTION_FLAG,
	    .help = "what this command calls itself with in its sandbox",
	    .hidden = true,
	    .offset = offsetof(struct dry_run_values, inside) },
	{ .name = NULL },
};

static unsigned
dry_run_needs(const void *values)
{
	const struct dry_run_values *v = values;

	return v->inside ? NEED_PATH : NEED_WRITE;
}

static enum err
find_self(char *out, size_t size, struct err_trace *trace)
{
	char folder[400];
	enum err err = process_folder(folder, sizeof(folder), trace);

	if (err == ERR_OK)
		snprintf(out, size, "%s/quorate", folder);
	return err;
}

/* What it prints is on stderr, so that stdout has the report alone. */
static enum err
start(const char *const *argv, int *status, struct err_trace *trace)
{
	static const int streams[3] = { 0, 2, 2 };
	const struct process_start how = { .argv = argv,
		.pass_fd = -1,
		.streams = streams,
		.users_umask = true,
		.die_with_parent = true };
	pid_t pid;
	enum err err = process_spawn(&how, &pid, NULL, NULL, trace);

	return err == ERR_OK ? process_wait(pid, status, trace) : err;
}

/* ---- inside -------------------------------------------------------------------------------- */

/* One of the commands that follow one another; it must end well. */
static enum err
do_inside(const char *const *argv, struct err_trace *trace)
{
	int status = 0;
	enum err err = start(argv, &status, trace);

	if (err == ERR_OK && status != 0)
		err = FAIL(
		    trace, ERR_NOT_NOW, "'quorate ceremony %s' ended with %d", argv[2], status);
	return err;
}

/* Held, closed and verified, as it will be on the day. */
static enum err
hold_inside(const struct dry_run_values *v, const char *self, struct err_trace *trace)
{
	struct ceremony_texts texts;
	enum err err = ceremony_texts_read(v->folder, &texts, trace);

	if (err != ERR_OK)
		return err;
	const char *leader = dry_run_leader(texts.sheet);
	const char *hold[] = { self, "ceremony", "rehearse", v->folder, "--stand-ins", "--by",
		leader, v->people ? "--people" : NULL, NULL };
	const char *close_it[] = { self, "ceremony", "close", v->folder, "--by", leader, NULL };
	const char *verify[] = { self, "ceremony", "verify", v->folder, NULL };

	err = do_inside(hold, trace);
	if (err == ERR_OK)
		err = do_inside(close_it, trace);
	if (err == ERR_OK)
		err = do_inside(verify, trace);
	ceremony_texts_free(&texts);
	return err;
}

static enum err
run_inside(const struct dry_run_values *v, struct err_trace *trace)
{
	char self[420];
	enum err err = find_self(self, sizeof(self), trace);

	if (getenv("QUORATE_SANDBOX") == NULL) {
		err_next(trace, "Leave --inside away.");
		return FAIL(trace, ERR_DENIED, "this is no sandbox");
	}
	if (err == ERR_OK)
		err = dry_run_prepare(v->folder, self, trace);
	return err == ERR_OK ? hold_inside(v, self, trace) : err;
}

/* ---- outside ------------------------------------------------------------------------------- */

static enum err
copy_file(const char *from, const char *to, const char *name, struct err_trace *trace)
{
	char *source = NULL, *target = NULL, *bytes = NULL;
	size_t len = 0;
	enum err err = ERR_OK;

	if (asprintf(&source, "%s/%s", from, name) < 0 || asprintf(&target, "%s/%s", to, name) < 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for a path");
	if (err == ERR_OK)
		err = file_read(source, 16U << 20, &bytes, &len, trace);
	if (err == ERR_OK)
		err = file_create(target, bytes, len, trace);
	free(bytes);
	free(source);
	free(target);
	return err;
}

static enum err
copy_brought(const char *from, const char *to, struct err_trace *trace)
{
	char *source = NULL, *target = NULL;
	enum err err;

	if (asprintf(&source, "%s/%s", from, FOLDER_BROUGHT) < 0 ||
	    asprintf(&target, "%s/%s", to, FOLDER_BROUGHT) < 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for a path");
	else if (access(source, F_OK) == 0)
		err = file_copy_tree(source, target, trace);
	else
		err = file_make_folder(target, trace);
	free(source);
	free(target);
	return err;
}

/* The same bytes of the script, away from the folder that the day will use. */
static enum err
make_copy(const struct dry_run_values *v, char copy[256], struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (v->keep != NULL) {
		err = cli_check_new_file(v->keep, trace);
		snprintf(copy, 256, "%s", v->keep);
		if (err == ERR_OK)
			err = file_make_folder(copy, trace);
	} else {
		const char *place = getenv("TMPDIR");

		if (place == NULL || place[0] == '\0')
			place = "/tmp";
		if (snprintf(copy, 256, "%s/quorate-dry-run-XXXXXX", place) >= 256)
			err = FAIL(trace, ERR_ARGUMENT, "TMPDIR is too long a path");
		else if (mkdtemp(copy) == NULL)
			err = FAIL_ERRNO(trace, "no folder for a dry run in %s", place);
	}
	if (err == ERR_OK)
		err = copy_file(v->folder, copy, FOLDER_SCRIPT, trace);
	if (err == ERR_OK)
		err = copy_file(v->folder, copy, FOLDER_SHEET, trace);
	return err == ERR_OK ? copy_brought(v->folder, copy, trace) : err;
}

static enum err
start_sandbox(
    const struct dry_run_values *v, const char *copy, int *status, struct err_trace *trace)
{
	char self[420];
	const char *argv[] = { self, "sandbox", "--", self, "ceremony", "dry-run", copy, "--inside",
		v->people ? "--people" : NULL, NULL };
	enum err err = find_self(self, sizeof(self), trace);

	return err == ERR_OK ? start(argv, status, trace) : err;
}

static json_t *
report_json(const struct script *script, const struct dry_run_report *report)
{
	char hash[2 * SHA256_SIZE + 1];
	json_t *steps = json_array();

	hex_encode(script->hash, SHA256_SIZE, hash);
	for (size_t i = 0; i < report->step_count; i++)
		json_array_append_new(
		    steps, json_pack("{s:i, s:s, s:s, s:b, s:b, s:i, s:I}", "step",
			       (int)report->step[i].number, "id", report->step[i].id, "title",
			       report->step[i].title, "done", report->step[i].done ? 1 : 0,
			       "practised", report->step[i].practised ? 1 : 0, "attempts",
			       (int)report->step[i].attempts, "seconds",
			       (json_int_t)report->step[i].seconds));
	return json_pack("{s:s, s:s, s:s, s:b, s:i, s:i, s:I, s:i, s:o}", "script", hash, "name",
	    script->name, "build", QUORATE_VERSION, "passed", report->passed ? 1 : 0, "done",
	    (int)report->steps, "practised", (int)report->practised, "seconds",
	    (json_int_t)report->seconds, "estimate", (int)report->estimate, "steps", steps);
}

static void
print_report(struct cli *cli, const struct dry_run_report *report)
{
	for (size_t i = 0; i < report->step_count; i++) {
		const struct dry_run_step *step = &report->step[i];

		fprintf(cli->out, "%3u  %-14s %4lld s  %s\n", step->number,
		    step->practised      ? "NOT REHEARSED"
		    : step->done         ? "passed"
		    : step->attempts > 0 ? "NOT PASSED"
					 : "not reached",
		    (long long)step->seconds, step->title);
	}
	fprintf(cli->out, "%s: %u of %zu steps in %lld s",
	    report->passed ? "The dry run passed" : "The dry run did NOT pass", report->steps,
	    report->step_count, (long long)report->seconds);
	if (report->practised > 0)
		fprintf(cli->out, ", %u of them by a stand-in", report->practised);
	fprintf(cli->out, ". Estimate for the day: %u min.\n", report->estimate);
}

/* The sandbox has a roster of the sheet's people; the one in use may know them otherwise. */
static void
warn_of_roster(struct cli *cli, const struct dry_run_values *v, const struct ceremony_texts *texts)
{
	struct err_trace trace = { 0 };

	if (ceremony_gate_lint(v->folder, texts, cli->custody.roster, &trace) == ERR_OK)
		return;
	fprintf(stderr, "quorate: note: with this roster it would be refused: %s.\n  next: %s\n",
	    trace.frame[trace.count - 1].text, trace.next);
}

static enum err
write_result(const struct dry_run_values *v, const struct script *script,
    const struct dry_run_report *report, struct err_trace *trace)
{
	json_t *json = report_json(script, report);
	char *text = json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS), *path = NULL;
	enum err err = text == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a report")
				    : folder_path(v->folder, RESULT_FILE, &path, trace);

	if (err == ERR_OK)
		err = file_replace(path, text, strlen(text), trace);
	free(path);
	free(text);
	json_decref(json);
	return err;
}

static enum err
tell_roster(struct cli *cli, const struct script *script, const struct dry_run_report *report,
    struct err_trace *trace)
{
	struct roster_ceremony event = { .kind = ROSTER_CEREMONY_DRY_RUN,
		.passed = report->passed,
		.steps = report->steps,
		.practised = report->practised,
		.seconds = report->seconds };
	enum err err = cli_open_roster(cli, trace);

	memcpy(event.script.bytes, script->hash, sizeof(event.script.bytes));
	snprintf(event.text, sizeof(event.text), "%s", QUORATE_VERSION);
	return err == ERR_OK ? roster_ceremony_add(cli->custody.roster, &event, trace) : err;
}

/* What a sandbox left. */
struct left {
	char copy[256];
	int status; /* 0: held, closed and verified */
};

static enum err
report_outside(struct cli *cli, const struct dry_run_values *v, const struct ceremony_texts *texts,
    const struct left *left, struct err_trace *trace)
{
	const struct script *script = texts->script;
	const char *copy = left->copy;
	struct dry_run_report report;
	bool passed;
	enum err err = dry_run_read(copy, script, &report, trace);

	if (err != ERR_OK) {
		err_next(trace, "What it left is in %s.", copy);
		return FAIL(trace, err, "the ceremony was not begun in the sandbox");
	}
	passed = report.passed = report.passed && left->status == 0;
	err = write_result(v, script, &report, trace);
	if (err == ERR_OK)
		err = tell_roster(cli, script, &report, trace);
	if (err == ERR_OK) {
		print_report(cli, &report);
		warn_of_roster(cli, v, texts);
	}
	free(report.step);
	if (err != ERR_OK || passed)
		return err;
	err_next(trace, "What it left, its record too, is in %s.", copy);
	return FAIL(trace, ERR_NOT_NOW, "the dry run did not pass");
}

static enum err
run_outside(struct cli *cli, const struct dry_run_values *v, struct err_trace *trace)
{
	struct ceremony_texts texts;
	struct left left = { .status = 0 };
	enum err err = ceremony_texts_read(v->folder, &texts, trace);

	if (err != ERR_OK)
		return err;
	err = ceremony_gate_lint(v->folder, &texts, NULL, trace);
	if (err == ERR_OK)
		err = cli_close_roster(cli, trace);
	if (err == ERR_OK)
		err = make_copy(v, left.copy, trace);
	if (err == ERR_OK)
		err = start_sandbox(v, left.copy, &left.status, trace);
	if (err == ERR_OK)
		err = report_outside(cli, v, &texts, &left, trace);
	if (err == ERR_OK && v->keep == NULL)
		err = file_remove_tree(left.copy, trace);
	ceremony_texts_free(&texts);
	return err;
}

static enum err
run_dry_run(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct dry_run_values *v = values;

	return v->inside ? run_inside(v, trace) : run_outside(cli, v, trace);
}

const struct command cmd_ceremony_dry_run[] = {
	{ .group = "ceremony",
	    .name = "dry-run",
	    .summary = "Hold a ceremony in a sandbox, with every command for real",
	    .needs = NEED_WRITE,
	    .needs_of = dry_run_needs,
	    .operands = dry_run_operands,
	    .options = dry_run_options,
	    .size = sizeof(struct dry_run_values),
	    .run = run_dry_run,
	    .notes =
		"The same bytes, fresh virtual cards, SoftHSM tokens; the robot answers for "
		"everybody. The roster\nlearns that these bytes passed; 'run' refuses others." },
	{ .name = NULL },
};
