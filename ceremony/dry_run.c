/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/dry_run.h"

#include <stdlib.h>
#include <string.h>

#include "ceremony/folder.h"
#include "ceremony/record.h"

const char *
dry_run_leader(const struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->person_count; i++)
		if (strcmp(sheet->people[i].role, "administrator") == 0)
			return sheet->people[i].name;
	return sheet->person_count == 0 ? "" : sheet->people[0].name;
}

/* ---- what became of it --------------------------------------------------------------------- */

static struct dry_run_step *
step_of(struct dry_run_report *report, const json_t *line)
{
	const json_int_t number = json_integer_value(json_object_get(line, "step"));

	return number < 1 || (size_t)number > report->step_count ? NULL : &report->step[number - 1];
}

static void
take_line(struct dry_run_report *report, const struct record_line *line)
{
	struct dry_run_step *step = step_of(report, line->json);
	const char *result = json_string_value(json_object_get(line->json, "result"));

	if (line->kind == RECORD_BEGIN && step != NULL) {
		step->attempts++;
		if (step->attempts == 1)
			step->seconds = -line->time;
	} else if (line->kind == RECORD_DONE && step != NULL && result != NULL) {
		step->seconds += line->time;
		step->done = strcmp(result, "deviation") != 0;
		step->practised = strcmp(result, "practice") == 0;
		report->steps++;
		report->practised += step->practised;
		report->passed = report->passed && step->done;
	} else if (line->kind == RECORD_STOPPED || line->kind == RECORD_EXCEPTION) {
		report->passed = false;
	}
}

/* The last step was done: with decisions, not every step needs to be. */
static bool
reached_end(const struct dry_run_report *report)
{
	return report->step_count > 0 && report->step[report->step_count - 1].done;
}

static enum err
begin_report(const struct script *script, struct dry_run_report *out, struct err_trace *trace)
{
	struct dry_run_report report = { .passed = true,
		.step = calloc(script->step_count, sizeof(*report.step)),
		.step_count = script->step_count };

	if (report.step == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a report");
	for (size_t i = 0; i < script->step_count; i++) {
		report.step[i].number = script->steps[i].number;
		report.step[i].id = script->steps[i].id;
		report.step[i].title = script->steps[i].title;
		report.estimate += script->steps[i].minutes;
	}
	*out = report;
	return ERR_OK;
}

enum err
dry_run_read(const char *folder, const struct script *script, struct dry_run_report *out,
    struct err_trace *trace)
{
	struct dry_run_report report;
	struct record record = { .count = 0 };
	char *path = NULL;
	enum err err = folder_path(folder, FOLDER_EVIDENCE "/" EVIDENCE_RECORD, &path, trace);

	if (err == ERR_OK)
		err = record_read(path, &record, trace);
	free(path);
	if (err == ERR_OK)
		err = begin_report(script, &report, trace);
	if (err != ERR_OK) {
		record_free(&record);
		return err;
	}
	for (size_t i = 0; i < record.count; i++)
		take_line(&report, &record.lines[i]);
	report.passed = report.passed && reached_end(&report);
	if (record.count > 0)
		report.seconds = record.lines[record.count - 1].time - record.lines[0].time;
	for (size_t i = 0; i < report.step_count; i++)
		if (report.step[i].seconds < 0)
			report.step[i].seconds = 0; /* begun, and never done */
	record_free(&record);
	*out = report;
	return ERR_OK;
}
