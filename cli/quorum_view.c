/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/quorum_view.h"

#include <stdlib.h>

#include "custody/whose.h"
#include "roster/binding.h"
#include "roster/card.h"
#include "roster/token_copy.h"

void
quorum_view_outcome(struct cli *cli, const struct quorum_outcome *outcome)
{
	if (outcome->kind == ROSTER_OP_CREATE)
		fprintf(cli->out, "Quorum %s stands: any %u of its %u cards open token '%s'.\n",
		    outcome->quorum, outcome->threshold, outcome->cards, outcome->token);
	else if (outcome->kind == ROSTER_OP_REKEY)
		fprintf(cli->out,
		    "%s is re-keyed: any %u of its %u new cards open what switched.\n",
		    outcome->quorum, outcome->threshold, outcome->cards);
}

/* Where a share stands: on its card, not yet there, or no longer. */
static void
print_share(
    struct cli *cli, const struct roster_generation *generation, const struct roster_share *share)
{
	bool ended = generation->state == ROSTER_GENERATION_DEAD ||
		     generation->state == ROSTER_GENERATION_ABORTED;
	struct roster_card card;
	char name[ROSTER_NAME], time[CLI_TIME];

	whose_name(cli->custody.roster, &share->custodian, name);
	if (roster_card_get(cli->custody.roster, &share->card, &card, NULL) != ERR_OK)
		return;
	fprintf(cli->out, "    %-12s %-16s ", card.name, name);
	if (share->erased != 0)
		fprintf(cli->out, "record erased %s\n", cli_time(share->erased, time));
	else if (ended && (share->delivered != 0 || share->begun != 0))
		fprintf(cli->out, "record %s on the card, opens nothing\n",
		    share->delivered != 0 ? "still" : "perhaps");
	else if (ended)
		fputs("never had its share\n", cli->out);
	else if (share->delivered == 0)
		fputs("share waits to be delivered\n", cli->out);
	else
		fprintf(cli->out, "share delivered %s\n", cli_time(share->delivered, time));
}

/* What opens with it, token by token: nothing is what proves the old set dead. */
static enum err
print_openers(struct cli *cli, const struct roster_quorum *quorum, unsigned generation,
    struct err_trace *trace)
{
	struct roster_openers openers = { 0 };
	enum err err = roster_generation_openers(
	    cli->custody.roster, &quorum->id, generation, &openers, trace);

	if (err == ERR_OK && openers.unsure)
		fputs(": may open what was not here when it was adopted", cli->out);
	else if (err == ERR_OK && openers.pins == 0 && openers.copies == 0)
		fputs(": nothing opens with it", cli->out);
	else if (err == ERR_OK)
		fprintf(cli->out, ": opens %u token %s%s", openers.pins,
		    openers.pins == 1 ? "PIN" : "PINs",
		    openers.copies != 0 ? " and copies of tokens" : "");
	return err;
}

static enum err
print_generation(struct cli *cli, const struct roster_quorum *quorum,
    const struct roster_generation *generation, struct err_trace *trace)
{
	enum err err = ERR_OK;

	fprintf(cli->out, "  generation %u: %u of %u, %s", generation->number,
	    generation->threshold, generation->size, roster_generation_word(generation->state));
	if (generation->number != quorum->live)
		err = print_openers(cli, quorum, generation->number, trace);
	fputc('\n', cli->out);
	for (unsigned i = 0; i < generation->shares; i++)
		print_share(cli, generation, &generation->share[i]);
	return err;
}

/* ", SO PIN generation 2" */
static void
print_pin(struct cli *cli, const struct roster_binding *binding, enum roster_token_pin pin)
{
	const char *name = pin == ROSTER_SO_PIN ? "SO PIN" : "user PIN";

	if (!binding->spec.binds[pin])
		fprintf(cli->out, ", %s not bound", name);
	else if (binding->opens[pin] == 0)
		fprintf(cli->out, ", %s not set yet", name);
	else
		fprintf(cli->out, ", %s generation %u", name, binding->opens[pin]);
}

