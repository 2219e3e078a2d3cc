/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/help.h"

#include <string.h>

enum { WIDTH = 100, LEFT = 26 };

/* One word of the synopsis, on the next line when this one is full. */
static void
print_word(FILE *out, size_t *column, const char *word)
{
	size_t len = strlen(word) + 1;

	if (*column + len > WIDTH) {
		fputs("\n      ", out);
		*column = strlen("      ");
	}
	fprintf(out, " %s", word);
	*column += len;
}

static const char *
before_value(const struct option_row *option)
{
	if (option->metavar == NULL)
		return "";
	return option->kind == OPTION_WORD ? "[=" : " ";
}

static void
print_synopsis(FILE *out, const struct command *command)
{
	const struct operand_row *operand = command->operands;
	const struct option_row *option = command->options;
	size_t column = strlen("usage:");
	char word[96];

	fputs("usage:", out);
	print_word(out, &column, "quorate");
	if (command->group != NULL)
		print_word(out, &column, command->group);
	print_word(out, &column, command->name);
	for (; operand != NULL && operand->metavar != NULL; operand++) {
		const char *more = command->many && operand[1].metavar == NULL ? " ..." : "";

		snprintf(word, sizeof(word), operand->required ? "%s%s" : "[%s%s]",
		    operand->metavar, more);
		print_word(out, &column, word);
	}
	for (; option != NULL && option->name != NULL; option++) {
		if (option->hidden)
			continue;
		snprintf(word, sizeof(word), "%s--%s%s%s%s%s", option->required ? "" : "[",
		    option->name, before_value(option), option->metavar ? option->metavar : "",
		    option->kind == OPTION_WORD ? "]" : "", option->required ? "" : "]");
		print_word(out, &column, word);
	}
	if ((command->needs & NEED_REST) != 0)
		print_word(out, &column, "-- COMMAND ...");
	if ((command->needs & NEED_OPTIONAL_REST) != 0)
		print_word(out, &column, "[-- COMMAND ...]");
	fputc('\n', out);
}

/* What is said of it stands on a line of its own when the left side is too long. */
static void
print_option(FILE *out, const struct option_row *option)
{
	char left[64];

	if (option->hidden)
		return;
	snprintf(left, sizeof(left), "%c%c%s--%s%s%s%s", option->letter ? '-' : ' ',
	    option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
	    before_value(option), option->metavar ? option->metavar : "",
	    option->kind == OPTION_WORD ? "]" : "");
	if (strlen(left) > LEFT)
		fprintf(out, "  %s\n  %-*s %s\n", left, LEFT, "", option->help);
	else
		fprintf(out, "  %-*s %s\n", LEFT, left, option->help);
}

/* An option that many commands take, as this one takes it. */
static void
print_global(FILE *out, const struct command *command, const struct option_row *option)
{
	static const struct option_row two = { .name = "by",
		.kind = OPTION_TEXT,
		.metavar = "A,B",
		.help = "the two who do it: A is at the keyboard, B is with them" };
	const bool both = (command->needs & NEED_TWO) != 0 && strcmp(option->name, "by") == 0;

	if (command_takes(command, option))
		print_option(out, both ? &two : option);
}

void
help_command(FILE *out, const struct command *command)
{
	const struct operand_row *operand = command->operands;
	const struct option_row *option = command->options;

	print_synopsis(out, command);
	fprintf(out, "%s.\n\n", command->summary);
	for (; operand != NULL && operand->metavar != NULL; operand++)
		fprintf(out, "  %-*s %s\n", LEFT, operand->metavar, operand->help);
	for (; option != NULL && option->name != NULL; option++)
		print_option(out, option);
	for (option = command_global_options; option->name != NULL; option++)
		print_global(out, command, option);
	if (command->notes != NULL)
		fprintf(out, "\n%s\n", command->notes);
	if (command->never_ran == 0) /* else its notes have the statuses */
		fputs("\nExit status: 0 done, 1 failed, 2 usage, 3 denied, 4 absent, 5 I/O, 70 "
		      "bug.\n",
		    out);
}

static void
print_line(FILE *out, const struct command *command)
{
	char name[40];

	snprintf(name, sizeof(name), "%s%s%s", command->group == NULL ? "" : command->group,
	    command->group == NULL ? "" : " ", command->name);
	fprintf(out, "  %-22s %s\n", name, command->summary);
}

