/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/ceremony_hold.h"

#include <string.h>

#include "base/process.h"
#include "base/shell_word.h"
#include "cli/terminal.h"
#include "custody/attendant.h"
#include "roster/person.h"

/* What is said beside a command's own options, by the same rows as everything that is typed. */
static unsigned
takes(size_t count, const char *const *words, size_t *own)
{
	static const struct {
		const char *name;
		unsigned bit;
	} bits[] = {
		{ "roster", RUN_TAKES_ROSTER },
		{ "by", RUN_TAKES_BY },
		{ "attendant", RUN_TAKES_ATTENDANT },
	};
	const struct command *command =
	    count == 0 ? NULL : command_find(words[0], count > 1 ? words[1] : NULL);
	unsigned all = 0;

	if (command == NULL) {
		*own = count;
		return 0;
	}
	*own = command->group == NULL ? 1 : 2;
	for (const struct option_row *row = command_global_options; row->name != NULL; row++)
		for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++)
			if (strcmp(row->name, bits[i].name) == 0 && command_takes(command, row))
				all |= bits[i].bit;
	return (command->needs & NEED_TWO) != 0 ? all | RUN_TAKES_TWO : all;
}

static const char *
result_word(enum run_result result)
{
	static const char *const words[] = { "complete", "paused", "stopped" };

	return words[result];
}

/* What was stopped is no success, whoever decided it. */
static enum err
tell(
    struct cli *cli, const char *folder, const struct run_outcome *outcome, struct err_trace *trace)
{
	static const char *const next[] = { "close", "resume", "close" };

	fprintf(cli->out, "The ceremony is %s: %u %s done, %u with a deviation, %u %s, %lld min.\n",
	    result_word(outcome->result), outcome->steps, outcome->steps == 1 ? "step" : "steps",
	    outcome->deviations, outcome->exceptions,
	    outcome->exceptions == 1 ? "exception" : "exceptions",
	    (long long)outcome->seconds / 60);
	if (outcome->result == RUN_STOPPED) {
		err_next(trace, "Close it as what it is: quorate ceremony close %s --by %s",
		    shell_word(folder).text, shell_word(cli->line->by).text);
		return FAIL(
		    trace, ERR_CANCELLED, "the ceremony was stopped: two people decided so");
	}
	fprintf(cli->out, "Next: quorate ceremony %s %s --by %s\n", next[outcome->result],
	    shell_word(folder).text, shell_word(cli->line->by).text);
	return ERR_OK;
}

/* In a sandbox nobody can put a virtual card into a reader by hand. */
static enum err
seat_people(struct cli *cli, char *robot, size_t size, struct err_trace *trace)
{
	enum err err = process_sibling("virtual-cards", "quorate-robot", robot, size, trace);

	attendant_close(cli->custody.attendant);
	cli->custody.attendant = NULL;
	return err == ERR_OK ? terminal_start(&cli->custody.attendant, trace) : err;
}

enum err
ceremony_hold(struct cli *cli, const struct ceremony_hold *hold, struct err_trace *trace)
{
	char robot[512];
	struct run_input input;
	struct run_outcome outcome;
	struct roster_person person;
	enum err err;

	if (cli->line->by == NULL) {
		err_next(trace, "Add --by NAME: the person at the keyboard. 'quorate person list' "
				"shows names.");
		return FAIL(trace, ERR_ARGUMENT, "who is at the keyboard?");
	}
	err = roster_person_find(cli->custody.roster, cli->line->by, &person, trace);
	if (err == ERR_OK && hold->people)
		err = seat_people(cli, robot, sizeof(robot), trace);
	if (err != ERR_OK)
		return err;
	input = (struct run_input){
		.folder = hold->folder,
		.mode = hold->mode,
		.attendant = cli->custody.attendant,
		.attendant_program = hold->people ? robot : cli->line->attendant,
		.roster = { cli->roster_file, cli->state_dir },
		.by = cli->line->by,
		.build = QUORATE_VERSION,
		.script = hold->script,
		.sheet = hold->sheet,
		.takes = takes,
	};
	err = cli_close_roster(cli, trace);
	if (err == ERR_OK)
		err = hold->begin(&input, &outcome, trace);
	if (err == ERR_OK)
		err = tell(cli, hold->folder, &outcome, trace);
	return err;
}
