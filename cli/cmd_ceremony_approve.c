/* SPDX-License-Identifier: BSD-2-Clause */
/* Who approves a script: their card's signature, or the printed page's. */
#include <stdlib.h>
#include <string.h>

#include "base/chain.h"
#include "base/encode.h"
#include "ceremony/approval.h"
#include "cli/ceremony_gate.h"
#include "cli/cli.h"

struct approve_values {
	const char *folder;
	const char *role;
	const char *card;
	bool paper;
};

static const struct operand_row approve_operands[] = {
	{ "FOLDER", "the ceremony's folder", true, offsetof(struct approve_values, folder) },
	{ .metavar = NULL },
};

static const struct option_row approve_options[] = {
	{ .name = "role",
	    .kind = OPTION_TEXT,
	    .metavar = "ROLE",
	    .help = "the role of the script in which it is approved; none: shows who has",
	    .offset = offsetof(struct approve_values, role) },
	{ .name = "card",
	    .kind = OPTION_TEXT,
	    .metavar = "CARD",
	    .help = "their own card signs the approval: root/1",
	    .offset = offsetof(struct approve_values, card) },
	{ .name = "paper",
	    .kind = OPTION_FLAG,
	    .help = "the printed page was signed",
	    .offset = offsetof(struct approve_values, paper) },
	{ .name = NULL },
};

static unsigned
approve_needs(const void *values)
{
	const struct approve_values *v = values;

	return NEED_JSON | (v->role == NULL ? NEED_ROSTER : NEED_WRITE | NEED_ROOM_LATER);
}

/* ---- who has, and who could ---------------------------------------------------------------- */

/* "ann, oda or pia": who fills the role. */
static void
say_who(const struct sheet *sheet, const char *role, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < sheet->person_count; i++) {
		const struct sheet_person *person = &sheet->people[i];
		const size_t at = strlen(out);

		if (strcmp(person->role, role) != 0)
			continue;
		snprintf(out + at, size - at, "%s%s%s%s", at == 0 ? "" : ", ", person->name,
		    person->deputy == NULL ? "" : " or ",
		    person->deputy == NULL ? "" : person->deputy);
	}
	if (out[0] == '\0')
		snprintf(out, size, "nobody");
}

static void
say_approval(const struct approval *approval, bool signs, char *out, size_t size)
{
	char how[ROSTER_SHORT_NAME + 16], when[CLI_TIME];

	if (approval == NULL) {
		snprintf(out, size, "%s", signs ? "NOT approved" : "need not approve");
		return;
	}
	approval_how(approval, how, sizeof(how));
	snprintf(out, size, "approved by %.128s %s, %s", approval->person, how,
	    cli_time(approval->time, when));
}

static json_t *
role_json(const struct script_role *role, const char *who, const struct approval *approval)
{
	json_t *given = json_null();
	char how[ROSTER_SHORT_NAME + 16];

	if (approval != NULL) {
		approval_how(approval, how, sizeof(how));
		given = json_pack("{s:o, s:s, s:I}", "person", chain_text(approval->person), "how",
		    how, "time", (json_int_t)approval->time);
	}
	return json_pack("{s:s, s:b, s:o, s:o}", "role", role->name, "must",
	    role->signs != SCRIPT_SIGNS_NOT, "who", chain_text(who), "approved", given);
}

static enum err
show(struct cli *cli, const struct ceremony_texts *texts, struct err_trace *trace)
{
	const struct script *script = texts->script;
	struct approvals approvals;
	json_t *roles = json_array();
	enum err err = approvals_read(cli->custody.roster,
	    &(struct approval_wanted){ script, texts->sheet }, &approvals, trace);

	for (size_t i = 0; err == ERR_OK && i < script->role_count; i++) {
		const struct script_role *role = &script->roles[i];
		const struct approval *approval = approvals_of(&approvals, role->name);
		char who[400], what[300];

		say_who(texts->sheet, role->name, who, sizeof(who));
		say_approval(approval, role->signs != SCRIPT_SIGNS_NOT, what, sizeof(what));
		if (cli->line->json)
			json_array_append_new(roles, role_json(role, who, approval));
		else
			fprintf(cli->out, "%-20s %-30s %s\n", role->name, who, what);
	}
	if (err == ERR_OK) {
		char found[400];

		if (!approvals_look(&approvals, script, found, sizeof(found)) && !cli->line->json)
			fprintf(cli->out, "Missing: %s\n", found);
		approvals_free(&approvals);
	}
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "roles", roles), trace);
	json_decref(roles);
	return err;
}

