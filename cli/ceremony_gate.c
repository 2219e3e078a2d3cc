/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/ceremony_gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/shell_word.h"
#include "ceremony/folder.h"
#include "ceremony/lint.h"
#include "cli/ceremony_commands.h"
#include "roster/ceremony.h"

enum err
ceremony_texts_read(const char *folder, struct ceremony_texts *out, struct err_trace *trace)
{
	struct ceremony_texts texts = { NULL, NULL };
	char *path = NULL;
	enum err err = folder_path(folder, FOLDER_SCRIPT, &path, trace);

	if (err == ERR_OK)
		err = script_read(path, &texts.script, trace);
	free(path);
	path = NULL;
	if (err == ERR_OK)
		err = folder_path(folder, FOLDER_SHEET, &path, trace);
	if (err == ERR_OK)
		err = sheet_read(path, &texts.sheet, trace);
	free(path);
	if (err == ERR_OK)
		*out = texts;
	else
		ceremony_texts_free(&texts);
	return err;
}

void
ceremony_texts_free(struct ceremony_texts *texts)
{
	script_free(texts->script);
	sheet_free(texts->sheet);
	*texts = (struct ceremony_texts){ NULL, NULL };
}

enum err
ceremony_gate_lint(const char *folder, const struct ceremony_texts *texts, struct roster *roster,
    struct err_trace *trace)
{
	const struct lint_input input = { .folder = folder,
		.script = texts->script,
		.sheet = texts->sheet,
		.roster = roster,
		.commands = &ceremony_commands };
	struct lint_findings findings = { .count = 0 };
	enum err err = lint(&input, &findings, trace);

	if (err == ERR_OK && findings.count > 0) {
		const struct lint_finding *first = &findings.finding[0];

		err_next(trace, "See all of it, and what to do: quorate ceremony lint %s",
		    shell_word(folder).text);
		err = FAIL(trace, ERR_DENIED, "%zu %s wrong with it, as %s:%u: %s", findings.count,
		    findings.count == 1 ? "thing is" : "things are", first->file, first->place.line,
		    first->what);
	}
	lint_findings_free(&findings);
	return err;
}

enum err
ceremony_gate_dry_run(
    struct roster *roster, const char *folder, const struct script *script, struct err_trace *trace)
{
	struct roster_ceremony *list = NULL;
	struct roster_hash hash;
	size_t count = 0;
	bool passed = false;
	enum err err;

	memcpy(hash.bytes, script->hash, sizeof(hash.bytes));
	err = roster_ceremony_list(roster, &hash, &list, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		if (list[i].kind == ROSTER_CEREMONY_DRY_RUN)
			passed = list[i].passed;
	free(list);
	if (err != ERR_OK || passed)
		return err;
	err_next(trace, "Make one: quorate ceremony dry-run %s --by NAME", shell_word(folder).text);
	return FAIL(trace, ERR_DENIED,
	    "exactly these bytes of the script have passed no dry run of this roster");
}
