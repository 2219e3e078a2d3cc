/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "tests/unit/ceremony/refused.h"

void
check_refused(const struct refused *rows, size_t count, parse_text *parse)
{
	for (size_t i = 0; i < count; i++) {
		struct err_trace trace = { 0 };
		const enum err err = parse(rows[i].text, &trace);

		if (err != ERR_FORMAT)
			fail_msg("row %zu (%s): '%s'", i, rows[i].says,
			    err == ERR_OK ? "was taken" : err_word(err));
		if (strcmp(trace.frame[0].text, rows[i].says) != 0)
			fail_msg(
			    "row %zu: '%s' instead of '%s'", i, trace.frame[0].text, rows[i].says);
	}
}
