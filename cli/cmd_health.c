/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/health.h"
#include "cli/installed.h"
#include "roster/advisory.h"
#include "roster/card.h"
#include "roster/person.h"

struct health_values {
	const char *quorum;
	const char *at;
	struct names depart, away, lost;
	const char *advisories;
	const char *prometheus;
};

static const struct operand_row operands[] = {
	{ "QUORUM", "one quorum; all of them without it", false,
	    offsetof(struct health_values, quorum) },
	{ .metavar = NULL },
};

static const struct option_row options[] = {
	{ .name = "at",
	    .kind = OPTION_TEXT,
	    .metavar = "DATE",
	    .help = "as it was then, or as it will be by what is planned: 2027-01-31",
	    .offset = offsetof(struct health_values, at) },
	{ .name = "if-depart",
	    .kind = OPTION_NAMES,
	    .metavar = "PEOPLE",
	    .help = "as if they left, with their cards outstanding: alice,bob",
	    .offset = offsetof(struct health_values, depart) },
	{ .name = "if-away",
	    .kind = OPTION_NAMES,
	    .metavar = "PEOPLE",
	    .help = "as if they could not be reached",
	    .offset = offsetof(struct health_values, away) },
	{ .name = "if-lost",
	    .kind = OPTION_NAMES,
	    .metavar = "CARDS",
	    .help = "as if these cards were lost: root/1,root/2",
	    .offset = offsetof(struct health_values, lost) },
	{ .name = "advisories",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "card firmware known to be bad, instead of the list that comes with Quorate",
	    .offset = offsetof(struct health_values, advisories) },
	{ .name = "prometheus",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "also write the figures there, for the node exporter's textfile collector",
	    .offset = offsetof(struct health_values, prometheus) },
	{ .name = NULL },
};

/* What is asked, resolved against the roster. */
struct request {
	struct roster_question question;
	struct roster_id depart[NAMES_MAX], away[NAMES_MAX], lost[NAMES_MAX];
	struct advisories *advisories;
	char supposed[1024];
};

/* ---- what is supposed ------------------------------------------------------------------------ */

static enum err
find_person(struct roster *roster, const char *name, struct roster_id *out, struct err_trace *trace)
{
	struct roster_person person;
	const enum err err = roster_person_find(roster, name, &person, trace);

	if (err == ERR_OK)
		*out = person.id;
	return err;
}

static enum err
find_card(struct roster *roster, const char *name, struct roster_id *out, struct err_trace *trace)
{
	struct roster_card card;
	const enum err err = roster_card_by_name(roster, name, &card, trace);

	if (err == ERR_OK)
		*out = card.id;
	return err;
}

/* One of the suppositions: who, and how it is told. */
struct supposition {
	const struct names *names;
	enum err (*find)(struct roster *roster, const char *name, struct roster_id *out,
	    struct err_trace *trace);
	const char *words;
	struct roster_id *id;
};

static enum err
suppose(struct roster *roster, const struct supposition *supposition, char *words, size_t size,
    struct err_trace *trace)
{
	size_t len = strlen(words);

	for (size_t i = 0; i < supposition->names->count; i++) {
		const char *name = supposition->names->name[i];
		const enum err err = supposition->find(roster, name, &supposition->id[i], trace);

		if (err != ERR_OK)
			return FAIL(trace, err, "nothing was supposed of '%.60s'", name);
		if (len < size)
			len += (size_t)snprintf(words + len, size - len, "%s%.60s %s",
			    len == 0 ? "" : ", ", name, supposition->words);
	}
	return ERR_OK;
}

static enum err
suppose_all(struct roster *roster, const struct health_values *v, struct request *request,
    struct err_trace *trace)
{
	const struct supposition all[] = {
		{ &v->depart, find_person, "had left", request->depart },
		{ &v->away, find_person, "were away", request->away },
		{ &v->lost, find_card, "were lost", request->lost },
	};
	enum err err = ERR_OK;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all) && err == ERR_OK; i++)
		err = suppose(roster, &all[i], request->supposed, sizeof(request->supposed), trace);
	request->question.depart = request->depart;
	request->question.departs = v->depart.count;
	request->question.away = request->away;
	request->question.aways = v->away.count;
	request->question.lost = request->lost;
	request->question.losses = v->lost.count;
	return err;
}

/* ---- advisories ------------------------------------------------------------------------------ */

/* The list that comes with the program. */
static enum err
read_own_advisories(struct advisories **out, struct err_trace *trace)
{
	char path[INSTALLED_PATH];
	const enum err err = installed_find("advisories.json", "roster", path, trace);

	if (err == ERR_OK)
		return advisories_read(path, out, trace);
	err_next_instead(trace, "install Quorate again, or name a list with --advisories FILE");
	return FAIL(trace, err, "the list of bad card firmware is missing");
}

/* ---- the date -------------------------------------------------------------------------------- */

