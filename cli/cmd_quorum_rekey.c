/* SPDX-License-Identifier: BSD-2-Clause */
/* A custodian leaves or comes: the re-key and its plan, later deliveries, another card. */
#include <stdlib.h>

#include "cli/attendance_options.h"
#include "cli/cli.h"
#include "cli/quorum_view.h"
#include "cli/sheet_file.h"
#include "custody/attendant.h"
#include "custody/rekey.h"
#include "custody/replace.h"
#include "roster/quorum.h"

/* ---- rekey --------------------------------------------------------------------------------- */

struct rekey_values {
	const char *name;
	struct names remove;
	struct names add;
	int64_t threshold;
	struct attendance_values attendance;
	const char *sheet;
	bool plan;
};

static const struct operand_row rekey_operands[] = {
	{ "QUORUM", "its name", true, offsetof(struct rekey_values, name) },
	{ .metavar = NULL },
};

static const struct option_row rekey_options[] = {
	{ .name = "remove",
	    .kind = OPTION_NAMES,
	    .metavar = "NAME,NAME,...",
	    .help = "custodians who get no share any more",
	    .offset = offsetof(struct rekey_values, remove) },
	{ .name = "add",
	    .kind = OPTION_NAMES,
	    .metavar = "NAME,NAME,...",
	    .help = "custodians who get one, each with an enrolled card",
	    .offset = offsetof(struct rekey_values, add) },
	{ .letter = 'm',
	    .name = "threshold",
	    .kind = OPTION_NUMBER,
	    .metavar = "M",
	    .help = "how many cards open the HSM from now on; else as many as before",
	    .min = 1,
	    .max = 99,
	    .offset = offsetof(struct rekey_values, threshold) },
	ATTENDANCE_LATER(struct rekey_values, attendance),
	ATTENDANCE_AWAY(struct rekey_values, attendance),
	ATTENDANCE_PEOPLE(struct rekey_values, attendance),
	SHEET_OPTION(struct rekey_values, sheet),
	{ .name = "plan",
	    .kind = OPTION_FLAG,
	    .help = "only show what it would take; nothing is done",
	    .offset = offsetof(struct rekey_values, plan) },
	{ .name = NULL },
};

/* The plan alone needs the roster and the tokens. */
static unsigned
needs_of(const void *values)
{
	const struct rekey_values *v = values;

	return v->plan ? NEED_ROSTER | NEED_JSON : ~0U;
}

static void
print_people(struct cli *cli, const struct rekey_forecast *f)
{
	for (size_t i = 0; i < f->people; i++) {
		const struct rekey_person *p = &f->person[i];

		fprintf(cli->out, "  %-16s %-10s %-7s%s%s\n", p->custodian, p->card,
		    rekey_change_word(p->change),
		    p->opens ? " may open what stands" : " cannot open what stands",
		    p->change == REKEY_LEAVES ? ""
		    : p->later                ? ", gets the share at the next visit"
					      : ", gets a share now");
	}
}

static void
print_tokens(struct cli *cli, const struct rekey_forecast *f)
{
	for (size_t i = 0; i < f->tokens; i++) {
		const struct rekey_token *t = &f->token[i];

		fprintf(cli->out, "  token '%s' (%s): %s\n", t->label, t->name,
		    !t->away    ? "switches"
		    : !t->twice ? "is away and stays as it is; 'quorate quorum resume' switches it "
				  "later"
				: "is away for another re-key: from now on it opens by the roster "
				  "or the binding sheet, not by cards alone");
	}
}

static void
print_forecast(struct cli *cli, const struct rekey_forecast *f)
{
	fprintf(cli->out,
	    "Re-key of %s: generation %u (%u of %u) becomes generation %u (%u of %u).\n", f->quorum,
	    f->former, f->former_threshold, f->former_size, f->plan.generation, f->plan.threshold,
	    f->plan.cards);
	print_people(cli, f);
	print_tokens(cli, f);
	fprintf(cli->out,
	    "It takes %u of the %u cards that may open what stands%s, and %u of the %u new ones\n"
	    "proven before a token switches. About %u minutes.\n",
	    f->former_threshold, f->openers,
	    f->openers > f->former_threshold ? " (invite one more)" : "", f->needed, f->plan.cards,
	    f->minutes);
	if (f->blanks > 0)
		fprintf(cli->out, "%u %s who joins: enrolled already.\n", f->blanks,
		    f->blanks == 1 ? "card is of somebody" : "cards are of somebody");
	fprintf(cli->out,
	    "Margin %d before, %d after. Exposure %u before, %u after: shares that people who left "
	    "or leave have.\n",
	    f->margin_before, f->margin_after, f->exposure_before, f->exposure_after);
}

