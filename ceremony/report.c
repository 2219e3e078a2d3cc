/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/shell_word.h"
#include "ceremony/folder.h"
#include "ceremony/report_parts.h"

json_t *
report_time(int64_t utc)
{
	char text[CLOCK_TEXT];

	clock_format(utc, text);
	return json_string(text);
}

static json_t *
hex(const uint8_t *bytes)
{
	char text[2 * SHA256_SIZE + 1];

	hex_encode(bytes, SHA256_SIZE, text);
	return json_string(text);
}

/* The head in hex and in words; null before it was frozen. */
static json_t *
head_json(const struct report_sources *from)
{
	static const uint8_t none[SHA256_SIZE];
	const uint8_t *head = from->verdict.head;
	char words[WORDS_SIZE(SHA256_SIZE)];
	bool any = false;

	for (size_t i = 0; i < SHA256_SIZE; i++)
		any |= head[i] != none[i];
	if (!any)
		return json_null();
	words_encode(head, SHA256_SIZE, words);
	return json_pack("{s:o, s:s}", "sha256", hex(head), "words", words);
}

static bool
has_software(const struct report_sources *from)
{
	const struct record_line *line = record_last(&from->record, RECORD_INVENTORY, 0);
	size_t i;
	json_t *token;

	if (line != NULL)
		json_array_foreach (json_object_get(line->json, "tokens"), i, token)
			if (json_is_true(json_object_get(token, "software")))
				return true;
	for (i = 0; i < from->sheet->token_count; i++)
		if (sheet_token_is_software(&from->sheet->tokens[i]))
			return true;
	return false;
}

static json_t *
ceremony_json(const struct report_sources *from)
{
	const struct record *record = &from->record;
	const json_t *open = record->lines[0].json;
	const char *mode = json_string_value(json_object_get(open, "mode"));
	char date[CLOCK_DATE];

	clock_format_date(from->sheet->date, date);
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:s, s:s?, s:s?, s:o, s:o, s:o, s:o, "
			 "s:o, s:O, s:O, s:O}",
	    "name", from->script->name, "title", from->script->title, "purpose",
	    from->script->purpose, "mode", mode, "practice",
	    from->verdict.practice || strcmp(mode, "run") != 0, "software", has_software(from),
	    "frozen", record->frozen, "date", date, "start", from->sheet->start, "place",
	    from->sheet->place_name, "begun", report_time(record->lines[0].time), "ended",
	    report_time(record->lines[record->count - 1].time), "script", hex(from->script->hash),
	    "sheet", hex(from->sheet->hash), "head", head_json(from), "build",
	    json_object_get(open, "build"), "by", json_object_get(open, "by"), "previous",
	    json_object_get(open, "previous"));
}

static enum err
make(const struct report_sources *from, json_t **out, struct err_trace *trace)
{
	const json_t *open = from->record.lines[0].json;
	json_t *report = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:O, s:O}", "ceremony",
	    ceremony_json(from), "references", report_references(from), "roles", report_roles(from),
	    "phases", report_phases(from), "devices", report_devices(from), "media",
	    report_media(from), "programs", json_object_get(open, "programs"), "host",
	    json_object_get(open, "host"));
	enum err err;

	if (report == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a report");
	err = report_record(from, report, trace);
	if (err == ERR_OK)
		err = report_trust(from, report, trace);
	if (err == ERR_OK &&
	    json_object_set_new(report, "requirements", report_requirements(from, report)) != 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for a report");
	if (err != ERR_OK) {
		json_decref(report);
		return err;
	}
	*out = report;
	return ERR_OK;
}

static enum err
read_sources(struct report_sources *from, struct err_trace *trace)
{
	const struct bundle_question question = { .evidence = from->question->evidence,
		.roster = from->question->roster };
	char *path = NULL;
	enum err err = folder_path(question.evidence, FOLDER_SCRIPT, &path, trace);

	if (err == ERR_OK)
		err = script_read(path, &from->script, trace);
	free(path);
	path = NULL;
	if (err == ERR_OK)
		err = folder_path(question.evidence, FOLDER_SHEET, &path, trace);
	if (err == ERR_OK)
		err = sheet_read(path, &from->sheet, trace);
	free(path);
	path = NULL;
	if (err == ERR_OK)
		err = folder_path(question.evidence, EVIDENCE_RECORD, &path, trace);
	if (err == ERR_OK)
		err = record_read(path, &from->record, trace);
	free(path);
	return err == ERR_OK ? bundle_verify(&question, &from->verdict, trace) : err;
}

enum err
report_json(const struct report_question *question, json_t **out, struct err_trace *trace)
{
	struct report_sources from = { .question = question };
	enum err err = read_sources(&from, trace);

	if (err == ERR_OK && from.record.count == 0)
		err = FAIL(trace, ERR_FORMAT, "the record has no line yet");
	if (err == ERR_OK)
		err = make(&from, out, trace);
	bundle_verdict_free(&from.verdict);
	record_free(&from.record);
	sheet_free(from.sheet);
	script_free(from.script);
	if (err == ERR_FORMAT)
		err_next(trace, "See what else is wrong: quorate ceremony verify %s",
		    shell_word(question->evidence).text);
	return err;
}
