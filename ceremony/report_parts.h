/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a report, for report*.c alone. */
#ifndef CEREMONY_REPORT_PARTS_H
#define CEREMONY_REPORT_PARTS_H

#include "ceremony/bundle.h"
#include "ceremony/form.h"
#include "ceremony/record.h"
#include "ceremony/report.h"
#include "ceremony/script.h"
#include "ceremony/sheet.h"

struct report_sources {
	const struct report_question *question;
	struct script *script;
	struct sheet *sheet;
	struct record record;
	struct bundle_verdict verdict;
};

/* "2027-03-01T09:00:00Z" */
json_t *report_time(int64_t utc);

/* report_script.c: what was planned. New references, NULL without memory. */
json_t *report_roles(const struct report_sources *from);
json_t *report_references(const struct report_sources *from);
json_t *report_phases(const struct report_sources *from);
json_t *report_media(const struct report_sources *from);
json_t *report_devices(const struct report_sources *from);

/* report_record.c: what happened; sorted into the steps of `report` and into lists of its own. */
MUST_CHECK enum err
report_record(const struct report_sources *from, json_t *report, struct err_trace *trace);

/* report_trust.c: what verifies, who signed, what came later, and who was appointed. */
MUST_CHECK enum err
report_trust(const struct report_sources *from, json_t *report, struct err_trace *trace);

/* report_requirements.c: what auditors ask for, each with its answer or null. */
json_t *report_requirements(const struct report_sources *from, const json_t *report);

/* report_steps.c, report_tables.c: pages. */
struct report {
	const json_t *json;
	struct form form;
};
void report_put_people(struct report *report);
void report_put_devices(struct report *report);
void report_put_steps(struct report *report);
void report_put_exceptions(struct report *report);
void report_put_trust(struct report *report);
void report_put_host(struct report *report);
void report_put_requirements(struct report *report);

/* A member's text as it can be printed; "not recorded" for null, none and "". */
const char *report_text(struct report *report, const json_t *object, const char *name);

/* A table of a list of objects, or `none` where the list is empty. */
struct report_column {
	const char *member;
	const char *title;
	unsigned share;
};
void report_list(
    struct report *report, const char *list, const struct report_column *columns, const char *none);

#endif
