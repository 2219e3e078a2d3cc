/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/token_options.h"
#include "custody/attendant.h"
#include "custody/create.h"
#include "custody/pending.h"
#include "custody/whose.h"
#include "roster/binding.h"
#include "roster/quorum.h"
#include "roster/roster.h"
#include "roster/sheet.h"

struct name_values {
	const char *name;
	const char *sheet;
	const char *reason;
};

static const struct operand_row name_operands[] = {
	{ "QUORUM", "its name", true, offsetof(struct name_values, name) },
	{ .metavar = NULL },
};

/* ---- show and list ------------------------------------------------------------------------- */

static void
print_generation(struct cli *cli, const struct roster_generation *generation)
{
	fprintf(cli->out, "  generation %u: %u of %u, %s\n", generation->number,
	    generation->threshold, generation->size, roster_generation_word(generation->state));
	for (unsigned i = 0; i < generation->shares; i++) {
		const struct roster_share *share = &generation->share[i];
		struct roster_card card;
		char name[ROSTER_NAME], time[CLI_TIME];

		whose_name(cli->custody.roster, &share->custodian, name);
		if (roster_card_get(cli->custody.roster, &share->card, &card, NULL) != ERR_OK)
			continue;
		fprintf(cli->out, "    %-12s %-16s share %s%s\n", card.name, name,
		    share->delivered == 0 ? "waits to be delivered" : "delivered ",
		    share->delivered == 0 ? "" : cli_time(share->delivered, time));
	}
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

static enum err
print_quorum(struct cli *cli, const struct roster_quorum *quorum, struct err_trace *trace)
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
	for (size_t i = 0; i < generation_count; i++)
		print_generation(cli, &generations[i]);
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
		json_array_append_new(list,
		    json_pack("{s:i, s:s, s:s, s:I}", "index", (int)share->index, "card", card.name,
			"custodian", name, "delivered", (json_int_t)share->delivered));
	}
	return list;
}

static enum err
quorum_json(
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

static enum err
run_show(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct name_values *v = values;
	struct roster_quorum quorum;
	json_t *document = NULL;
	enum err err = roster_quorum_find(cli->custody.roster, v->name, &quorum, trace);

	if (err != ERR_OK)
		return err;
	if (!cli->line->json)
		return print_quorum(cli, &quorum, trace);
	err = quorum_json(cli, &quorum, &document, trace);
	if (err == ERR_OK)
		return cli_print_json(cli, document, trace);
	json_decref(document);
	return err;
}

static enum err
run_list(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_quorum *quorums = NULL;
	json_t *list = json_array();
	size_t count = 0;
	enum err err = roster_quorum_list(cli->custody.roster, &quorums, &count, trace);

	(void)values;
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		json_t *one = NULL;

		if (!cli->line->json) {
			err = print_quorum(cli, &quorums[i], trace);
			continue;
		}
		err = quorum_json(cli, &quorums[i], &one, trace);
		json_array_append_new(list, one);
	}
	free(quorums);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "quorums", list), trace);
	json_decref(list);
	return err;
}

/* ---- create -------------------------------------------------------------------------------- */

struct create_values {
	const char *name;
	int64_t threshold;
	struct names custodians;
	struct token_values token;
	const char *sheet;
};

static const struct operand_row create_operands[] = {
	{ "QUORUM", "its name: 1 to 32 of a-z, 0-9 and -", true,
	    offsetof(struct create_values, name) },
	{ .metavar = NULL },
};

static const struct option_row create_options[] = {
	{ .letter = 'm',
	    .name = "threshold",
	    .kind = OPTION_NUMBER,
	    .metavar = "M",
	    .help = "how many cards open the HSM",
	    .required = true,
	    .min = 1,
	    .max = 99,
	    .offset = offsetof(struct create_values, threshold) },
	{ .name = "custodian",
	    .kind = OPTION_NAMES,
	    .metavar = "NAME,NAME,...",
	    .help = "the N custodians, each with an enrolled card",
	    .required = true,
	    .offset = offsetof(struct create_values, custodians) },
	TOKEN_OPTIONS(struct create_values, token),
	{ .name = "sheet",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "write the binding sheet, to be printed: it holds no secret",
	    .offset = offsetof(struct create_values, sheet) },
	{ .name = NULL },
};