/* ---- one that is given --------------------------------------------------------------------- */

/* The sheet says who fills the role. */
static enum err
check_fills(const struct sheet *sheet, const char *role, const char *name, struct err_trace *trace)
{
	if (sheet_fills(sheet, role, name))
		return ERR_OK;
	err_next(trace, "The sheet says who fills each role; without --role they are shown.");
	return FAIL(trace, ERR_DENIED, "%s does not fill the role '%.32s'", name, role);
}

static enum err
check_how(const struct approve_values *v, struct err_trace *trace)
{
	if (v->paper == (v->card == NULL))
		return ERR_OK;
	err_next(trace, "Say --card CARD, which will be asked for, or --paper.");
	return FAIL(trace, ERR_ARGUMENT, "by card or on paper?");
}

static enum err
tell(struct cli *cli, const struct approve_values *v, const struct script *script,
    struct err_trace *trace)
{
	char hash[2 * SHA256_SIZE + 1];

	hex_encode(script->hash, SHA256_SIZE, hash);
	if (cli->line->json)
		return cli_print_json(cli,
		    json_pack("{s:s, s:s, s:s, s:s?}", "script", hash, "role", v->role, "person",
			cli->line->by, "card", v->card),
		    trace);
	fprintf(cli->out, "%s, as %s, approved the script %s%s\n", cli->line->by, v->role,
	    v->card == NULL ? "on paper" : "by card ", v->card == NULL ? "" : v->card);
	cli_print_words(cli, "   ", script->hash, SHA256_SIZE);
	return ERR_OK;
}

static enum err
give(struct cli *cli, const struct approve_values *v, const struct ceremony_texts *texts,
    struct err_trace *trace)
{
	const struct approval_request request = {
		.script = texts->script, .role = v->role, .person = &cli->by[0], .card = v->card
	};
	enum err err = check_how(v, trace);

	if (err == ERR_OK)
		err = ceremony_gate_lint(v->folder, texts, cli->custody.roster, trace);
	if (err == ERR_OK)
		err = check_fills(texts->sheet, v->role, cli->line->by, trace);
	if (err == ERR_OK && v->card != NULL)
		err = cli_open_room(cli, trace);
	if (err == ERR_OK)
		err = approval_give(&cli->custody, &request, trace);
	return err == ERR_OK ? tell(cli, v, texts->script, trace) : err;
}

static enum err
run_approve(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct approve_values *v = values;
	struct ceremony_texts texts;
	enum err err = ceremony_texts_read(v->folder, &texts, trace);

	if (err != ERR_OK)
		return err;
	err = v->role == NULL ? show(cli, &texts, trace) : give(cli, v, &texts, trace);
	ceremony_texts_free(&texts);
	return err;
}

const struct command cmd_ceremony_approve[] = {
	{ .group = "ceremony",
	    .name = "approve",
	    .summary = "Record that somebody approved exactly these bytes of a script",
	    .needs = NEED_ROSTER | NEED_WRITE | NEED_ROOM_LATER | NEED_JSON,
	    .needs_of = approve_needs,
	    .operands = approve_operands,
	    .options = approve_options,
	    .size = sizeof(struct approve_values),
	    .run = run_approve,
	    .notes = "Without --role: each role, who fills it, and whether they approved.\n"
		     "Example: quorate ceremony approve root-2027 --role auditor --card root/3 "
		     "--by oda" },
	{ .name = NULL },
};
