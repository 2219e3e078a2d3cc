/* SPDX-License-Identifier: BSD-2-Clause */
/* People are appointed, go away, come back and leave. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "cli/cli.h"
#include "roster/absence.h"
#include "roster/appointment.h"
#include "roster/card.h"
#include "roster/departure.h"
#include "roster/person.h"

/* ---- away and back ------------------------------------------------------------------------- */

struct away_values {
	const char *name;
	int64_t from;
	int64_t until;
};

static const struct operand_row away_operands[] = {
	{ "NAME", "the person", true, offsetof(struct away_values, name) },
	{ .metavar = NULL },
};

static const struct option_row away_options[] = {
	{ .name = "until",
	    .kind = OPTION_DAY,
	    .metavar = "DATE",
	    .help = "the first day on which they are back",
	    .required = true,
	    .offset = offsetof(struct away_values, until) },
	{ .name = "from",
	    .kind = OPTION_DAY,
	    .metavar = "DATE",
	    .help = "the first day away (else from now on)",
	    .offset = offsetof(struct away_values, from) },
	{ .name = NULL },
};

static enum err
run_away(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct away_values *v = values;
	const int64_t now = roster_now(cli->custody.roster);
	struct roster_absence absence = { .from = v->from, .until = v->until };
	struct roster_person person;
	char from[CLOCK_DATE];
	char until[CLOCK_DATE];
	enum err err = roster_person_find(cli->custody.roster, v->name, &person, trace);

	if (err != ERR_OK)
		return err;
	absence.person = person.id;
	err = roster_person_away(cli->custody.roster, &absence, trace);
	if (err != ERR_OK)
		return err;
	clock_format_date(v->from == 0 ? now : v->from, from);
	clock_format_date(v->until, until);
	fprintf(cli->out, "%s is away from %s and back on %s, in the roster %s.\n", person.name,
	    from, until, roster_path(cli->custody.roster));
	return ERR_OK;
}

struct back_values {
	const char *name;
	bool planned;
};

static const struct operand_row back_operands[] = {
	{ "NAME", "the person", true, offsetof(struct back_values, name) },
	{ .metavar = NULL },
};

static const struct option_row back_options[] = {
	{ .name = "planned",
	    .kind = OPTION_FLAG,
	    .help = "take back the absences that have not begun",
	    .offset = offsetof(struct back_values, planned) },
	{ .name = NULL },
};

static enum err
run_back(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct back_values *v = values;
	struct roster_person person;
	enum err err = roster_person_find(cli->custody.roster, v->name, &person, trace);

	if (err == ERR_OK)
		err = roster_person_back(cli->custody.roster, &person.id, v->planned, trace);
	if (err == ERR_OK)
		fprintf(cli->out,
		    v->planned ? "No absence of %s is planned any more, in the roster %s.\n"
			       : "%s is back, in the roster %s.\n",
		    person.name, roster_path(cli->custody.roster));
	return err;
}

/* ---- depart -------------------------------------------------------------------------------- */

struct depart_values {
	const char *name;
	int64_t on;
	struct names cards;
	bool cancel;
};

static const struct operand_row depart_operands[] = {
	{ "NAME", "the person", true, offsetof(struct depart_values, name) },
	{ .metavar = NULL },
};

static const struct option_row depart_options[] = {
	{ .name = "on",
	    .kind = OPTION_DAY,
	    .metavar = "DATE",
	    .help = "the first day without them; it may lie ahead (else today)",
	    .offset = offsetof(struct depart_values, on) },
	{ .name = "card",
	    .kind = OPTION_NAMES,
	    .metavar = "FATE",
	    .help = "what became of their card: returned, outstanding, destroyed or none; "
		    "CARD=FATE for each of several",
	    .offset = offsetof(struct depart_values, cards) },
	{ .name = "cancel",
	    .kind = OPTION_FLAG,
	    .help = "they stay: take a planned departure back",
	    .offset = offsetof(struct depart_values, cancel) },
	{ .name = NULL },
};

/* The cards that somebody holds, with what is said of each. */
struct fates {
	struct roster_card_fate *card;
	size_t count;
	bool *said;
};

/* "root/1 and root/2" */
static void
name_cards(struct cli *cli, const struct fates *fates, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < fates->count && len < size; i++) {
		struct roster_card card;

		if (roster_card_get(cli->custody.roster, &fates->card[i].card, &card, NULL) ==
		    ERR_OK)
			len += (size_t)snprintf(
			    out + len, size - len, "%s%s", len == 0 ? "" : ", ", card.name);
	}
}

/* Nothing is guessed: who has a card is asked what became of it. */
static enum err
ask_fate(struct cli *cli, const struct fates *fates, const char *why, struct err_trace *trace)
{
	char cards[128];

	if (fates->count == 0) {
		err_next(trace, "They hold no card: --card none");
		return FAIL(trace, ERR_ARGUMENT, "%s", why);
	}
	name_cards(cli, fates, cards, sizeof(cards));
	if (fates->count == 1)
		err_next(
		    trace, "They hold card %s: --card returned, outstanding or destroyed", cards);
	else
		err_next(trace,
		    "They hold the cards %s: one word for all, or --card CARD=FATE for "
		    "each; returned, outstanding or destroyed",
		    cards);
	return FAIL(trace, ERR_ARGUMENT, "%s", why);
}

