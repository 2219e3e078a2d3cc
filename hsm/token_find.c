/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <p11-kit/uri.h>

#include "hsm/module.h"
#include "hsm/text.h"
#include "hsm/token_info.h"

enum { LISTED = 160 };

/* ERR_ARGUMENT for what cannot mean a token, so that no part of a URI is silently ignored. */
static enum err
refuse_parts(P11KitUri *uri, const char *text, struct err_trace *trace)
{
	CK_ULONG attributes = 0;

	if (p11_kit_uri_get_pin_value(uri) || p11_kit_uri_get_pin_source(uri)) {
		err_next(trace, "Leave pin-value and pin-source out: PINs come from the cards.");
		return FAIL(trace, ERR_ARGUMENT, "the PKCS#11 URI carries a PIN");
	}
	if (p11_kit_uri_any_unrecognized(uri))
		return FAIL(
		    trace, ERR_ARGUMENT, "'%s' has an attribute that means nothing here", text);
	(void)p11_kit_uri_get_attributes(uri, &attributes);
	if (attributes > 0)
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s' names an object on a token; here a token is wanted", text);
	return ERR_OK;
}

static enum err
parse(const char *text, P11KitUri **out, struct err_trace *trace)
{
	P11KitUri *uri = p11_kit_uri_new();
	enum err err = ERR_OK;
	int result;

	if (!uri)
		return FAIL(trace, ERR_NOMEM, "no memory for a PKCS#11 URI");
	result = p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, uri);
	if (result != P11_KIT_URI_OK) {
		err_next(trace, "'quorate token list' shows each token's URI.");
		err = FAIL(trace, ERR_FORMAT, "'%s' is not a PKCS#11 URI: %s", text,
		    p11_kit_uri_message(result));
	} else {
		err = refuse_parts(uri, text, trace);
	}
	if (err) {
		p11_kit_uri_free(uri);
		return err;
	}
	*out = uri;
	return ERR_OK;
}

enum err
token_uri_check(const char *uri, struct err_trace *trace)
{
	P11KitUri *parsed = NULL;
	enum err err = parse(uri, &parsed, trace);

	if (!err)
		p11_kit_uri_free(parsed);
	return err;
}

static bool
matches(struct module *module, P11KitUri *uri, CK_SLOT_ID slot, const CK_TOKEN_INFO *token)
{
	CK_FUNCTION_LIST *functions = module_functions(module);
	CK_SLOT_ID wanted = p11_kit_uri_get_slot_id(uri);
	CK_SLOT_INFO slot_info = { .flags = 0 };
	CK_INFO info = { .flags = 0 };

	if (wanted != (CK_SLOT_ID)-1 && wanted != slot)
		return false;
	return p11_kit_uri_match_token_info(uri, token) &&
	       functions->C_GetSlotInfo(slot, &slot_info) == CKR_OK &&
	       p11_kit_uri_match_slot_info(uri, &slot_info) &&
	       functions->C_GetInfo(&info) == CKR_OK && p11_kit_uri_match_module_info(uri, &info);
}

struct candidates {
	struct token_facts found;
	size_t count;
	char listed[LISTED]; /* "'root-ca' (serial 91f2…), slot 1 (fresh)", cut to fit */
};

static void
add_candidate(struct candidates *candidates, const struct token_facts *token)
{
	size_t used = strlen(candidates->listed);
	const char *comma = used ? ", " : "";
	char *at = candidates->listed + used;
	size_t room = sizeof(candidates->listed) - used;

	if (token->initialised)
		(void)snprintf(at, room, "%s'%s' (serial %s)", comma, token->label, token->serial);
	else
		(void)snprintf(at, room, "%sslot %lu (fresh)", comma, token->slot);
	candidates->found = *token;
	candidates->count++;
}

static bool
is_wanted(const struct token_facts *token, enum token_wanted wanted)
{
	return wanted == TOKEN_ANY || token->initialised == (wanted == TOKEN_INITIALISED);
}

struct search {
	P11KitUri *uri; /* NULL: whatever is of the wanted kind */
	enum token_wanted wanted;
	struct candidates match;
	struct candidates all; /* for the message */
};

static enum err
search_run(struct search *search, struct module *module, struct err_trace *trace)
{
	CK_SLOT_ID *slots = NULL;
	size_t count = 0;
	enum err err = token_slots(module, &slots, &count, trace);

	for (size_t i = 0; !err && i < count; i++) {
		CK_TOKEN_INFO info = { .flags = 0 };
		struct token_facts token;

		if (module_functions(module)->C_GetTokenInfo(slots[i], &info) != CKR_OK)
			continue;
		token_facts_from(slots[i], &info, &token);
		add_candidate(&search->all, &token);
		if (is_wanted(&token, search->wanted) &&
		    (!search->uri || matches(module, search->uri, slots[i], &info)))
			add_candidate(&search->match, &token);
	}
	free(slots);
	return err;
}