static json_t *
people_json(const struct rekey_forecast *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->people; i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:b, s:b}", "custodian", f->person[i].custodian,
			"card", f->person[i].card, "change", rekey_change_word(f->person[i].change),
			"may_open", f->person[i].opens, "later", f->person[i].later));
	return list;
}

static json_t *
forecast_json(const struct rekey_forecast *f)
{
	json_t *tokens = json_array();

	for (size_t i = 0; i < f->tokens; i++)
		json_array_append_new(
		    tokens, json_pack("{s:s, s:s, s:b, s:b}", "name", f->token[i].name, "label",
				f->token[i].label, "away", f->token[i].away, "away_before",
				f->token[i].twice));
	return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, "
			 "s:o, s:o}",
	    "quorum", f->quorum, "former_generation", (int)f->former, "former_threshold",
	    (int)f->former_threshold, "may_open", (int)f->openers, "generation",
	    (int)f->plan.generation, "threshold", (int)f->plan.threshold, "size",
	    (int)f->plan.cards, "proven_before_switch", (int)f->needed, "blanks", (int)f->blanks,
	    "margin_before", f->margin_before, "margin_after", f->margin_after, "exposure_before",
	    (int)f->exposure_before, "exposure_after", (int)f->exposure_after, "minutes",
	    (int)f->minutes, "people", people_json(f), "tokens", tokens);
}

static enum err
print_quorum(struct cli *cli, const char *name, struct err_trace *trace)
{
	struct roster_quorum quorum;
	enum err err = roster_quorum_find(cli->custody.roster, name, &quorum, trace);

	return err == ERR_OK ? quorum_view_print(cli, &quorum, trace) : err;
}

/* The sheet that was printed before names the old generation. */
static enum err
print_sheet(struct cli *cli, const char *name, const char *sheet, struct err_trace *trace)
{
	struct roster_quorum quorum;
	enum err err = roster_quorum_find(cli->custody.roster, name, &quorum, trace);

	if (err == ERR_OK && sheet != NULL)
		return sheet_file_write(cli, &quorum.id, sheet, trace);
	fprintf(cli->out, "Print the new binding sheet: quorate quorum sheet %s\n", name);
	return err;
}

static enum err
carry_out(struct cli *cli, const struct rekey_forecast *forecast, const struct rekey_values *v,
    struct err_trace *trace)
{
	const struct attendance attendance = attendance_values_read(&v->attendance);
	struct attendant *attendant = cli->custody.attendant;
	bool yes = false;
	enum err err;

	fflush(cli->out);
	err = attendant->confirm(attendant->context, "Re-key like this now?", NULL, &yes, trace);
	if (err == ERR_OK && !yes)
		err = FAIL(trace, ERR_CANCELLED, "nothing was begun");
	if (err == ERR_OK)
		err = rekey_carry_out(&cli->custody, forecast, &attendance, trace);
	if (err != ERR_OK)
		return err;
	quorum_view_outcome(cli, &(struct quorum_outcome){ ROSTER_OP_REKEY, forecast->quorum,
				     forecast->plan.threshold, forecast->plan.cards, NULL });
	err = print_quorum(cli, forecast->quorum, trace);
	return err == ERR_OK ? print_sheet(cli, forecast->quorum, v->sheet, trace) : err;
}

