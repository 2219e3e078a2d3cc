/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line against the table. Not getopt_long: it takes any unambiguous abbreviation, so
 * that a ceremony's script would change its meaning with the next option that is added.
 */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct parser {
	const struct command *command;
	struct command_line *line;
	uint8_t *values;
	bool seen[OPTIONS_MAX];        /* of the command's own rows */
	bool seen_global[OPTIONS_MAX]; /* of the global rows */
	size_t operands;
	struct err_trace *trace;
};

const struct option_row command_global_options[] = {
	{ .name = "roster",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "the roster (else $QUORATE_ROSTER, else the one in your state folder)",
	    .offset = offsetof(struct command_line, roster) },
	{ .name = "by",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "the person at the keyboard; commands that change something want it",
	    .offset = offsetof(struct command_line, by) },
	{ .name = "attendant",
	    .kind = OPTION_TEXT,
	    .metavar = "PROGRAM",
	    .help = "talk to PROGRAM (docs/formats/attendant.md) and not to the terminal",
	    .offset = offsetof(struct command_line, attendant) },
	{ .name = "accept",
	    .kind = OPTION_NAMES,
	    .metavar = "RISK",
	    .help = "go on in spite of a named risk: swap, apdu-log",
	    .offset = offsetof(struct command_line, accept) },
	{ .name = "trace",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "write the headers of what goes to the card (never its content) to FILE",
	    .offset = offsetof(struct command_line, trace_file) },
	{ .name = "json",
	    .kind = OPTION_FLAG,
	    .help = "print JSON",
	    .offset = offsetof(struct command_line, json) },
	{ .letter = 'h',
	    .name = "help",
	    .kind = OPTION_FLAG,
	    .help = "explain this command",
	    .offset = offsetof(struct command_line, help) },
	{ .name = NULL },
};

static enum err
usage(struct parser *parser, const char *what, const char *argument)
{
	const struct command *command = parser->command;

	err_next(parser->trace, "Run 'quorate help%s%s%s%s' for what it takes.",
	    command == NULL || command->group == NULL ? "" : " ",
	    command == NULL || command->group == NULL ? "" : command->group,
	    command == NULL ? "" : " ", command == NULL ? "" : command->name);
	return FAIL(parser->trace, ERR_ARGUMENT, "%s '%s'", what, argument);
}

static enum err
missing_option(struct parser *parser, const char *name)
{
	char words[48];

	snprintf(words, sizeof(words), "--%s", name);
	return usage(parser, "missing: option", words);
}

const struct command *
command_find(const char *first, const char *second)
{
	for (size_t i = 0; command_groups[i] != NULL; i++) {
		for (const struct command *row = command_groups[i]; row->name != NULL; row++) {
			if (row->group == NULL && strcmp(row->name, first) == 0)
				return row;
			if (row->group != NULL && second != NULL &&
			    strcmp(row->group, first) == 0 && strcmp(row->name, second) == 0)
				return row;
		}
	}
	return NULL;
}

bool
command_is_group(const char *word)
{
	for (size_t i = 0; command_groups[i] != NULL; i++)
		for (const struct command *row = command_groups[i]; row->name != NULL; row++)
			if (row->group != NULL && strcmp(row->group, word) == 0)
				return true;
	return false;
}

static const struct option_row *
find_row(const struct option_row *rows, const char *name, size_t len, char letter)
{
	for (; rows != NULL && rows->name != NULL; rows++) {
		if (name != NULL && strlen(rows->name) == len &&
		    strncmp(rows->name, name, len) == 0)
			return rows;
		if (name == NULL && letter != 0 && rows->letter == letter)
			return rows;
	}
	return NULL;
}

bool
command_takes(const struct command *command, const struct option_row *global)
{
	static const struct {
		const char *name;
		unsigned needs;
	} rows[] = {
		{ "json", NEED_JSON },
		{ "roster", NEED_ROSTER | NEED_WRITE | NEED_PATH | NEED_OPTIONAL_ROSTER },
		{ "by", NEED_WRITE | NEED_BY },
		{ "attendant", NEED_ATTENDANT | NEED_ROOM_LATER },
		{ "accept", NEED_SECRETS | NEED_ROOM_LATER },
		{ "trace", NEED_CARDS | NEED_ROOM_LATER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].name, global->name) == 0)
			return (command->needs & rows[i].needs) != 0;
	return true;
}

