/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/preflight.h"

#include <string.h>

#include "base/chain.h"
#include "base/clock.h"
#include "base/shell_word.h"
#include "custody/attendant.h"

struct verdict {
	const char *check;
	const char *finding;
	const char *word; /* "well", "accepted", "reported" */
	const char *first, *second;
};

const char *
preflight_word(bool well, bool practice)
{
	return well ? "well" : practice ? "reported" : "refused";
}

static enum err
write_verdict(struct running *run, const struct verdict *verdict, struct err_trace *trace)
{
	json_t *accepted = json_array();

	if (verdict->first != NULL)
		json_array_append_new(accepted, chain_text(verdict->first));
	if (verdict->second != NULL)
		json_array_append_new(accepted, chain_text(verdict->second));
	return run_write(run, RECORD_PREFLIGHT,
	    json_pack("{s:s, s:o, s:s, s:o}", "check", verdict->check, "finding",
		chain_text(verdict->finding), "verdict", verdict->word, "accepted", accepted),
	    trace);
}

static enum err
refuse(const struct running *run, const struct preflight_check *check, const char *finding,
    struct err_trace *trace)
{
	err_next(trace, "%s; then: quorate ceremony resume %s --by %s", check->next,
	    shell_word(run->input->folder).text, shell_word(run->input->by).text);
	return FAIL(trace, ERR_DENIED, "the ceremony does not begin: %s", finding);
}

/* Two people of those in the room take it on themselves, or the ceremony does not begin. */
static enum err
ask_acceptance(struct running *run, const struct preflight_check *check, struct verdict *verdict,
    struct err_trace *trace)
{
	static const char *words[] = { "stop", "accept" };
	const struct script_words of = { 2, words };
	struct attendant *attendant = run->input->attendant;
	char text[PREFLIGHT_TEXT + 200];
	size_t taken = 0;
	bool yes = false;
	enum err err;

	snprintf(text, sizeof(text),
	    "%s: %s.\n   Stop and mend it (%s), or accept it by two people?", verdict->check,
	    verdict->finding, check->next);
	err = run_choose(run, text, &of, &taken, trace);
	if (err == ERR_OK && taken == 1)
		err = run_ask_who(run, "Who accepts it?", NULL, &verdict->first, trace);
	if (err == ERR_OK && taken == 1)
		err = run_ask_who(run, "And who else?", verdict->first, &verdict->second, trace);
	if (err == ERR_OK && taken == 1) {
		const char *const people[] = { verdict->first, verdict->second, NULL };

		err = attendant->confirm(attendant->context, text, people, &yes, trace);
	}
	return err == ERR_OK && !yes ? refuse(run, check, verdict->finding, trace) : err;
}

static enum err
check_one(struct running *run, const struct preflight_place *place,
    const struct preflight_check *check, struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;
	char finding[PREFLIGHT_TEXT] = "", line[PREFLIGHT_TEXT + 64];
	const bool well = check->look(place, finding);
	struct verdict verdict = { .check = check->name,
		.finding = finding,
		.word = preflight_word(well, run->practice) };
	enum err err = ERR_OK;

	if (!well && !run->practice) {
		verdict.word = "accepted";
		err = ask_acceptance(run, check, &verdict, trace);
	}
	snprintf(line, sizeof(line), "Before the first step, %s: %s [%s]", check->name, finding,
	    verdict.word);
	attendant->note(attendant->context, line);
	return err == ERR_OK ? write_verdict(run, &verdict, trace) : err;
}

/* The machine cannot know whether its clock is right: people with watches do. */
static enum err
check_watch(struct running *run, struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;
	char now[CLOCK_TEXT], text[200];
	struct verdict verdict = { .check = "watch", .finding = text, .word = "well" };
	bool yes = false;
	enum err err = run_ask_who(run, "Two people look at their watches. Who is the first?", NULL,
	    &verdict.first, trace);

	if (err == ERR_OK)
		err = run_ask_who(run, "And the second?", verdict.first, &verdict.second, trace);
	if (err != ERR_OK)
		return err;
	const char *const people[] = { verdict.first, verdict.second, NULL };

	clock_format(clock_utc(), now);
	snprintf(text, sizeof(text), "the clock says %s, and watches agree within a minute", now);
	err = attendant->confirm(attendant->context, text, people, &yes, trace);
	if (err == ERR_OK && !yes) {
		err_next(trace, "Set the clock, then: quorate ceremony resume %s --by %s",
		    shell_word(run->input->folder).text, shell_word(run->input->by).text);
		return FAIL(trace, ERR_DENIED, "the clock was not agreed upon");
	}
	return err == ERR_OK ? write_verdict(run, &verdict, trace) : err;
}

enum err
preflight(struct running *run, struct err_trace *trace)
{
	struct preflight_place place = preflight_machine;
	enum err err = ERR_OK;

	place.state_dir = run->input->roster.state_dir;
	place.evidence = run->evidence;
	place.script = run->script;
	place.approvals = run->mode == RUN_REAL ? &run->approvals : NULL;
	place.network = &run->sheet->network;
	place.roster_last = run->roster_last;
	place.now = clock_utc();
	for (size_t i = 0; err == ERR_OK && preflight_checks[i].name != NULL; i++)
		err = check_one(run, &place, &preflight_checks[i], trace);
	return err == ERR_OK ? check_watch(run, trace) : err;
}