/* "root/1=returned", or "returned" for every card. */
static enum err
say_fate(struct cli *cli, const char *text, struct fates *fates, struct err_trace *trace)
{
	const char *equals = strchr(text, '=');
	struct roster_card card;
	enum roster_fate fate = ROSTER_FATE_OUTSTANDING;
	char name[ROSTER_SHORT_NAME] = "";
	bool matched = false;

	if (!roster_fate_parse(equals == NULL ? text : equals + 1, &fate))
		return ask_fate(cli, fates, "that is not what can become of a card", trace);
	if (equals != NULL) {
		snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
		const enum err err = roster_card_by_name(cli->custody.roster, name, &card, trace);
		if (err != ERR_OK)
			return err;
	}
	for (size_t i = 0; i < fates->count; i++) {
		if (equals != NULL && !roster_id_equal(&fates->card[i].card, &card.id))
			continue;
		if (fates->said[i])
			return ask_fate(cli, fates, "a card has one fate", trace);
		fates->card[i].fate = fate;
		fates->said[i] = matched = true;
	}
	return matched ? ERR_OK : ask_fate(cli, fates, "they do not hold such a card", trace);
}

static enum err
say_fates(struct cli *cli, const struct names *words, struct fates *fates, struct err_trace *trace)
{
	const bool none = words->count == 1 && strcmp(words->name[0], "none") == 0;
	enum err err = ERR_OK;

	if (words->count == 0)
		return ask_fate(cli, fates, "what became of the card?", trace);
	if (none && fates->count > 0)
		return ask_fate(cli, fates, "they do hold a card", trace);
	for (size_t i = 0; !none && i < words->count && err == ERR_OK; i++)
		err = say_fate(cli, words->name[i], fates, trace);
	for (size_t i = 0; i < fates->count && err == ERR_OK; i++)
		if (!fates->said[i])
			err = ask_fate(cli, fates, "what became of the other card?", trace);
	return err;
}

static enum err
load_fates(
    struct cli *cli, const struct roster_id *person, struct fates *out, struct err_trace *trace)
{
	struct roster_id *held = NULL;
	enum err err = roster_cards_held(cli->custody.roster, person, &held, &out->count, trace);