static enum err
store_number(struct parser *parser, const struct option_row *row, const char *text, int64_t *out)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < row->min || value > row->max) {
		err_next(parser->trace, "Give a whole number from %lld to %lld.",
		    (long long)row->min, (long long)row->max);
		return FAIL(parser->trace, ERR_ARGUMENT, "--%s cannot be '%s'", row->name, text);
	}
	*out = value;
	return ERR_OK;
}

/* The day 1970-01-01 would be no day: 0 is what an option that was not given has. */
static enum err
store_day(struct parser *parser, const struct option_row *row, const char *text, int64_t *out)
{
	static const struct clock_days days = { .first = CLOCK_DAY };
	char name[48];

	snprintf(name, sizeof(name), "--%s", row->name);
	return clock_read_day(text, name, &days, out, parser->trace);
}

static const struct {
	char letter;
	int64_t ms;
} duration_units[] = { { 's', 1000 }, { 'm', 60 * 1000 }, { 'h', 60 * 60 * 1000 } };

/* The milliseconds of "15m"; -1 for what is no duration. */
static int64_t
duration_ms(const char *text)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || value < 0 || value > INT32_MAX)
		return -1;
	for (size_t i = 0; i < sizeof(duration_units) / sizeof(*duration_units); i++)
		if (end[0] == duration_units[i].letter && end[1] == '\0')
			return value * duration_units[i].ms;
	return -1;
}

static enum err
store_duration(struct parser *parser, const struct option_row *row, const char *text, int64_t *out)
{
	int64_t ms = duration_ms(text);

	if (ms < row->min || ms > row->max) {
		err_next(parser->trace, "Give a time such as 90s, 15m or 2h, from %llds to %lldh.",
		    (long long)row->min / 1000, (long long)row->max / (60 * 60 * 1000));
		return FAIL(parser->trace, ERR_ARGUMENT, "--%s cannot be '%s'", row->name, text);
	}
	*out = ms;
	return ERR_OK;
}

static enum err
store_names(struct parser *parser, const struct option_row *row, char *text, struct names *names)
{
	for (char *at = text; at != NULL;) {
		char *comma = strchr(at, ',');

		if (comma != NULL)
			*comma = '\0';
		if (*at == '\0')
			return usage(parser, "there is an empty name in the list of --", row->name);
		if (names->count == NAMES_MAX)
			return usage(
			    parser, "there are too many names in the list of --", row->name);
		names->name[names->count++] = at;
		at = comma == NULL ? NULL : comma + 1;
	}
	return ERR_OK;
}

