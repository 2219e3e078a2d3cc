/* SPDX-License-Identifier: BSD-2-Clause */
/* What belongs into the record before it is frozen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shell_word.h"
#include "ceremony/bundle_sign.h"
#include "ceremony/close_internal.h"
#include "ceremony/folder.h"
#include "custody/attendant.h"

enum { SAID = 600, TEXT = 1200 };

enum err
close_read_record(struct closing *closing, struct err_trace *trace)
{
	char *path = NULL;
	enum err err = folder_path(closing->evidence, EVIDENCE_RECORD, &path, trace);

	record_free(&closing->record);
	if (err == ERR_OK)
		err = record_read(path, &closing->record, trace);
	free(path);
	return err;
}

static const char *
member(const struct record_line *line, const char *name)
{
	const char *text = json_string_value(json_object_get(line->json, name));

	return text == NULL ? "" : text;
}

/* ---- the last check ------------------------------------------------------------------------ */

/* Steps are done in the script's order, but for decisions; its last one ends it. */
static enum err
check_steps(struct closing *closing, struct err_trace *trace)
{
	const struct record *record = &closing->record;
	const struct record_line *done = record_last(record, RECORD_DONE, 0);
	const struct record_line *begun = record_last(record, RECORD_BEGIN, 0);
	const size_t steps = closing->script->step_count;
	size_t last = 0;

	if (done != NULL)
		last = (size_t)json_integer_value(json_object_get(done->json, "step"));
	if (closing->out.stopped ||
	    (last == steps && done != NULL && (begun == NULL || begun->n < done->n)))
		return ERR_OK;
	err_next(trace,
	    "Go on with it, and stop it there if it cannot be finished: quorate ceremony resume %s "
	    "--by %s",
	    shell_word(closing->input->folder).text, shell_word(closing->input->by).text);
	return FAIL(trace, ERR_NOT_NOW,
	    "step %zu of %zu was done last: the ceremony is not at its end", last, steps);
}

static void
count_results(struct closing *closing, unsigned *done, unsigned *exceptions)
{
	*done = *exceptions = closing->out.deviations = 0;
	closing->out.stopped = record_last(&closing->record, RECORD_STOPPED, 0) != NULL;
	for (size_t i = 0; i < closing->record.count; i++) {
		const struct record_line *line = &closing->record.lines[i];

		*done += line->kind == RECORD_DONE;
		*exceptions += line->kind == RECORD_EXCEPTION;
		closing->out.deviations +=
		    line->kind == RECORD_DONE && strcmp(member(line, "result"), "deviation") == 0;
	}
}

/* ---- statements ---------------------------------------------------------------------------- */

static const struct record_line *
find_statement(const struct closing *closing, const char *person)
{
	for (size_t i = 0; i < closing->record.count; i++)
		if (closing->record.lines[i].kind == RECORD_STATEMENT &&
		    strcmp(member(&closing->record.lines[i], "person"), person) == 0)
			return &closing->record.lines[i];
	return NULL;
}

static bool
signs_on_paper(const struct closing *closing, const char *person)
{
	struct roster_card card;

	for (size_t i = 0; i < closing->input->on_paper_count; i++)
		if (strcmp(closing->input->on_paper[i], person) == 0)
			return true;
	return bundle_card_of_person(closing->input->custody->roster, person, &card, NULL) !=
	       ERR_OK;
}

/* The deviations, as those who sign must have heard them. */
static void
list_deviations(const struct closing *closing, char out[TEXT])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < closing->record.count && len < TEXT; i++) {
		const struct record_line *line = &closing->record.lines[i];
		const json_t *step = json_object_get(line->json, "step");

		if (line->kind == RECORD_EXCEPTION)
			len += (size_t)snprintf(out + len, TEXT - len,
			    "  Exception at step %d, %s: expected %.120s; happened: %.200s\n",
			    (int)json_integer_value(step), member(line, "outcome"),
			    member(line, "expected"), member(line, "happened"));
	}
}

static enum err
ask_what_differs(
    const struct closing *closing, const char *says, char said[SAID], struct err_trace *trace)
{
	const struct attendant *people = closing->input->custody->attendant;
	const struct attendant_fill fill = {
		.text = strcmp(says, "not-agreed") == 0
			    ? "What do you not agree with? It becomes part of the record."
			    : "In your words: what deviated? It becomes part of the record.",
		.example = "as the exceptions say"
	};

	said[0] = '\0';
	if (strcmp(says, "followed") == 0)
		return ERR_OK;
	return people->fill(people->context, &fill, said, SAID, trace);
}