/* Also when the file cannot be written: the quorum stands, and the sheet can be had again. */
static enum err
write_sheet(
    struct cli *cli, const struct roster_id *quorum, const char *file, struct err_trace *trace)
{
	char *text = NULL;
	enum err err = roster_sheet(cli->custody.roster, quorum, &text, trace);

	if (err == ERR_OK)
		err = file_create(file, text, strlen(text), trace);
	free(text);
	if (err == ERR_OK)
		fprintf(cli->out,
		    "The binding sheet is in %s: print it and keep it with the HSM's papers.\n",
		    file);
	else
		err_next(
		    trace, "Everything else is done. Get the sheet: quorate quorum sheet NAME");
	return err;
}

static enum err
run_create(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct create_values *v = values;
	struct create_request request = { .name = v->name,
		.threshold = (unsigned)v->threshold,
		.custodians = v->custodians.name,
		.custodian_count = v->custodians.count };
	struct roster_quorum quorum;
	struct roster_id id;
	enum err err = token_values_read(&v->token, &request.token, trace);

	if (err == ERR_OK)
		err = cli_check_new_file(v->sheet, trace);
	if (err == ERR_OK)
		err = create_quorum(&cli->custody, &request, &id, trace);
	if (err == ERR_OK)
		err = roster_quorum_get(cli->custody.roster, &id, &quorum, trace);
	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "Quorum %s stands: any %u of its %zu cards open token '%s'.\n", v->name,
	    request.threshold, request.custodian_count, v->token.name);
	err = print_quorum(cli, &quorum, trace);
	if (err == ERR_OK && v->sheet != NULL)
		err = write_sheet(cli, &id, v->sheet, trace);
	return err;
}

/* ---- sheet --------------------------------------------------------------------------------- */

static enum err
run_sheet(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct name_values *v = values;
	struct roster_quorum quorum;
	char *text = NULL;
	enum err err = roster_quorum_find(cli->custody.roster, v->name, &quorum, trace);

	if (err == ERR_OK)
		err = roster_sheet(cli->custody.roster, &quorum.id, &text, trace);
	if (err == ERR_OK)
		fputs(text, cli->out);
	free(text);
	return err;
}

/* ---- resume and abort ---------------------------------------------------------------------- */

static const struct option_row abort_options[] = {
	{ .name = "reason",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "why it is given up, for the log",
	    .required = true,
	    .offset = offsetof(struct name_values, reason) },
	{ .name = NULL },
};

/* Shows what is pending and has it agreed to. */
static enum err
agree(struct cli *cli, const struct pending *pending, const char *question, struct err_trace *trace)
{
	struct attendant *attendant = cli->custody.attendant;
	bool yes = false;
	enum err err;

	for (size_t i = 0; i < pending->lines; i++)
		fprintf(cli->out, "%s\n", pending->line[i]);
	fflush(cli->out);
	err = attendant->confirm(attendant->context, question, NULL, &yes, trace);
	if (err == ERR_OK && !yes)
		err = FAIL(trace, ERR_CANCELLED, "left as it is");
	return err;
}

/* A create that was broken off has written no sheet, whatever it was told. */
static enum err
print_finished(struct cli *cli, const char *name, struct err_trace *trace)
{
	struct roster_quorum quorum;
	enum err err = roster_quorum_find(cli->custody.roster, name, &quorum, trace);

	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "Finished: nothing is pending for %s.\n", name);
	err = print_quorum(cli, &quorum, trace);
	fprintf(cli->out,
	    "Print the binding sheet and keep it with the HSM's papers: quorate quorum sheet %s\n",
	    name);
	return err;
}

