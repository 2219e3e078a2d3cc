/* SPDX-License-Identifier: BSD-2-Clause */
/* quorate card check: roll-calls, in the room and at a distance. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "custody/roll_call.h"
#include "custody/roll_call_distant.h"

enum { REQUEST_DAYS = 14 };

struct check_values {
	struct names cards;
	const char *quorum;
	bool all;
	bool again;
	const char *request;
	int64_t days;
	const char *answer;
	const char *out;
	const char *import;
};

static const struct operand_row check_operands[] = {
	{ "CARD", "its short name, root/2", false, offsetof(struct check_values, cards) },
	{ .metavar = NULL },
};

static const struct option_row check_options[] = {
	{ .name = "quorum",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "any card of this quorum",
	    .offset = offsetof(struct check_values, quorum) },
	{ .name = "all",
	    .kind = OPTION_FLAG,
	    .help = "all cards of the quorum, but for those that were checked today",
	    .offset = offsetof(struct check_values, all) },
	{ .name = "again",
	    .kind = OPTION_FLAG,
	    .help = "with --all: those too",
	    .offset = offsetof(struct check_values, again) },
	{ .name = "request",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "ask one card at a distance: write the request for its custodian",
	    .offset = offsetof(struct check_values, request) },
	{ .name = "days",
	    .kind = OPTION_NUMBER,
	    .metavar = "N",
	    .help = "with --request: it expires after these (14)",
	    .min = 1,
	    .max = 90,
	    .offset = offsetof(struct check_values, days) },
	{ .name = "answer",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "answer this request; needs no roster",
	    .offset = offsetof(struct check_values, answer) },
	{ .name = "out",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "with --answer: write the statement there",
	    .offset = offsetof(struct check_values, out) },
	{ .name = "import",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "verify this statement and record the proof",
	    .offset = offsetof(struct check_values, import) },
	{ .name = NULL },
};

/* Asking and importing need no card, answering no roster. */
static unsigned
needs_of(const void *values)
{
	const struct check_values *v = values;

	if (v->request != NULL || v->import != NULL)
		return NEED_WRITE | NEED_JSON;
	if (v->answer != NULL)
		return NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_JSON;
	if (v->cards.count == 0 && v->quorum == NULL)
		return 0; /* a mistake, which needs nothing */
	return ~0U;
}

/* ---- In the room --------------------------------------------------------------------------- */

static const char *const outcome_words[] = { [ROLL_CALL_MISSING] = "missing",
	[ROLL_CALL_PROVEN] = "proven",
	[ROLL_CALL_TODAY] = "proven-today",
	[ROLL_CALL_GAVE_WAY] = "no-pin",
	[ROLL_CALL_FAILED] = "failed" };
_Static_assert(sizeof(outcome_words) / sizeof(*outcome_words) == ROLL_CALL_OUTCOME__COUNT,
    "a word for each outcome");

static void
print_line(struct cli *cli, const struct roll_call_line *line)
{
	static const char *const said[] = { [ROLL_CALL_MISSING] = "MISSING",
		[ROLL_CALL_PROVEN] = "proven",
		[ROLL_CALL_TODAY] = "had its roll-call today",
		[ROLL_CALL_GAVE_WAY] = "NOT PROVEN: no PIN was given",
		[ROLL_CALL_FAILED] = "NOT PROVEN" };

	fprintf(cli->out, "%-12s %-16s %s", line->card.name, line->custodian, said[line->outcome]);
	if (line->outcome == ROLL_CALL_FAILED)
		fprintf(cli->out, ": %s", line->words);
	if (line->outcome == ROLL_CALL_PROVEN)
		fprintf(cli->out, "%s, %u %s left%s",
		    line->has_share ? "" : " (keys and PIN; it holds no share yet)", line->tries,
		    line->tries == 1 ? "try" : "tries",
		    line->signs ? "" : "; it did not sign the roster's head");
	fputc('\n', cli->out);
}

