/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tokens of an adoption. Cards know the names of bindings, not serial numbers: a token is the
 * one on the sheet, or the one that is labelled so, or the only one that is left, or the one that
 * people say. All of that is asked before a secret exists; with it, each PIN is tried once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/adopt_internal.h"
#include "custody/attendant.h"
#include "custody/login.h"
#include "custody/token.h"
#include "hsm/module.h"
#include "hsm/pin.h"

enum { CANDIDATES_TEXT = 512 };

/* ---- Which token --------------------------------------------------------------------------- */

/* One module of each name is open; the adoption closes it. */
static enum err
open_module(
    struct adoption *adoption, const char *name, struct module **out, struct err_trace *trace)
{
	struct module *module = NULL;
	enum err err;

	for (size_t i = 0; i < adoption->modules; i++) {
		const char *open = module_name(adoption->module[i]);

		if (name == NULL ? i == 0 : open != NULL && strcmp(open, name) == 0) {
			*out = adoption->module[i];
			return ERR_OK;
		}
	}
	if (adoption->modules == ADOPT_MODULES)
		return FAIL(
		    trace, ERR_UNSUPPORTED, "tokens of more than %d modules", ADOPT_MODULES);
	err = module_open(name, &module, trace);
	if (err == ERR_OK && module_name(module) == NULL) {
		err_next(trace, "Add a line 'NAME = %s' to /etc/quorate/modules.conf.",
		    module_path(module));
		err = FAIL(trace, ERR_ARGUMENT, "the module has no name in this installation");
		module_close(module);
	}
	if (err == ERR_OK)
		*out = adoption->module[adoption->modules++] = module;
	return err;
}

/* An initialised token that may be a quorum's of this roster, and is nobody's yet. */
static bool
is_candidate(const struct adoption *adoption, const struct token_facts *facts)
{
	struct roster_binding bound;

	if (!facts->initialised || facts->broken || facts->serial[0] == '\0' ||
	    token_practice_check(facts, roster_is_practice(adoption->custody->roster), NULL) !=
		ERR_OK)
		return false;
	for (size_t i = 0; i < adoption->tokens; i++)
		if (adoption->token[i].found &&
		    strcmp(adoption->token[i].facts.serial, facts->serial) == 0)
			return false;
	return roster_binding_by_serial(adoption->custody->roster, facts->serial, &bound, NULL) ==
	       ERR_ABSENT;
}

static bool
is_named_so(const struct token_facts *facts, const char *name)
{
	const char *label = facts->label;

	if (strncmp(label, "PRACTICE ", strlen("PRACTICE ")) == 0)
		label += strlen("PRACTICE ");
	return strcmp(label, name) == 0;
}

static size_t
count_unfound(const struct adoption *adoption)
{
	size_t count = 0;

	for (size_t i = 0; i < adoption->tokens; i++)
		count += adoption->token[i].found || adoption->token[i].known ? 0 : 1;
	return count;
}

/* The tokens of a module, and which of them are nobody's yet. */
struct candidates {
	struct token_facts *facts;
	size_t count;
	size_t left[ADOPT_TOKENS];
	size_t lefts;
};

static enum err
list_candidates(struct adoption *adoption, struct module *module, struct candidates *out,
    struct err_trace *trace)
{
	enum err err = token_list(module, &out->facts, &out->count, trace);

	for (size_t i = 0; err == ERR_OK && i < out->count; i++)
		if (out->lefts < ADOPT_TOKENS && is_candidate(adoption, &out->facts[i]))
			out->left[out->lefts++] = i;
	return err;
}

/* The people say which of those left it is; nothing typed means none. */
static enum err
ask_which(struct adoption *adoption, const struct adopt_token *token,
    const struct candidates *among, const struct token_facts **out, struct err_trace *trace)
{
	struct attendant *attendant = adoption->custody->attendant;
	char text[CANDIDATES_TEXT], typed[32] = "";
	int len = snprintf(text, sizeof(text),
	    "Which token is '%s'? Type its serial number, or nothing if it is not here:",
	    token->spec.name);
	enum err err;

	for (size_t i = 0; i < among->lefts && len < CANDIDATES_TEXT; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "\n  '%s', serial %s",
		    among->facts[among->left[i]].label, among->facts[among->left[i]].serial);
	err = attendant->type(
	    attendant->context, text, ATTENDANT_EXPECT_SERIAL, typed, sizeof(typed), trace);
	for (size_t i = 0; err == ERR_OK && i < among->lefts; i++)
		if (strcmp(among->facts[among->left[i]].serial, typed) == 0)
			*out = &among->facts[among->left[i]];
	return err;
}

