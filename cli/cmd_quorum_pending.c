/* SPDX-License-Identifier: BSD-2-Clause */
/* Going on with what was broken off, or was left behind, and giving it up. */
#include <stdlib.h>

#include "base/shell_word.h"
#include "cli/attendance_options.h"
#include "cli/cli.h"
#include "cli/quorum_view.h"
#include "cli/sheet_file.h"
#include "custody/attendant.h"
#include "custody/pending.h"
#include "custody/replace.h"
#include "custody/whose.h"
#include "roster/card.h"
#include "roster/quorum.h"
#include "roster/share.h"

struct pending_values {
	const char *name;
	const char *reason;
	const char *sheet;
	struct attendance_values attendance;
	struct names people;
};

static const struct operand_row operands[] = {
	{ "QUORUM", "its name", true, offsetof(struct pending_values, name) },
	{ .metavar = NULL },
};

static const struct option_row resume_options[] = {
	ATTENDANCE_LATER(struct pending_values, attendance),
	ATTENDANCE_AWAY(struct pending_values, attendance),
	ATTENDANCE_PEOPLE(struct pending_values, attendance),
	SHEET_OPTION(struct pending_values, sheet),
	{ .name = NULL },
};

static const struct option_row abort_options[] = {
	{ .name = "reason",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "why it is given up, for the log",
	    .required = true,
	    .offset = offsetof(struct pending_values, reason) },
	{ .name = "people",
	    .kind = OPTION_NAMES,
	    .metavar = "NAME,NAME",
	    .help = "two who say that the device which was to be initialised is gone",
	    .offset = offsetof(struct pending_values, people) },
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

/* ---- resume -------------------------------------------------------------------------------- */

/* In the words of the command that was broken off. */
static enum err
print_outcome(
    struct cli *cli, const char *name, const struct roster_id *id, struct err_trace *trace)
{
	struct roster_operation *operation = NULL;
	enum err err = roster_operation_get(cli->custody.roster, id, &operation, trace);

	if (err != ERR_OK)
		return err;
	quorum_view_outcome(
	    cli, &(struct quorum_outcome){ operation->plan.kind, name, operation->plan.threshold,
		     operation->plan.cards, operation->plan.token[0].name });
	roster_operation_free(operation);
	return ERR_OK;
}

/* What was broken off has written no sheet, whatever it was told. */
static enum err
print_finished(struct cli *cli, const char *name, const char *sheet, struct err_trace *trace)
{
	struct roster_quorum quorum;
	enum err err = roster_quorum_find(cli->custody.roster, name, &quorum, trace);

	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "Finished: nothing is pending for %s.\n", name);
	err = quorum_view_print(cli, &quorum, trace);
	if (err == ERR_OK && sheet != NULL)
		return sheet_file_write(cli, &quorum.id, sheet, trace);
	fprintf(cli->out,
	    "Print the binding sheet and keep it with the HSM's papers: quorate quorum sheet %s\n",
	    name);
	return err;
}

/* Nothing was broken off, but a token may have been away during a re-key. */
static enum err
resume_left_behind(
    struct cli *cli, const char *name, const struct attendance *attendance, struct err_trace *trace)
{
	struct roster_quorum quorum;
	enum err err = roster_quorum_find(cli->custody.roster, name, &quorum, trace);

	return err == ERR_OK ? switch_left_behind(&cli->custody, &quorum, attendance, trace) : err;
}

static enum err
resume_pending(struct cli *cli, const char *name, struct pending *pending,
    const struct attendance *attendance, struct err_trace *trace)
{
	enum err err = agree(cli, pending, "Go on with it now?", trace);

	if (err == ERR_OK)
		err = pending_resume(&cli->custody, pending, attendance, trace);
	return err == ERR_OK ? print_outcome(cli, name, &pending->operation, trace) : err;
}

static enum err
run_resume(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct pending_values *v = values;
	const struct attendance attendance = attendance_values_read(&v->attendance);
	struct err_trace why = { 0 };
	struct pending *pending = NULL;
	enum err err = sheet_file_check(v->sheet, trace);

	if (err != ERR_OK)
		return err;
	err = pending_describe(&cli->custody, v->name, &pending, &why);
	if (err == ERR_OK)
		err = resume_pending(cli, v->name, pending, &attendance, trace);
	else if (err == ERR_ABSENT)
		err = resume_left_behind(cli, v->name, &attendance, trace);
	else
		*trace = why;
	if (err == ERR_OK)
		err = print_finished(cli, v->name, v->sheet, trace);
	free(pending);
	return err;
}

/* ---- abort --------------------------------------------------------------------------------- */

