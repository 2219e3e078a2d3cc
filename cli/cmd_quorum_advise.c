/* SPDX-License-Identifier: BSD-2-Clause */
/* quorate quorum advise: what the quorum's M and N, and those around them, are good for. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "roster/advice.h"
#include "roster/policy.h"
#include "roster/quorum.h"
#include "roster/roster.h"

enum {
	HORIZON_YEARS = 10,
	NEIGHBOURS_MAX = 9,
	SHOWN_SIZE = 24,
	PERCENT = ADVICE_BILLION / 100, /* in parts per billion */
};

struct advise_values {
	const char *quorum;
	int64_t horizon;
	const char *attrition;
	const char *failure;
	int64_t roll_call;
	const char *rekey;
	const char *target;
};

static const struct operand_row advise_operands[] = {
	{ "QUORUM", "its name", true, offsetof(struct advise_values, quorum) },
	{ .metavar = NULL },
};

static const struct option_row advise_options[] = {
	{ .name = "horizon",
	    .kind = OPTION_NUMBER,
	    .metavar = "YEARS",
	    .help = "over how long (10)",
	    .min = 1,
	    .max = ADVICE_DAYS_MAX / ADVICE_YEAR,
	    .offset = offsetof(struct advise_values, horizon) },
	{ .name = "attrition",
	    .kind = OPTION_TEXT,
	    .metavar = "PERCENT",
	    .help = "of the custodians leave within a year (10)",
	    .offset = offsetof(struct advise_values, attrition) },
	{ .name = "card-failure",
	    .kind = OPTION_TEXT,
	    .metavar = "PERCENT",
	    .help = "of the cards fail within a year: dead, PIN forgotten (2)",
	    .offset = offsetof(struct advise_values, failure) },
	{ .name = "roll-call",
	    .kind = OPTION_NUMBER,
	    .metavar = "DAYS",
	    .help = "between roll-calls (the policy's roll-call-days)",
	    .min = 1,
	    .max = ADVICE_ROLL_CALL_MAX,
	    .offset = offsetof(struct advise_values, roll_call) },
	{ .name = "rekey",
	    .kind = OPTION_TEXT,
	    .metavar = "DAYS",
	    .help = "until a re-key is finished (the policy's rekey-days)",
	    .offset = offsetof(struct advise_values, rekey) },
	{ .name = "target",
	    .kind = OPTION_TEXT,
	    .metavar = "PERCENT",
	    .help = "name the smallest sets of which neither risk is greater (0.1)",
	    .offset = offsetof(struct advise_values, target) },
	{ .name = NULL },
};

/* ---- What is asked ------------------------------------------------------------------------- */

