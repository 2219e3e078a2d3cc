/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions: one gathering of cards serves several steps. */
#include "ceremony/run_internal.h"

#include <string.h>

#include "base/clock.h"
#include "custody/attendant.h"

enum { GATHERING_S = 1800 };

/* The session that the step in hand is in; NULL: none. */
static const struct script_session *
wanted(const struct running *run)
{
	for (size_t i = 0; i < run->script->session_count; i++) {
		const struct script_session *session = &run->script->sessions[i];

		if (session->first <= run->progress.step && run->progress.step <= session->last)
			return session;
	}
	return NULL;
}

/* No name twice: what a command printed is never written over. */
static void
name_output(const struct running *run, const char *what, char out[64])
{
	snprintf(
	    out, 64, "%03u-session-%s-%lld", run->progress.step, what, (long long)clock_boot_ms());
}

static enum err
write_session(struct running *run, const char *quorum, bool open, struct err_trace *trace)
{
	return run_write(run, RECORD_SESSION,
	    json_pack("{s:s, s:b, s:i}", "quorum", quorum, "open", open ? 1 : 0, "step",
		(int)run->progress.step),
	    trace);
}

/* One that ended by itself (its time was over) is as closed as can be. */
static enum err
end_session(struct running *run, const char *quorum, struct err_trace *trace)
{
	const char *words[] = { "quorate", "deactivate", quorum };
	char name[64];
	const struct run_own own = { name, words, 3, 120 };
	int status = 0;
	enum err err;

	name_output(run, "end", name);
	err = run_own(run, &own, &status, trace);
	return err == ERR_OK && run->progress.session != NULL
		   ? write_session(run, quorum, false, trace)
		   : err;
}

enum err
run_close_session(struct running *run, struct err_trace *trace)
{
	return run->progress.session == NULL ? ERR_OK
					     : end_session(run, run->progress.session, trace);
}

enum err
run_end_left_session(struct running *run, struct err_trace *trace)
{
	const struct script_session *session = wanted(run);
	const char *quorum = run->progress.session;
	struct attendant *attendant = run->input->attendant;
	char text[320];

	if (quorum == NULL && session != NULL)
		quorum = session->quorum;
	if (quorum == NULL)
		return ERR_OK;
	snprintf(text, sizeof(text),
	    "A session of '%s' may have been left open: it is ended now, and opened again by the "
	    "step that needs it.",
	    quorum);
	attendant->note(attendant->context, text);
	return end_session(run, quorum, trace);
}

static enum err
open_session(
    struct running *run, const struct script_session *session, bool *ready, struct err_trace *trace)
{
	char minutes[16], name[64], purpose[200];
	const char *words[] = { "quorate", "activate", session->quorum, "--admin", "--persistent",
		"--for", minutes, "--purpose", purpose };
	const struct run_own own = { name, words, sizeof(words) / sizeof(*words), GATHERING_S };
	const struct run_prompt failed = { "The session did not open: what was said stands above.",
		"again", "open it once more", true };
	bool went = false;
	int status = 0;
	enum err err;

	snprintf(minutes, sizeof(minutes), "%um", session->minutes == 0 ? 60 : session->minutes);
	snprintf(purpose, sizeof(purpose), "ceremony %s, steps %u to %u", run->script->name,
	    session->first, session->last);
	name_output(run, "open", name);
	err = run_own(run, &own, &status, trace);
	*ready = err == ERR_OK && status == 0;
	if (err != ERR_OK)
		return err;
	return *ready ? write_session(run, session->quorum, true, trace)
		      : run_prompt(run, &failed, &went, trace);
}

enum err
run_sessions(struct running *run, bool *ready, struct err_trace *trace)
{
	const struct script_session *session = wanted(run);
	const char *open = run->progress.session;
	enum err err = ERR_OK;

	*ready = true;
	if (open != NULL && (session == NULL || strcmp(open, session->quorum) != 0))
		err = run_close_session(run, trace);
	if (err == ERR_OK && session != NULL && run->progress.session == NULL)
		err = open_session(run, session, ready, trace);
	return err;
}
