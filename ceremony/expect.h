/* SPDX-License-Identifier: BSD-2-Clause */
/* Expected and actual, side by side: whether what a command did is what its step says. */
#ifndef CEREMONY_EXPECT_H
#define CEREMONY_EXPECT_H

#include <stdbool.h>

#include "base/err.h"
#include "ceremony/script.h"

enum { EXPECT_TEXT = 513 };

/* What a command left behind. */
struct expect_seen {
	int status;
	bool timed_out, too_much;
	const char *out; /* the file with what it printed */
	const char *err;
	const char *files; /* the folder in which its files lie */
};

struct expect_result {
	const char *kind; /* static */
	char expected[EXPECT_TEXT];
	char actual[EXPECT_TEXT]; /* cut to fit */
	bool well;
};

/* `expect` has its texts with every ${name} replaced already. */
MUST_CHECK enum err expect_compare(const struct script_expect *expect,
    const struct expect_seen *seen, struct expect_result *out, struct err_trace *trace);

#endif