/* Its admin PIN is kept by no generation that stands. */
static bool
is_orphaned(struct cli *cli, const struct roster_card *card)
{
	struct roster_holding *holdings = NULL;
	size_t count = 0;
	bool kept = false;

	if (card->state != ROSTER_CARD_ENROLLED || card->admin_pin == ROSTER_ADMIN_PIN_OWN ||
	    roster_card_holdings(cli->custody.roster, &card->id, &holdings, &count, NULL) != ERR_OK)
		return false;
	for (size_t i = 0; i < count; i++)
		kept = kept || holdings[i].state == ROSTER_GENERATION_LIVE ||
		       holdings[i].state == ROSTER_GENERATION_DEAD;
	free(holdings);
	return !kept;
}

/* Cards that got the quorum's admin PIN take no other share until they are enrolled again. */
static enum err
print_to_enrol(struct cli *cli, const char *quorum, size_t *found, struct err_trace *trace)
{
	struct roster_card *cards = NULL;
	size_t count = 0;
	enum err err = roster_card_list(cli->custody.roster, quorum, &cards, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		char name[ROSTER_NAME];

		if (!is_orphaned(cli, &cards[i]))
			continue;
		if ((*found)++ == 0)
			fputs("Cards to enrol again, which resets them:\n", cli->out);
		whose_name(cli->custody.roster, &cards[i].custodian, name);
		fprintf(cli->out,
		    "  %-8s quorate card enrol --custodian %s --quorum %s --by NAME\n",
		    cards[i].name, shell_word(name).text, quorum);
	}
	free(cards);
	return err;
}

/* Cards that have, or may have, a record of what was given up. */
static enum err
print_leftovers(
    struct cli *cli, const struct roster_id *quorum, size_t *found, struct err_trace *trace)
{
	struct roster_leftover *left = NULL;
	size_t count = 0, listed = 0;
	enum err err = roster_leftover_list(cli->custody.roster, quorum, &left, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		struct roster_card card;
		char name[ROSTER_NAME];

		if (left[i].state != ROSTER_GENERATION_ABORTED ||
		    roster_card_get(cli->custody.roster, &left[i].card, &card, NULL) != ERR_OK ||
		    is_orphaned(cli, &card))
			continue;
		if (listed++ == 0)
			fputs("Cards that keep a record of what was given up, until it is erased "
			      "at their next use:\n",
			    cli->out);
		whose_name(cli->custody.roster, &left[i].custodian, name);
		fprintf(
		    cli->out, "  %-8s (%s) generation %u\n", card.name, name, left[i].generation);
	}
	*found += listed;
	free(left);
	return err;
}

static enum err
print_given_up(
    struct cli *cli, const struct pending *pending, const char *quorum, struct err_trace *trace)
{
	size_t found = 0;
	enum err err = ERR_OK;

	fputs("Given up. No token was touched.\n", cli->out);
	if (pending->kind != ROSTER_OP_CREATE && pending->kind != ROSTER_OP_REKEY)
		return ERR_OK;
	err = print_to_enrol(cli, quorum, &found, trace);
	if (err == ERR_OK && pending->kind == ROSTER_OP_REKEY)
		err = print_leftovers(cli, &pending->quorum, &found, trace);
	if (err == ERR_OK && found == 0)
		fputs("Its cards are as they were and can be used again.\n", cli->out);
	return err;
}

static enum err
run_abort(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct pending_values *v = values;
	const struct pending_giving_up why = { .reason = v->reason,
		.people = { v->people.count == 2 ? v->people.name[0] : NULL,
		    v->people.count == 2 ? v->people.name[1] : NULL } };
	struct pending *pending = NULL;
	char question[96];
	enum err err = pending_describe(&cli->custody, v->name, &pending, trace);

	snprintf(question, sizeof(question), "Give this up for good, for quorum %.32s?", v->name);
	if (err == ERR_OK && pending->may_abort)
		err = agree(cli, pending, question, trace);
	if (err == ERR_OK)
		err = pending_abort(&cli->custody, pending, &why, trace);
	if (err == ERR_OK)
		err = print_given_up(cli, pending, v->name, trace);
	free(pending);
	return err;
}

const struct command cmd_quorum_pending[] = {
	{ .group = "quorum",
	    .name = "resume",
	    .summary = "Go on with what was broken off, or switch a token that was away",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = operands,
	    .options = resume_options,
	    .size = sizeof(struct pending_values),
	    .run = run_resume },
	{ .group = "quorum",
	    .name = "abort",
	    .summary = "Give an operation up, while no token was touched",
	    .needs = NEED_WRITE | NEED_ATTENDANT,
	    .operands = operands,
	    .options = abort_options,
	    .size = sizeof(struct pending_values),
	    .run = run_abort },
	{ .name = NULL },
};
