/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/run_stow.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "custody/attendant.h"

static enum err
note_refusal(struct running *run, const char *about, struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;
	char text[400];

	snprintf(text, sizeof(text),
	    "The register of things did not take it that %s was put into a bag or taken out of "
	    "it: do that by hand afterwards.",
	    about);
	attendant->note(attendant->context, text);
	return run_write(run, RECORD_NOTE,
	    json_pack(
		"{s:i, s:s, s:s}", "step", (int)run->progress.step, "text", text, "by", "quorate"),
	    trace);
}

enum err
run_stow(struct running *run, const struct script_record *record, const char *about,
    const char *line, struct err_trace *trace)
{
	const bool in = record->kind == SCRIPT_RECORD_STOW;
	const char *comma = strchr(line, ',');
	char name[64];
	int status = 0;
	char *bag;
	enum err err;

	if ((!in && record->kind != SCRIPT_RECORD_UNSTOW) || about == NULL || comma == NULL)
		return ERR_OK;
	bag = strndup(line, (size_t)(comma - line));
	if (bag == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	comma++;
	const char *words[] = { "quorate", in ? "stow" : "unstow", about, "--bag", bag,
		in ? "--place" : "--intact", comma + strspn(comma, " ") };
	const struct run_own own = { name, words, sizeof(words) / sizeof(*words), 60 };

	snprintf(name, sizeof(name), "%03u-%s-%s-%lld", run->progress.step, words[1], record->name,
	    (long long)clock_boot_ms());
	err = run_own(run, &own, &status, trace);
	free(bag);
	return err == ERR_OK && status != 0 ? note_refusal(run, about, trace) : err;
}