	if (err != ERR_OK)
		return err;
	out->card = calloc(out->count + 1, sizeof(*out->card));
	out->said = calloc(out->count + 1, sizeof(*out->said));
	if (out->card == NULL || out->said == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory for the cards");
	for (size_t i = 0; i < out->count && err == ERR_OK; i++)
		out->card[i].card = held[i];
	free(held);
	return err;
}

static enum err
print_departure(struct cli *cli, const struct roster_id *id, struct err_trace *trace)
{
	struct roster_person person;
	char date[CLOCK_DATE];
	const enum err err = roster_person_get(cli->custody.roster, id, &person, trace);

	if (err != ERR_OK)
		return err;
	clock_format_date(person.departed, date);
	if (roster_person_has_left(&person, roster_now(cli->custody.roster)))
		fprintf(cli->out,
		    "%s left on %s, in the roster %s.\n"
		    "'quorate health' says what must be done now, and until when.\n",
		    person.name, date, roster_path(cli->custody.roster));
	else
		fprintf(cli->out,
		    "%s leaves on %s, in the roster %s.\n"
		    "From that day on a card counts as outstanding until this command is given "
		    "again\nwith what became of it.\n",
		    person.name, date, roster_path(cli->custody.roster));
	return ERR_OK;
}

static enum err
cancel(struct cli *cli, const struct roster_person *person, struct err_trace *trace)
{
	const enum err err = roster_person_stay(cli->custody.roster, &person->id, trace);

	if (err == ERR_OK)
		fprintf(cli->out, "%s stays, in the roster %s.\n", person->name,
		    roster_path(cli->custody.roster));
	return err;
}

static enum err
run_depart(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct depart_values *v = values;
	struct fates fates = { 0 };
	struct roster_person person;
	enum err err = roster_person_find_any(cli->custody.roster, v->name, &person, trace);

	if (err != ERR_OK)
		return err;
	if (v->cancel && (v->on != 0 || v->cards.count > 0))
		return FAIL(trace, ERR_ARGUMENT, "--cancel goes with neither --on nor --card");
	if (v->cancel)
		return cancel(cli, &person, trace);
	err = load_fates(cli, &person.id, &fates, trace);
	if (err == ERR_OK)
		err = say_fates(cli, &v->cards, &fates, trace);
	const struct roster_departure departure = {
		.person = person.id, .on = v->on, .card = fates.card, .cards = fates.count
	};
	if (err == ERR_OK)
		err = roster_person_depart(cli->custody.roster, &departure, trace);
	if (err == ERR_OK)
		err = print_departure(cli, &person.id, trace);
	free(fates.card);
	free(fates.said);
	return err;
}

/* ---- appoint ------------------------------------------------------------------------------- */

struct appoint_values {
	const char *name;
	const char *by;
	const char *document;
	const char *identity;
	const char *background;
	const char *training;
	int64_t acknowledged;
	int64_t expires;
};

static const struct operand_row appoint_operands[] = {
	{ "NAME", "the person", true, offsetof(struct appoint_values, name) },
	{ .metavar = NULL },
};

static const struct option_row appoint_options[] = {
	{ .name = "appointed-by",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "who appoints them, or took the signature",
	    .required = true,
	    .offset = offsetof(struct appoint_values, by) },
	{ .name = "document",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "the signed paper; its SHA-256 is recorded",
	    .offset = offsetof(struct appoint_values, document) },
	{ .name = "identity",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "the reference of the proof of identity",
	    .offset = offsetof(struct appoint_values, identity) },
	{ .name = "background",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "the reference of the background check",
	    .offset = offsetof(struct appoint_values, background) },
	{ .name = "training",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "which training, and when",
	    .offset = offsetof(struct appoint_values, training) },
	{ .name = "acknowledged",
	    .kind = OPTION_DAY,
	    .metavar = "DATE",
	    .help = "the day on which they signed their duties",
	    .offset = offsetof(struct appoint_values, acknowledged) },
	{ .name = "expires",
	    .kind = OPTION_DAY,
	    .metavar = "DATE",
	    .help = "how long that holds (else as long as the policy allows)",
	    .offset = offsetof(struct appoint_values, expires) },
	{ .name = NULL },
};

enum { DOCUMENT_MAX = 64 * 1024 * 1024 };

static enum err
hash_document(const char *path, struct roster_hash *out, struct err_trace *trace)
{
	char *bytes = NULL;
	size_t len = 0;
	enum err err = file_read(path, DOCUMENT_MAX, &bytes, &len, trace);

	if (err == ERR_OK)
		err = sha256(bytes, len, out->bytes, trace);
	free(bytes);
	return err;
}

static enum err
run_appoint(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct appoint_values *v = values;
	struct roster_appoint appoint = { .by = v->by,
		.identity = v->identity,
		.background = v->background,
		.training = v->training,
		.acknowledged = v->acknowledged,
		.acknowledged_until = v->expires };
	struct roster_person person;
	struct roster_hash document;
	char date[CLOCK_DATE];
	enum err err = roster_person_find(cli->custody.roster, v->name, &person, trace);

	if (err == ERR_OK && v->document != NULL)
		err = hash_document(v->document, &document, trace);
	if (err != ERR_OK)
		return err;
	appoint.person = person.id;
	appoint.document = v->document != NULL ? &document : NULL;
	err = roster_person_appoint(cli->custody.roster, &appoint, trace);
	if (err == ERR_OK)
		err = roster_person_get(cli->custody.roster, &person.id, &person, trace);
	if (err != ERR_OK)
		return err;
	clock_format_date(person.acknowledged_until, date);
	fprintf(cli->out, "The appointment of %s is in the roster %s", person.name,
	    roster_path(cli->custody.roster));
	fprintf(cli->out,
	    person.acknowledged_until != 0 ? "; their acknowledgement holds until %s.\n" : ".\n",
	    date);
	return ERR_OK;
}

const struct command cmd_person_leave[] = {
	{ .group = "person",
	    .name = "appoint",
	    .summary = "Record an appointment, or a renewed acknowledgement",
	    .needs = NEED_WRITE,
	    .operands = appoint_operands,
	    .options = appoint_options,
	    .size = sizeof(struct appoint_values),
	    .run = run_appoint },
	{ .group = "person",
	    .name = "away",
	    .summary = "Record that a person is away for a while",
	    .needs = NEED_WRITE,
	    .operands = away_operands,
	    .options = away_options,
	    .size = sizeof(struct away_values),
	    .run = run_away },
	{ .group = "person",
	    .name = "back",
	    .summary = "Record that a person is back, or will not go",
	    .needs = NEED_WRITE,
	    .operands = back_operands,
	    .options = back_options,
	    .size = sizeof(struct back_values),
	    .run = run_back },
	{ .group = "person",
	    .name = "depart",
	    .summary = "Record that a person leaves, and what becomes of the card",
	    .needs = NEED_WRITE,
	    .operands = depart_operands,
	    .options = depart_options,
	    .size = sizeof(struct depart_values),
	    .run = run_depart,
	    .notes =
		"A planned departure says what is expected. On its day the card counts as "
		"outstanding,\nuntil the command is given again with what became of it.\n"
		"Example: quorate person depart alice --on 2026-12-31 --card returned --by ann" },
	{ .name = NULL },
};