static enum err
store(struct parser *parser, const struct option_row *row, void *base, char *text)
{
	void *field = (uint8_t *)base + row->offset;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return ERR_OK;
	case OPTION_TEXT:
		*(const char **)field = text;
		return ERR_OK;
	case OPTION_NUMBER:
		return store_number(parser, row, text, field);
	case OPTION_DAY:
		return store_day(parser, row, text, field);
	case OPTION_NAMES:
		return store_names(parser, row, text, field);
	case OPTION_DURATION:
		return store_duration(parser, row, text, field);
	case OPTION_WORD:
		*(const char **)field = text == NULL ? row->standard : text;
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

/* The row behind an argument, and where its value is kept; NULL when there is none. */
static const struct option_row *
resolve(struct parser *parser, const char *name, size_t len, char letter, void **base, bool **seen)
{
	const struct option_row *row = find_row(parser->command->options, name, len, letter);

	if (row != NULL) {
		*base = parser->values;
		*seen = &parser->seen[row - parser->command->options];
		return row;
	}
	row = find_row(command_global_options, name, len, letter);
	if (row == NULL || !command_takes(parser->command, row))
		return NULL;
	*base = parser->line;
	*seen = &parser->seen_global[row - command_global_options];
	return row;
}

/* One option; *next is advanced over a value that stands in its own argument. */
static enum err
parse_option(struct parser *parser, char **argv, int *next)
{
	char *argument = argv[*next];
	bool is_long = argument[1] == '-';
	char *equals = is_long ? strchr(argument, '=') : NULL;
	size_t len = !is_long         ? 0
		     : equals != NULL ? (size_t)(equals - argument - 2)
				      : strlen(argument) - 2;
	const struct option_row *row;
	char *value;
	void *base;
	bool *seen;

	row = resolve(parser, is_long ? argument + 2 : NULL, len, argument[1], &base, &seen);
	if (row == NULL)
		return usage(parser, "there is no option", argument);
	if (*seen && row->kind != OPTION_NAMES)
		return usage(parser, "given twice: option", argument);
	*seen = true;
	value = equals != NULL ? equals + 1 : !is_long && argument[2] != '\0' ? argument + 2 : NULL;
	if (row->kind == OPTION_FLAG && value != NULL)
		return usage(parser, "takes no value: option", argument);
	if (row->kind != OPTION_FLAG && row->kind != OPTION_WORD && value == NULL) {
		value = argv[*next + 1];
		if (value == NULL || strcmp(value, "--") == 0)
			return usage(parser, "wants a value: option", argument);
		(*next)++;
	}
	if (value != NULL && *value == '\0')
		return usage(parser, "has an empty value: option", argument);
	return store(parser, row, base, value);
}

/* The last operand, which may come again. */
static enum err
store_many(struct parser *parser, const struct operand_row *row, char *argument)
{
	struct names *names = (void *)(parser->values + row->offset);

	if (names->count == NAMES_MAX)
		return usage(parser, "one argument too many:", argument);
	names->name[names->count++] = argument;
	parser->operands += names->count == 1 ? 1 : 0;
	return ERR_OK;
}

static enum err
parse_operand(struct parser *parser, char *argument)
{
	const struct operand_row *rows = parser->command->operands;
	size_t count = 0;

	while (rows != NULL && rows[count].metavar != NULL)
		count++;
	if (parser->command->many && count > 0 && parser->operands + 1 >= count)
		return store_many(parser, &rows[count - 1], argument);
	if (parser->operands == count)
		return usage(parser, "one argument too many:", argument);
	*(const char **)(void *)(parser->values + rows[parser->operands].offset) = argument;
	parser->operands++;
	return ERR_OK;
}

static enum err
check_complete(struct parser *parser)
{
	const struct command *command = parser->command;
	const struct option_row *options = command->options;
	const struct operand_row *operands = command->operands;

	if (parser->line->help)
		return ERR_OK;
	for (size_t i = 0; operands != NULL && operands[i].metavar != NULL; i++)
		if (operands[i].required && i >= parser->operands)
			return usage(parser, "missing:", operands[i].metavar);
	for (size_t i = 0; options != NULL && options[i].name != NULL; i++)
		if (options[i].required && !parser->seen[i])
			return missing_option(parser, options[i].name);
	if (parser->line->rest != NULL && (command->needs & (NEED_REST | NEED_OPTIONAL_REST)) == 0)
		return usage(parser, "takes no command behind", "--");
	if (parser->line->rest == NULL && (command->needs & NEED_REST) != 0)
		return usage(parser, "missing: the command to run, behind", "--");
	return ERR_OK;
}

static enum err
parse_arguments(struct parser *parser, int argc, char **argv, int first)
{
	for (int next = first; next < argc; next++) {
		enum err err;

		if (strcmp(argv[next], "--") == 0) {
			if (argv[next + 1] == NULL)
				return usage(parser, "nothing stands behind", "--");
			parser->line->rest = argv + next + 1;
			break;
		}
		err = argv[next][0] == '-' && argv[next][1] != '\0'
			  ? parse_option(parser, argv, &next)
			  : parse_operand(parser, argv[next]);
		if (err != ERR_OK)
			return err;
	}
	return check_complete(parser);
}

static enum err
unknown_command(struct parser *parser, const char *first, const char *second)
{
	if (!command_is_group(first))
		return usage(parser, "there is no command", first);
	err_next(parser->trace, "Run 'quorate help %s' for the commands of that group.", first);
	if (second == NULL)
		return FAIL(parser->trace, ERR_ARGUMENT, "'%s' wants a second word", first);
	return FAIL(parser->trace, ERR_ARGUMENT, "there is no command '%s %s'", first, second);
}

enum err
command_parse(int argc, char **argv, struct command_line *out, struct err_trace *trace)
{
	struct command_line line = { .command = NULL };
	struct parser parser = { .line = &line, .trace = trace };
	enum err err;

	if (argc < 2)
		return usage(&parser, "missing: a", "command");
	line.command = command_find(argv[1], argc > 2 ? argv[2] : NULL);
	if (line.command == NULL)
		return unknown_command(&parser, argv[1], argc > 2 ? argv[2] : NULL);
	parser.command = line.command;
	parser.values = calloc(1, line.command->size == 0 ? 1 : line.command->size);
	if (parser.values == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	line.values = parser.values;
	err = parse_arguments(&parser, argc, argv, line.command->group == NULL ? 2 : 3);
	if (err != ERR_OK) {
		free(parser.values);
		return err;
	}
	line.needs = line.command->needs;
	if (line.command->needs_of != NULL && !line.help)
		line.needs &= line.command->needs_of(line.values);
	*out = line;
	return ERR_OK;
}
