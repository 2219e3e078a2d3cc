/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of a run: their words, what came of them, and expected beside actual. */
#include "ceremony/run_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/chain.h"
#include "base/encode.h"
#include "base/shell_word.h"
#include "ceremony/expect.h"
#include "ceremony/folder.h"
#include "ceremony/outputs.h"
#include "ceremony/program.h"
#include "custody/attendant.h"

enum { SHOWN_LINES = 24, ROOM = 16 * 1024 * 1024, OPTIONS = 8 };

static const char *
find_recorded(void *context, const char *step, const char *name)
{
	return progress_value(context, step, name);
}

enum err
run_expand(struct running *run, const char *text, char **out, struct err_trace *trace)
{
	const struct sheet_recorded recorded = { &run->progress, find_recorded };

	return sheet_expand(run->sheet, &recorded, text, out, trace);
}

/* ---- words --------------------------------------------------------------------------------- */

struct words {
	char **word; /* NULL-terminated, each owned */
	size_t count;
};

static void
free_words(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->word[i]);
	free(words->word);
	*words = (struct words){ .count = 0 };
}

/* Takes `word`, also when there is no memory for it. */
static bool
push(struct words *words, char *word)
{
	if (word != NULL)
		words->word[words->count++] = word;
	return word != NULL;
}

static bool
push_option(struct words *words, const char *name, const char *value)
{
	return push(words, strdup(name)) && push(words, strdup(value));
}

/* What every command is given that the script leaves out. */
static bool
push_own_options(const struct running *run, unsigned takes, struct words *words)
{
	const char *first = run_first_person(run), *second = run_second_person(run);
	char *both = NULL;
	bool well = true;

	if ((takes & RUN_TAKES_ROSTER) != 0)
		well = push_option(words, "--roster", run->roster_file);
	if ((takes & RUN_TAKES_TWO) != 0)
		well = well && asprintf(&both, "%s,%s", first, second) > 0 &&
		       push_option(words, "--by", both);
	else if ((takes & RUN_TAKES_BY) != 0)
		well = well && push_option(words, "--by", first);
	if ((takes & RUN_TAKES_ATTENDANT) != 0 && run->input->attendant_program != NULL)
		well = well && push_option(words, "--attendant", run->input->attendant_program);
	free(both);
	return well;
}

/* Expanded, and completed when it is one of Quorate's own. */
static enum err
make_words(struct running *run, const struct script_words *from, struct words *out,
    struct err_trace *trace)
{
	const bool own = strcmp(from->word[0], "quorate") == 0;
	size_t head = 0;
	const unsigned takes = own ? run->input->takes(from->count - 1, from->word + 1, &head) : 0;
	enum err err = ERR_OK;

	*out = (struct words){ calloc(from->count + OPTIONS + 1, sizeof(*out->word)), 0 };
	if (out->word == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a command");
	for (size_t i = 0; err == ERR_OK && i < from->count; i++) {
		char *word = NULL;

		if (i == 0 && own)
			word = strdup(run->self);
		else
			err = run_expand(run, from->word[i], &word, trace);
		if (err == ERR_OK && !push(out, word))
			err = FAIL(trace, ERR_NOMEM, "no memory for a command");
		if (err == ERR_OK && own && i == head && !push_own_options(run, takes, out))
			err = FAIL(trace, ERR_NOMEM, "no memory for a command");
	}
	if (err != ERR_OK)
		free_words(out);
	return err;
}

/* ---- running ------------------------------------------------------------------------------- */

struct ran {
	char *out, *err; /* paths */
	char *out_name, *err_name;
	struct program_end end;
};

static void
free_ran(struct ran *ran)
{
	free(ran->out);
	free(ran->err);
	free(ran->out_name);
	free(ran->err_name);
}

static enum err
name_outputs(const struct running *run, const char *name, struct ran *ran, struct err_trace *trace)
{
	if (asprintf(&ran->out_name, "%s/%s.out", EVIDENCE_OUTPUTS, name) > 0 &&
	    asprintf(&ran->err_name, "%s/%s.err", EVIDENCE_OUTPUTS, name) > 0 &&
	    asprintf(&ran->out, "%s/%s", run->evidence, ran->out_name) > 0 &&
	    asprintf(&ran->err, "%s/%s", run->evidence, ran->err_name) > 0)
		return ERR_OK;
	return FAIL(trace, ERR_NOMEM, "no memory for the names of output files");
}

/* `quorate activate … --persistent` is there to leave something running. */
static bool
opens_session(const struct words *words)
{
	for (size_t i = 1; i < words->count && strcmp(words->word[i], "--") != 0; i++)
		if (strcmp(words->word[i], "--persistent") == 0)
			return true;
	return false;
}

static enum err
run_words(struct running *run, const struct words *words, unsigned timeout_s, struct ran *ran,
    struct err_trace *trace)
{
	const struct program_call call = {
		.argv = (const char *const *)words->word,
		.folder = run->files,
		.out = ran->out,
		.err = ran->err,
		.timeout_s = timeout_s,
		.own_group = words->count > 0 && strcmp(words->word[0], run->self) != 0,
		.leaves_on = opens_session(words),
	};

