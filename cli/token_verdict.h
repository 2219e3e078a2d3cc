/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a token is what a ceremony expects: a verdict of a line for each expectation, instead of
 * a page that tired people compare with a sheet.
 */
#ifndef CLI_TOKEN_VERDICT_H
#define CLI_TOKEN_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct module;
struct token_facts;

enum { TOKEN_CHECKS = 16, TOKEN_CHECK_TEXT = 96 };

struct token_check {
	char name[TOKEN_CHECK_TEXT]; /* "firmware" */
	char expected[TOKEN_CHECK_TEXT];
	char actual[TOKEN_CHECK_TEXT]; /* "is 2.6" */
	bool as_expected;
};

struct token_verdict {
	struct token_check check[TOKEN_CHECKS];
	size_t count;
	size_t wrong; /* of them are not as expected */
};

/*
 * ERR_ARGUMENT for one that is not NAME=VALUE, a name that no token is asked for, a value that is
 * neither yes nor no where that is the question, or more than fit: before any token is looked for.
 */
MUST_CHECK enum err
token_verdict_check_names(const char *const *expect, size_t count, struct err_trace *trace);

/* Adds what comes of one "NAME=VALUE", which has passed token_verdict_check_names. */
MUST_CHECK enum err token_verdict_expect(struct token_verdict *verdict,
    const struct token_facts *token, const char *expect, struct err_trace *trace);

/*
 * Adds whether the token is empty: it is not initialised, so that it can hold nothing; or it shows
 * no object to who has no PIN. What is private on it is not seen, and the text says so.
 */
MUST_CHECK enum err token_verdict_expect_empty(struct token_verdict *verdict, struct module *module,
    const struct token_facts *token, struct err_trace *trace);

#endif
