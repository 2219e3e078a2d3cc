/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A dry run: the same bytes of the script, every command for real, in a sandbox with fresh virtual
 * cards and SoftHSM tokens. Inside, what the script takes as given is made first, by the same
 * commands that people type.
 */
#ifndef CEREMONY_DRY_RUN_H
#define CEREMONY_DRY_RUN_H

#include "ceremony/run.h"
#include "ceremony/script.h"
#include "ceremony/sheet.h"

/* Who leads it: the administrator of the sheet, else its first person. */
const char *dry_run_leader(const struct sheet *sheet);

/*
 * In the sandbox: a practice roster with the sheet's people, what is given, and the stand-in sheet
 * in FOLDER. `self`: the path of quorate.
 */
MUST_CHECK enum err dry_run_prepare(const char *folder, const char *self, struct err_trace *trace);

struct dry_run_step {
	unsigned number;
	const char *id; /* borrowed from the script */
	const char *title;
	int64_t seconds;
	unsigned attempts;
	bool done;
	bool practised; /* a stand-in ran in place of the command of the day */
};

struct dry_run_report {
	bool passed; /* every step, as it is written or by its stand-in */
	unsigned steps, practised;
	int64_t seconds;
	unsigned estimate; /* minutes of the day, as the script says */
	struct dry_run_step *step;
	size_t step_count;
};

/* What the record in FOLDER says of it; free() out->step. */
MUST_CHECK enum err dry_run_read(const char *folder, const struct script *script,
    struct dry_run_report *out, struct err_trace *trace);

#endif