static enum err
run_resume(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct name_values *v = values;
	struct pending *pending = NULL;
	enum err err = pending_describe(&cli->custody, v->name, &pending, trace);

	if (err == ERR_OK)
		err = agree(cli, pending, "Go on with it now?", trace);
	if (err == ERR_OK)
		err = pending_resume(&cli->custody, pending, trace);
	if (err == ERR_OK)
		err = print_finished(cli, v->name, trace);
	free(pending);
	return err;
}

/* Cards that got the quorum's admin PIN take no other share until they are enrolled again. */
static enum err
print_to_enrol(struct cli *cli, const char *quorum, struct err_trace *trace)
{
	struct roster_card *cards = NULL;
	size_t count = 0, found = 0;
	enum err err = roster_card_list(cli->custody.roster, quorum, &cards, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		char name[ROSTER_NAME];

		if (cards[i].state != ROSTER_CARD_ENROLLED ||
		    cards[i].admin_pin == ROSTER_ADMIN_PIN_OWN)
			continue;
		if (found++ == 0)
			fputs("Cards to enrol again, which resets them:\n", cli->out);
		whose_name(cli->custody.roster, &cards[i].custodian, name);
		fprintf(cli->out, "  %-8s quorate card enrol --custodian %s --quorum %s\n",
		    cards[i].name, name, quorum);
	}
	free(cards);
	if (err == ERR_OK && found == 0)
		fputs("Its cards are as they were and can be used again.\n", cli->out);
	return err;
}

static enum err
run_abort(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct name_values *v = values;
	struct pending *pending = NULL;
	char question[96];
	enum err err = pending_describe(&cli->custody, v->name, &pending, trace);

	snprintf(question, sizeof(question), "Give this up for good, for quorum %.32s?", v->name);
	if (err == ERR_OK && pending->may_abort)
		err = agree(cli, pending, question, trace);
	if (err == ERR_OK)
		err = pending_abort(&cli->custody, pending, v->reason, trace);
	if (err == ERR_OK) {
		fputs("Given up. No token was touched.\n", cli->out);
		if (pending->kind == ROSTER_OP_CREATE)
			err = print_to_enrol(cli, v->name, trace);
	}
	free(pending);
	return err;
}

const struct command cmd_quorum[] = {
	{ .group = "quorum",
	    .name = "create",
	    .summary = "Make an M-of-N quorum and give it a token",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = create_operands,
	    .options = create_options,
	    .size = sizeof(struct create_values),
	    .run = run_create,
	    .notes = "First every card's key is read (no PIN), then the secret is made, split and "
		     "sealed in one "
		     "step; then each\ncard gets its share, unseals it and is compared; only then "
		     "does the "
		     "token get its PINs. Broken off, go on\nwith 'quorate quorum resume "
		     "QUORUM'.\nExample: "
		     "quorate quorum create root -m 3 --custodian alice,bob,carol,dave,eve --name "
		     "root-ca --by "
		     "ann" },
	{ .group = "quorum",
	    .name = "list",
	    .summary = "List the quorums",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .run = run_list },
	{ .group = "quorum",
	    .name = "show",
	    .summary = "Show a quorum: generations, shares, tokens",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = name_operands,
	    .size = sizeof(struct name_values),
	    .run = run_show },
	{ .group = "quorum",
	    .name = "sheet",
	    .summary =
		"Print the binding sheet: what paper must keep to open the HSM without the roster",
	    .needs = NEED_ROSTER,
	    .operands = name_operands,
	    .size = sizeof(struct name_values),
	    .run = run_sheet },
	{ .group = "quorum",
	    .name = "resume",
	    .summary = "Go on with an operation that was broken off",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = name_operands,
	    .size = sizeof(struct name_values),
	    .run = run_resume },
	{ .group = "quorum",
	    .name = "abort",
	    .summary = "Give an operation up, while no token was touched",
	    .needs = NEED_WRITE | NEED_ATTENDANT,
	    .operands = name_operands,
	    .options = abort_options,
	    .size = sizeof(struct name_values),
	    .run = run_abort },
	{ .name = NULL },
};