/* By what is on the sheet, or by its label; NULL: there is none such. */
static const struct token_facts *
find_named(const struct adopt_token *token, const struct candidates *among)
{
	const struct token_facts *found = NULL;
	const char *serial = token->spec.token.serial;

	for (size_t i = 0; i < among->lefts; i++) {
		const struct token_facts *facts = &among->facts[among->left[i]];

		if (serial[0] != '\0' ? strcmp(facts->serial, serial) == 0
				      : is_named_so(facts, token->spec.name))
			found = facts;
	}
	return found;
}

/* By what is left over, or by what people say; NULL in *out: it is not here. */
static enum err
find_left(struct adoption *adoption, const struct adopt_token *token,
    const struct candidates *among, const struct token_facts **out, struct err_trace *trace)
{
	*out = NULL;
	if (token->spec.token.serial[0] != '\0' || among->lefts == 0)
		return ERR_OK;
	if (among->lefts > 1 || count_unfound(adoption) > 1)
		return ask_which(adoption, token, among, out, trace);
	*out = &among->facts[among->left[0]];
	return ERR_OK;
}

/* A PIN whose counter is low is tried only after people were asked. */
static enum err
check_tries(struct adoption *adoption, struct adopt_token *token, struct err_trace *trace)
{
	struct attendant *attendant = adoption->custody->attendant;

	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		struct err_trace why = { 0 };
		enum err err = login_check_tries(adoption->custody, &token->facts,
		    bound_token_who((enum roster_token_pin)pin), &why);

		token->may_try[pin] = err == ERR_OK;
		if (err != ERR_OK && err != ERR_LOCKED && err != ERR_CANCELLED)
			return FAIL(trace, err, "token '%s' was not asked", token->facts.label);
		if (err != ERR_OK && why.count > 0)
			attendant->note(attendant->context, why.frame[0].text);
	}
	return ERR_OK;
}

static enum err
take(struct adoption *adoption, struct adopt_token *token, struct module *module,
    const struct token_facts *facts, struct err_trace *trace)
{
	enum err err;

	token->module = module;
	token->facts = *facts;
	err = bound_token_describe(facts, module_name(module), &token->spec.token, trace);
	if (err == ERR_OK)
		err = check_tries(adoption, token, trace);
	/* Its initialising was broken off: the SO PIN alone was set. */
	token->may_try[ROSTER_USER_PIN] = token->may_try[ROSTER_USER_PIN] && facts->user_pin_set;
	token->found = err == ERR_OK;
	return err;
}

/* First every binding looks for a token of its own, then for one of those left over. */
enum pass { PASS_NAMED, PASS_LEFT };

/* Looks for the token of a binding; that it is not here is success. */
static enum err
find(struct adoption *adoption, struct adopt_token *token, enum pass pass, struct err_trace *trace)
{
	const char *named = token->spec.token.module;
	struct candidates among = { .facts = NULL };
	const struct token_facts *facts = NULL;
	struct module *module = NULL;
	enum err err = open_module(adoption,
	    adoption->request->module != NULL ? adoption->request->module
	    : named[0] != '\0'                ? named
					      : NULL,
	    &module, trace);

	if (err == ERR_OK)
		err = list_candidates(adoption, module, &among, trace);
	if (err == ERR_OK && pass == PASS_NAMED)
		facts = find_named(token, &among);
	else if (err == ERR_OK)
		err = find_left(adoption, token, &among, &facts, trace);
	if (err == ERR_OK && facts != NULL)
		err = take(adoption, token, module, facts, trace);
	free(among.facts);
	return err;
}

/* ---- The bindings there are ---------------------------------------------------------------- */

static struct adopt_token *
token_named(struct adoption *adoption, const char *name)
{
	for (size_t i = 0; i < adoption->tokens; i++)
		if (strcmp(adoption->token[i].spec.name, name) == 0)
			return &adoption->token[i];
	return NULL;
}

/* NULL when it is known already, here or in the roster, or there are too many. */
static struct adopt_token *
add_token(struct adoption *adoption, const char *name)
{
	struct roster_binding known;
	struct adopt_token *token;

	if (token_named(adoption, name) != NULL || adoption->tokens == ADOPT_TOKENS ||
	    roster_binding_find(adoption->custody->roster, name, &known, NULL) == ERR_OK)
		return NULL;
	token = &adoption->token[adoption->tokens++];
	snprintf(token->spec.name, sizeof(token->spec.name), "%s", name);
	token->spec.role = adoption->tokens == 1 ? ROSTER_PRIMARY : ROSTER_BACKUP;
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		token->spec.binds[pin] = true;
	return token;
}

/* Each is looked for once. */
static enum err
find_all(struct adoption *adoption, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (int pass = PASS_NAMED; pass <= PASS_LEFT; pass++)
		for (size_t i = 0; err == ERR_OK && i < adoption->tokens; i++) {
			struct adopt_token *token = &adoption->token[i];

			if (!token->known && !token->found && !token->searched)
				err = find(adoption, token, (enum pass)pass, trace);
			token->searched = token->searched || pass == PASS_LEFT;
		}
	return err;
}

