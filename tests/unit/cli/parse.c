/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"

/* A table of the test's own, with one row of each kind. */

struct values {
	const char *what;
	const char *text;
	int64_t number;
	bool flag;
	struct names names;
	struct names things;
	int64_t day;
	bool inside;
};

static enum err
run_nothing(struct cli *cli, const void *values, struct err_trace *trace)
{
	(void)cli;
	(void)values;
	(void)trace;
	return ERR_OK;
}

static const struct operand_row operands[] = {
	{ "WHAT", "what", true, offsetof(struct values, what) },
	{ .metavar = NULL },
};

static const struct operand_row many_operands[] = {
	{ "WHAT", "what", true, offsetof(struct values, what) },
	{ "THING", "things", false, offsetof(struct values, things) },
	{ .metavar = NULL },
};

/* With a flag it wants less. */
static unsigned
needs_of(const void *values)
{
	return ((const struct values *)values)->flag ? (unsigned)NEED_CARDS : ~0U;
}

static const struct option_row flag_options[] = {
	{ .name = "flag",
	    .kind = OPTION_FLAG,
	    .help = "a flag",
	    .offset = offsetof(struct values, flag) },
	{ .name = NULL },
};

static const struct option_row options[] = {
	{ .letter = 'm',
	    .name = "number",
	    .kind = OPTION_NUMBER,
	    .metavar = "N",
	    .help = "a number",
	    .required = true,
	    .min = 2,
	    .max = 16,
	    .offset = offsetof(struct values, number) },
	{ .name = "text",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "a text",
	    .offset = offsetof(struct values, text) },
	{ .name = "flag",
	    .kind = OPTION_FLAG,
	    .help = "a flag",
	    .offset = offsetof(struct values, flag) },
	{ .name = "names",
	    .kind = OPTION_NAMES,
	    .metavar = "NAMES",
	    .help = "names",
	    .offset = offsetof(struct values, names) },
	{ .name = "day",
	    .kind = OPTION_DAY,
	    .metavar = "DATE",
	    .help = "a day",
	    .offset = offsetof(struct values, day) },
	{ .name = "inside",
	    .kind = OPTION_FLAG,
	    .help = "what the program calls itself with",
	    .hidden = true,
	    .offset = offsetof(struct values, inside) },
	{ .name = NULL },
};

static const struct command rows[] = {
	{ .group = "noun",
	    .name = "verb",
	    .summary = "Do it",
	    .needs = NEED_WRITE | NEED_JSON | NEED_OPTIONAL_REST,
	    .operands = operands,
	    .options = options,
	    .size = sizeof(struct values),
	    .run = run_nothing },
	{ .group = "noun", .name = "plain", .summary = "Do less", .run = run_nothing },
	{ .name = NULL },
};

/* More of the same group, in another table. */
static const struct command more_rows[] = {
	{ .group = "noun",
	    .name = "many",
	    .summary = "Do it to all",
	    .needs = NEED_WRITE | NEED_CARDS,
	    .needs_of = needs_of,
	    .operands = many_operands,
	    .many = true,
	    .options = flag_options,
	    .size = sizeof(struct values),
	    .run = run_nothing },
	{ .name = NULL },
};

const struct command *const command_groups[] = { rows, more_rows, NULL };

enum { WORDS_MAX_COUNT = 32, LINE_SIZE = 256 };

/* Splits a line at blanks and parses it; the line outlives the result. */
static enum err
parse(char line[LINE_SIZE], struct command_line *out, struct err_trace *trace)
{
	char *argv[WORDS_MAX_COUNT] = { NULL };
	static char *kept[WORDS_MAX_COUNT];
	int argc = 0;

	for (char *at = line, *word; (word = strsep(&at, " ")) != NULL;)
		argv[argc++] = word;
	memcpy(kept, argv, sizeof(kept));
	return command_parse(argc, kept, out, trace);
}

static void
everything_that_is_said_arrives(void **state)
{
	char line[LINE_SIZE] =
	    "quorate noun verb thing -m 3 --text=a=b --flag --names alice,bob --names "
	    "carol --day 2026-11-23 --json --by ann -- ls -l";
	struct command_line parsed;
	struct err_trace trace = { 0 };
	const struct values *v;

	(void)state;
	assert_ok(parse(line, &parsed, &trace), &trace);
	v = parsed.values;
	assert_string_equal(v->what, "thing");
	assert_int_equal(v->number, 3);
	assert_string_equal(v->text, "a=b");
	assert_true(v->flag);
	assert_int_equal(v->names.count, 3);
	assert_string_equal(v->names.name[2], "carol");
	assert_int_equal(v->day, 1795392000);
	assert_string_equal(parsed.by, "ann");
	assert_true(parsed.json);
	assert_string_equal(parsed.rest[0], "ls");
	assert_string_equal(parsed.rest[1], "-l");
	free(parsed.values);
}

static void
short_and_attached_values_are_the_same(void **state)
{
	static const char *const lines[] = { "quorate noun verb thing -m 3",
		"quorate noun verb thing -m3", "quorate noun verb thing --number 3",
		"quorate noun verb --number=3 thing" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		char line[LINE_SIZE];
		struct command_line parsed;
		struct err_trace trace = { 0 };

		snprintf(line, sizeof(line), "%s", lines[i]);
		assert_ok(parse(line, &parsed, &trace), &trace);
		assert_int_equal(((const struct values *)parsed.values)->number, 3);
		free(parsed.values);
	}
}

