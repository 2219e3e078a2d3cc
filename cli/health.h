/* SPDX-License-Identifier: BSD-2-Clause */
/* Health as people, programs and monitoring are told it (docs/formats/health.md). */
#ifndef CLI_HEALTH_H
#define CLI_HEALTH_H

#include <stdio.h>

#include <jansson.h>

#include "roster/health.h"

/* What was asked, and all that was answered, the worst first. */
struct health_answer {
	const struct roster_question *question;
	bool past;            /* replayed as of question->at */
	const char *supposed; /* "alice departed; card root/2 lost", or empty */
	bool practice;
	enum roster_level level;
	size_t count;
	struct roster_health **health;
};

/* What monitoring reads: 0 OK, 1 WARNING, 2 CRITICAL, 3 for what cannot be judged. */
int health_status(enum roster_level level);

/* Short, the worst first; in colour only for `color`. */
struct health_page {
	FILE *out;
	bool color;
};
void health_print(const struct health_page *page, const struct health_answer *answer);

/* A new document; NULL without memory. */
json_t *health_json(const struct health_answer *answer);

/* Replaces the file as a whole by the figures, in the textfile collector's format. */
MUST_CHECK enum err health_write_prometheus(
    const char *path, const struct health_answer *answer, struct err_trace *trace);

#endif
