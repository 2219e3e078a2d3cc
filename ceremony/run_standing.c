/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a ceremony stands: whether it may begin, or go on, and what is said where it may not. */
#include "ceremony/run_internal.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file_hash.h"
#include "base/shell_word.h"
#include "ceremony/folder.h"
#include "custody/attendant.h"

static void
next_closed(const char *folder, struct err_trace *trace)
{
	err_next(trace,
	    "Its evidence: quorate ceremony verify %s. Another ceremony has a folder of its own: "
	    "quorate ceremony new TEMPLATE FOLDER",
	    shell_word(folder).text);
}

enum err
run_check_unused(const struct run_input *input, const struct record *lines, struct err_trace *trace)
{
	if (lines->count == 0)
		return ERR_OK;
	if (lines->frozen) {
		next_closed(input->folder, trace);
		return FAIL(trace, ERR_EXISTS, "this ceremony is closed");
	}
	err_next(trace, "Go on with it: quorate ceremony resume %s --by %s",
	    shell_word(input->folder).text, shell_word(input->by).text);
	return FAIL(trace, ERR_EXISTS, "this ceremony was begun before");
}

enum err
run_check_new(const char *folder, const char *by, struct err_trace *trace)
{
	struct record lines = { .count = 0 };
	char *path = NULL;
	enum err err = folder_path(folder, FOLDER_EVIDENCE "/" EVIDENCE_RECORD, &path, trace);

	if (err == ERR_OK && access(path, F_OK) == 0)
		err = record_read(path, &lines, trace);
	free(path);
	if (err == ERR_OK)
		err = run_check_unused(
		    &(struct run_input){ .folder = folder, .by = by }, &lines, trace);
	record_free(&lines);
	return err;
}

enum err
run_check_goes_on(const struct running *run, struct err_trace *trace)
{
	size_t which;
	const enum progress_next next = progress_next(&run->progress, &which);

	if (next != PROGRESS_COMPLETE && next != PROGRESS_STOPPED)
		return ERR_OK;
	if (run->progress.frozen)
		next_closed(run->input->folder, trace);
	else
		err_next(trace, "Close it: quorate ceremony close %s --by %s",
		    shell_word(run->input->folder).text, shell_word(run->input->by).text);
	return FAIL(trace, ERR_NOT_NOW,
	    run->progress.frozen    ? "this ceremony is closed"
	    : run->progress.stopped ? "this ceremony was stopped"
				    : "every step of this ceremony is done");
}

/* Who writes into the folder after the beginning changes nothing, and is to know it. */
void
run_tell_changed(const struct running *run)
{
	const struct {
		const char *name;
		const uint8_t *hash;
	} texts[] = { { FOLDER_SCRIPT, run->script->hash }, { FOLDER_SHEET, run->sheet->hash } };
	struct attendant *attendant = run->input->attendant;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct file_hash now;
		char *path = NULL, line[200];

		snprintf(line, sizeof(line),
		    "%s was changed after the ceremony began. What counts is evidence/%s, as it "
		    "was "
		    "then.",
		    texts[i].name, texts[i].name);
		if (folder_path(run->input->folder, texts[i].name, &path, NULL) == ERR_OK &&
		    file_hash(path, &now, NULL) == ERR_OK &&
		    !sha256_equal(now.sha256, texts[i].hash))
			attendant->note(attendant->context, line);
		free(path);
	}
}
