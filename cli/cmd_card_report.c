/* SPDX-License-Identifier: BSD-2-Clause */
/* card report: what became of a card, and what to do about it tonight. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/card_view.h"
#include "custody/whose.h"
#include "roster/card_report.h"
#include "roster/health.h"
#include "roster/person.h"
#include "roster/policy.h"
#include "roster/quorum.h"

struct report_values {
	const char *card;
	const char *report;
	const char *reporter;
	const char *on;
	const char *words;
};

static const struct operand_row report_operands[] = {
	{ "CARD", "its short name, root/2", true, offsetof(struct report_values, card) },
	{ "WHAT", "lost, stolen, found, suspected, damaged, destroyed or pin-unknown", true,
	    offsetof(struct report_values, report) },
	{ .metavar = NULL },
};

static const struct option_row report_options[] = {
	{ .name = "reporter",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "who says so; without it, the person at the keyboard",
	    .offset = offsetof(struct report_values, reporter) },
	{ .name = "on",
	    .kind = OPTION_TEXT,
	    .metavar = "DATE",
	    .help = "when it happened; without it, now",
	    .offset = offsetof(struct report_values, on) },
	{ .name = "words",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "how it came; can be erased later",
	    .offset = offsetof(struct report_values, words) },
	{ .name = NULL },
};

/* ---- What to do ---------------------------------------------------------------------------- */

/* What the steps depend on. */
struct situation {
	struct roster_card card;
	char custodian[ROSTER_NAME];
	int64_t happened;
	bool is_live; /* it holds a share that opens something; only then: */
	char quorum[ROSTER_NAME];
	unsigned threshold;
	unsigned ready;
	unsigned exposure;
	int64_t decision_hours;
	int64_t rekey_days;
};

enum { STEP = 320 };

/* One step in words; nothing where it does not apply. */
typedef void (*step)(const struct situation *situation, char out[STEP]);

static void
say_compromised(const struct situation *s, char out[STEP])
{
	if (s->exposure >= s->threshold)
		snprintf(out, STEP,
		    "%u shares are outside and %u open it: treat the keys of '%.32s' as "
		    "compromised, now.",
		    s->exposure, s->threshold, s->quorum);
}

static void
say_below(const struct situation *s, char out[STEP])
{
	if (s->ready < s->threshold)
		snprintf(out, STEP,
		    "'%.32s' takes %u cards, and the ready ones are %u: prove the others before "
		    "anything else: quorate card check --quorum %.32s --all --by NAME",
		    s->quorum, s->threshold, s->ready, s->quorum);
}

static void
say_ask_pin(const struct situation *s, char out[STEP])
{
	snprintf(out, STEP,
	    "Ask %.64s whether anybody can know the PIN, or it was written down. If so, count "
	    "the share as read, not only as lost.",
	    s->custodian);
}

static void
say_others(const struct situation *s, char out[STEP])
{
	(void)s;
	snprintf(out, STEP, "See that each of the others has their card: quorate custody");
}

static void
say_rekey(const struct situation *s, char out[STEP])
{
	char date[CLOCK_DATE];

	clock_format_date(s->happened + s->rekey_days * CLOCK_DAY, date);
	snprintf(out, STEP,
	    "Decide within %" PRId64 " hours, and re-key by %s: quorate quorum rekey %.32s --by "
	    "NAME. Only that closes the share; a new PIN or another card does not.",
	    s->decision_hours, date, s->quorum);
}

/* Another card gets the same share only where nobody else can have had the first. */
static void
say_replace(const struct situation *s, char out[STEP])
{
	if (s->card.exposed != 0)
		say_rekey(s, out);
	else
		snprintf(out, STEP,
		    "Enrol another card for %.64s, then: quorate quorum replace-card %.32s %.64s "
		    "--by NAME",
		    s->custodian, s->quorum, s->custodian);
}

static void
say_keep_pieces(const struct situation *s, char out[STEP])
{
	snprintf(out, STEP,
	    "Keep what is left of %.43s under lock until then: its chip may still work.",
	    s->card.name);
}

static void
say_unblock(const struct situation *s, char out[STEP])
{
	snprintf(out, STEP,
	    "With %u other cards of '%.32s' it gets a new PIN: quorate card unblock %.43s --by "
	    "NAME",
	    s->threshold, s->quorum, s->card.name);
}

#define ON(report) (1U << (report))
static const unsigned outside = ON(ROSTER_REPORT_LOST) | ON(ROSTER_REPORT_STOLEN) |
				ON(ROSTER_REPORT_FOUND) | ON(ROSTER_REPORT_SUSPECTED);
static const unsigned gone = ON(ROSTER_REPORT_LOST) | ON(ROSTER_REPORT_STOLEN);
static const unsigned broken = ON(ROSTER_REPORT_DAMAGED) | ON(ROSTER_REPORT_DESTROYED);
static const unsigned forgotten = ON(ROSTER_REPORT_PIN_UNKNOWN);
#undef ON

/* In the order in which they are done. */
static const struct {
	const unsigned *reports; /* bits of 1 << enum roster_report; NULL: all */
	step say;
} steps[] = {
	{ &outside, say_compromised },
	{ NULL, say_below },
	{ &gone, say_ask_pin },
	{ &gone, say_others },
	{ &outside, say_rekey },
	{ &broken, say_replace },
	{ &broken, say_keep_pieces },
	{ &forgotten, say_unblock },
};

