/* SPDX-License-Identifier: BSD-2-Clause */
/* Prompts, and the keys that each of them has. */
#include "ceremony/run_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/chain.h"
#include "base/clock.h"
#include "ceremony/folder.h"
#include "custody/attendant.h"

enum { LINE = 512 };

enum err
run_choose(struct running *run, const char *text, const struct script_words *words, size_t *taken,
    struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;
	struct attendant_menu_row *rows = calloc(words->count, sizeof(*rows));
	const struct attendant_menu menu = { text, rows, words->count };
	enum err err;

	if (rows == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a question");
	for (size_t i = 0; i < words->count; i++)
		rows[i] = (struct attendant_menu_row){ words->word[i], "" };
	err = attendant->menu(attendant->context, &menu, taken, trace);
	free(rows);
	return err;
}

/* ---- the keys ------------------------------------------------------------------------------ */

static enum err
key_note(struct running *run, struct err_trace *trace)
{
	static const struct attendant_fill fill = { "What is to be noted?", NULL };
	struct attendant *attendant = run->input->attendant;
	const char *by = NULL;
	char line[LINE];
	enum err err = attendant->fill(attendant->context, &fill, line, sizeof(line), trace);

	if (err == ERR_OK)
		err = run_ask_who(run, "Who notes it?", NULL, &by, trace);
	return err == ERR_OK ? run_write(run, RECORD_NOTE,
				   json_pack("{s:i, s:o, s:s}", "step", (int)run->progress.step,
				       "text", chain_text(line), "by", by),
				   trace)
			     : err;
}

static enum err
key_exception(struct running *run, struct err_trace *trace)
{
	static const struct run_happened nothing = { NULL, NULL };

	return run_exception(run, &nothing, trace);
}

static enum err
key_pause(struct running *run, struct err_trace *trace)
{
	static const struct attendant_fill fill = { "Why does the ceremony pause?", "a break" };
	struct attendant *attendant = run->input->attendant;
	char line[LINE];
	enum err err = attendant->fill(attendant->context, &fill, line, sizeof(line), trace);

	if (err == ERR_OK)
		err = run_close_session(run, trace);
	if (err == ERR_OK)
		err = run_write(run, RECORD_PAUSED,
		    json_pack("{s:i, s:o, s:o}", "step", (int)run->progress.step, "by",
			chain_text(run_first_person(run)), "reason", chain_text(line)),
		    trace);
	run->pausing = err == ERR_OK;
	return err;
}

/* "12:04 done 3 as-written" of a line that ends a step, or another that people ask about. */
static bool
tell_line(const struct record_line *line, char *out, size_t size)
{
	char when[CLOCK_TEXT];
	const json_t *json = line->json;
	const int step = (int)json_integer_value(json_object_get(json, "step"));
	const char *text = NULL;

	clock_format(line->time, when);
	if (line->kind == RECORD_DONE)
		text = json_string_value(json_object_get(json, "result"));
	else if (line->kind == RECORD_EXCEPTION)
		text = json_string_value(json_object_get(json, "happened"));
	else if (line->kind == RECORD_NOTE)
		text = json_string_value(json_object_get(json, "text"));
	if (text == NULL)
		return false;
	snprintf(
	    out, size, "%.16s  step %d, %s: %s", when, step, record_kind_word(line->kind), text);
	return true;
}

static enum err
key_so_far(struct running *run, struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;
	struct record record;
	char text[LINE];
	enum err err = run_read_record(run, &record, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < record.count; i++)
		if (tell_line(&record.lines[i], text, sizeof(text)))
			attendant->note(attendant->context, text);
	record_free(&record);
	return ERR_OK;
}

static enum err
key_who(struct running *run, struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;
	char text[LINE];

	(void)trace;
	for (size_t i = 0; i < run->progress.person_count; i++) {
		const struct progress_person *person = &run->progress.persons[i];
		const struct script_role *role = script_role(run->script, person->role);

		snprintf(text, sizeof(text), "%-8s %s, %s%s: %s",
		    person->here ? "here" : "not here", person->name, person->role,
		    person->deputy ? " (deputy)" : "",
		    role == NULL || role->duty == NULL ? "" : role->duty);
		attendant->note(attendant->context, text);
	}
	return ERR_OK;
}

static const struct key {
	const char *word;
	const char *help;
	bool goes_on; /* the same prompt is asked again */
	enum err (*press)(struct running *run, struct err_trace *trace);
} keys[] = {
	{ "pause", "stop here for now; 'quorate ceremony resume' goes on", false, key_pause },
	{ "exception", "something is not as expected: write it down and decide", false,
	    key_exception },
	{ "note", "write something into the record", true, key_note },
	{ "in", "somebody comes in", false, run_person_in },
	{ "out", "somebody goes out", false, run_person_out },
	{ "so-far", "what was done so far", true, key_so_far },
	{ "who", "who is here, and what for", true, key_who },
};
enum { KEYS = sizeof(keys) / sizeof(*keys) };

enum err
run_prompt(
    struct running *run, const struct run_prompt *prompt, bool *went, struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;
	struct attendant_menu_row rows[KEYS + 1];
	const size_t count = KEYS + (prompt->word != NULL);
	const size_t usual = prompt->word == NULL ? count : prompt->behind ? KEYS : 0;
	const size_t first = usual == 0 ? 1 : 0;
	struct attendant_menu menu = { prompt->text, rows, count };
	size_t taken = 0;
	enum err err;

	for (size_t i = 0; i < KEYS; i++)
		rows[first + i] = (struct attendant_menu_row){ keys[i].word, keys[i].help };
	if (usual < count)
		rows[usual] = (struct attendant_menu_row){ prompt->word, prompt->help };
	for (;;) {
		err = attendant->menu(attendant->context, &menu, &taken, trace);
		if (err != ERR_OK)
			return err;
		*went = taken == usual;
		if (*went)
			return ERR_OK;
		err = keys[taken - first].press(run, trace);
		if (err != ERR_OK || !keys[taken - first].goes_on)
			return err;
		menu.text = "Go on?";
	}
}