	return program_run(&call, &ran->end, trace);
}

static void
show_file(struct running *run, const char *path, const char *name)
{
	struct attendant *attendant = run->input->attendant;
	char *text = NULL;
	bool whole = true;

	if (program_peek(path, SHOWN_LINES, &text, &whole, NULL) != ERR_OK)
		return;
	if (text[0] != '\0')
		attendant->note(attendant->context, text);
	if (!whole) {
		char line[160];

		snprintf(line, sizeof(line), "(cut here; the whole of it is in evidence/%s)", name);
		attendant->note(attendant->context, line);
	}
	free(text);
}

enum err
run_own(struct running *run, const struct run_own *own, int *status, struct err_trace *trace)
{
	const struct script_words from = { own->count, (const char **)(uintptr_t)own->words };
	struct words words = { .count = 0 };
	struct ran ran = { .out = NULL };
	enum err err = make_words(run, &from, &words, trace);

	if (err == ERR_OK)
		err = name_outputs(run, own->name, &ran, trace);
	if (err == ERR_OK)
		err = run_words(run, &words, own->timeout_s, &ran, trace);
	if (err == ERR_OK) {
		show_file(run, ran.out, ran.out_name);
		show_file(run, ran.err, ran.err_name);
		*status = ran.end.status;
	}
	free_ran(&ran);
	free_words(&words);
	return err;
}

/* ---- what is written down ------------------------------------------------------------------ */

static json_t *
words_json(const struct words *words)
{
	json_t *list = json_array();

	for (size_t i = 0; i < words->count; i++)
		json_array_append_new(list, chain_text(words->word[i]));
	return list;
}

static json_t *
output_json(const char *name, const struct program_output *output)
{
	char hex[2 * SHA256_SIZE + 1];

	hex_encode(output->hash, SHA256_SIZE, hex);
	return json_pack(
	    "{s:s, s:s, s:I}", "file", name, "sha256", hex, "bytes", (json_int_t)output->bytes);
}

/* The expectation with its names replaced. */
static enum err
check_one(struct running *run, const struct script_expect *expect, const struct expect_seen *seen,
    struct expect_result *out, struct err_trace *trace)
{
	struct script_expect plain = *expect;
	char *text = NULL, *path = NULL;
	enum err err = ERR_OK;

	if (expect->text != NULL)
		err = run_expand(run, expect->text, &text, trace);
	if (err == ERR_OK && expect->path != NULL)
		err = run_expand(run, expect->path, &path, trace);
	plain.text = text;
	plain.path = path;
	if (err == ERR_OK)
		err = expect_compare(&plain, seen, out, trace);
	free(text);
	free(path);
	return err;
}

static void
show_check(struct running *run, const struct expect_result *result)
{
	struct attendant *attendant = run->input->attendant;
	char line[2 * EXPECT_TEXT + 96];

	snprintf(line, sizeof(line), "expected: %s\n   actual:   %s%s", result->expected,
	    result->actual, result->well ? "   [as expected]" : "   [NOT AS EXPECTED]");
	attendant->note(attendant->context, line);
}

/* The checks of a command that ended, shown and as the record has them. */
static enum err
make_checks(struct running *run, const struct expect_seen *seen, json_t *checks, bool *matches,
    struct err_trace *trace)
{
	static const struct script_expect status = { .kind = SCRIPT_EXPECT_STATUS };
	const struct script_step *step = progress_step(&run->progress);
	const size_t count = step->expect_count;
	bool says_status = false;
	enum err err = ERR_OK;