static void
print_steps(struct cli *cli, const struct situation *situation, enum roster_report report)
{
	char text[STEP];
	unsigned number = 0;

	if (!situation->is_live) {
		fprintf(cli->out, "It holds no share that opens anything: nothing else depends on "
				  "it.\n");
		return;
	}
	fputs(report == ROSTER_REPORT_LOST || report == ROSTER_REPORT_STOLEN ? "Tonight:\n"
									     : "Next:\n",
	    cli->out);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		text[0] = '\0';
		if (steps[i].reports == NULL || (*steps[i].reports & 1U << report) != 0)
			steps[i].say(situation, text);
		if (text[0] != '\0')
			fprintf(cli->out, "  %u. %s\n", ++number, text);
	}
}

/* The newest generation that still opens something with a share on this card. */
static enum err
find_live(struct cli *cli, const struct roster_id *card, struct roster_holding *out, bool *found,
    struct err_trace *trace)
{
	struct roster_holding *holdings = NULL;
	size_t count = 0;
	const enum err err =
	    roster_card_holdings(cli->custody.roster, card, &holdings, &count, trace);

	*found = false;
	for (size_t i = 0; err == ERR_OK && i < count && !*found; i++) {
		*found = holdings[i].state == ROSTER_GENERATION_LIVE;
		*out = holdings[i];
	}
	free(holdings);
	return err;
}

static enum err
look_at_quorum(struct cli *cli, const struct roster_holding *holding, struct situation *out,
    struct err_trace *trace)
{
	struct roster *roster = cli->custody.roster;
	struct roster_health *health = NULL;
	enum err err = roster_health(roster, &holding->quorum, 0, &health, trace);

	if (err != ERR_OK)
		return err;
	snprintf(out->quorum, sizeof(out->quorum), "%s", health->name);
	out->threshold = health->threshold;
	out->ready = health->ready;
	out->exposure = health->exposure;
	free(health);
	err = roster_policy_get(
	    roster, ROSTER_POLICY_REKEY_DECISION_HOURS, 0, &out->decision_hours, trace);
	return err == ERR_OK
		   ? roster_policy_get(roster, ROSTER_POLICY_REKEY_DAYS, 0, &out->rekey_days, trace)
		   : err;
}

static enum err
look_around(
    struct cli *cli, const struct roster_id *card, struct situation *out, struct err_trace *trace)
{
	struct roster_holding holding = { 0 };
	enum err err = roster_card_get(cli->custody.roster, card, &out->card, trace);

	if (err == ERR_OK)
		err = find_live(cli, card, &holding, &out->is_live, trace);
	if (err != ERR_OK)
		return err;
	whose_name(cli->custody.roster, &out->card.custodian, out->custodian);
	return out->is_live ? look_at_quorum(cli, &holding, out, trace) : ERR_OK;
}

/* ---- The report ---------------------------------------------------------------------------- */

static enum err
read_report(struct cli *cli, const struct report_values *v, struct roster_card_report *out,
    struct err_trace *trace)
{
	struct roster_person reporter = { .id = cli->by[0] };
	enum err err = roster_report_parse(v->report, &out->report, trace);

	if (err == ERR_OK && v->reporter != NULL)
		err = roster_person_find(cli->custody.roster, v->reporter, &reporter, trace);
	out->reporter = reporter.id;
	out->happened = roster_now(cli->custody.roster);
	if (err == ERR_OK && v->on != NULL)
		err = clock_read_day(v->on, "--on",
		    &(struct clock_days){ .last = roster_now(cli->custody.roster) }, &out->happened,
		    trace);
	if (err == ERR_OK && v->words != NULL && strlen(v->words) >= sizeof(out->words))
		err = FAIL(trace, ERR_ARGUMENT, "--words has at most %zu characters",
		    sizeof(out->words) - 1);
	snprintf(out->words, sizeof(out->words), "%s", v->words == NULL ? "" : v->words);
	return err;
}

static enum err
print_report(struct cli *cli, const struct situation *situation, enum roster_report report,
    struct err_trace *trace)
{
	enum roster_condition condition = ROSTER_CONDITION_STALE;
	const enum err err = card_view_condition(cli, &situation->card, &condition, trace);

	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "%s, %s's card, is reported %s in the roster %s. It is %s%s.\n",
	    situation->card.name, situation->custodian, roster_report_word(report),
	    roster_path(cli->custody.roster), roster_condition_words(condition),
	    situation->card.exposed == 0 ? ""
	    : situation->is_live         ? ", and its share counts as exposed"
					 : "");
	print_steps(cli, situation, report);
	return ERR_OK;
}

static enum err
run_report(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct report_values *v = values;
	struct roster_card_report report = { 0 };
	struct situation situation = { 0 };
	struct roster_card card;
	enum err err = read_report(cli, v, &report, trace);

	if (err == ERR_OK)
		err = roster_card_by_name(cli->custody.roster, v->card, &card, trace);
	if (err == ERR_OK)
		err = roster_card_report(cli->custody.roster, &card.id, &report, trace);
	situation.happened = report.happened;
	if (err == ERR_OK)
		err = look_around(cli, &card.id, &situation, trace);
	return err == ERR_OK ? print_report(cli, &situation, report.report, trace) : err;
}

const struct command cmd_card_report[] = {
	{ .group = "card",
	    .name = "report",
	    .summary = "Record that a card is lost, stolen, found, suspected, damaged, destroyed",
	    .needs = NEED_WRITE,
	    .operands = report_operands,
	    .options = report_options,
	    .size = sizeof(struct report_values),
	    .run = run_report,
	    .notes =
		"A card that was lost and is found is suspected, never ready. pin-unknown: its "
		"custodian forgot the PIN.\nSays what to do next; after a loss, tonight." },
	{ .name = NULL },
};
