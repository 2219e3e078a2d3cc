/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies of tokens that were made outside, and their destruction. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "roster/generation.h"
#include "roster/roster.h"
#include "roster/token_copy.h"

struct copy_values {
	const char *name;
	const char *place;
	const char *kind;
	const char *date;
	const char *destroyed;
	const char *how;
	int64_t generation;
};

static const struct operand_row copy_operands[] = {
	{ "BINDING", "the name of the token's binding", true, offsetof(struct copy_values, name) },
	{ .metavar = NULL },
};

static const struct option_row copy_options[] = {
	{ .name = "place",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "a copy was made: where it is kept",
	    .offset = offsetof(struct copy_values, place) },
	{ .name = "kind",
	    .kind = OPTION_TEXT,
	    .metavar = "KIND",
	    .help = "of copy: backup (by the maker's means; else), snapshot, folder",
	    .offset = offsetof(struct copy_values, kind) },
	{ .name = "made",
	    .kind = OPTION_TEXT,
	    .metavar = "DATE",
	    .help = "when, as 2026-11-23; else now",
	    .offset = offsetof(struct copy_values, date) },
	{ .name = "generation",
	    .kind = OPTION_NUMBER,
	    .metavar = "N",
	    .help = "whose PINs it has; else those that open the token now",
	    .min = 1,
	    .max = 999999,
	    .offset = offsetof(struct copy_values, generation) },
	{ .name = "destroyed",
	    .kind = OPTION_TEXT,
	    .metavar = "ID",
	    .help = "this copy was destroyed",
	    .offset = offsetof(struct copy_values, destroyed) },
	{ .name = "how",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "it was destroyed, and who saw it",
	    .offset = offsetof(struct copy_values, how) },
	{ .name = NULL },
};

/* ---- copy ---------------------------------------------------------------------------------- */

/* Where that was the last thing that opened with a generation, it is dead now. */
static enum err
note_destroyed(struct roster *roster, const struct roster_token_copy *copy, const char *how,
    struct err_trace *trace)
{
	enum err err = roster_begin(roster, trace);

	if (err != ERR_OK)
		return err;
	err = roster_token_copy_destroyed(roster, &copy->id, how, trace);
	if (err == ERR_OK)
		err = roster_generation_end_unused(roster, &copy->quorum, trace);
	return roster_end(roster, err, trace);
}

static enum err
record_destroyed(struct cli *cli, const struct copy_values *v, struct err_trace *trace)
{
	struct roster_token_copy copy;
	enum err err;

	if (v->how == NULL)
		return FAIL(trace, ERR_ARGUMENT, "--destroyed wants --how: how, and who saw it");
	err = roster_token_copy_find(cli->custody.roster, v->destroyed, &copy, trace);
	if (err == ERR_OK && strcmp(copy.name, v->name) != 0)
		err = FAIL(trace, ERR_ARGUMENT, "copy %s is of '%s', not of '%s'", v->destroyed,
		    copy.name, v->name);
	if (err == ERR_OK)
		err = note_destroyed(cli->custody.roster, &copy, v->how, trace);
	if (err == ERR_OK)
		fprintf(cli->out, "The copy of '%s' at %s is recorded as destroyed.\n", copy.name,
		    copy.place);
	return err;
}

static enum err
read_add(const struct copy_values *v, struct roster_token_copy_add *out, struct err_trace *trace)
{
	*out = (struct roster_token_copy_add){
		.kind = ROSTER_COPY_BACKUP, .place = v->place, .generation = (unsigned)v->generation
	};
	if (v->place == NULL || v->how != NULL) {
		err_next(trace, "A copy that was made: --place TEXT. One that was destroyed: "
				"--destroyed ID --how TEXT.");
		return FAIL(trace, ERR_ARGUMENT, "what became of a copy of '%s'?", v->name);
	}
	if (v->kind != NULL && !roster_copy_kind_parse(v->kind, &out->kind))
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s' is no kind of copy: backup, snapshot, folder", v->kind);
	if (v->date != NULL &&
	    (strlen(v->date) != CLOCK_DATE - 1 || !clock_parse(v->date, &out->made)))
		return FAIL(trace, ERR_ARGUMENT, "'%s' is no date such as 2026-11-23", v->date);
	return ERR_OK;
}

