/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ceremony/folder.h"
#include "ceremony/report_parts.h"

enum { OUTPUT_SHOWN = 16 * 1024 };

/* Which list a kind of line goes to: of the report, or of its step. */
static const struct {
	const char *list;
	bool of_step;
} places[RECORD_KIND__COUNT] = {
	[RECORD_APPROVED] = { "approvals", false },
	[RECORD_PREFLIGHT] = { "preflight", false },
	[RECORD_PERSON] = { "attendance", false },
	[RECORD_SESSION] = { "sessions", false },
	[RECORD_BEGIN] = { "attempts", true },
	[RECORD_FILLED] = { "filled", true },
	[RECORD_CONFIRMED] = { "confirmed", true },
	[RECORD_DECIDED] = { "decided", true },
	[RECORD_NOTE] = { "notes", false },
	[RECORD_EXCEPTION] = { "exceptions", false },
	[RECORD_PAUSED] = { "interruptions", false },
	[RECORD_RESUMED] = { "interruptions", false },
	[RECORD_STOPPED] = { "interruptions", false },
	[RECORD_STATEMENT] = { "statements", false },
};

/* A line without what chains it, its time as text. */
static json_t *
body_of(const struct record_line *line)
{
	json_t *body = json_deep_copy(line->json);

	if (body == NULL || json_object_set_new(body, "time", report_time(line->time)) != 0) {
		json_decref(body);
		return NULL;
	}
	if (line->kind == RECORD_APPROVED)
		(void)json_object_set_new(body, "when",
		    report_time(json_integer_value(json_object_get(line->json, "at"))));
	(void)json_object_del(body, "v");
	(void)json_object_del(body, "prev");
	return body;
}

/* NULL: the script has no such step. */
static json_t *
find_step(json_t *report, const json_t *number)
{
	const json_int_t wanted = json_integer_value(number);
	json_t *phase, *step;
	size_t i, j;

	json_array_foreach (json_object_get(report, "phases"), i, phase)
		json_array_foreach (json_object_get(phase, "steps"), j, step)
			if (json_integer_value(json_object_get(step, "step")) == wanted)
				return step;
	return NULL;
}