static void
the_last_operand_may_come_again(void **state)
{
	static const char *const things[] = { "", " a", " a b c" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char line[LINE_SIZE];
		struct command_line parsed;
		struct err_trace trace = { 0 };
		const struct values *v;

		snprintf(line, sizeof(line), "quorate noun many what%s", things[i]);
		assert_ok(parse(line, &parsed, &trace), &trace);
		v = parsed.values;
		assert_string_equal(v->what, "what");
		assert_int_equal(v->things.count, i + (i == 2 ? 1 : 0));
		if (i == 2)
			assert_string_equal(v->things.name[2], "c");
		free(parsed.values);
	}
}

static void
a_command_may_need_less_for_some_values(void **state)
{
	char plain[LINE_SIZE] = "quorate noun many what";
	char flagged[LINE_SIZE] = "quorate noun many what --flag";
	struct command_line parsed;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(parse(plain, &parsed, &trace), &trace);
	assert_int_equal(parsed.needs, NEED_WRITE | NEED_CARDS);
	free(parsed.values);
	assert_ok(parse(flagged, &parsed, &trace), &trace);
	assert_int_equal(parsed.needs, NEED_CARDS);
	free(parsed.values);
}

/* What is refused, and a word that the message must have. */
static const struct {
	const char *line;
	const char *word;
} refusals[] = {
	{ "quorate", "command" },
	{ "quorate nothing", "nothing" },
	{ "quorate noun", "noun" },
	{ "quorate noun nothing", "noun nothing" },
	{ "quorate noun verb -m 3", "WHAT" },
	{ "quorate noun verb thing", "number" },
	{ "quorate noun verb thing other -m 3", "other" },
	{ "quorate noun verb thing -m 3 --other", "--other" },
	{ "quorate noun verb thing -m 3 --tex a", "--tex" },
	{ "quorate noun verb thing -m 3 -x", "-x" },
	{ "quorate noun verb thing -m 1", "'1'" },
	{ "quorate noun verb thing -m 17", "'17'" },
	{ "quorate noun verb thing -m 3x", "'3x'" },
	{ "quorate noun verb thing -m 99999999999999999999", "99999999999999999999" },
	{ "quorate noun verb thing -m 3 -m 4", "twice" },
	{ "quorate noun verb thing -m 3 --flag --flag", "twice" },
	{ "quorate noun verb thing -m 3 --flag=yes", "no value" },
	{ "quorate noun verb thing -m 3 --text", "wants a value" },
	{ "quorate noun verb thing -m 3 --text=", "empty" },
	{ "quorate noun verb thing -m 3 --names alice,,bob", "empty name" },
	{ "quorate noun verb thing -m 3 --day 2026-02-30", "--day: '2026-02-30' is not a date" },
	{ "quorate noun verb thing -m 3 --day 1970-01-01", "--day: 1970-01-01 is too early" },
	{ "quorate noun verb thing -m 3 --", "--" },
	{ "quorate noun plain -- ls", "--" },
	{ "quorate noun many", "WHAT" },
	{ "quorate noun plain --json", "--json" },
	{ "quorate noun plain --by ann", "--by" },
};

static void
whatever_is_wrong_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		char line[LINE_SIZE];
		struct command_line parsed;
		struct err_trace trace = { 0 };

		snprintf(line, sizeof(line), "%s", refusals[i].line);
		assert_fails(parse(line, &parsed, &trace), ERR_ARGUMENT, &trace);
		if (strstr(trace.frame[0].text, refusals[i].word) == NULL)
			fail_msg("'%s' was answered with '%s', without '%s'", refusals[i].line,
			    trace.frame[0].text, refusals[i].word);
		assert_string_not_equal(trace.next, "");
	}
}

static void
help_needs_nothing_else(void **state)
{
	char line[LINE_SIZE] = "quorate noun verb --help";
	struct command_line parsed;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(parse(line, &parsed, &trace), &trace);
	assert_true(parsed.help);
	free(parsed.values);
}

static void
help_and_completion_show_every_row(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	help_all(out);
	help_command(out, &rows[0]);
	help_command(out, &more_rows[0]);
	help_completion(out);
	fclose(out);
	assert_non_null(strstr(text, "noun verb"));
	assert_non_null(strstr(text, "--number N"));
	assert_non_null(strstr(text, "[-- COMMAND ...]"));
	assert_non_null(strstr(text, "'noun plain'"));
	assert_non_null(strstr(text, "usage: quorate noun many WHAT [THING ...] [--flag]"));
	assert_non_null(strstr(text, "1) words='noun ' ;;"));
	assert_non_null(strstr(text, "noun) words='verb plain many ' ;;"));
	assert_non_null(strstr(text, "complete -o default -F _quorate quorate"));
	assert_null(strstr(text, "inside"));
	free(text);
}

static void
a_hidden_option_is_taken_but_shown_nowhere(void **state)
{
	struct command_line parsed;
	char line[LINE_SIZE] = "quorate noun verb root --number 2 --inside";

	(void)state;
	assert_ok(parse(line, &parsed, NULL), NULL);
	assert_true(((struct values *)parsed.values)->inside);
	free(parsed.values);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_that_is_said_arrives),
		cmocka_unit_test(short_and_attached_values_are_the_same),
		cmocka_unit_test(the_last_operand_may_come_again),
		cmocka_unit_test(a_command_may_need_less_for_some_values),
		cmocka_unit_test(whatever_is_wrong_is_named),
		cmocka_unit_test(help_needs_nothing_else),
		cmocka_unit_test(help_and_completion_show_every_row),
		cmocka_unit_test(a_hidden_option_is_taken_but_shown_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