static void
print_binding(struct cli *cli, const struct roster_binding *binding)
{
	const struct roster_token *token = &binding->spec.token;

	fprintf(cli->out, "  token '%s' (%s, %s, serial %s)%s", token->label, binding->spec.name,
	    roster_binding_role_word(binding->spec.role),
	    token->serial[0] == '\0' ? "none yet" : token->serial,
	    token->software ? ", SOFTWARE TOKEN" : "");
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		print_pin(cli, binding, (enum roster_token_pin)pin);
	fputc('\n', cli->out);
}

enum err
quorum_view_print(struct cli *cli, const struct roster_quorum *quorum, struct err_trace *trace)
{
	struct roster_generation *generations = NULL;
	struct roster_binding *bindings = NULL;
	size_t generation_count = 0, binding_count = 0;
	char id[ROSTER_ID_TEXT];
	enum err err = roster_generation_list(
	    cli->custody.roster, &quorum->id, &generations, &generation_count, trace);

	if (err == ERR_OK)
		err = roster_binding_list(
		    cli->custody.roster, &quorum->id, &bindings, &binding_count, trace);
	roster_id_format(&quorum->id, id);
	fprintf(cli->out, "%s%s (%s)%s\n",
	    roster_is_practice(cli->custody.roster) ? "PRACTICE " : "", quorum->name, id,
	    quorum->live == 0 ? ", not complete yet" : "");
	for (size_t i = 0; err == ERR_OK && i < generation_count; i++)
		err = print_generation(cli, quorum, &generations[i], trace);
	for (size_t i = 0; i < binding_count; i++)
		print_binding(cli, &bindings[i]);
	free(generations);
	free(bindings);
	return err;
}

static json_t *
shares_json(struct cli *cli, const struct roster_generation *generation)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < generation->shares; i++) {
		const struct roster_share *share = &generation->share[i];
		struct roster_card card = { .name = "" };
		char name[ROSTER_NAME];

		whose_name(cli->custody.roster, &share->custodian, name);
		if (roster_card_get(cli->custody.roster, &share->card, &card, NULL) != ERR_OK)
			continue;
		json_array_append_new(
		    list, json_pack("{s:i, s:s, s:s, s:I, s:I}", "index", (int)share->index, "card",
			      card.name, "custodian", name, "delivered",
			      (json_int_t)share->delivered, "erased", (json_int_t)share->erased));
	}
	return list;
}

enum err
quorum_view_json(
    struct cli *cli, const struct roster_quorum *quorum, json_t **out, struct err_trace *trace)
{
	struct roster_generation *generations = NULL;
	struct roster_binding *bindings = NULL;
	size_t generation_count = 0, binding_count = 0;
	json_t *g = json_array(), *b = json_array();
	char id[ROSTER_ID_TEXT];
	enum err err = roster_generation_list(
	    cli->custody.roster, &quorum->id, &generations, &generation_count, trace);

	if (err == ERR_OK)
		err = roster_binding_list(
		    cli->custody.roster, &quorum->id, &bindings, &binding_count, trace);
	for (size_t i = 0; i < generation_count; i++)
		json_array_append_new(
		    g, json_pack("{s:i, s:i, s:i, s:s, s:o}", "number", (int)generations[i].number,
			   "threshold", (int)generations[i].threshold, "size",
			   (int)generations[i].size, "state",
			   roster_generation_word(generations[i].state), "shares",
			   shares_json(cli, &generations[i])));
	for (size_t i = 0; i < binding_count; i++)
		json_array_append_new(b,
		    json_pack("{s:s, s:s, s:s, s:s, s:b, s:i, s:i}", "name", bindings[i].spec.name,
			"role", roster_binding_role_word(bindings[i].spec.role), "label",
			bindings[i].spec.token.label, "uri", bindings[i].spec.token.uri, "software",
			bindings[i].spec.token.software, "user_pin_generation",
			(int)bindings[i].opens[ROSTER_USER_PIN], "so_pin_generation",
			(int)bindings[i].opens[ROSTER_SO_PIN]));
	free(generations);
	free(bindings);
	roster_id_format(&quorum->id, id);
	*out = json_pack("{s:s, s:s, s:i, s:b, s:o, s:o}", "name", quorum->name, "id", id, "live",
	    (int)quorum->live, "practice", roster_is_practice(cli->custody.roster), "generations",
	    g, "tokens", b);
	return err;
}