static const char *const wanted_words[] = {
	[TOKEN_ANY] = "token",
	[TOKEN_FRESH] = "fresh token",
	[TOKEN_INITIALISED] = "initialised token",
};

enum err
token_find(struct module *module, const char *uri, enum token_wanted wanted,
    struct token_facts *out, struct err_trace *trace)
{
	struct search search = { .wanted = wanted };
	const struct candidates *match = &search.match;
	enum err err = ERR_OK;

	if (uri && uri[0] != '\0')
		err = parse(uri, &search.uri, trace);
	if (!err)
		err = search_run(&search, module, trace);
	p11_kit_uri_free(search.uri);
	if (err)
		return err;
	if (match->count == 1) {
		*out = match->found;
		return ERR_OK;
	}
	err_next(trace, "'quorate token list' shows each token's URI: give the one you mean.");
	if (match->count > 1)
		return FAIL(trace, ERR_NOT_NOW, "%zu tokens could be meant: %s", match->count,
		    match->listed);
	if (search.all.count == 0)
		return FAIL(
		    trace, ERR_ABSENT, "module %s shows no token at all", module_path(module));
	return FAIL(trace, ERR_ABSENT, "no %s%s; there are: %s", wanted_words[wanted],
	    search.uri ? " matches the URI" : "", search.all.listed);
}

enum by { BY_SERIAL, BY_LABEL };

static const char *const by_words[] = { [BY_SERIAL] = "serial", [BY_LABEL] = "label" };

static enum err
find_by(struct module *module, enum by by, const char *value, struct token_facts *out,
    struct err_trace *trace)
{
	struct token_facts *tokens = NULL;
	const struct token_facts *found = NULL;
	size_t count = 0;
	size_t matching = 0;
	enum err err = token_list(module, &tokens, &count, trace);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		const char *has = by == BY_SERIAL ? tokens[i].serial : tokens[i].label;

		if (!tokens[i].initialised || strcmp(has, value) != 0)
			continue;
		found = &tokens[i];
		matching++;
	}
	if (matching == 1)
		*out = *found;
	else if (matching == 0)
		err = FAIL(
		    trace, ERR_ABSENT, "the token with %s '%s' is not there", by_words[by], value);
	else
		err = FAIL(trace, ERR_NOT_NOW, "%zu tokens have the %s '%s'", matching,
		    by_words[by], value);
	free(tokens);
	return err;
}

enum err
token_find_serial(
    struct module *module, const char *serial, struct token_facts *out, struct err_trace *trace)
{
	return find_by(module, BY_SERIAL, serial, out, trace);
}

enum err
token_find_label(
    struct module *module, const char *label, struct token_facts *out, struct err_trace *trace)
{
	return find_by(module, BY_LABEL, label, out, trace);
}

/* Fills the fields that name this token, and no others. */
static void
name_token(const struct token_facts *token, enum token_uri_form form, P11KitUri *uri)
{
	CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(uri);
	bool by_label = token->initialised && token->serial[0] == '\0';

	text_to_padded(token->manufacturer, info->manufacturerID, sizeof(info->manufacturerID));
	text_to_padded(token->model, info->model, sizeof(info->model));
	if (token->serial[0])
		text_to_padded(token->serial, info->serialNumber, sizeof(info->serialNumber));
	if (token->label[0] && (by_label || form == TOKEN_URI_SHOWN))
		text_to_padded(token->label, info->label, sizeof(info->label));
	if (!token->initialised)
		p11_kit_uri_set_slot_id(uri, token->slot);
}

enum err
token_uri(
    const struct token_facts *token, enum token_uri_form form, char *out, struct err_trace *trace)
{
	P11KitUri *uri = p11_kit_uri_new();
	char *text = NULL;
	enum err err = ERR_OK;
	int result;

	if (!uri)
		return FAIL(trace, ERR_NOMEM, "no memory for a PKCS#11 URI");
	name_token(token, form, uri);
	result = p11_kit_uri_format(uri,
	    token->initialised ? P11_KIT_URI_FOR_TOKEN
			       : P11_KIT_URI_FOR_TOKEN | P11_KIT_URI_FOR_SLOT,
	    &text);
	if (result != P11_KIT_URI_OK)
		err = FAIL(trace, ERR_INTERNAL, "no URI for the token in slot %lu: %s", token->slot,
		    p11_kit_uri_message(result));
	else if (strlen(text) >= TOKEN_URI)
		err = FAIL(trace, ERR_INTERNAL, "the URI of the token in slot %lu is too long",
		    token->slot);
	else
		(void)snprintf(out, TOKEN_URI, "%s", text);
	free(text);
	p11_kit_uri_free(uri);
	return err;
}
