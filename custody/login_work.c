/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/checkpoint.h"
#include "custody/login.h"
#include "custody/session.h"
#include "hsm/token.h"

/* One token, logged in to here. */
struct seat {
	struct bound_token token;
	bool borrows; /* its module is an earlier seat's */
	struct token_session *session;
	struct secret *pin[ROSTER_TOKEN_PIN__COUNT]; /* the SO PIN is NULL where it is not ours */
};

struct login_work {
	struct custody *custody;
	struct login_set set;
	bool in_session;
	struct session session; /* the quorum's, where it has one open */
	struct seat seat[LOGIN_TOKENS];
};

static enum err
check_set(struct custody *custody, const struct login_set *set, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < set->count; i++) {
		if (set->target[i]->generation.number != set->target[0]->generation.number) {
			err_next(trace,
			    "Finish what changes it first: quorate quorum resume %s --by NAME",
			    set->target[0]->quorum.name);
			return FAIL(trace, ERR_NOT_NOW,
			    "tokens '%s' and '%s' do not open with the same generation",
			    set->target[0]->binding.spec.token.label,
			    set->target[i]->binding.spec.token.label);
		}
		err = login_check_stays(custody, set->target[i], trace);
	}
	return err;
}

/* ---- here, after a gathering --------------------------------------------------------------- */

/* A process opens a module once: the tokens of one HSM share it. */
static enum err
open_token(struct login_work *work, size_t at, struct err_trace *trace)
{
	const struct roster_token *token = &work->set.target[at]->binding.spec.token;
	struct seat *seat = &work->seat[at];

	for (size_t i = 0; i < at; i++) {
		const struct roster_token *other = &work->set.target[i]->binding.spec.token;

		if (strcmp(other->module, token->module) != 0)
			continue;
		seat->token.module = work->seat[i].token.module;
		seat->borrows = true;
		return bound_token_find(work->custody, token, &seat->token, trace);
	}
	return bound_token_open(work->custody, token, &seat->token, trace);
}

/* While nobody's share is held. */
static enum err
open_tokens(struct login_work *work, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < work->set.count; i++)
		err = open_token(work, i, trace);
	for (size_t i = 0; err == ERR_OK && i < work->set.count; i++)
		err =
		    login_check_tries(work->custody, &work->seat[i].token.facts, TOKEN_USER, trace);
	return err;
}

static enum err
derive_pins(const struct login_target *target, const struct secret *prk, struct seat *seat,
    struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (int p = 0; err == ERR_OK && p < ROSTER_TOKEN_PIN__COUNT; p++)
		if (target->binding.opens[p] == target->generation.number)
			err = bound_token_pin(prk, &target->binding.spec, (enum roster_token_pin)p,
			    &seat->pin[p], trace);
	return err;
}

static enum err
log_in(struct seat *seat, struct err_trace *trace)
{
	enum err err =
	    token_session_open(seat->token.module, &seat->token.facts, true, &seat->session, trace);

	return err == ERR_OK
		   ? token_login(seat->session, TOKEN_USER, seat->pin[ROSTER_USER_PIN], trace)
		   : err;
}

/* The card that completed the secret vouches for what the roster says now. */
static void
sign_checkpoint(
    struct custody *custody, const struct login_target *target, struct gathered *gathered)
{
	size_t place = gathered->place[gathered->cards - 1];
	struct roster_card card;

	if (roster_card_get(custody->roster, &target->generation.share[place].card, &card, NULL) !=
		ERR_OK ||
	    checkpoint_by_card(custody, gathered->last.card, &card, NULL) != ERR_OK)
		custody->attendant->note(custody->attendant->context,
		    "The last card signed no checkpoint; nothing else is affected.");
}

static enum err
gather_pins(struct login_work *work, struct gathered *gathered, struct err_trace *trace)
{
	const struct login_target *first = work->set.target[0];
	const struct gather_request request = { .quorum = &first->quorum,
		.generation = &first->generation,
		.purpose = work->set.purpose,
		.sign = true };
	struct collection collection = { .quorum = &first->quorum,
		.generation = &first->generation };
	struct visit_seen seen = { 0 };
	enum err err = gather(work->custody, &request, &collection, &seen, gathered, trace);

	for (size_t i = 0; err == ERR_OK && i < work->set.count; i++)
		err = derive_pins(work->set.target[i], gathered->prk, &work->seat[i], trace);
	secret_drop(&gathered->prk);
	return err;
}