static enum err
put(json_t *owner, const char *list, json_t *body, struct err_trace *trace)
{
	json_t *there = json_object_get(owner, list);

	if (there == NULL && json_object_set_new(owner, list, json_array()) == 0)
		there = json_object_get(owner, list);
	if (json_array_append_new(there, body) != 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a report");
	return ERR_OK;
}

/* What an end says belongs to the attempt that it ends. */
static enum err
put_end(json_t *step, json_t *body, struct err_trace *trace)
{
	json_t *attempts = json_object_get(step, "attempts");
	json_t *last = json_array_get(attempts, json_array_size(attempts) - 1);
	json_t *ended = json_object_get(body, "time");

	if (last == NULL) {
		json_decref(body);
		return FAIL(trace, ERR_FORMAT, "the record ends a step that it never began");
	}
	if (json_object_set(last, "ended", ended) != 0 ||
	    json_object_update_missing(last, body) != 0) {
		json_decref(body);
		return FAIL(trace, ERR_NOMEM, "no memory for a report");
	}
	json_decref(body);
	return ERR_OK;
}

static enum err
put_line(json_t *report, const struct record_line *line, struct err_trace *trace)
{
	json_t *body, *step = find_step(report, json_object_get(line->json, "step"));

	if (line->kind == RECORD_DONE && step != NULL)
		return json_object_set(step, "result", json_object_get(line->json, "result")) == 0
			   ? ERR_OK
			   : FAIL(trace, ERR_NOMEM, "no memory for a report");
	if (places[line->kind].list == NULL && line->kind != RECORD_END)
		return ERR_OK;
	if (step == NULL && (places[line->kind].of_step || line->kind == RECORD_END))
		return FAIL(trace, ERR_FORMAT,
		    "line %lld of the record is about a step that the script has not",
		    (long long)line->n);
	body = body_of(line);
	if (body == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a report");
	if (line->kind == RECORD_END)
		return put_end(step, body, trace);
	return put(
	    places[line->kind].of_step ? step : report, places[line->kind].list, body, trace);
}

/* ---- What was read back of keys ------------------------------------------------------------ */

/* Commands whose output says what a key in a token is; the program is there by its path. */
static bool
says_attributes(const json_t *command)
{
	const char *program = json_string_value(json_array_get(command, 0));
	const char *group = json_string_value(json_array_get(command, 1));

	if (program != NULL && strrchr(program, '/') != NULL)
		program = strrchr(program, '/') + 1;
	return program != NULL && group != NULL && strcmp(program, "quorate") == 0 &&
	       (strcmp(group, "key") == 0 || strcmp(group, "backup") == 0);
}

/* Of a file below outputs/ and nowhere else; NULL: it is not there, too long, or no text. */
static json_t *
read_output(const struct report_sources *from, const char *file)
{
	char *path = NULL, *text = NULL;
	json_t *out = NULL;
	size_t len = 0;

	if (strncmp(file, EVIDENCE_OUTPUTS "/", strlen(EVIDENCE_OUTPUTS "/")) != 0 ||
	    strstr(file, "..") != NULL ||
	    folder_path(from->question->evidence, file, &path, NULL) != ERR_OK)
		return NULL;
	if (file_read(path, OUTPUT_SHOWN, &text, &len, NULL) == ERR_OK && strlen(text) == len)
		out = json_string(text);
	free(path);
	free(text);
	return out;
}

static enum err
put_key(json_t *report, const json_t *step, const json_t *key, struct err_trace *trace)
{
	static const char *const members[] = { "label", "type", "id", "made_here", "sensitive",
		"extractable", "never_extractable", "can_sign" };
	json_t *row;

	if (!json_is_boolean(json_object_get(key, "sensitive")))
		return ERR_OK;
	row = json_pack("{s:O}", "step", step);
	for (size_t i = 0; row != NULL && i < sizeof(members) / sizeof(*members); i++)
		if (json_object_get(key, members[i]) != NULL)
			(void)json_object_set(row, members[i], json_object_get(key, members[i]));
	return put(report, "key_attributes", row, trace);
}

/* Where the JSON of `quorate key` and `quorate backup` has keys; an output of text has none. */
static enum err
put_keys(json_t *report, const json_t *step, const char *text, struct err_trace *trace)
{
	json_t *output = json_loads(text, 0, NULL), *key;
	enum err err = put_key(report, step, output, trace);
	size_t i;

	if (err == ERR_OK)
		err = put_key(report, step, json_object_get(output, "key"), trace);
	json_array_foreach (json_object_get(output, "keys"), i, key)
		if (err == ERR_OK)
			err = put_key(report, step, key, trace);
	json_decref(output);
	return err;
}

static enum err
put_attributes(const struct report_sources *from, json_t *report, const json_t *attempt,
    struct err_trace *trace)
{
	const char *file =
	    json_string_value(json_object_get(json_object_get(attempt, "out"), "file"));
	const json_t *step = json_object_get(attempt, "step");
	json_t *text = file == NULL ? NULL : read_output(from, file);
	enum err err;

	if (text == NULL)
		return ERR_OK;
	err = put_keys(report, step, json_string_value(text), trace);
	if (err != ERR_OK) {
		json_decref(text);
		return err;
	}
	return put(report, "attributes",
	    json_pack("{s:O, s:s, s:o}", "step", step, "file", file, "text", text), trace);
}

static enum err
find_attributes(const struct report_sources *from, json_t *report, struct err_trace *trace)
{
	json_t *phase, *step, *attempt;
	size_t i, j, k;

	json_array_foreach (json_object_get(report, "phases"), i, phase)
		json_array_foreach (json_object_get(phase, "steps"), j, step)
			json_array_foreach (json_object_get(step, "attempts"), k, attempt) {
				enum err err;

				if (!says_attributes(json_object_get(attempt, "command")))
					continue;
				err = put_attributes(from, report, attempt, trace);
				if (err != ERR_OK)
					return err;
			}
	return ERR_OK;
}

enum err
report_record(const struct report_sources *from, json_t *report, struct err_trace *trace)
{
	const struct record_line *inventory = record_last(&from->record, RECORD_INVENTORY, 0);
	json_t *entropy = inventory == NULL ? NULL : json_object_get(inventory->json, "entropy");
	int failed = json_object_set_new(report, "attributes", json_array()) |
		     json_object_set_new(report, "key_attributes", json_array());
	enum err err = ERR_OK;

	failed |= json_object_set(report, "entropy", entropy == NULL ? json_null() : entropy);
	for (size_t i = 0; i < RECORD_KIND__COUNT; i++)
		if (places[i].list != NULL && !places[i].of_step)
			failed |= json_object_set_new(report, places[i].list, json_array());
	if (failed != 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a report");
	for (size_t i = 0; err == ERR_OK && i < from->record.count; i++)
		err = put_line(report, &from->record.lines[i], trace);
	return err == ERR_OK ? find_attributes(from, report, trace) : err;
}