static enum err
record_made(struct cli *cli, const struct copy_values *v, struct err_trace *trace)
{
	struct roster_token_copy_add add;
	struct roster_token_copy copy;
	struct roster_binding binding;
	struct roster_id id;
	char text[ROSTER_ID_TEXT];
	enum err err = read_add(v, &add, trace);

	if (err == ERR_OK)
		err = roster_binding_find(cli->custody.roster, v->name, &binding, trace);
	if (err != ERR_OK)
		return err;
	add.binding = binding.id;
	if (add.made > roster_now(cli->custody.roster))
		return FAIL(trace, ERR_ARGUMENT, "%s is still to come", v->date);
	err = roster_token_copy_add(cli->custody.roster, &add, &id, trace);
	roster_id_format(&id, text);
	if (err == ERR_OK)
		err = roster_token_copy_find(cli->custody.roster, text, &copy, trace);
	if (err != ERR_OK)
		return err;
	fprintf(cli->out,
	    "Copy %s of '%s' is recorded: it keeps generation %u live until it is destroyed.\n",
	    roster_id_short(&id, text), v->name,
	    copy.opens[ROSTER_USER_PIN] != 0 ? copy.opens[ROSTER_USER_PIN]
					     : copy.opens[ROSTER_SO_PIN]);
	return ERR_OK;
}

static enum err
run_copy(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct copy_values *v = values;

	if (v->destroyed == NULL)
		return record_made(cli, v, trace);
	if (v->place != NULL || v->kind != NULL || v->date != NULL || v->generation != 0)
		return FAIL(trace, ERR_ARGUMENT, "--destroyed stands with --how alone");
	return record_destroyed(cli, v, trace);
}

/* ---- copies -------------------------------------------------------------------------------- */

static json_t *
copy_json(const struct roster_token_copy *copy)
{
	char id[ROSTER_ID_TEXT];

	roster_id_format(&copy->id, id);
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:s}", "id", id, "binding",
	    copy->name, "kind", roster_copy_kind_word(copy->kind), "place", copy->place,
	    "user_pin_generation", (int)copy->opens[ROSTER_USER_PIN], "so_pin_generation",
	    (int)copy->opens[ROSTER_SO_PIN], "made", (json_int_t)copy->made, "destroyed",
	    (json_int_t)copy->destroyed, "how", copy->how);
}

static void
print_copy(struct cli *cli, const struct roster_token_copy *copy)
{
	char id[ROSTER_ID_TEXT], made[CLOCK_DATE], destroyed[CLOCK_DATE];

	clock_format_date(copy->made, made);
	clock_format_date(copy->destroyed, destroyed);
	fprintf(cli->out, "%s  %s, %s of %s, at %s: user PIN generation %u, SO PIN generation %u",
	    roster_id_short(&copy->id, id), copy->name, roster_copy_kind_word(copy->kind), made,
	    copy->place, copy->opens[ROSTER_USER_PIN], copy->opens[ROSTER_SO_PIN]);
	if (copy->destroyed != 0)
		fprintf(cli->out, "; destroyed %s (%s)", destroyed, copy->how);
	fputc('\n', cli->out);
}

static enum err
run_copies(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_token_copy *copies = NULL;
	json_t *list = json_array();
	size_t count = 0;
	enum err err = roster_token_copy_list(cli->custody.roster, NULL, &copies, &count, trace);

	(void)values;
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (cli->line->json)
			json_array_append_new(list, copy_json(&copies[i]));
		else
			print_copy(cli, &copies[i]);
	}
	free(copies);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "copies", list), trace);
	json_decref(list);
	return err;
}

const struct command cmd_token_copy[] = {
	{ .group = "token",
	    .name = "copy",
	    .summary = "Record a copy of a token that was made outside, or its destruction",
	    .needs = NEED_WRITE,
	    .operands = copy_operands,
	    .options = copy_options,
	    .size = sizeof(struct copy_values),
	    .run = run_copy,
	    .notes = "A copy opens for ever with the PINs that the token had when it was made: "
		     "its generation stays live until the copy\nis destroyed.\nExample: quorate "
		     "token copy root-ca --kind snapshot --place 'backup store, Bern' --by ann" },
	{ .group = "token",
	    .name = "copies",
	    .summary = "List the copies of tokens",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .run = run_copies },
	{ .name = NULL },
};
