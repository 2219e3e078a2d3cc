/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/token_verdict.h"

#include <stdio.h>
#include <string.h>

#include "hsm/token.h"

/* What may be asked of a token: a text, or a yes or no. */
static const struct expectable {
	const char *name;
	bool is_text;
	size_t offset;
} expectables[] = {
	{ "firmware", true, offsetof(struct token_facts, firmware) },
	{ "hardware", true, offsetof(struct token_facts, hardware) },
	{ "model", true, offsetof(struct token_facts, model) },
	{ "manufacturer", true, offsetof(struct token_facts, manufacturer) },
	{ "serial", true, offsetof(struct token_facts, serial) },
	{ "label", true, offsetof(struct token_facts, label) },
	{ "initialised", false, offsetof(struct token_facts, initialised) },
	{ "user-pin", false, offsetof(struct token_facts, user_pin_set) },
	{ "software", false, offsetof(struct token_facts, software) },
};

/* The row whose name stands before the '='; NULL: none. */
static const struct expectable *
find_row(const char *expect)
{
	const size_t len = strcspn(expect, "=");

	for (size_t i = 0; i < sizeof(expectables) / sizeof(*expectables); i++)
		if (strlen(expectables[i].name) == len &&
		    strncmp(expectables[i].name, expect, len) == 0)
			return &expectables[i];
	return NULL;
}

static enum err
check_name(const char *expect, const struct expectable **out, struct err_trace *trace)
{
	const char *equals = strchr(expect, '=');
	const struct expectable *row = equals == NULL ? NULL : find_row(expect);

	if (row == NULL) {
		err_next(trace,
		    "Expect firmware, hardware, model, manufacturer, serial or label, or "
		    "initialised, user-pin or software as yes or no: --expect firmware=2.6");
		return FAIL(trace, ERR_ARGUMENT, "'%.60s' is nothing to expect of a token", expect);
	}
	if (strlen(equals + 1) >= TOKEN_CHECK_TEXT)
		return FAIL(trace, ERR_ARGUMENT, "the %s that is expected is too long", row->name);
	if (!row->is_text && strcmp(equals, "=yes") != 0 && strcmp(equals, "=no") != 0)
		return FAIL(trace, ERR_ARGUMENT, "'%s' is expected as yes or no", row->name);
	*out = row;
	return ERR_OK;
}

enum err
token_verdict_check_names(const char *const *expect, size_t count, struct err_trace *trace)
{
	const struct expectable *row;
	enum err err = ERR_OK;

	/* one is left for what is not named: that it is empty */
	if (count > TOKEN_CHECKS - 1)
		return FAIL(trace, ERR_ARGUMENT, "at most %d things are expected of a token",
		    TOKEN_CHECKS - 1);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = check_name(expect[i], &row, trace);
	return err;
}

static enum err
add_check(struct token_verdict *verdict, const struct token_check *check, struct err_trace *trace)
{
	if (verdict->count == TOKEN_CHECKS)
		return FAIL(trace, ERR_ARGUMENT, "too much is expected of a token");
	verdict->check[verdict->count++] = *check;
	verdict->wrong += !check->as_expected;
	return ERR_OK;
}

enum err
token_verdict_expect(struct token_verdict *verdict, const struct token_facts *token,
    const char *expect, struct err_trace *trace)
{
	struct token_check check = { .as_expected = false };
	const struct expectable *row = NULL;
	const char *actual;
	enum err err = check_name(expect, &row, trace);

	if (err != ERR_OK)
		return err;
	actual = (const char *)token + row->offset;
	if (!row->is_text)
		actual = *(const bool *)actual ? "yes" : "no";
	snprintf(check.name, sizeof(check.name), "%s", row->name);
	snprintf(check.expected, sizeof(check.expected), "%s", strchr(expect, '=') + 1);
	snprintf(check.actual, sizeof(check.actual), "is %s", actual[0] == '\0' ? "none" : actual);
	check.as_expected = strcmp(check.expected, actual) == 0;
	return add_check(verdict, &check, trace);
}

enum err
token_verdict_expect_empty(struct token_verdict *verdict, struct module *module,
    const struct token_facts *token, struct err_trace *trace)
{
	struct token_check check = { .name = "empty", .expected = "no object" };
	struct token_session *session = NULL;
	size_t objects = 0;
	enum err err = ERR_OK;

	if (token->initialised) {
		err = token_session_open(module, token, false, &session, trace);
		if (err == ERR_OK)
			err = token_count_objects(session, &objects, trace);
		token_session_close(session);
	}
	if (err != ERR_OK)
		return err;
	if (!token->initialised)
		snprintf(
		    check.actual, sizeof(check.actual), "is not initialised and so can hold none");
	else if (objects == 0)
		snprintf(check.actual, sizeof(check.actual),
		    "shows none without its PIN (private ones cannot be seen)");
	else
		snprintf(check.actual, sizeof(check.actual), "shows %zu without its PIN", objects);
	check.as_expected = objects == 0;
	return add_check(verdict, &check, trace);
}
