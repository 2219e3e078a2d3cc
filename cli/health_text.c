/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/health.h"

/* How much is said where several quorums are told of, and where one is. */
enum { CHANGES_OF_MANY = 2, CHANGES_OF_ONE = 12 };

static const char *const colors[ROSTER_LEVEL__COUNT] = {
	[ROSTER_LEVEL_OK] = "\033[32m",
	[ROSTER_LEVEL_WARNING] = "\033[33m",
	[ROSTER_LEVEL_UNKNOWN] = "\033[35m",
	[ROSTER_LEVEL_CRITICAL] = "\033[1;31m",
};

/* The level's word, padded behind its colour. */
static void
print_level(const struct health_page *page, enum roster_level level, size_t width)
{
	const char *word = roster_level_word(level);
	size_t len = strlen(word);

	fprintf(page->out, "%s%s%s", page->color ? colors[level] : "", word,
	    page->color ? "\033[0m" : "");
	for (; len < width; len++)
		fputc(' ', page->out);
}

/* How a list of reasons is told. */
struct telling {
	bool leaves_common; /* they are told elsewhere */
	bool has_levels;
	const char *indent;
	const char *todo;    /* "do" */
	unsigned most_alike; /* of one kind; the rest is counted */
};

static void
print_reason(const struct health_page *page, const struct telling *telling,
    const struct roster_reason *reason)
{
	fputs(telling->indent, page->out);
	if (telling->has_levels && reason->level == ROSTER_LEVEL_OK)
		fputs("note     ", page->out);
	else if (telling->has_levels)
		print_level(page, reason->level, 9);
	fprintf(page->out, "%s\n", reason->words);
	if (reason->next[0] != '\0')
		fprintf(page->out, "%s%*s%s: %s\n", telling->indent, telling->has_levels ? 9 : 2,
		    "", telling->todo, reason->next);
}

static void
print_reasons(const struct health_page *page, const struct telling *telling,
    const struct roster_reason *reason, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned before = 0;
		unsigned after = 0;

		if (telling->leaves_common && roster_reason_is_common(reason[i].kind))
			continue;
		for (size_t j = 0; j < count; j++) {
			if (j != i && reason[j].kind == reason[i].kind)
				*(j < i ? &before : &after) += 1;
		}
		if (before < telling->most_alike)
			print_reason(page, telling, &reason[i]);
		if (before + 1 == telling->most_alike && after > 0)
			fprintf(page->out, "%s%*sand %u more like this one\n", telling->indent,
			    telling->has_levels ? 9 : 2, "", after);
	}
}

static void
print_head(const struct health_page *page, const struct roster_health *health)
{
	char time[CLI_TIME];

	fprintf(page->out, "%s: ", health->name);
	print_level(page, health->level, 0);
	if (health->generation != 0)
		fprintf(page->out,
		    ", margin %d, exposure %u (generation %u, %u of %u; %u ready; oldest proof %s)",
		    health->margin, health->exposure, health->generation, health->threshold,
		    health->size, health->ready, cli_time(health->oldest_proof, time));
	fputc('\n', page->out);
}

static void
print_change(const struct health_page *page, const struct roster_health_change *change)
{
	static const struct telling telling = {
		.indent = "      ", .todo = "before", .most_alike = 1
	};
	char date[CLOCK_DATE];

	clock_format_date(change->at, date);
	fprintf(page->out, "    %s  ", date);
	print_level(page, change->level, 9);
	fprintf(page->out, "margin %d, exposure %u\n", change->margin, change->exposure);
	print_reasons(page, &telling, change->reason, change->reasons);
}

static void
print_ahead(const struct health_page *page, const struct roster_health *health, size_t most)
{
	if (health->changes == 0)
		return;
	fputs("  ahead, if nothing is done:\n", page->out);
	for (size_t i = 0; i < health->changes && i < most; i++)
		print_change(page, &health->change[i]);
	if (health->changes > most)
		fprintf(page->out, "    and %zu later dates: quorate health %s%s\n",
		    health->changes - most, health->name, most == CHANGES_OF_ONE ? " --json" : "");
}

static void
print_night(const struct health_page *page, const struct roster_health *health)
{
	if (health->nights == 0)
		return;
	fputs("  tonight:\n", page->out);
	for (unsigned i = 0; i < health->nights; i++)
		fprintf(page->out, "    %u. %s\n", i + 1, health->night[i]);
}

static void
print_quorum(const struct health_page *page, const struct health_answer *answer,
    const struct roster_health *health)
{
	const bool is_many = answer->count > 1;
	const struct telling telling = { .leaves_common = is_many,
		.has_levels = true,
		.indent = "  ",
		.todo = "do",
		.most_alike = is_many ? 1 : ROSTER_CARDS_MAX };

	print_head(page, health);
	print_reasons(page, &telling, health->reason, health->reasons);
	print_night(page, health);
	print_ahead(page, health, is_many ? CHANGES_OF_MANY : CHANGES_OF_ONE);
}

/* What is the same for every quorum is told once. */
static void
print_common(const struct health_page *page, const struct health_answer *answer)
{
	static const struct telling telling = {
		.has_levels = true, .indent = "  ", .todo = "do", .most_alike = 1
	};
	const struct roster_health *first = answer->count > 1 ? answer->health[0] : NULL;
	bool begun = false;

	for (size_t i = 0; first != NULL && i < first->reasons; i++) {
		if (!roster_reason_is_common(first->reason[i].kind))
			continue;
		if (!begun)
			fputs("the roster itself:\n", page->out);
		begun = true;
		print_reason(page, &telling, &first->reason[i]);
	}
}

void
health_print(const struct health_page *page, const struct health_answer *answer)
{
	char time[CLI_TIME];

	if (answer->question->at != 0)
		fprintf(page->out, "%s %s:\n",
		    answer->past ? "As it was known on" : "As planned today, on",
		    cli_time(answer->question->at, time));
	if (answer->supposed[0] != '\0')
		fprintf(page->out, "If %s (nothing was written):\n", answer->supposed);
	for (size_t i = 0; i < answer->count; i++)
		print_quorum(page, answer, answer->health[i]);
	print_common(page, answer);
}
