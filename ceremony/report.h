/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a ceremony was, said from its evidence alone: for people as pages, for programs as JSON
 * (docs/formats/ceremony-report.md). The pages are made of the JSON, so that both say the same.
 * What the evidence does not have is "not recorded", never left out.
 */
#ifndef CEREMONY_REPORT_H
#define CEREMONY_REPORT_H

#include <jansson.h>

#include "base/err.h"

struct roster;

struct report_question {
	const char *evidence;
	struct roster *roster; /* for appointments, and whose the cards are; NULL: not said */
};

/*
 * json_decref() *out. Evidence that does not verify is reported with what is wrong; ERR_FORMAT
 * where its script, sheet or record cannot be read at all. ERR_ABSENT: no evidence there.
 */
MUST_CHECK enum err
report_json(const struct report_question *question, json_t **out, struct err_trace *trace);

/* Writes a new file of A4 pages; as print_pages otherwise. */
MUST_CHECK enum err report_pages(const json_t *report, const char *path, struct err_trace *trace);

#endif
