/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/token_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "16:0123456789abcdef" or "12:0123456789:P-" */
static enum err
read_format(const char *text, struct roster_pin_format *out, struct err_trace *trace)
{
	struct roster_pin_format format = { .is_set = true };
	char *rest;
	unsigned long length;
	const char *colon;
	size_t alphabet;

	if (text == NULL)
		return ERR_OK;
	length = strtoul(text, &rest, 10);
	if (*rest != ':' || length == 0 || length > 512) {
		err_next(trace, "Write it as LENGTH:ALPHABET, for example 16:0123456789abcdef");
		return FAIL(trace, ERR_ARGUMENT, "'%s' is not a PIN format", text);
	}
	rest++;
	colon = strchr(rest, ':');
	alphabet = colon == NULL ? strlen(rest) : (size_t)(colon - rest);
	if (alphabet >= sizeof(format.alphabet) ||
	    (colon != NULL && strlen(colon + 1) >= sizeof(format.prefix)))
		return FAIL(
		    trace, ERR_ARGUMENT, "the alphabet or prefix of a PIN format is too long");
	format.length = (unsigned)length;
	snprintf(format.alphabet, sizeof(format.alphabet), "%.*s", (int)alphabet, rest);
	snprintf(format.prefix, sizeof(format.prefix), "%s", colon == NULL ? "" : colon + 1);
	*out = format;
	return roster_pin_format_check(out, trace);
}

enum err
token_values_read(
    const struct token_values *values, struct create_token *out, struct err_trace *trace)
{
	struct create_token token = { .uri = values->token,
		.module = values->module,
		.name = values->name,
		.role = ROSTER_PRIMARY,
		.user_only = values->user_only };
	enum err err;

	if (values->role != NULL && !roster_binding_role_parse(values->role, &token.role)) {
		err_next(trace, "Roles of tokens are primary, backup and test.");
		return FAIL(trace, ERR_ARGUMENT, "'%s' is not a token's role", values->role);
	}
	err = read_format(values->user_format, &token.format[ROSTER_USER_PIN], trace);
	if (err == ERR_OK)
		err = read_format(values->so_format, &token.format[ROSTER_SO_PIN], trace);
	if (err == ERR_OK)
		*out = token;
	return err;
}