	for (size_t i = 0; i < count; i++)
		says_status = says_status || step->expects[i].kind == SCRIPT_EXPECT_STATUS;
	*matches = true;
	for (size_t i = 0; err == ERR_OK && i < count + !says_status; i++) {
		struct expect_result result;

		err = check_one(run, i < count ? &step->expects[i] : &status, seen, &result, trace);
		if (err != ERR_OK)
			break;
		*matches = *matches && result.well;
		show_check(run, &result);
		json_array_append_new(checks,
		    json_pack("{s:s, s:s, s:s, s:b}", "kind", result.kind, "expected",
			result.expected, "actual", result.actual, "well", result.well ? 1 : 0));
	}
	return err;
}

static enum err
write_end(struct running *run, const struct ran *ran, struct err_trace *trace)
{
	const struct expect_seen seen = { .status = ran->end.status,
		.timed_out = ran->end.timed_out,
		.too_much = ran->end.too_much,
		.out = ran->out,
		.err = ran->err,
		.files = run->files };
	json_t *checks = json_array();
	bool matches = false;
	enum err err = make_checks(run, &seen, checks, &matches, trace);

	if (err != ERR_OK) {
		json_decref(checks);
		return err;
	}
	return run_write(run, RECORD_END,
	    json_pack("{s:i, s:i, s:i, s:I, s:o, s:o, s:o, s:b}", "step", (int)run->progress.step,
		"attempt", (int)run->progress.tries[run->progress.step - 1], "status",
		ran->end.status, "seconds", (json_int_t)ran->end.seconds, "out",
		output_json(ran->out_name, &ran->end.out), "err",
		output_json(ran->err_name, &ran->end.err), "checks", checks, "matches",
		matches ? 1 : 0),
	    trace);
}

/* A disk that is nearly full must be found before the step, not in the middle of it. */
static enum err
check_room(const struct running *run, struct err_trace *trace)
{
	struct statvfs disk;

	if (statvfs(run->evidence, &disk) != 0)
		return FAIL_ERRNO(trace, "the disk with %s", run->evidence);
	if (disk.f_bavail * disk.f_frsize >= ROOM)
		return ERR_OK;
	err_next(trace, "Make room on that disk, then: quorate ceremony resume %s --by %s",
	    shell_word(run->input->folder).text, shell_word(run->input->by).text);
	return FAIL(trace, ERR_IO, "the disk with the evidence is full: step %u was not begun",
	    run->progress.step);
}

static enum err
check_outputs(const struct running *run, struct err_trace *trace)
{
	struct record record = { .count = 0 };
	enum err err = run_read_record(run, &record, trace);

	if (err != ERR_OK)
		return err;
	err = outputs_check(run->evidence, &record, trace);
	record_free(&record);
	if (err != ERR_FORMAT)
		return err;
	err_next(trace,
	    "Keep the ceremony's folder as it is, and find out what changed the file. With the "
	    "file as it was: quorate ceremony resume %s --by %s",
	    shell_word(run->input->folder).text, shell_word(run->input->by).text);
	return FAIL(trace, err, "step %u was not begun", run->progress.step);
}

static enum err
write_begin(
    struct running *run, const struct words *words, unsigned attempt, struct err_trace *trace)
{
	const struct script_step *step = progress_step(&run->progress);
	const bool stands_in = run->mode == RUN_DRY && step->practice.count > 0;

	return run_write(run, RECORD_BEGIN,
	    json_pack("{s:i, s:s, s:s, s:i, s:o, s:b}", "step", (int)step->number, "id", step->id,
		"title", step->title, "attempt", (int)attempt, "command",
		words->count == 0 ? json_null() : words_json(words), "practice", stands_in ? 1 : 0),
	    trace);
}

/* ---- a step ---------------------------------------------------------------------------------- */

enum err
run_step_command(struct running *run, struct err_trace *trace)
{
	const struct script_step *step = progress_step(&run->progress);
	const bool stands_in = run->mode == RUN_DRY && step->practice.count > 0;
	const struct script_words *from = stands_in ? &step->practice : &step->command;
	const unsigned attempt = run->progress.tries[step->number - 1] + 1;
	struct script_words instead = { .count = 0 };
	struct words words = { .count = 0 };
	struct ran ran = { .out = NULL };
	char name[32];
	enum err err = check_room(run, trace);

	if (err == ERR_OK)
		err = check_outputs(run, trace);
	snprintf(name, sizeof(name), "%03u-%u", step->number, attempt);
	if (err == ERR_OK && attempt > 1)
		err = run_resuming_words(run, from, &instead, trace);
	if (err == ERR_OK && from->count > 0)
		err = make_words(run, instead.count > 0 ? &instead : from, &words, trace);
	if (err == ERR_OK)
		err = name_outputs(run, name, &ran, trace);
	if (err == ERR_OK)
		err = write_begin(run, &words, attempt, trace);
	if (err == ERR_OK && words.count > 0) {
		err = run_words(run, &words, step->timeout_s, &ran, trace);
		if (err == ERR_OK) {
			show_file(run, ran.out, ran.out_name);
			show_file(run, ran.err, ran.err_name);
			err = write_end(run, &ran, trace);
		}
	}
	free_ran(&ran);
	free_words(&words);
	free(instead.word);
	return err;
}
