/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/module.h"

enum { LIST_TEXT = 160 };

enum err
bound_token_find(struct custody *custody, const struct roster_token *token, struct bound_token *out,
    struct err_trace *trace)
{
	enum err err = token_find(out->module, token->uri, TOKEN_INITIALISED, &out->facts, trace);

	if (err == ERR_ABSENT) {
		err_next_instead(trace,
		    "Connect the HSM that holds token '%s' (serial %s), then run the command "
		    "again.",
		    token->label, token->serial);
		err = FAIL(trace, ERR_ABSENT, "token '%s' is not there", token->label);
	}
	return err == ERR_OK
		   ? token_practice_check(&out->facts, roster_is_practice(custody->roster), trace)
		   : err;
}

enum err
bound_token_open(struct custody *custody, const struct roster_token *token, struct bound_token *out,
    struct err_trace *trace)
{
	struct bound_token found = { 0 };
	enum err err = module_open_named(token->module, &found.module, trace);

	if (err == ERR_OK)
		err = bound_token_find(custody, token, &found, trace);
	if (err != ERR_OK) {
		bound_token_close(&found);
		return err;
	}
	*out = found;
	return ERR_OK;
}

void
bound_token_close(struct bound_token *token)
{
	module_close(token->module);
	token->module = NULL;
}

enum token_who
bound_token_who(enum roster_token_pin which)
{
	return which == ROSTER_SO_PIN ? TOKEN_SO : TOKEN_USER;
}

enum err
bound_token_pin(const struct secret *prk, const struct roster_binding_spec *spec,
    enum roster_token_pin which, struct secret **pin, struct err_trace *trace)
{
	const struct roster_pin_format *stored = &spec->format[which];
	struct derive_pin derive = { .kind = which == ROSTER_SO_PIN ? PIN_SO : PIN_USER,
		.binding = spec->name };
	struct pin_format format;

	if (stored->is_set) {
		snprintf(format.prefix, sizeof(format.prefix), "%s", stored->prefix);
		snprintf(format.alphabet, sizeof(format.alphabet), "%s", stored->alphabet);
		format.length = stored->length;
		derive.format = &format;
	}
	return derive_pin(prk, &derive, pin, trace);
}

enum err
bound_token_describe(const struct token_facts *facts, const char *module, struct roster_token *out,
    struct err_trace *trace)
{
	struct roster_token token = { .software = facts->software };
	char uri[TOKEN_URI];
	enum err err = token_uri(facts, TOKEN_URI_STORED, uri, trace);

	if (err != ERR_OK)
		return err;
	snprintf(token.uri, sizeof(token.uri), "%s", uri);
	snprintf(token.label, sizeof(token.label), "%s", facts->label);
	snprintf(token.serial, sizeof(token.serial), "%s", facts->serial);
	snprintf(token.manufacturer, sizeof(token.manufacturer), "%s", facts->manufacturer);
	snprintf(token.model, sizeof(token.model), "%s", facts->model);
	snprintf(token.module, sizeof(token.module), "%s", module);
	*out = token;
	return ERR_OK;
}

/* The names of some bindings, for a message. */
static void
list_names(const struct roster_binding *bindings, size_t count, char out[LIST_TEXT])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count && len < LIST_TEXT - 1; i++)
		len += (size_t)snprintf(
		    out + len, LIST_TEXT - len, "%s%s", i == 0 ? "" : ", ", bindings[i].spec.name);
}

enum err
bound_token_choose(struct roster *roster, const struct roster_id *quorum, const char *name,
    struct roster_binding *out, struct err_trace *trace)
{
	struct roster_binding *bindings = NULL;
	const struct roster_binding *found = NULL;
	char names[LIST_TEXT];
	size_t count = 0;
	enum err err = roster_binding_list(roster, quorum, &bindings, &count, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; name != NULL && i < count; i++)
		if (strcmp(bindings[i].spec.name, name) == 0)
			found = &bindings[i];
	if (name == NULL && count == 1)
		found = &bindings[0];
	list_names(bindings, count, names);
	if (found != NULL) {
		*out = *found;
	} else if (count == 0) {
		err_next(
		    trace, "Bind one with 'quorate token bind QUORUM --name BINDING --by NAME'.");
		err = FAIL(trace, ERR_ABSENT, "no token is bound to this quorum");
	} else if (name == NULL) {
		err_next(trace, "Say which with --token NAME.");
		err = FAIL(trace, ERR_ARGUMENT, "the quorum opens several tokens: %s", names);
	} else {
		err =
		    FAIL(trace, ERR_ABSENT, "the quorum opens no token '%s', but: %s", name, names);
	}
	free(bindings);
	return err;
}