enum err
adopt_told_bindings(struct adoption *adoption, struct err_trace *trace)
{
	const struct roster_sheet *sheet = adoption->request->sheet;

	for (size_t i = 0; sheet != NULL && i < sheet->bindings; i++) {
		struct adopt_token *token = add_token(adoption, sheet->binding[i].spec.name);

		if (token != NULL)
			token->spec = sheet->binding[i].spec;
	}
	for (size_t i = 0; i < adoption->request->binding_count; i++) {
		const char *name = adoption->request->bindings[i];

		if (!roster_is_plain_name(name))
			return FAIL(trace, ERR_ARGUMENT, "'%s' is not a binding name", name);
		(void)add_token(adoption, name);
	}
	return ERR_OK;
}

enum err
adopt_header_bindings(
    struct adoption *adoption, const struct header *header, struct err_trace *trace)
{
	for (size_t i = 0; i < header->binding_count; i++)
		(void)add_token(adoption, header->binding[i]);
	adoption->more_bindings = adoption->more_bindings ||
				  (header->bindings_incomplete && adoption->request->sheet == NULL);
	if (adoption->tokens == 0 && adoption->more_bindings) {
		err_next(trace, "Give the binding sheet: --sheet FILE. No PIN was asked for yet.");
		return FAIL(trace, ERR_ABSENT,
		    "card %s does not say which tokens its quorum opens, but that there are such",
		    header->card_name);
	}
	return find_all(adoption, trace);
}

/* ---- What opens ---------------------------------------------------------------------------- */

bool
adopt_opens(const struct adoption *adoption, unsigned generation)
{
	for (size_t i = 0; i < adoption->tokens; i++)
		for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
			if (adoption->token[i].opens[pin] == generation)
				return true;
	return false;
}

static bool
all_complete(const struct adoption *adoption)
{
	for (size_t i = 0; i < adoption->generations; i++)
		if (!adoption->generation[i].complete)
			return false;
	return true;
}

bool
adopt_is_settled(const struct adoption *adoption, const struct adopt_token *token)
{
	if (token->known)
		return true;
	if (!token->found)
		return false;
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (token->spec.binds[pin] && token->may_try[pin] && token->opens[pin] == 0 &&
		    !all_complete(adoption))
			return false;
	return true;
}

bool
adopt_is_accounted(const struct adoption *adoption)
{
	for (size_t i = 0; i < adoption->tokens; i++) {
		const struct adopt_token *token = &adoption->token[i];

		if (!adopt_is_settled(adoption, token) ||
		    (token->spec.binds[ROSTER_USER_PIN] && token->opens[ROSTER_USER_PIN] == 0))
			return false;
	}
	return !adoption->more_bindings;
}

/* The last try is not taken by a program, whoever used up those before it. */
static bool
is_spared(const struct adopt_token *token, enum roster_token_pin pin)
{
	struct token_facts now;
	const struct token_tries *tries, *before;

	if (token_refresh(token->module, &token->facts, &now, NULL) != ERR_OK)
		return false;
	tries = pin == ROSTER_SO_PIN ? &now.so : &now.user;
	before = pin == ROSTER_SO_PIN ? &token->facts.so : &token->facts.user;
	return tries->locked || (tries->final_try && !before->final_try);
}

static enum err
try_pin(struct adopt_token *token, enum roster_token_pin which, unsigned generation,
    const struct secret *prk, struct err_trace *trace)
{
	struct secret *pin = NULL;
	enum token_verdict verdict = TOKEN_PIN_WRONG;
	enum err err = bound_token_pin(prk, &token->spec, which, &pin, trace);
	const struct token_try attempt = { bound_token_who(which), pin, true };

	if (err == ERR_OK)
		err = token_try_pin(token->module, &token->facts, &attempt, &verdict, trace);
	secret_free(pin);
	if (err == ERR_OK && verdict == TOKEN_PIN_RIGHT)
		token->opens[which] = generation;
	if (err == ERR_OK && verdict == TOKEN_PIN_LOCKED)
		token->may_try[which] = false;
	return err;
}

enum err
adopt_try_pins(struct adoption *adoption, const struct adopt_generation *generation,
    const struct secret *prk, struct err_trace *trace)
{
	const size_t at = (size_t)(generation - adoption->generation);
	enum err err = ERR_OK;

	for (size_t i = 0; i < adoption->tokens; i++) {
		struct adopt_token *token = &adoption->token[i];

		for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
			enum roster_token_pin which = (enum roster_token_pin)pin;

			if (!token->found || !token->spec.binds[pin] || !token->may_try[pin] ||
			    token->opens[pin] != 0 || token->tried[pin][at] ||
			    is_spared(token, which))
				continue;
			token->tried[pin][at] = true;
			err = try_pin(token, which, generation->number, prk, trace);
		}
	}
	return err;
}