/* "12.5" as parts per billion: digits, and at most seven behind a point. */
static enum err
read_percent(const char *name, const char *text, uint32_t *out, struct err_trace *trace)
{
	const size_t whole = strspn(text, "0123456789");
	const size_t behind = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	const size_t len = whole + (text[whole] == '.' ? behind + 1 : 0);
	uint64_t value = 0, unit = PERCENT;

	for (size_t i = 0; i < whole && value <= 100; i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	if (whole == 0 || text[len] != '\0' || behind > 7 || (text[whole] == '.' && behind == 0) ||
	    value > 100) {
		err_next(trace, "Give a percentage, as 12.5.");
		return FAIL(trace, ERR_ARGUMENT, "--%s cannot be '%.40s'", name, text);
	}
	value *= unit;
	for (size_t i = 0; i < behind; i++)
		value += (uint64_t)(text[whole + 1 + i] - '0') * (unit /= 10);
	*out = (uint32_t)value;
	return ERR_OK;
}

/* Percentages within what the model takes; `standard` where none was given. */
static enum err
yearly(
    const char *name, const char *text, uint32_t standard, uint32_t *out, struct err_trace *trace)
{
	*out = standard;
	if (text == NULL)
		return ERR_OK;
	const enum err err = read_percent(name, text, out, trace);
	if (err == ERR_OK && *out > ADVICE_YEARLY_MAX) {
		err_next(trace, "Give at most 90.");
		return FAIL(trace, ERR_ARGUMENT, "--%s cannot be '%.40s'", name, text);
	}
	return err;
}

/* None at all is a number too, so it is not one of the table's, where 0 is "not given". */
static enum err
rekey_days(struct cli *cli, const char *text, unsigned *out, struct err_trace *trace)
{
	int64_t days = 0;
	char *end;

	if (text == NULL) {
		const enum err err = roster_policy_get(
		    cli->custody.roster, ROSTER_POLICY_REKEY_DAYS, 0, &days, trace);
		*out = (unsigned)days;
		return err;
	}
	if (strspn(text, "0123456789") == strlen(text) && strlen(text) <= 3)
		days = strtol(text, &end, 10);
	else
		days = ADVICE_REKEY_MAX + 1;
	if (days > ADVICE_REKEY_MAX) {
		err_next(trace, "Give a whole number from 0 to %d.", ADVICE_REKEY_MAX);
		return FAIL(trace, ERR_ARGUMENT, "--rekey cannot be '%.40s'", text);
	}
	*out = (unsigned)days;
	return ERR_OK;
}

struct advising {
	struct advice_model model;
	struct advice_set present;
	double target;
	bool all_of_n;
	size_t count;
	struct advice_set set[NEIGHBOURS_MAX];
	struct advice_risk risk[NEIGHBOURS_MAX];
	struct advice_found smallest;
};

static enum err
read_model(
    struct cli *cli, const struct advise_values *v, struct advising *out, struct err_trace *trace)
{
	int64_t roll_call = v->roll_call;
	uint32_t target = 0;
	enum err err =
	    yearly("attrition", v->attrition, 10 * PERCENT, &out->model.attrition, trace);

	out->model.days = ADVICE_YEAR * (unsigned)(v->horizon == 0 ? HORIZON_YEARS : v->horizon);
	if (err == ERR_OK)
		err = yearly("card-failure", v->failure, 2 * PERCENT, &out->model.failure, trace);
	if (err == ERR_OK)
		err = yearly("target", v->target, PERCENT / 10, &target, trace);
	if (err == ERR_OK && target == 0)
		err = FAIL(trace, ERR_ARGUMENT, "--target cannot be 0: no set is without risk");
	if (err == ERR_OK && roll_call == 0)
		err = roster_policy_get(
		    cli->custody.roster, ROSTER_POLICY_ROLL_CALL_DAYS, 0, &roll_call, trace);
	if (err == ERR_OK)
		err = rekey_days(cli, v->rekey, &out->model.rekey_days, trace);
	out->model.roll_call = (unsigned)roll_call;
	out->target = (double)target / ADVICE_BILLION;
	return err;
}

/* The set as it is: that of the newest live generation, else of the newest. */
static enum err
find_set(struct cli *cli, const char *name, struct advising *out, struct err_trace *trace)
{
	struct roster_quorum quorum;
	struct roster_generation generation;
	int64_t all_of_n = 0;
	enum err err = roster_quorum_find(cli->custody.roster, name, &quorum, trace);

	if (err == ERR_OK && quorum.newest == 0)
		err = FAIL(trace, ERR_NOT_NOW, "quorum '%s' has no cards yet", name);
	if (err == ERR_OK)
		err = roster_generation_get(cli->custody.roster, &quorum.id,
		    quorum.live != 0 ? quorum.live : quorum.newest, &generation, trace);
	if (err == ERR_OK)
		err = roster_policy_get(
		    cli->custody.roster, ROSTER_POLICY_ALL_OF_N, 0, &all_of_n, trace);
	if (err != ERR_OK)
		return err;
	out->present = (struct advice_set){ generation.threshold, generation.size };
	out->all_of_n = all_of_n != 0;
	return ERR_OK;
}

static bool
is_present(const struct advising *advising, struct advice_set set)
{
	return set.threshold == advising->present.threshold && set.size == advising->present.size;
}

static bool
is_allowed(const struct advising *advising, struct advice_set set)
{
	if (is_present(advising, set))
		return true;
	return set.threshold >= 2 && set.size <= ADVICE_SIZE_MAX &&
	       (set.threshold < set.size || (advising->all_of_n && set.threshold == set.size));
}

/* The set, and those with one card or one of the threshold more or less. */
static enum err
advise(struct advising *advising, struct err_trace *trace)
{
	const struct advice_set present = advising->present;
	enum err err = ERR_OK;

	for (unsigned size = present.size - 1; size <= present.size + 1; size++) {
		for (unsigned m = present.threshold - 1; m <= present.threshold + 1; m++) {
			const struct advice_set set = { m, size };
			struct advice_risk *risk = &advising->risk[advising->count];

			if (!is_allowed(advising, set))
				continue;
			err = advice_risk_of(&advising->model, set, risk, trace);
			if (err != ERR_OK)
				return err;
			advising->set[advising->count++] = set;
		}
	}
	return advice_smallest(
	    &advising->model, advising->target, advising->all_of_n, &advising->smallest, trace);
}

/* ---- What is told -------------------------------------------------------------------------- */

/* Two digits that count: "12 %", "0.0034 %". */
static const char *
shown(double probability, char out[SHOWN_SIZE])
{
	const double percent = 100 * probability;
	int places = 0;

	if (percent == 0)
		return "none";
	if (percent < 1e-9)
		return "< 0.000000001 %";
	if (percent < 10)
		places = 1 - (int)floor(log10(percent));
	snprintf(out, SHOWN_SIZE, "%.*f %%", places > 10 ? 10 : places, percent);
	return out;
}

static void
print_row(struct cli *cli, const char *mark, struct advice_set set, struct advice_risk risk)
{
	char name[16], lost[SHOWN_SIZE], exposed[SHOWN_SIZE];

	snprintf(name, sizeof(name), "%u of %u", set.threshold, set.size);
	fprintf(cli->out, "%s %-10s %-18s %s\n", mark, name, shown(risk.lost, lost),
	    shown(risk.exposed, exposed));
}

static void
print_advice(struct cli *cli, const char *name, const struct advising *advising)
{
	const struct advice_model *model = &advising->model;
	char leave[SHOWN_SIZE], fail[SHOWN_SIZE], target[SHOWN_SIZE];

	fprintf(cli->out,
	    "%s: %u of %u. Over %u years, if within a year %s of the custodians leave and %s of "
	    "the\n"
	    "cards fail, with a roll-call every %u days and a re-key finished %u days after "
	    "trouble "
	    "is noticed,\nit becomes lost (fewer than M cards work) or exposed (M shares are "
	    "outside) with these probabilities:\n\n  %-10s %-18s exposed\n",
	    name, advising->present.threshold, advising->present.size, model->days / ADVICE_YEAR,
	    shown((double)model->attrition / ADVICE_BILLION, leave),
	    shown((double)model->failure / ADVICE_BILLION, fail), model->roll_call,
	    model->rekey_days, "set", "lost");
	for (size_t i = 0; i < advising->count; i++)
		print_row(cli, is_present(advising, advising->set[i]) ? "*" : " ", advising->set[i],
		    advising->risk[i]);
	shown(advising->target, target);
	if (advising->smallest.count == 0) {
		fprintf(cli->out,
		    "\nNo set of up to %d cards keeps both within %s: hold roll-calls more often, "
		    "or "
		    "re-key sooner.\n",
		    ADVICE_SIZE_MAX, target);
		return;
	}
	fprintf(cli->out, "\nThe smallest that keep both within %s:\n", target);
	for (size_t i = 0; i < advising->smallest.count; i++)
		print_row(cli, is_present(advising, advising->smallest.set[i]) ? "*" : " ",
		    advising->smallest.set[i], advising->smallest.risk[i]);
}

/* Probabilities are texts: JSON of Quorate's has no floats. */
static json_t *
set_json(const struct advising *advising, struct advice_set set, struct advice_risk risk)
{
	char lost[SHOWN_SIZE], exposed[SHOWN_SIZE];

	snprintf(lost, sizeof(lost), "%.6e", risk.lost);
	snprintf(exposed, sizeof(exposed), "%.6e", risk.exposed);
	return json_pack("{s:i, s:i, s:b, s:s, s:s}", "threshold", (int)set.threshold, "size",
	    (int)set.size, "present", is_present(advising, set), "lost", lost, "exposed", exposed);
}

static json_t *
advice_json(const char *name, const struct advising *advising)
{
	const struct advice_model *model = &advising->model;
	json_t *sets = json_array(), *smallest = json_array();
	char target[SHOWN_SIZE];

	for (size_t i = 0; i < advising->count; i++)
		json_array_append_new(
		    sets, set_json(advising, advising->set[i], advising->risk[i]));
	for (size_t i = 0; i < advising->smallest.count; i++)
		json_array_append_new(smallest,
		    set_json(advising, advising->smallest.set[i], advising->smallest.risk[i]));
	snprintf(target, sizeof(target), "%.6e", advising->target);
	return json_pack("{s:s, s:{s:i, s:I, s:I, s:i, s:i}, s:o, s:s, s:o}", "quorum", name,
	    "model", "horizon_days", (int)model->days, "attrition_ppb",
	    (json_int_t)model->attrition, "card_failure_ppb", (json_int_t)model->failure,
	    "roll_call_days", (int)model->roll_call, "rekey_days", (int)model->rekey_days, "sets",
	    sets, "target", target, "smallest", smallest);
}

static enum err
run_advise(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct advise_values *v = values;
	struct advising *advising = calloc(1, sizeof(*advising));
	enum err err;

	if (advising == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = read_model(cli, v, advising, trace);
	if (err == ERR_OK)
		err = find_set(cli, v->quorum, advising, trace);
	if (err == ERR_OK)
		err = advise(advising, trace);
	if (err == ERR_OK && cli->line->json)
		err = cli_print_json(cli, advice_json(v->quorum, advising), trace);
	else if (err == ERR_OK)
		print_advice(cli, v->quorum, advising);
	free(advising);
	return err;
}

const struct command cmd_quorum_advise[] = {
	{ .group = "quorum",
	    .name = "advise",
	    .summary = "Say what other M and N would be worth",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = advise_operands,
	    .options = advise_options,
	    .size = sizeof(struct advise_values),
	    .run = run_advise,
	    .notes = "The probabilities are computed exactly, in the model of docs/advice.md. "
		     "They are worth what\nthe percentages are worth: give your own." },
	{ .name = NULL },
};