/* Of a quorum of which any one card was wanted, the others are not missing. */
static bool
is_told(const struct check_values *v, const struct roll_call_line *line)
{
	return v->cards.count > 0 || v->all || line->outcome != ROLL_CALL_MISSING;
}

static enum err
print_report(struct cli *cli, const struct check_values *v, const struct roll_call *report,
    struct err_trace *trace)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->count; i++) {
		const struct roll_call_line *line = &report->line[i];

		if (!is_told(v, line))
			continue;
		if (!cli->line->json)
			print_line(cli, line);
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:i, s:s}", "card", line->card.name,
			"custodian", line->custodian, "serial", line->card.serial, "outcome",
			outcome_words[line->outcome], "share", line->has_share, "signed",
			line->signs, "tries_left", (int)line->tries, "words", line->words));
	}
	if (cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "cards", list), trace);
	json_decref(list);
	return ERR_OK;
}

static enum err
check_here(struct cli *cli, const struct check_values *v, struct err_trace *trace)
{
	const struct roll_call_cards cards = { .names = v->cards.name,
		.name_count = v->cards.count,
		.quorum = v->quorum,
		.all = v->all,
		.again = v->again };
	struct roll_call *report = NULL;
	enum err err = roll_call(&cli->custody, &cards, &report, trace);
	enum err printed = ERR_OK;

	if (report != NULL)
		printed = print_report(cli, v, report, err == ERR_OK ? trace : NULL);
	free(report);
	return err == ERR_OK ? printed : err;
}

/* ---- At a distance ------------------------------------------------------------------------- */

static enum err
write_request(struct cli *cli, const struct check_values *v, struct err_trace *trace)
{
	const struct roll_call_asking asking = { v->cards.name[0],
		v->days == 0 ? REQUEST_DAYS : (int)v->days };
	struct roll_call_request request;
	char *line = NULL, until[CLI_TIME];
	enum err err = cli_check_new_file(v->request, trace);

	if (err == ERR_OK)
		err = roll_call_ask(&cli->custody, &asking, &request, trace);
	if (err == ERR_OK)
		err = roll_call_request_write(&request, &line, trace);
	if (err == ERR_OK)
		err = file_create(v->request, line, strlen(line), trace);
	free(line);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return cli_print_json(cli,
		    json_pack("{s:s, s:s, s:s, s:I}", "card", request.card, "custodian",
			request.custodian, "request", v->request, "expires",
			(json_int_t)request.expires),
		    trace);
	fprintf(cli->out,
	    "The request for %s's card %s is in %s, good until %s. With it at hand, %s runs\n"
	    "  quorate card check --answer %s --out STATEMENT\n"
	    "and sends the statement back.\n",
	    request.custodian, request.card, v->request, cli_time(request.expires, until),
	    request.custodian, v->request);
	return ERR_OK;
}

static enum err
answer_request(struct cli *cli, const struct check_values *v, struct err_trace *trace)
{
	struct roll_call_request request;
	char *text = NULL, *line = NULL;
	size_t len = 0;
	enum err err = cli_check_new_file(v->out, trace);

	if (err == ERR_OK)
		err = file_read(v->answer, ROLL_CALL_FILE_MAX, &text, &len, trace);
	if (err == ERR_OK)
		err = roll_call_request_read(text, len, &request, trace);
	free(text);
	if (err == ERR_OK)
		err = roll_call_answer(&cli->custody, &request, &line, trace);
	if (err == ERR_OK)
		err = file_create(v->out, line, strlen(line), trace);
	free(line);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return cli_print_json(cli,
		    json_pack("{s:s, s:s, s:s}", "card", request.card, "custodian",
			request.custodian, "statement", v->out),
		    trace);
	fprintf(cli->out,
	    "Card %s answered; its statement is in %s. Send it back before the request expires.\n",
	    request.card, v->out);
	return ERR_OK;
}