static enum err
ask_statement(struct closing *closing, const char *person, const char *role, json_t **out,
    struct err_trace *trace)
{
	static const struct attendant_menu_row rows[] = {
		{ "followed", "the script was followed as written" },
		{ "followed-with-deviations", "it was followed, with the deviations listed" },
		{ "not-agreed", "I do NOT agree with this record" },
	};
	const struct attendant *people = closing->input->custody->attendant;
	const size_t first = closing->out.deviations > 0 || closing->out.stopped;
	char text[TEXT + 200], deviations[TEXT], said[SAID];
	const struct attendant_menu menu = { text, rows + first, 3 - first };
	size_t taken = 0;
	enum err err;

	list_deviations(closing, deviations);
	snprintf(text, sizeof(text), "%s%.128s (%.32s), how was this ceremony held?%s", deviations,
	    person, role, closing->out.stopped ? " It was stopped before its end." : "");
	err = people->menu(people->context, &menu, &taken, trace);
	if (err == ERR_OK)
		err = ask_what_differs(closing, menu.of[taken].word, said, trace);
	if (err == ERR_OK)
		*out = json_pack("{s:s, s:s, s:s, s:s, s:s}", "person", person, "role", role,
		    "says", menu.of[taken].word, "text", said, "how",
		    signs_on_paper(closing, person) ? "paper" : "card");
	return err;
}

static enum err
add_statement(struct closing *closing, struct record_writer *writer, const struct record_line *who,
    struct err_trace *trace)
{
	json_t *body = NULL;
	enum err err =
	    ask_statement(closing, member(who, "person"), member(who, "role"), &body, trace);

	return err == ERR_OK ? record_add(writer, RECORD_STATEMENT, body, trace) : err;
}

/* True for the first line that told of this person in a role. */
static bool
is_first_of(const struct closing *closing, const struct record_line *line)
{
	for (size_t i = 0; i < closing->record.count; i++) {
		const struct record_line *one = &closing->record.lines[i];

		if (one->kind == RECORD_PERSON &&
		    strcmp(member(one, "person"), member(line, "person")) == 0 &&
		    strcmp(member(one, "role"), member(line, "role")) == 0)
			return one == line;
	}
	return false;
}

/* Everybody who was there in a role of the sign-off, once, in the script's order. */
static enum err
take_statements(struct closing *closing, struct record_writer *writer, struct err_trace *trace)
{
	const struct script_words *roles = &closing->script->sign_off;
	json_t *asked = json_object();
	enum err err = asked == NULL ? FAIL(trace, ERR_NOMEM, "no memory") : ERR_OK;

	for (size_t r = 0; r < roles->count && err == ERR_OK; r++) {
		for (size_t i = 0; i < closing->record.count && err == ERR_OK; i++) {
			const struct record_line *line = &closing->record.lines[i];
			const char *person = member(line, "person");

			if (line->kind != RECORD_PERSON ||
			    strcmp(member(line, "role"), roles->word[r]) != 0 ||
			    !json_is_true(json_object_get(line->json, "in")) ||
			    !is_first_of(closing, line) || json_object_get(asked, person) != NULL ||
			    find_statement(closing, person) != NULL)
				continue;
			err = add_statement(closing, writer, line, trace);
			if (err == ERR_OK && json_object_set_new(asked, person, json_true()) != 0)
				err = FAIL(trace, ERR_NOMEM, "no memory");
		}
	}
	json_decref(asked);
	return err;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static enum err
finish(struct closing *closing, struct record_writer *writer, struct err_trace *trace)
{
	unsigned done = 0, exceptions = 0;
	enum err err = ERR_OK;

	count_results(closing, &done, &exceptions);
	if (record_last(&closing->record, RECORD_INVENTORY, 0) == NULL)
		err = record_add(writer, RECORD_INVENTORY, close_inventory(closing), trace);
	if (err == ERR_OK)
		err = take_statements(closing, writer, trace);
	if (err == ERR_OK)
		err = record_add(writer, RECORD_FROZEN,
		    json_pack("{s:i, s:i, s:i}", "steps", (int)done, "deviations",
			(int)closing->out.deviations, "exceptions", (int)exceptions),
		    trace);
	return err;
}

enum err
close_record(struct closing *closing, struct err_trace *trace)
{
	struct record_writer *writer = NULL;
	unsigned done = 0, exceptions = 0;
	char *path = NULL;
	enum err err;

	count_results(closing, &done, &exceptions);
	if (closing->record.frozen)
		return ERR_OK;
	err = check_steps(closing, trace);
	if (err == ERR_OK)
		err = folder_path(closing->evidence, EVIDENCE_RECORD, &path, trace);
	if (err == ERR_OK)
		err = record_writer_open(path, &writer, trace);
	free(path);
	if (err == ERR_OK)
		err = finish(closing, writer, trace);
	record_writer_close(writer);
	return err == ERR_OK ? close_read_record(closing, trace) : err;
}
