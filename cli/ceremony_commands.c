/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/ceremony_commands.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

enum { WORDS_MAX = 256, ADDED = 3 }; /* --by NAME, and NULL */

static const struct command *
find(size_t count, const char *const *words)
{
	return count < 2 ? NULL : command_find(words[1], count > 2 ? words[2] : NULL);
}

static bool
takes_by(const struct command *command)
{
	for (const struct option_row *row = command_global_options; row->name != NULL; row++)
		if (strcmp(row->name, "by") == 0)
			return command_takes(command, row);
	return false;
}

/* The parser cuts lists at their commas: it gets copies. */
static enum err
copy_words(size_t count, const char *const *words, char **out, struct err_trace *trace)
{
	for (size_t i = 0; i < count; i++) {
		out[i] = strdup(words[i]);
		if (out[i] == NULL)
			return FAIL(trace, ERR_NOMEM, "no memory");
	}
	return ERR_OK;
}

static void
free_words(char **words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		free(words[i]);
}

/* As `run` gives it: with the people who do it. */
static enum err
parse_as_run(const struct command *command, size_t count, char **words, struct err_trace *trace)
{
	const bool two = (command->needs & NEED_TWO) != 0;
	const char *const by[] = { "--by", two ? "a,b" : "a" };
	const size_t added = takes_by(command) ? 2 : 0;
	struct command_line line = { .command = NULL };
	enum err err = copy_words(added, by, words + count, trace);

	if (err == ERR_OK)
		err = command_parse((int)(count + added), words, &line, trace);
	free(line.values);
	return err;
}

static enum err
check(size_t count, const char *const *words, struct err_trace *trace)
{
	const struct command *command = find(count, words);
	char *copies[WORDS_MAX + ADDED] = { NULL };
	enum err err;

	if (command == NULL) {
		err_next(trace, "'quorate help' lists the commands.");
		return FAIL(trace, ERR_ABSENT, "there is no command 'quorate %s%s%s'",
		    count < 2 ? "" : words[1], count < 3 ? "" : " ", count < 3 ? "" : words[2]);
	}
	if (count > WORDS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "the command has more than %d words", WORDS_MAX);
	err = copy_words(count, words, copies, trace);
	if (err == ERR_OK)
		err = parse_as_run(command, count, copies, trace);
	free_words(copies);
	return err;
}

static bool
wants_two(size_t count, const char *const *words)
{
	const struct command *command = find(count, words);

	return command != NULL && (command->needs & NEED_TWO) != 0;
}

const struct lint_commands ceremony_commands = { check, wants_two };
