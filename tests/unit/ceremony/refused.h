/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of texts that must be refused, each with the words that the error must have. */
#ifndef TESTS_UNIT_CEREMONY_REFUSED_H
#define TESTS_UNIT_CEREMONY_REFUSED_H

#include <stddef.h>

#include "base/err.h"

struct refused {
	const char *text;
	const char *says; /* all of the error's first line */
};

typedef enum err parse_text(const char *text, struct err_trace *trace);

/* Fails, naming the row, when one is taken or is refused with other words. */
void check_refused(const struct refused *rows, size_t count, parse_text *parse);

#endif
