/* SPDX-License-Identifier: BSD-2-Clause */
/* Ceremonies as they are held: run, resume, rehearse. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ceremony/folder.h"
#include "ceremony/run.h"
#include "cli/ceremony_gate.h"
#include "cli/ceremony_hold.h"
#include "cli/cli.h"
#include "roster/ceremony.h"

struct folder_values {
	const char *folder;
	bool stand_ins;
	bool people;
};

static const struct operand_row folder_operands[] = {
	{ "FOLDER", "the ceremony's folder, with script.yaml and sheet.yaml", true,
	    offsetof(struct folder_values, folder) },
	{ .metavar = NULL },
};

static const struct option_row rehearse_options[] = {
	{ .name = "stand-ins",
	    .kind = OPTION_FLAG,
	    .help = "run what the script names for practice in place of a vendor's tool",
	    .offset = offsetof(struct folder_values, stand_ins) },
	{ .name = "people",
	    .kind = OPTION_FLAG,
	    .help = "in a sandbox: people answer at the terminal, the robot has cards and PINs",
	    .offset = offsetof(struct folder_values, people) },
	{ .name = NULL },
};

static enum err
run_rehearse(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct folder_values *v = values;
	const struct ceremony_hold hold = { .folder = v->folder,
		.mode = v->stand_ins ? RUN_DRY : RUN_REHEARSAL,
		.people = v->people,
		.begin = run_begin };

	if (!roster_is_practice(cli->custody.roster)) {
		err_next(trace, "Name a practice roster with --roster FILE; 'quorate init "
				"--practice --by NAME' makes one.");
		return FAIL(trace, ERR_DENIED, "a rehearsal is held in a practice roster only");
	}
	return ceremony_hold(cli, &hold, trace);
}

/* The roster learns that it began, before the first line is recorded. */
static enum err
tell_begun(struct cli *cli, const char *folder, const struct ceremony_texts *texts,
    struct err_trace *trace)
{
	struct roster_ceremony event = { .kind = ROSTER_CEREMONY_BEGUN };
	char *path = NULL;
	bool begun;
	enum err err = folder_path(folder, FOLDER_EVIDENCE, &path, trace);

	if (err != ERR_OK)
		return err;
	begun = access(path, F_OK) == 0;
	free(path);
	if (begun)
		return ERR_OK; /* refused in a moment, or begun without a line */
	memcpy(event.script.bytes, texts->script->hash, sizeof(event.script.bytes));
	memcpy(event.hash.bytes, texts->sheet->hash, sizeof(event.hash.bytes));
	snprintf(event.name, sizeof(event.name), "%s", texts->script->name);
	snprintf(event.text, sizeof(event.text), "%s", run_mode_word(RUN_REAL));
	return roster_ceremony_add(cli->custody.roster, &event, trace);
}

static enum err
run_run(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct folder_values *v = values;
	uint8_t script[SHA256_SIZE], sheet[SHA256_SIZE];
	const struct ceremony_hold hold = { .folder = v->folder,
		.mode = RUN_REAL,
		.script = script,
		.sheet = sheet,
		.begin = run_begin };
	struct ceremony_texts texts;
	enum err err = run_check_new(v->folder, cli->line->by, trace);

	if (err == ERR_OK)
		err = ceremony_texts_read(v->folder, &texts, trace);
	if (err != ERR_OK)
		return err;
	err = ceremony_gate_lint(v->folder, &texts, cli->custody.roster, trace);
	if (err == ERR_OK)
		err = ceremony_gate_dry_run(cli->custody.roster, v->folder, texts.script, trace);
	if (err == ERR_OK)
		err = tell_begun(cli, v->folder, &texts, trace);
	memcpy(script, texts.script->hash, sizeof(script));
	memcpy(sheet, texts.sheet->hash, sizeof(sheet));
	ceremony_texts_free(&texts);
	return err == ERR_OK ? ceremony_hold(cli, &hold, trace) : err;
}

static enum err
run_resume_it(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct folder_values *v = values;
	const struct ceremony_hold hold = {
		.folder = v->folder, .mode = RUN_REAL, .begin = run_resume
	};

	return ceremony_hold(cli, &hold, trace);
}

#define HOLD_NEEDS (NEED_ROSTER | NEED_BY | NEED_ATTENDANT)

const struct command cmd_ceremony_run[] = {
	{ .group = "ceremony",
	    .name = "rehearse",
	    .summary = "Hold a ceremony in a practice roster, with a test HSM and real cards",
	    .needs = HOLD_NEEDS,
	    .operands = folder_operands,
	    .options = rehearse_options,
	    .size = sizeof(struct folder_values),
	    .run = run_rehearse },
	{ .group = "ceremony",
	    .name = "run",
	    .summary = "Hold a ceremony: step by step, each written down before the next",
	    .needs = NEED_WRITE | NEED_ATTENDANT,
	    .operands = folder_operands,
	    .size = sizeof(struct folder_values),
	    .run = run_run,
	    .notes = "At every prompt: pause, exception, note, in, out, so-far, who. After a "
		     "pause or a power cut\n'quorate ceremony resume FOLDER --by NAME' goes on at "
		     "the right step." },
	{ .group = "ceremony",
	    .name = "resume",
	    .summary = "Go on with a ceremony that was paused or cut off",
	    .needs = HOLD_NEEDS,
	    .operands = folder_operands,
	    .size = sizeof(struct folder_values),
	    .run = run_resume_it },
	{ .name = NULL },
};
