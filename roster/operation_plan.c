/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "roster/binding_internal.h"
#include "roster/operation_internal.h"

enum { PLAN_MAX = 128 * 1024 };

enum err
operation_plan_check(const struct roster_plan *plan, struct err_trace *trace)
{
	if (plan->cards > ROSTER_CARDS_MAX || plan->tokens > ROSTER_TOKENS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "an operation with %u cards and %u tokens",
		    plan->cards, plan->tokens);
	for (unsigned i = 0; i < plan->tokens; i++) {
		const enum err err = binding_spec_check(&plan->token[i], trace);

		if (err != ERR_OK)
			return err;
		for (unsigned j = 0; j < i; j++) {
			if (strcmp(plan->token[i].name, plan->token[j].name) == 0)
				return FAIL(trace, ERR_ARGUMENT, "two tokens have the name '%s'",
				    plan->token[i].name);
		}
	}
	return ERR_OK;
}

static json_t *
pack_cards(const struct roster_plan *plan)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < plan->cards; i++)
		json_array_append_new(
		    list, json_pack("{s:o, s:i}", "card", member_of_id(&plan->card[i].card),
			      "index", (int)plan->card[i].index));
	return list;
}

static json_t *
pack_tokens(const struct roster_plan *plan)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < plan->tokens && list != NULL; i++) {
		if (json_array_append_new(list, binding_spec_pack(&plan->token[i])) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

json_t *
operation_plan_pack(const struct roster_plan *plan)
{
	return json_pack("{s:i, s:o, s:o}", "threshold", (int)plan->threshold, "cards",
	    pack_cards(plan), "tokens", pack_tokens(plan));
}

/* Lists are no longer than their places: the members below say so. */
static void
unpack(const json_t *json, struct roster_plan *out)
{
	const json_t *cards = json_object_get(json, "cards");
	const json_t *tokens = json_object_get(json, "tokens");

	out->threshold = (unsigned)member_integer(json, "threshold");
	out->cards = (unsigned)json_array_size(cards);
	for (unsigned i = 0; i < out->cards; i++) {
		const json_t *entry = json_array_get(cards, i);

		member_hex(entry, "card", out->card[i].card.bytes, ROSTER_ID_SIZE);
		out->card[i].index = (unsigned)member_integer(entry, "index");
	}
	out->tokens = (unsigned)json_array_size(tokens);
	for (unsigned i = 0; i < out->tokens; i++)
		binding_spec_unpack(json_array_get(tokens, i), &out->token[i]);
}

enum err
operation_plan_unpack(const char *text, struct roster_plan *out, struct err_trace *trace)
{
	json_t *json = NULL;
	enum err err = json_parse(text, strlen(text), PLAN_MAX, &json, trace);

	if (err != ERR_OK)
		return err;
	err = member_check(operation_plan_members, json, trace);
	if (err == ERR_OK)
		unpack(json, out);
	json_decref(json);
	return err;
}

static const struct member card_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_A_NUMBER("index", 0, ROSTER_CARDS_MAX - 1),
	MEMBER_END,
};

const struct member operation_plan_members[] = {
	MEMBER_A_NUMBER("threshold", 0, ROSTER_CARDS_MAX),
	MEMBER_A_LIST("cards", card_members, 0, ROSTER_CARDS_MAX),
	MEMBER_A_LIST("tokens", binding_spec_members, 0, ROSTER_TOKENS_MAX),
	MEMBER_END,
};
