/* SPDX-License-Identifier: BSD-2-Clause */
/* One step: what the record lacks of it is asked for, one line after another. */
#include "ceremony/run_internal.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/chain.h"
#include "base/clock.h"
#include "base/shell_word.h"
#include "ceremony/expect.h"
#include "ceremony/run_stow.h"
#include "custody/attendant.h"

enum { LINE = 512, MISSING = 400, MISFITS = 5 };

static unsigned
minutes_left(const struct running *run)
{
	unsigned minutes = 0;

	for (size_t i = run->progress.step - 1; i < run->script->step_count; i++)
		minutes += run->script->steps[i].minutes;
	return minutes;
}

static void
print_seat(const struct running *run, const char *word, FILE *to)
{
	const char *who = script_seat(word).nth == 0 ? NULL : run_seated(run, word, NULL);

	fprintf(to, who == NULL ? " %s" : " %s (%s)", word, who);
}

static void
print_people(const struct running *run, FILE *to)
{
	const struct script_step *step = progress_step(&run->progress);

	fputs("\n   There must be:", to);
	for (size_t i = 0; i < run->script->role_count; i++)
		if (run->script->roles[i].always)
			fprintf(to, " %s", run->script->roles[i].name);
	for (size_t i = 0; i < step->present.count; i++)
		fprintf(to, " %s", step->present.word[i]);
	if (step->confirm.count > 0)
		fputs("; confirmed by:", to);
	for (size_t i = 0; i < step->confirm.count; i++)
		print_seat(run, step->confirm.word[i], to);
	fputs(".", to);
}

static void
print_command(const struct running *run, FILE *to)
{
	const struct script_step *step = progress_step(&run->progress);
	const bool stands_in = run->mode == RUN_DRY && step->practice.count > 0;
	const struct script_words *words = stands_in ? &step->practice : &step->command;

	if (words->count == 0)
		return;
	fputs(stands_in ? "\n   Stands in for the command of the day:" : "\n   Command:", to);
	for (size_t i = 0; i < words->count; i++)
		fprintf(to, " %s", words->word[i]);
}