static enum err
begin_here(struct login_work *work, struct err_trace *trace)
{
	struct gathered gathered = { 0 };
	enum err err = open_tokens(work, trace);

	if (err != ERR_OK)
		return err;
	err = gather_pins(work, &gathered, trace);
	for (size_t i = 0; err == ERR_OK && i < work->set.count; i++)
		err = log_in(&work->seat[i], trace);
	if (err == ERR_OK)
		sign_checkpoint(work->custody, work->set.target[0], &gathered);
	gathered_end(work->custody, &gathered, false);
	return err;
}

static enum err
do_here(struct seat *seat, const char *job, json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	const struct job_tools tools = { .session = seat->session,
		.user_pin = seat->pin[ROSTER_USER_PIN],
		.so_pin = seat->pin[ROSTER_SO_PIN] };
	const struct job *row = NULL;
	enum err err = job_find(job, &row, trace);

	return err == ERR_OK ? row->run(&tools, request, out, trace) : err;
}

/* ---- both ---------------------------------------------------------------------------------- */

static void
say_session(struct login_work *work)
{
	struct attendant *attendant = work->custody->attendant;
	char text[ROSTER_NAME + 64];

	snprintf(text, sizeof(text), "The open session of '%s' does it; no card is needed.",
	    work->set.target[0]->quorum.name);
	attendant->note(attendant->context, text);
}

enum err
login_begin(struct custody *custody, const struct login_set *set, struct login_work **out,
    struct err_trace *trace)
{
	struct login_work *work;
	enum err err = check_set(custody, set, trace);

	if (err != ERR_OK)
		return err;
	work = calloc(1, sizeof(*work));
	if (work == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	work->custody = custody;
	work->set = *set;
	work->in_session = session_find(custody, set->target[0]->quorum.name,
	    set->target[0]->generation.number, &work->session);
	if (work->in_session)
		say_session(work);
	else
		err = begin_here(work, trace);
	if (err == ERR_OK)
		*out = work;
	else
		login_end(work);
	return err;
}

enum err
login_do(struct login_work *work, const struct login_target *on, const char *job, json_t *request,
    struct job_result *out, struct err_trace *trace)
{
	const char *binding = on->binding.spec.name;
	const struct session_job asked = { job, binding, binding, request };
	struct job_result result = { .reply = NULL };
	size_t at = 0;
	enum err err;

	while (at < work->set.count && work->set.target[at] != on)
		at++;
	if (at == work->set.count)
		return FAIL(trace, ERR_INTERNAL, "nobody logged in to token '%s'", binding);
	err = work->in_session ? session_run(&work->session, &asked, &result, trace)
			       : do_here(&work->seat[at], job, request, &result, trace);
	if (err == ERR_OK)
		*out = result;
	else
		job_result_drop(&result);
	return err;
}

void
login_end(struct login_work *work)
{
	if (work == NULL)
		return;
	for (size_t i = LOGIN_TOKENS; i-- > 0;) {
		struct seat *seat = &work->seat[i];

		token_session_close(seat->session);
		for (int p = 0; p < ROSTER_TOKEN_PIN__COUNT; p++)
			secret_free(seat->pin[p]);
		if (!seat->borrows)
			bound_token_close(&seat->token);
	}
	free(work);
}

enum err
login_run(struct custody *custody, const struct login_target *target, const struct login_job *job,
    struct job_result *out, struct err_trace *trace)
{
	const struct login_set set = { .target = { target }, .count = 1, .purpose = job->purpose };
	struct login_work *work = NULL;
	enum err err = login_begin(custody, &set, &work, trace);

	if (err == ERR_OK)
		err = login_do(work, target, job->name, job->request, out, trace);
	login_end(work);
	return err;
}
