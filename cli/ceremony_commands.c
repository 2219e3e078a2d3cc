/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/ceremony_commands.h"

#include <stdlib.h>
#include <string.h>

#include "ceremony/arena.h"
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
copy_words(struct arena *arena, size_t count, const char *const *words, char **out)
{
	for (size_t i = 0; i < count; i++) {
		out[i] = arena_text(arena, words[i], strlen(words[i]));
		if (out[i] == NULL)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

static enum err
refuse_unknown(size_t count, const char *const *words, struct err_trace *trace)
{
	err_next(trace, "'quorate help' lists the commands.");
	return FAIL(trace, ERR_ABSENT, "there is no command 'quorate %s%s%s'",
	    count < 2 ? "" : words[1], count < 3 ? "" : " ", count < 3 ? "" : words[2]);
}

/* As `run` gives it: with the people who do it. */
static enum err
parse_as_run(struct arena *arena, size_t count, const char *const *words, struct err_trace *trace)
{
	const struct command *command = find(count, words);
	const char *by[] = { "--by", "a" };
	size_t added;
	char *copies[WORDS_MAX + ADDED] = { NULL };
	struct command_line line = { .command = NULL };
	enum err err;

	if (command == NULL)
		return refuse_unknown(count, words, trace);
	added = takes_by(command) ? 2 : 0;
	if ((command->needs & NEED_TWO) != 0)
		by[1] = "a,b";
	if (copy_words(arena, count, words, copies) != ERR_OK ||
	    copy_words(arena, added, by, copies + count) != ERR_OK)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = command_parse((int)(count + added), copies, &line, trace);
	free(line.values);
	return err;
}

static enum err
check(size_t count, const char *const *words, struct err_trace *trace)
{
	struct arena *arena = NULL;
	enum err err;

	if (count > WORDS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "the command has more than %d words", WORDS_MAX);
	err = arena_new(&arena, trace);
	if (err == ERR_OK)
		err = parse_as_run(arena, count, words, trace);
	arena_free(arena);
	return err;
}

static bool
wants_two(size_t count, const char *const *words)
{
	const struct command *command = find(count, words);

	return command != NULL && (command->needs & NEED_TWO) != 0;
}

const struct lint_commands ceremony_commands = { check, wants_two };