char *
run_where(const struct running *run)
{
	const struct script_step *step = progress_step(&run->progress);
	const struct script_step *after;
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL || step == NULL) {
		if (to != NULL)
			fclose(to);
		free(text);
		return NULL;
	}
	after = step->number < run->script->step_count ? step + 1 : NULL;
	fprintf(to, "%sStep %u of %zu (%s): %s\n   %s", run->practice ? "PRACTICE. " : "",
	    step->number, run->script->step_count, run->script->phases[step->phase].title,
	    step->title, step->instruction == NULL ? "" : step->instruction);
	print_command(run, to);
	print_people(run, to);
	fprintf(to, "\n   %lld min so far, about %u min remain. %s%s.",
	    (long long)(clock_utc() - run->progress.began) / 60, minutes_left(run),
	    after == NULL ? "This is the last step" : "Next: ", after == NULL ? "" : after->title);
	if (fclose(to) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* ---- beginning ----------------------------------------------------------------------------- */

/* People first, then the sessions that the step is in, then its command. */
static enum err
ask_to_begin(struct running *run, const struct run_prompt *usual, struct err_trace *trace)
{
	struct run_prompt prompt = *usual;
	char missing[MISSING], *text = NULL;
	bool went = false, ready = false;
	char *where = run_where(run);
	enum err err = ERR_OK;

	if (where == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a question");
	prompt.text = where;
	if (!run_all_here(run, missing, sizeof(missing))) {
		if (asprintf(&text, "%s\n   NOT HERE: %s. The step cannot begin without them.",
			where, missing) < 0)
			text = NULL;
		prompt = (struct run_prompt){ .text = text == NULL ? where : text };
	}
	err = run_prompt(run, &prompt, &went, trace);
	if (err == ERR_OK && went)
		err = run_sessions(run, &ready, trace);
	if (err == ERR_OK && went && ready)
		err = run_step_command(run, trace);
	free(text);
	free(where);
	return err;
}

static enum err
do_begin(struct running *run, size_t which, struct err_trace *trace)
{
	static const struct run_prompt go = { NULL, "go", "do this step", false };

	(void)which;
	return ask_to_begin(run, &go, trace);
}

static enum err
do_again(struct running *run, size_t which, struct err_trace *trace)
{
	static const struct run_prompt retry = { NULL, "retry", "do this step once more", false };

	(void)which;
	return ask_to_begin(run, &retry, trace);
}

/* Nobody knows what the command still did before the machine stopped. */
static enum err
do_interrupted(struct running *run, size_t which, struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;
	const char *words[] = { "quorate", "status" };
	char name[64];
	const struct run_own own = { name, words, 2, 60 };
	int status = 0;
	enum err err;

	snprintf(
	    name, sizeof(name), "%03u-status-%lld", run->progress.step, (long long)clock_boot_ms());
	attendant->note(attendant->context,
	    "The command of this step was begun, and nobody wrote down how it ended: it may have "
	    "had effect. What is pending now, as 'quorate status' says:");
	err = run_own(run, &own, &status, trace);
	attendant->note(attendant->context,
	    "An operation of this step that is pending goes on when the step is done once more. "
	    "Whatever else it began: look, and decide on an exception, before that.");
	return err == ERR_OK ? do_again(run, which, trace) : err;
}

static void
add_text(char out[LINE], const json_t *check, const char *name)
{
	const char *text = json_string_value(json_object_get(check, name));
	const size_t len = strlen(out);

	snprintf(out + len, LINE - len, "%s%s", len == 0 ? "" : "; ", text == NULL ? "" : text);
}

/* What the last command of this step was to do and did not, as the record has it. */
static enum err
find_unmet(
    const struct running *run, char expected[LINE], char actual[LINE], struct err_trace *trace)
{
	const struct record_line *end;
	const json_t *check;
	struct record record;
	size_t i;
	enum err err = run_read_record(run, &record, trace);

	if (err != ERR_OK)
		return err;
	expected[0] = actual[0] = '\0';
	end = record_last(&record, RECORD_END, run->progress.step);
	json_array_foreach (end == NULL ? NULL : json_object_get(end->json, "checks"), i, check) {
		if (json_is_true(json_object_get(check, "well")))
			continue;
		add_text(expected, check, "expected");
		add_text(actual, check, "actual");
	}
	record_free(&record);
	return ERR_OK;
}

static enum err
do_mismatch(struct running *run, size_t which, struct err_trace *trace)
{
	static const struct run_prompt differs = {
		"This is NOT as expected. The ceremony goes on only when that was written down as "
		"an exception and two people decided.",
		"decide", "write it down and decide", false
	};
	char expected[LINE], actual[LINE];
	const struct run_happened happened = { expected, actual };
	bool went = false;
	enum err err;

	(void)which;
	err = run_prompt(run, &differs, &went, trace);
	if (err != ERR_OK || !went)
		return err;
	err = find_unmet(run, expected, actual, trace);
	return err == ERR_OK ? run_exception(run, &happened, trace) : err;
}

/* ---- by hand ------------------------------------------------------------------------------- */

static const char *
pattern_of(const struct script_record *record)
{
	static const char *const patterns[SCRIPT_RECORD__COUNT] = {
		[SCRIPT_RECORD_NUMBER] = "[0-9]+([.,][0-9]+)?",
		[SCRIPT_RECORD_TIME] =
		    "([0-9]{4}-[0-9]{2}-[0-9]{2} )?([01][0-9]|2[0-3]):[0-5][0-9]",
		[SCRIPT_RECORD_HASH] = "[0-9a-fA-F]{64}",
		[SCRIPT_RECORD_STOW] = "[^,]+, *[^,]+",
		[SCRIPT_RECORD_UNSTOW] = "[^,]+, *(yes|no)",
	};

	return record->pattern != NULL ? record->pattern : patterns[record->kind];
}

/* The pattern matches all of the line; a line is never empty. */
static bool
is_fit(const struct script_record *record, const char *line)
{
	const char *pattern = pattern_of(record);
	char *whole = NULL;
	regex_t regex;
	bool fit;

	if (line[0] == '\0' || line[0] == '-') /* an option, where a command takes the value */
		return false;
	if (pattern == NULL)
		return true;
	if (asprintf(&whole, "^(%s)$", pattern) < 0)
		return false;
	fit = regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB) == 0;
	free(whole);
	if (!fit)
		return false;
	fit = regexec(&regex, line, 0, NULL, 0) == 0;
	regfree(&regex);
	return fit;
}

/* What the form looks like where the script does not say it. */
static const char *
form_of(enum script_record_kind kind)
{
	static const char *const forms[SCRIPT_RECORD__COUNT] = {
		[SCRIPT_RECORD_TIME] = "HH:MM",
		[SCRIPT_RECORD_HASH] = "64 hexadecimal digits",
		[SCRIPT_RECORD_STOW] = "number of the bag, safe",
		[SCRIPT_RECORD_UNSTOW] = "number of the bag, yes or no: it was whole",
	};

	return forms[kind];
}

static enum err
write_filled(struct running *run, const struct script_record *record, const char *line,
    const char *about, struct err_trace *trace)
{
	run->misfits = 0;
	return run_write(run, RECORD_FILLED,
	    json_pack("{s:i, s:s, s:s, s:s, s:o, s:o}", "step", (int)run->progress.step, "name",
		record->name, "record", script_record_word(record->kind), "label", record->label,
		"value", chain_text(line), "about",
		about == NULL ? json_null() : chain_text(about)),
	    trace);
}

/* It is asked again, as the record lacks it still; but whoever cannot learn is not asked for ever.
 */
static enum err
refuse_line(struct running *run, const struct script_record *record, struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;

	attendant->note(attendant->context,
	    "That is not of the form that is wanted. (Nothing begins with '-'.)");
	if (++run->misfits < MISFITS)
		return ERR_OK;
	err_next(trace,
	    "Nothing is lost. Find the right form, then: quorate ceremony resume %s "
	    "--by %s",
	    shell_word(run->input->folder).text, shell_word(run->input->by).text);
	return FAIL(trace, ERR_ARGUMENT,
	    "what was written down for '%s' was %d times not of the form that step %u wants",
	    record->label, MISFITS, run->progress.step);
}

static enum err
do_fill(struct running *run, size_t which, struct err_trace *trace)
{
	const struct script_record *record = &progress_step(&run->progress)->records[which];
	struct attendant *attendant = run->input->attendant;
	const char *form = form_of(record->kind);
	char text[LINE], line[LINE];
	const struct attendant_fill fill = { text, record->example };
	char *about = NULL;
	enum err err = ERR_OK;

	if (record->about != NULL)
		err = run_expand(run, record->about, &about, trace);
	snprintf(text, sizeof(text), "To be written down: %s%s%s%s%s%s", record->label,
	    about == NULL ? "" : " - ", about == NULL ? "" : about, form == NULL ? "" : " (",
	    form == NULL ? "" : form, form == NULL ? "" : ")");
	if (err == ERR_OK)
		err = attendant->fill(attendant->context, &fill, line, sizeof(line), trace);
	if (err == ERR_OK && !is_fit(record, line)) {
		free(about);
		return refuse_line(run, record, trace);
	}
	if (err == ERR_OK)
		err = run_stow(run, record, about, line, trace);
	if (err == ERR_OK)
		err = write_filled(run, record, line, about, trace);
	free(about);
	return err;
}

/* A confirmation that is refused is an exception. */
static enum err
do_confirm(struct running *run, size_t which, struct err_trace *trace)
{
	const struct script_step *step = progress_step(&run->progress);
	const char *role = step->confirm.word[which];
	const char *who = run_seated(run, role, NULL);
	struct attendant *attendant = run->input->attendant;
	const struct run_happened refused = { "a confirmation", "it was refused" };
	const struct run_prompt missing = { "Whoever must confirm this step is not here.", NULL,
		NULL, false };
	char text[LINE];
	bool yes = false;
	enum err err;

	if (who == NULL)
		return run_prompt(run, &missing, &yes, trace);
	snprintf(text, sizeof(text),
	    "Step %u, %s: %s (%s), do you confirm that it was done and "
	    "that you saw what is expected?",
	    step->number, step->title, who, role);
	err = attendant->confirm(attendant->context, text, NULL, &yes, trace);
	if (err != ERR_OK)
		return err;
	if (!yes)
		return run_exception(run, &refused, trace);
	return run_write(run, RECORD_CONFIRMED,
	    json_pack("{s:i, s:o, s:s}", "step", (int)step->number, "person", chain_text(who),
		"role", role),
	    trace);
}

static enum err
do_decide(struct running *run, size_t which, struct err_trace *trace)
{
	const struct script_step *step = progress_step(&run->progress);
	struct attendant *attendant = run->input->attendant;
	struct attendant_menu_row *rows = calloc(step->choice_count, sizeof(*rows));
	const struct attendant_menu menu = { step->question, rows, step->choice_count };
	const char *by = NULL;
	size_t taken = 0;
	enum err err;

	(void)which;
	if (rows == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a question");
	for (size_t i = 0; i < step->choice_count; i++)
		rows[i] =
		    (struct attendant_menu_row){ step->choices[i].word, step->choices[i].text };
	err = attendant->menu(attendant->context, &menu, &taken, trace);
	free(rows);
	if (err == ERR_OK)
		err = run_ask_who(run, "Who decides that?", NULL, &by, trace);
	if (err != ERR_OK)
		return err;
	return run_write(run, RECORD_DECIDED,
	    json_pack("{s:i, s:s, s:s, s:s}", "step", (int)step->number, "question", step->question,
		"taken", step->choices[taken].word, "by", by),
	    trace);
}

static enum err
do_done(struct running *run, size_t which, struct err_trace *trace)
{
	const struct script_step *step = progress_step(&run->progress);
	const char *result = "as-written";

	(void)which;
	if (run->progress.outcome == 'd')
		result = "deviation";
	else if (run->mode == RUN_DRY && step->practice.count > 0)
		result = "practice";
	return run_write(run, RECORD_DONE,
	    json_pack("{s:i, s:s}", "step", (int)step->number, "result", result), trace);
}

static enum err
do_stop(struct running *run, size_t which, struct err_trace *trace)
{
	enum err err = run_close_session(run, trace);

	(void)which;
	return err == ERR_OK ? run_write(run, RECORD_STOPPED,
				   json_pack("{s:i, s:o, s:s}", "step", (int)run->progress.step,
				       "by", chain_text(run_first_person(run)), "reason",
				       "decided as an exception"),
				   trace)
			     : err;
}

enum err
run_step(struct running *run, struct err_trace *trace)
{
	static enum err (*const does[])(struct running *, size_t, struct err_trace *) = {
		[PROGRESS_BEGIN] = do_begin,
		[PROGRESS_INTERRUPTED] = do_interrupted,
		[PROGRESS_MISMATCH] = do_mismatch,
		[PROGRESS_AGAIN] = do_again,
		[PROGRESS_FILL] = do_fill,
		[PROGRESS_CONFIRM] = do_confirm,
		[PROGRESS_DECIDE] = do_decide,
		[PROGRESS_DONE] = do_done,
		[PROGRESS_STOPPING] = do_stop,
	};
	size_t which;
	const enum progress_next next = progress_next(&run->progress, &which);

	if (next >= sizeof(does) / sizeof(*does) || does[next] == NULL)
		return FAIL(trace, ERR_INTERNAL, "nothing is to be done");
	return does[next](run, which, trace);
}