void
help_all(FILE *out)
{
	fputs("usage: quorate COMMAND [ARGUMENTS] [OPTIONS]\n\n"
	      "Issues the cards that open an HSM, M of N, and looks after them.\n\n",
	    out);
	for (size_t i = 0; command_groups[i] != NULL; i++)
		for (const struct command *row = command_groups[i]; row->name != NULL; row++)
			print_line(out, row);
	fputs(
	    "\n'quorate help COMMAND' explains one. 'quorate doctor' says whether this machine is "
	    "ready.\n",
	    out);
}

bool
help_group(FILE *out, const char *group)
{
	bool found = false;

	for (size_t i = 0; command_groups[i] != NULL; i++) {
		for (const struct command *row = command_groups[i]; row->name != NULL; row++) {
			if (row->group == NULL || strcmp(row->group, group) != 0)
				continue;
			print_line(out, row);
			found = true;
		}
	}
	return found;
}

static void
completion_words(FILE *out, const struct command *command)
{
	fprintf(out, "\t\t'%s%s%s') words='", command->group == NULL ? "" : command->group,
	    command->group == NULL ? "" : " ", command->name);
	for (const struct option_row *o = command->options; o != NULL && o->name != NULL; o++)
		if (!o->hidden)
			fprintf(out, "--%s ", o->name);
	for (const struct option_row *o = command_global_options; o->name != NULL; o++)
		if (command_takes(command, o))
			fprintf(out, "--%s ", o->name);
	fputs("' ;;\n", out);
}

/* A group's rows may stand in several tables, a file each: whether an earlier one has it too. */
static bool
is_first_of_group(size_t table)
{
	for (size_t i = 0; i < table; i++)
		if (command_groups[i]->group != NULL &&
		    strcmp(command_groups[i]->group, command_groups[table]->group) == 0)
			return false;
	return true;
}

/* The first words of all commands. */
static void
completion_nouns(FILE *out)
{
	for (size_t i = 0; command_groups[i] != NULL; i++) {
		const struct command *row = command_groups[i];

		if (row->group != NULL && is_first_of_group(i))
			fprintf(out, "%s ", row->group);
		for (; row->group == NULL && row->name != NULL; row++)
			fprintf(out, "%s ", row->name);
	}
}

/* The second words of a group. */
static void
completion_verbs(FILE *out, const char *group)
{
	fprintf(out, "\t\t%s) words='", group);
	for (size_t i = 0; command_groups[i] != NULL; i++) {
		const struct command *row = command_groups[i];

		if (row->group == NULL || strcmp(row->group, group) != 0)
			continue;
		for (; row->name != NULL; row++)
			fprintf(out, "%s ", row->name);
	}
	fputs("' ;;\n", out);
}

static void
completion_places(FILE *out)
{
	fputs("\tcase $COMP_CWORD in\n\t1) words='", out);
	completion_nouns(out);
	fputs("' ;;\n\t2) case ${COMP_WORDS[1]} in\n", out);
	for (size_t i = 0; command_groups[i] != NULL; i++)
		if (command_groups[i]->group != NULL && is_first_of_group(i))
			completion_verbs(out, command_groups[i]->group);
	fputs("\t\tesac ;;\n\tesac\n", out);
}

void
help_completion(FILE *out)
{
	fputs("# bash completion for quorate, made by 'quorate completion'\n_quorate()\n{\n"
	      "\tlocal words=''\n",
	    out);
	completion_places(out);
	fputs("\tcase ${COMP_WORDS[COMP_CWORD]} in\n\t-*)\n\t\tcase \"${COMP_WORDS[1]} "
	      "${COMP_WORDS[2]}\" in\n",
	    out);
	for (size_t i = 0; command_groups[i] != NULL; i++)
		for (const struct command *row = command_groups[i]; row->name != NULL; row++)
			if (row->group != NULL)
				completion_words(out, row);
	fputs("\t\tesac\n\t\tcase ${COMP_WORDS[1]} in\n", out);
	for (size_t i = 0; command_groups[i] != NULL; i++)
		for (const struct command *row = command_groups[i]; row->name != NULL; row++)
			if (row->group == NULL)
				completion_words(out, row);
	fputs("\t\tesac ;;\n\tesac\n"
	      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
	      "complete -o default -F _quorate quorate\n",
	    out);
}