static enum err
import_statement(struct cli *cli, const struct check_values *v, struct err_trace *trace)
{
	struct roll_call_signed what = { .message = NULL };
	struct roll_call_imported imported;
	char *text = NULL, answered[CLI_TIME];
	size_t len = 0;
	enum err err = file_read(v->import, ROLL_CALL_FILE_MAX, &text, &len, trace);

	if (err == ERR_OK)
		err = roll_call_statement_read(text, len, &what, trace);
	free(text);
	if (err == ERR_OK)
		err = roll_call_import(&cli->custody, &what, &imported, trace);
	free(what.message);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return cli_print_json(cli,
		    json_pack("{s:s, s:s, s:b, s:i, s:I}", "card", imported.card, "custodian",
			imported.custodian, "share", imported.has_share, "tries_left",
			(int)imported.tries, "answered", (json_int_t)imported.answered),
		    trace);
	fprintf(cli->out,
	    "%s's card %s is proven%s, %u %s left. By the clock of its machine it answered at %s.\n"
	    "Keep the statement: the card's signature verifies without Quorate.\n",
	    imported.custodian, imported.card,
	    imported.has_share ? "" : " (keys and PIN; it holds no share yet)", imported.tries,
	    imported.tries == 1 ? "try" : "tries", cli_time(imported.answered, answered));
	return ERR_OK;
}

/* ---- Which of them ------------------------------------------------------------------------- */

/* What goes together, and what does not; each row is a mistake. */
static enum err
check_values(const struct check_values *v, struct err_trace *trace)
{
	const int distant = (v->request != NULL) + (v->answer != NULL) + (v->import != NULL);
	const bool cards = v->cards.count > 0 || v->quorum != NULL;
	const struct {
		bool wrong;
		const char *words;
	} mistakes[] = {
		{ distant > 1, "--request, --answer and --import are three different commands" },
		{ v->request != NULL && (v->cards.count != 1 || v->quorum != NULL),
		    "--request is for exactly one card, named as in root/2" },
		{ (v->answer != NULL || v->import != NULL) && cards,
		    "the file says which card it is about: name none" },
		{ (v->answer == NULL) != (v->out == NULL), "--answer and --out go together" },
		{ v->days != 0 && v->request == NULL, "--days goes with --request" },
		{ v->cards.count > 0 && v->quorum != NULL, "name cards, or a quorum, not both" },
		{ distant == 0 && !cards, "which card?" },
		{ v->all && v->quorum == NULL, "--all goes with --quorum" },
		{ v->again && !v->all, "--again goes with --all" },
	};

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		if (!mistakes[i].wrong)
			continue;
		err_next(trace, "Run 'quorate help card check' for what it takes.");
		return FAIL(trace, ERR_ARGUMENT, "%s", mistakes[i].words);
	}
	return ERR_OK;
}

static enum err
run_check(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct check_values *v = values;
	enum err err = check_values(v, trace);

	if (err != ERR_OK)
		return err;
	if (v->request != NULL)
		return write_request(cli, v, trace);
	if (v->answer != NULL)
		return answer_request(cli, v, trace);
	if (v->import != NULL)
		return import_statement(cli, v, trace);
	return check_here(cli, v, trace);
}

const struct command cmd_card_check[] = {
	{ .group = "card",
	    .name = "check",
	    .summary = "Roll-call: prove that cards, their PINs and shares still work",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_JSON,
	    .needs_of = needs_of,
	    .operands = check_operands,
	    .many = true,
	    .options = check_options,
	    .size = sizeof(struct check_values),
	    .run = run_check,
	    .notes = "Each card opens a random number that was sealed to it, behind its PIN, and "
		     "has the sealed share that\nit was given; the share is not opened. In the "
		     "room:\n"
		     "  quorate card check root/2 --by ann\n"
		     "  quorate card check --quorum root --all --by ann\n"
		     "At a distance, on the roster's machine, the custodian's, and the roster's "
		     "again:\n"
		     "  quorate card check root/2 --request FILE --by ann\n"
		     "  quorate card check --answer FILE --out STATEMENT\n"
		     "  quorate card check --import STATEMENT --by ann" },
	{ .name = NULL },
};
