/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "cli/health.h"

#define FIRST_WORDS "# HELP quorate_"

/* A figure per quorum; 0 stands for a time that there is not. */
static double
get_level(const struct roster_health *health)
{
	return health_status(health->level);
}

static double
get_ready(const struct roster_health *health)
{
	return health->ready;
}

static double
get_threshold(const struct roster_health *health)
{
	return health->threshold;
}

static double
get_size(const struct roster_health *health)
{
	return health->size;
}

static double
get_margin(const struct roster_health *health)
{
	return health->margin;
}

static double
get_exposure(const struct roster_health *health)
{
	return health->exposure;
}

static double
get_generation(const struct roster_health *health)
{
	return health->generation;
}

static double
get_oldest_proof(const struct roster_health *health)
{
	return (double)health->oldest_proof;
}

static double
get_next_due(const struct roster_health *health)
{
	return (double)health->next_due;
}

static double
get_next_change(const struct roster_health *health)
{
	return health->changes == 0 ? 0 : (double)health->change[0].at;
}

static double
get_evaluated(const struct roster_health *health)
{
	return (double)health->at;
}

static const struct metric {
	const char *name;
	const char *help;
	double (*get)(const struct roster_health *health);
} metrics[] = {
	{ "quorate_health_level", "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN", get_level },
	{ "quorate_ready_cards", "Cards that would do today", get_ready },
	{ "quorate_threshold_cards", "Cards that are needed (M)", get_threshold },
	{ "quorate_size_cards", "Cards of the newest live generation (N)", get_size },
	{ "quorate_margin_cards", "Ready cards minus the threshold", get_margin },
	{ "quorate_exposed_shares", "Most shares of a live generation in the wrong hands",
	    get_exposure },
	{ "quorate_generation", "Newest live generation, 0 for none", get_generation },
	{ "quorate_oldest_proof_timestamp_seconds", "Oldest proof of a card, 0 for none",
	    get_oldest_proof },
	{ "quorate_next_roll_call_timestamp_seconds", "Next roll-call that is due, 0 for none",
	    get_next_due },
	{ "quorate_next_change_timestamp_seconds",
	    "When level, margin or exposure will change, 0 for never", get_next_change },
	{ "quorate_health_timestamp_seconds", "When this was judged", get_evaluated },
};

/* A label's value: backslash, quote and line feed are escaped. */
static void
print_label(FILE *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			fputc('\\', out);
		if (*value == '\n')
			fputs("\\n", out);
		else
			fputc(*value, out);
	}
}

static void
print_metric(FILE *out, const struct metric *metric, const struct health_answer *answer)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", metric->name, metric->help, metric->name);
	for (size_t i = 0; i < answer->count; i++) {
		fprintf(out, "%s{quorum=\"", metric->name);
		print_label(out, answer->health[i]->name);
		fprintf(out, "\"} %.0f\n", metric->get(answer->health[i]));
	}
}

/* How many reasons of each kind a quorum has; kinds that it has not are left out. */
static void
print_reasons(FILE *out, const struct health_answer *answer)
{
	fputs("# HELP quorate_reasons Reasons for the level, by kind\n"
	      "# TYPE quorate_reasons gauge\n",
	    out);
	for (size_t i = 0; i < answer->count; i++) {
		const struct roster_health *health = answer->health[i];
		unsigned count[ROSTER_REASON__COUNT] = { 0 };

		for (size_t r = 0; r < health->reasons; r++)
			count[health->reason[r].kind]++;
		for (int kind = 0; kind < ROSTER_REASON__COUNT; kind++) {
			if (count[kind] == 0)
				continue;
			fputs("quorate_reasons{quorum=\"", out);
			print_label(out, health->name);
			fprintf(out, "\",reason=\"%s\",level=\"%s\"} %u\n",
			    roster_reason_word((enum roster_reason_kind)kind),
			    roster_level_word(roster_reason_level((enum roster_reason_kind)kind)),
			    count[kind]);
		}
	}
}

/* Replaced is what this wrote before, or nothing: a slip of the name must not cost a roster. */
static bool
may_replace(const char *path)
{
	char start[sizeof(FIRST_WORDS) - 1];
	struct stat about;
	FILE *there;
	size_t len = 0;

	if (stat(path, &about) != 0)
		return true; /* writing it says what is wrong */
	there = S_ISREG(about.st_mode) ? fopen(path, "re") : NULL;
	if (there == NULL)
		return false;
	len = fread(start, 1, sizeof(start), there);
	fclose(there);
	return len == 0 || (len == sizeof(start) && strncmp(start, FIRST_WORDS, len) == 0);
}

enum err
health_write_prometheus(
    const char *path, const struct health_answer *answer, struct err_trace *trace)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = NULL;
	enum err err;

	if (!may_replace(path)) {
		err_next(trace, "name another file than '%s', or remove it", path);
		return FAIL(
		    trace, ERR_EXISTS, "'%s' is there, and has no figures of Quorate's", path);
	}
	out = open_memstream(&text, &len);
	if (out == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the figures");
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		print_metric(out, &metrics[i], answer);
	print_reasons(out, answer);
	if (fclose(out) != 0) {
		free(text);
		return FAIL(trace, ERR_NOMEM, "no memory for the figures");
	}
	err = file_publish(path, text, len, trace);
	free(text);
	if (err != ERR_OK) {
		err_next(trace, "see that the folder of '%s' is there and can be written", path);
		return FAIL(trace, err, "the figures for Prometheus were not written");
	}
	return ERR_OK;
}