static enum err
run_rekey(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct rekey_values *v = values;
	const struct rekey_request request = { .quorum = v->name,
		.remove = v->remove.name,
		.remove_count = v->remove.count,
		.add = v->add.name,
		.add_count = v->add.count,
		.threshold = (unsigned)v->threshold,
		.attendance = attendance_values_read(&v->attendance) };
	struct rekey_forecast *forecast = NULL;
	enum err err = ERR_OK;

	if (cli->line->json && !v->plan)
		return FAIL(trace, ERR_ARGUMENT, "--json goes with --plan");
	err = sheet_file_check(v->sheet, trace);
	if (err == ERR_OK)
		err = rekey_plan(&cli->custody, &request, &forecast, trace);
	if (err != ERR_OK)
		return err;
	if (cli->line->json) {
		err = cli_print_json(cli, forecast_json(forecast), trace);
	} else {
		print_forecast(cli, forecast);
		if (!v->plan)
			err = carry_out(cli, forecast, v, trace);
	}
	free(forecast);
	return err;
}

/* ---- deliver ------------------------------------------------------------------------------- */

struct deliver_values {
	const char *name;
	struct attendance_values attendance;
};

static const struct operand_row deliver_operands[] = {
	{ "QUORUM", "its name", true, offsetof(struct deliver_values, name) },
	{ .metavar = NULL },
};

static const struct option_row deliver_options[] = {
	ATTENDANCE_LATER(struct deliver_values, attendance),
	{ .name = NULL },
};

static enum err
run_deliver(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct deliver_values *v = values;
	const struct attendance attendance = attendance_values_read(&v->attendance);
	unsigned waiting = 0;
	enum err err = deliver_shares(&cli->custody, v->name, &attendance, &waiting, trace);

	if (err != ERR_OK)
		return err;
	if (waiting == 0)
		fprintf(cli->out, "Every card of %s has its share, proven.\n", v->name);
	else
		fprintf(cli->out, "Delivered. %u of %s's cards still %s for %s share.\n", waiting,
		    v->name, waiting == 1 ? "waits" : "wait", waiting == 1 ? "its" : "their");
	return print_quorum(cli, v->name, trace);
}

/* ---- replace-card -------------------------------------------------------------------------- */

struct replace_values {
	const char *name;
	const char *custodian;
};

static const struct operand_row replace_operands[] = {
	{ "QUORUM", "its name", true, offsetof(struct replace_values, name) },
	{ "CUSTODIAN", "whose card died, and is in hand", true,
	    offsetof(struct replace_values, custodian) },
	{ .metavar = NULL },
};

static enum err
run_replace(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct replace_values *v = values;
	enum err err = replace_card(&cli->custody, v->name, v->custodian, trace);

	if (err != ERR_OK)
		return err;
	fprintf(cli->out,
	    "%s's new card has the same share, proven. Destroy the old one: its share is good as "
	    "long as this generation is.\n",
	    v->custodian);
	return print_quorum(cli, v->name, trace);
}

const struct command cmd_quorum_rekey[] = {
	{ .group = "quorum",
	    .name = "rekey",
	    .summary = "Give a quorum a new secret: custodians leave, join, or were exposed",
	    .needs =
		NEED_ROSTER | NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_JSON,
	    .needs_of = needs_of,
	    .operands = rekey_operands,
	    .options = rekey_options,
	    .size = sizeof(struct rekey_values),
	    .run = run_rekey,
	    .notes =
		"Shows the plan and asks. Then every card's key is read (no PIN), M cards "
		"open what stands, the new secret\nis sealed together with all that was "
		"escrowed to the old one, each card gets its share, and the tokens take\n"
		"their new PINs. Without --remove and --add it answers a workstation that is "
		"not trusted any more.\nBroken off, go on with 'quorate quorum resume "
		"QUORUM --by NAME'.\nExample: quorate quorum rekey root --remove dave --add frank "
		"--later eve --by ann" },
	{ .group = "quorum",
	    .name = "deliver",
	    .summary = "Deliver shares to custodians who were not there",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = deliver_operands,
	    .options = deliver_options,
	    .size = sizeof(struct deliver_values),
	    .run = run_deliver },
	{ .group = "quorum",
	    .name = "replace-card",
	    .summary = "Give a custodian's share to another card, when the old one died in hand",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = replace_operands,
	    .size = sizeof(struct replace_values),
	    .run = run_replace,
	    .notes = "M cards give the same share to the custodian's new card, which is enrolled "
		     "before; no HSM is touched.\nA card that is lost or stolen is not replaced: "
		     "re-key.\nExample: quorate quorum replace-card root bob --by ann" },
	{ .name = NULL },
};