/* A date of the past is answered by the roster as it was then. */
static enum err
turn_to(struct cli *cli, const char *date, struct health_answer *answer,
    struct roster_question *question, struct err_trace *trace)
{
	if (date == NULL)
		return ERR_OK;
	if (!clock_parse(date, &question->at) || question->at == 0) {
		err_next(
		    trace, "write a day as 2027-01-31, or a time as 2027-01-31T12:00:00Z, UTC");
		return FAIL(trace, ERR_ARGUMENT, "'%.40s' is not a date", date);
	}
	answer->past = question->at < roster_now(cli->custody.roster);
	if (!answer->past)
		return ERR_OK;
	const enum err err = cli_open_past(cli, question->at, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "the roster says nothing of '%.40s'", date);
	return ERR_OK;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static int
by_level(const void *a, const void *b)
{
	const struct roster_health *const *x = a;
	const struct roster_health *const *y = b;

	if ((*x)->level != (*y)->level)
		return (*x)->level > (*y)->level ? -1 : 1;
	return strcmp((*x)->name, (*y)->name);
}

static enum err
judge_quorums(struct roster *roster, const char *name, const struct roster_quorum *quorums,
    struct health_answer *answer, struct err_trace *trace)
{
	const size_t count = answer->count;
	enum err err = ERR_OK;

	answer->count = 0;
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		if (name != NULL && strcmp(name, quorums[i].name) != 0)
			continue;
		err = roster_health(roster, &quorums[i].id, answer->question,
		    &answer->health[answer->count], trace);
		if (err == ERR_OK && answer->health[answer->count++]->level > answer->level)
			answer->level = answer->health[answer->count - 1]->level;
	}
	if (err == ERR_OK && answer->count == 0) {
		err_next(trace,
		    "Create one with 'quorate quorum create', or see 'quorate quorum list'.");
		err = FAIL(trace, ERR_ABSENT, "there is no quorum%s%.40s to judge",
		    name == NULL ? "" : " ", name == NULL ? "" : name);
	}
	return err;
}

static enum err
judge_all(
    struct roster *roster, const char *name, struct health_answer *answer, struct err_trace *trace)
{
	struct roster_quorum *quorums = NULL;
	enum err err = roster_quorum_list(roster, &quorums, &answer->count, trace);

	if (err != ERR_OK)
		return err;
	answer->practice = roster_is_practice(roster);
	answer->health = calloc(answer->count + 1, sizeof(struct roster_health *));
	if (answer->health == NULL) {
		answer->count = 0;
		err = FAIL(trace, ERR_NOMEM, "no memory for a health report");
	} else {
		err = judge_quorums(roster, name, quorums, answer, trace);
	}
	free(quorums);
	if (err == ERR_OK)
		qsort(answer->health, answer->count, sizeof(struct roster_health *), by_level);
	return err;
}

static bool
wants_color(FILE *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return isatty(fileno(out)) && (no_color == NULL || no_color[0] == '\0') &&
	       terminal != NULL && strcmp(terminal, "dumb") != 0;
}

/* A level is only told when it was told whole. */
static enum err
show(struct cli *cli, const struct health_answer *answer, struct err_trace *trace)
{
	const struct health_page page = { cli->out, wants_color(cli->out) };
	enum err err = ERR_OK;

	if (cli->line->json)
		err = cli_print_json(cli, health_json(answer), trace);
	else
		health_print(&page, answer);
	if (err == ERR_OK && (fflush(cli->out) != 0 || ferror(cli->out)))
		err = FAIL(trace, ERR_IO, "the output could not be written");
	return err;
}

static enum err
answer_request(struct cli *cli, const struct health_values *v, struct request *request,
    struct health_answer *answer, struct err_trace *trace)
{
	enum err err = turn_to(cli, v->at, answer, &request->question, trace);

	/* An older copy would say that all is well, and know nothing of who has left since. */
	if (err == ERR_OK && !answer->past)
		err = roster_check_newest(cli->custody.roster, trace);
	if (err == ERR_OK)
		err = v->advisories == NULL
			  ? read_own_advisories(&request->advisories, trace)
			  : advisories_read(v->advisories, &request->advisories, trace);
	request->question.advisories = request->advisories;
	if (err == ERR_OK)
		err = suppose_all(cli->custody.roster, v, request, trace);
	if (err == ERR_OK)
		err = judge_all(cli->custody.roster, v->quorum, answer, trace);
	/* Before anything is told: what was read may turn out torn. */
	if (err == ERR_OK)
		err = cli_close_roster(cli, trace);
	if (err == ERR_OK && v->prometheus != NULL)
		err = health_write_prometheus(v->prometheus, answer, trace);
	return err == ERR_OK ? show(cli, answer, trace) : err;
}

static enum err
run(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct health_values *v = values;
	struct request *request = calloc(1, sizeof(*request));
	struct health_answer answer = { 0 };
	enum err err = ERR_INTERNAL;

	cli->status = 3;
	if (request == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a health report");
	request->question.timeline = true;
	answer.question = &request->question;
	answer.supposed = request->supposed;
	err = answer_request(cli, v, request, &answer, trace);
	if (err == ERR_OK)
		cli->status = health_status(answer.level);
	for (size_t i = 0; i < answer.count; i++)
		roster_health_free(answer.health[i]);
	free(answer.health);
	advisories_free(request->advisories);
	free(request);
	return err;
}

const struct command cmd_health[] = {
	{ .name = "health",
	    .summary = "Say how each threshold stands: margin, exposure, what to do, what comes",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = operands,
	    .options = options,
	    .size = sizeof(struct health_values),
	    .run = run,
	    .never_ran = 3,
	    .notes = "Exit status of its own: 0 OK, 1 WARNING, 2 CRITICAL, 3 for anything that it "
		     "cannot judge.\nNothing is ever written to the roster; it may lie on a "
		     "read-only medium.\nExample: quorate health root --if-depart alice,bob" },
	{ .name = NULL },
};
