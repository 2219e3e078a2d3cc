/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was not as expected: one writes down what was expected and what happened and decides,
 * another confirms, and only then the ceremony goes on, or does not.
 */
#include "ceremony/run_internal.h"

#include <string.h>

#include "base/chain.h"
#include "custody/attendant.h"

enum { LINE = 512 };

struct exception {
	char expected[LINE];
	char happened[LINE];
	const char *decided;
	const char *confirmed;
	const char *outcome;
};

static enum err
ask_texts(struct running *run, const struct run_happened *happened, struct exception *out,
    struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;
	const struct attendant_fill expected = { "Exception. What was expected?",
		happened->expected };
	const struct attendant_fill came = { "And what happened?", happened->happened };
	enum err err = attendant->fill(
	    attendant->context, &expected, out->expected, sizeof(out->expected), trace);

	if (err == ERR_OK)
		err = attendant->fill(
		    attendant->context, &came, out->happened, sizeof(out->happened), trace);
	return err;
}

/*
 * A step that is never skipped may all the same have been finished otherwise, where it was cut off:
 * until it is begun once more.
 */
static const char *
outcome_question(const struct script_step *step, bool cut)
{
	if (step != NULL && !step->never_skip)
		return "What is decided?\n   stop: the ceremony ends here; retry: the step is done "
		       "once more;\n   deviation: it goes on, and the report says that this step "
		       "was not as written";
	if (step != NULL && cut)
		return "What is decided? (This step is never skipped, but its command was cut "
		       "off.)\n   stop: the ceremony ends here; retry: the step is done once "
		       "more;\n   deviation: it was finished otherwise, as by 'quorate quorum "
		       "resume', and all have seen it; the report says so";
	return "What is decided? (This step is never skipped.)\n   stop: the ceremony ends here; "
	       "retry: the step is done once more";
}

static enum err
ask_outcome(struct running *run, struct exception *out, struct err_trace *trace)
{
	static const char *words[] = { "stop", "retry", "deviation" };
	const struct script_step *step = progress_step(&run->progress);
	const bool may_deviate = step != NULL && (!step->never_skip || run->progress.cut);
	const struct script_words of = { may_deviate ? 3 : 2, words };
	size_t taken = 0;
	enum err err =
	    run_choose(run, outcome_question(step, run->progress.cut), &of, &taken, trace);

	if (err == ERR_OK)
		out->outcome = words[taken];
	return err;
}

/* Two different people, or it is not decided. */
static enum err
ask_people(struct running *run, struct exception *out, bool *agreed, struct err_trace *trace)
{
	struct attendant *attendant = run->input->attendant;
	char text[LINE];
	enum err err = run_ask_who(run, "Who decides it?", NULL, &out->decided, trace);

	if (err == ERR_OK)
		err = run_ask_who(run, "Who confirms it?", out->decided, &out->confirmed, trace);
	if (err == ERR_ABSENT) {
		err_clear(trace);
		attendant->note(attendant->context,
		    "An exception is decided by one person and confirmed by another: there are "
		    "not two in the room.");
		*agreed = false;
		return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	snprintf(text, sizeof(text), "%s, do you confirm what %s decided: %s?", out->confirmed,
	    out->decided, out->outcome);
	return attendant->confirm(attendant->context, text, NULL, agreed, trace);
}

static enum err
write_exception(struct running *run, const struct exception *exception, struct err_trace *trace)
{
	return run_write(run, RECORD_EXCEPTION,
	    json_pack("{s:i, s:i, s:o, s:o, s:s, s:s, s:s}", "number",
		(int)run->progress.exceptions + 1, "step", (int)run->progress.step, "expected",
		chain_text(exception->expected), "happened", chain_text(exception->happened),
		"decided", exception->decided, "confirmed", exception->confirmed, "outcome",
		exception->outcome),
	    trace);
}

enum err
run_exception(struct running *run, const struct run_happened *happened, struct err_trace *trace)
{
	struct exception exception = { .decided = NULL };
	bool agreed = false;
	enum err err = ask_texts(run, happened, &exception, trace);

	if (err == ERR_OK)
		err = ask_outcome(run, &exception, trace);
	if (err == ERR_OK)
		err = ask_people(run, &exception, &agreed, trace);
	return err == ERR_OK && agreed ? write_exception(run, &exception, trace) : err;
}
