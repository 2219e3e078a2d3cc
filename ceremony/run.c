/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/chain.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/process.h"
#include "base/shell_word.h"
#include "ceremony/folder.h"
#include "ceremony/preflight.h"
#include "ceremony/run_internal.h"
#include "ceremony/run_open.h"

const char *
run_mode_word(enum run_mode mode)
{
	static const char *const words[] = { "run", "dry-run", "rehearsal" };

	return words[mode];
}

enum err
run_write(struct running *run, enum record_kind kind, json_t *body, struct err_trace *trace)
{
	json_t *kept = json_incref(body);
	enum err err = record_add(run->writer, kind, body, trace);

	if (err == ERR_OK)
		err = progress_add(&run->progress, kind, kept, trace);
	json_decref(kept);
	if (err != ERR_OK)
		err_next(trace,
		    "Nothing that was written is lost: quorate ceremony resume %s --by %s",
		    shell_word(run->input->folder).text, shell_word(run->input->by).text);
	return err;
}

enum err
run_read_record(const struct running *run, struct record *out, struct err_trace *trace)
{
	char *path = NULL;
	enum err err;

	if (asprintf(&path, "%s/%s", run->evidence, EVIDENCE_RECORD) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	err = record_read(path, out, trace);
	free(path);
	return err;
}

static void
close_run(struct running *run)
{
	record_writer_close(run->writer);
	progress_free(&run->progress);
	approvals_free(&run->approvals);
	script_free(run->script);
	sheet_free(run->sheet);
	free(run->evidence);
	free(run->files);
	free(run->outputs);
	free(run->self);
	free(run->roster_file);
}

static enum err
find_self(char **out, struct err_trace *trace)
{
	char folder[900];
	enum err err = process_folder(folder, sizeof(folder), trace);

	if (err != ERR_OK)
		return err;
	if (asprintf(out, "%s/quorate", folder) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	return ERR_OK;
}

static enum err
find_paths(struct running *run, struct err_trace *trace)
{
	enum err err = folder_path(run->input->folder, FOLDER_EVIDENCE, &run->evidence, trace);

	if (err == ERR_OK &&
	    (asprintf(&run->files, "%s/%s", run->evidence, EVIDENCE_FILES) < 0 ||
		asprintf(&run->outputs, "%s/%s", run->evidence, EVIDENCE_OUTPUTS) < 0))
		err = FAIL(trace, ERR_NOMEM, "no memory for a path");
	if (err == ERR_OK)
		err = find_self(&run->self, trace);
	if (err != ERR_OK)
		return err;
	run->roster_file = realpath(run->input->roster.file, NULL);
	return run->roster_file == NULL
		   ? FAIL_ERRNO(trace, "the roster %s", run->input->roster.file)
		   : ERR_OK;
}

/* Script and sheet, and what the roster says of them. */
static enum err
read_texts(struct running *run, const char *folder, struct err_trace *trace)
{
	char *path = NULL;
	enum err err;

	if (asprintf(&path, "%s/%s", folder, FOLDER_SCRIPT) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	err = script_read(path, &run->script, trace);
	free(path);
	if (err == ERR_OK && asprintf(&path, "%s/%s", folder, FOLDER_SHEET) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	if (err == ERR_OK) {
		err = sheet_read(path, &run->sheet, trace);
		free(path);
	}
	if (err == ERR_OK)
		err = progress_start(run->script, &run->progress, trace);
	return err == ERR_OK ? run_look_at_roster(run, trace) : err;
}

/* ---- a new one ----------------------------------------------------------------------------- */

static enum err
make_folders(const struct running *run, struct err_trace *trace)
{
	enum err err = file_make_folder(run->files, trace);

	return err == ERR_OK ? file_make_folder(run->outputs, trace) : err;
}

static enum err
keep_text(const struct running *run, const char *name, const char *bytes, size_t len,
    struct err_trace *trace)
{
	char *path = NULL;
	enum err err;

	if (asprintf(&path, "%s/%s", run->evidence, name) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	err = file_replace(path, bytes, len, trace);
	free(path);
	return err;
}

static enum err
open_record(struct running *run, struct record *lines, struct err_trace *trace)
{
	char *path = NULL;
	enum err err;

	if (asprintf(&path, "%s/%s", run->evidence, EVIDENCE_RECORD) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	err = record_writer_open(path, &run->writer, trace);
	free(path);
	return err == ERR_OK ? run_read_record(run, lines, trace) : err;
}

/* What was linted, dry-run and approved a moment ago is what is held. */
static enum err
check_looked_at(const struct running *run, struct err_trace *trace)
{
	const struct run_input *input = run->input;
	const char *changed = NULL;

	if (input->script != NULL && !sha256_equal(input->script, run->script->hash))
		changed = FOLDER_SCRIPT;
	else if (input->sheet != NULL && !sha256_equal(input->sheet, run->sheet->hash))
		changed = FOLDER_SHEET;
	if (changed == NULL)
		return ERR_OK;
	err_next(trace, "Find out who changes it; then begin again.");
	return FAIL(trace, ERR_DENIED, "%s was changed while it was looked at", changed);
}

static enum err
begin_new(struct running *run, struct err_trace *trace)
{
	struct record lines = { .count = 0 };
	const size_t len = strlen(run->input->folder);
	enum err err = read_texts(run, len == 0 ? "." : run->input->folder, trace);

	if (err == ERR_OK)
		err = check_looked_at(run, trace);
	if (err == ERR_OK)
		err = make_folders(run, trace);
	if (err == ERR_OK)
		err = open_record(run, &lines, trace);
	if (err == ERR_OK)
		err = run_check_unused(run->input, &lines, trace);
	record_free(&lines);
	if (err == ERR_OK)
		err = keep_text(run, FOLDER_SCRIPT, run->script->bytes, run->script->len, trace);
	if (err == ERR_OK)
		err = keep_text(run, FOLDER_SHEET, run->sheet->bytes, run->sheet->len, trace);
	return err == ERR_OK ? run_write_open(run, trace) : err;
}

/* ---- one that was begun -------------------------------------------------------------------- */

static enum err
check_hash(
    const json_t *line, const char *name, const uint8_t hash[SHA256_SIZE], struct err_trace *trace)
{
	char hex[2 * SHA256_SIZE + 1];
	const char *said = json_string_value(json_object_get(line, name));

	hex_encode(hash, SHA256_SIZE, hex);
	if (said != NULL && strcmp(said, hex) == 0)
		return ERR_OK;
	err_next(
	    trace, "Do not go on with it. What was recorded is in evidence/%s.", EVIDENCE_RECORD);
	return FAIL(
	    trace, ERR_FORMAT, "the %s in the evidence is not the one that was begun with", name);
}

/* The record says whose ceremony it is, and whether it is practice: no other roster goes on. */
static enum err
check_same_roster(const struct running *run, const json_t *line, struct err_trace *trace)
{
	const char *id = json_string_value(json_object_get(json_object_get(line, "roster"), "id"));

	if (id != NULL && strcmp(id, run->roster_id) == 0)
		return ERR_OK;
	err_next(trace, "Name the roster that the ceremony was begun with: --roster FILE.");
	return FAIL(trace, ERR_DENIED, "this ceremony was begun with another roster than %s",
	    run->input->roster.file);
}

/* A rehearsal that was cut off goes on as one. */
static enum run_mode
mode_of(const json_t *line)
{
	const char *word = json_string_value(json_object_get(line, "mode"));

	for (unsigned mode = RUN_REAL; word != NULL && mode <= RUN_REHEARSAL; mode++)
		if (strcmp(word, run_mode_word(mode)) == 0)
			return mode;
	return RUN_REAL;
}

static enum err
replay(struct running *run, const struct record *lines, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (lines->count == 0) {
		err_next(trace, "Begin it: quorate ceremony run %s --by %s",
		    shell_word(run->input->folder).text, shell_word(run->input->by).text);
		return FAIL(trace, ERR_ABSENT, "nothing of this ceremony was recorded");
	}
	err = check_same_roster(run, lines->lines[0].json, trace);
	if (err == ERR_OK)
		err = check_hash(lines->lines[0].json, "script", run->script->hash, trace);
	if (err == ERR_OK)
		err = check_hash(lines->lines[0].json, "sheet", run->sheet->hash, trace);
	if (err == ERR_OK)
		run->mode = mode_of(lines->lines[0].json);
	for (size_t i = 0; err == ERR_OK && i < lines->count; i++)
		err =
		    progress_add(&run->progress, lines->lines[i].kind, lines->lines[i].json, trace);
	return err;
}

static enum err
go_on_with(struct running *run, struct err_trace *trace)
{
	struct record lines = { .count = 0 };
	char boot[64];
	enum err err;

	if (access(run->evidence, F_OK) != 0) {
		err_next(trace, "Begin it: quorate ceremony run %s --by %s",
		    shell_word(run->input->folder).text, shell_word(run->input->by).text);
		return FAIL(trace, ERR_ABSENT, "this ceremony was not begun");
	}
	err = read_texts(run, run->evidence, trace);
	if (err == ERR_OK)
		run_tell_changed(run);
	if (err == ERR_OK)
		err = open_record(run, &lines, trace);
	if (err == ERR_OK)
		err = replay(run, &lines, trace);
	if (err == ERR_OK)
		err = run_check_goes_on(run, trace);
	run->crashed = !run->progress.paused;
	if (err == ERR_OK)
		err = run_write(run, RECORD_RESUMED,
		    json_pack("{s:i, s:I, s:s, s:s, s:o}", "step", (int)run->progress.step,
			"seconds", (json_int_t)(clock_utc() - lines.lines[lines.count - 1].time),
			"after", run->progress.paused ? "pause" : "crash", "boot",
			run_boot_id(boot), "by", chain_text(run->input->by)),
		    trace);
	if (err == ERR_OK && run->mode == RUN_REAL)
		err = run_write_approvals(run, &lines, trace);
	record_free(&lines);
	return err;
}

/* ---- the loop ------------------------------------------------------------------------------ */

static enum err
go(struct running *run, struct err_trace *trace)
{
	struct err_trace closing = { 0 };
	enum err closed;
	enum err err = run->crashed ? run_end_left_session(run, trace) : ERR_OK;

	if (err == ERR_OK)
		err = run_roll_call(run, trace);
	if (err == ERR_OK)
		err = preflight(run, trace);
	while (err == ERR_OK && !run->pausing) {
		size_t which;
		const enum progress_next next = progress_next(&run->progress, &which);

		if (next == PROGRESS_STOPPED || next == PROGRESS_COMPLETE)
			break;
		err = run_step(run, trace);
	}
	/* However it ends: nothing stays open that nobody watches. */
	closed = run_close_session(run, err == ERR_OK ? trace : &closing);
	return err == ERR_OK ? closed : err;
}

static void
tell(const struct running *run, struct run_outcome *out)
{
	*out = (struct run_outcome){ .result = run->pausing            ? RUN_PAUSED
					       : run->progress.stopped ? RUN_STOPPED
								       : RUN_COMPLETE,
		.steps = run->progress.done,
		.deviations = run->progress.deviations,
		.exceptions = run->progress.exceptions,
		.seconds = clock_utc() - run->progress.began };
}

static enum err
hold(const struct run_input *input, enum err (*begin)(struct running *, struct err_trace *),
    struct run_outcome *out, struct err_trace *trace)
{
	struct running run = { .input = input, .mode = input->mode };
	enum err err = find_paths(&run, trace);

	if (err == ERR_OK)
		err = begin(&run, trace);
	if (err == ERR_OK) {
		err = go(&run, trace);
		if (err == ERR_CANCELLED)
			err_next_instead(trace,
			    "What was done is written down. Go on with: quorate ceremony resume %s "
			    "--by %s",
			    shell_word(input->folder).text, shell_word(input->by).text);
	}
	if (err == ERR_OK)
		tell(&run, out);
	close_run(&run);
	return err;
}

enum err
run_begin(const struct run_input *input, struct run_outcome *out, struct err_trace *trace)
{
	return hold(input, begin_new, out, trace);
}

enum err
run_resume(const struct run_input *input, struct run_outcome *out, struct err_trace *trace)
{
	return hold(input, go_on_with, out, trace);
}
