/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tokens of the sheet as they are at the end, with the keys that the roster knows in them. The
 * keys' attributes, read back from the token, are in the outputs of the steps that listed them; no
 * PIN is left for asking once more when the sessions are over.
 */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "ceremony/close_internal.h"
#include "hsm/module.h"
#include "hsm/token.h"
#include "roster/binding.h"
#include "roster/key.h"

static json_t *
key_json(struct roster *roster, const struct roster_key *key)
{
	char hash[ROSTER_HASH_TEXT];
	bool sealed = false;

	hex_encode(key->public_hash.bytes, ROSTER_HASH_SIZE, hash);
	if (roster_key_is_sealed(roster, key->binding, &key->public_hash, &sealed, NULL) != ERR_OK)
		sealed = false;
	return json_pack("{s:s, s:s, s:s, s:s, s:b}", "label", key->label, "algorithm",
	    key->algorithm, "id", key->id, "public_sha256", hash, "sealed", sealed);
}

/* Of the binding by which the roster knows the token; none when it knows none. */
static json_t *
keys_json(struct roster *roster, const char *serial)
{
	struct roster_binding binding;
	struct roster_key *keys = NULL;
	json_t *list = json_array();
	size_t count = 0;

	if (serial[0] == '\0' ||
	    roster_binding_by_serial(roster, serial, &binding, NULL) != ERR_OK ||
	    roster_key_list(roster, binding.spec.name, &keys, &count, NULL) != ERR_OK)
		return list;
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, key_json(roster, &keys[i]));
	free(keys);
	return list;
}

static bool
look(const struct closing *closing, const char *uri, struct token_facts *out)
{
	struct module *module = NULL;
	bool found;

	if (module_open_for_uri(uri, closing->input->custody->token_module, &module, NULL) !=
	    ERR_OK)
		return false;
	found = token_find(module, uri, TOKEN_ANY, out, NULL) == ERR_OK;
	module_close(module);
	return found;
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static json_t *
token_json(const struct closing *closing, const struct sheet_token *token)
{
	struct token_facts facts = { .serial = "" };
	const bool seen = token->uri != NULL && look(closing, token->uri, &facts);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:o}", "name", token->name, "uri",
	    or_empty(token->uri), "serial", seen ? facts.serial : or_empty(token->serial), "model",
	    seen ? facts.model : or_empty(token->model), "firmware",
	    seen ? facts.firmware : or_empty(token->firmware), "software", seen && facts.software,
	    "seen", seen, "keys",
	    keys_json(
		closing->input->custody->roster, seen ? facts.serial : or_empty(token->serial)));
}

json_t *
close_inventory(const struct closing *closing)
{
	json_t *tokens = json_array();

	for (size_t i = 0; tokens != NULL && i < closing->sheet->token_count; i++)
		if (json_array_append_new(
			tokens, token_json(closing, &closing->sheet->tokens[i])) != 0) {
			json_decref(tokens);
			return NULL;
		}
	return json_pack("{s:o, s:s}", "tokens", tokens, "entropy",
	    "the system's random numbers (getrandom), with those of each card and token that "
	    "offers its own");
}
