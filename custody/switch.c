/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tokens take their new PINs (design.md, rules 5 and 7). Each step is in the journal before the
 * token is touched, so that resume knows what may have happened; a fresh token is found again by
 * the label that was journaled, a token with known PINs gets its user PIN first and its SO PIN
 * last.
 */
#include "custody/issuing.h"

#include <stdio.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/operation_state.h"
#include "custody/token.h"
#include "custody/token_change.h"
#include "hsm/module.h"
#include "hsm/setup.h"
#include "roster/policy.h"

/* One token on its way. */
struct switching {
	struct issuing *issuing;
	struct issuing_token *token;
	struct roster_binding binding; /* as the roster has it */
	struct secret *pin[ROSTER_TOKEN_PIN__COUNT];
	struct secret *older[ROSTER_TOKEN_PIN__COUNT]; /* what an older generation gave it */
	bool refused; /* the token itself did: what the roster says of it is in order */
};

static struct roster_step
step_for(const struct switching *switching, enum roster_step_kind kind)
{
	struct roster_step step = { .kind = kind };

	snprintf(step.binding, sizeof(step.binding), "%s", switching->token->spec->name);
	return step;
}

static const struct roster_step *
find_step(const struct switching *switching, enum roster_step_kind kind, enum roster_token_pin pin)
{
	struct roster_step like = step_for(switching, kind);

	like.pin = pin;
	return roster_operation_step(switching->issuing->operation, &like);
}

static enum err
journal_pin(struct switching *switching, enum roster_step_kind kind, enum roster_token_pin pin,
    struct err_trace *trace)
{
	struct roster_step step = step_for(switching, kind);

	step.pin = pin;
	return issuing_journal(switching->issuing, &step, trace);
}

/* From the first touch of a token on, this generation is one that may open something. */
static enum err
make_live(struct issuing *issuing, struct err_trace *trace)
{
	if (issuing->generation->state == ROSTER_GENERATION_LIVE)
		return ERR_OK;
	return roster_generation_set_state(issuing->custody->roster, &issuing->quorum.id,
	    issuing->generation->number, ROSTER_GENERATION_LIVE, trace);
}

/* The step before a token is touched, and the generation's new state, together. */
static enum err
begin_touch(struct switching *switching, const struct roster_step *step, struct err_trace *trace)
{
	struct roster *roster = switching->issuing->custody->roster;
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK)
		err = make_live(switching->issuing, trace);
	if (err == ERR_OK)
		err = issuing_journal(switching->issuing, step, trace);
	return roster_end(roster, err, trace);
}

/* The step after, and what the binding opens with now, together. */
static enum err
end_touch(struct switching *switching, enum roster_token_pin pin, struct err_trace *trace)
{
	struct roster *roster = switching->issuing->custody->roster;
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK)
		err = journal_pin(switching, ROSTER_STEP_SWITCH_DONE, pin, trace);
	if (err == ERR_OK)
		err = roster_binding_opens(roster, &switching->binding.id, pin,
		    switching->issuing->generation->number, trace);
	return roster_end(roster, err, trace);
}

/* ---- A fresh token ------------------------------------------------------------------------- */

/* Any token with the label that a fresh one is to get would make resume guess. */
static enum err
refuse_taken_label(struct module *module, const char *label, struct err_trace *trace)
{
	struct token_facts taken;

	if (token_find_label(module, label, &taken, NULL) == ERR_ABSENT)
		return ERR_OK;
	err_next(trace, "Choose another name for the binding, or take that token away.");
	return FAIL(trace, ERR_EXISTS, "a token labelled '%s' is there already", label);
}

/* The label is written down, then the token initialised: by it resume finds the token again. */
static enum err
set_up(struct switching *switching, const struct token_setup *setup, struct token_facts *out,
    struct err_trace *trace)
{
	const struct roster_token *planned = &switching->token->spec->token;
	struct roster_step begun = step_for(switching, ROSTER_STEP_INIT_BEGUN);
	struct module *module = NULL;
	struct token_facts fresh;
	enum err err = module_open_named(planned->module, &module, trace);

	if (err != ERR_OK)
		return err;
	snprintf(begun.text, sizeof(begun.text), "%s", planned->label);
	err = refuse_taken_label(module, planned->label, trace);
	if (err == ERR_OK)
		err = token_find(module, planned->uri, TOKEN_FRESH, &fresh, trace);
	if (err == ERR_OK && find_step(switching, ROSTER_STEP_INIT_BEGUN, ROSTER_USER_PIN) == NULL)
		err = begin_touch(switching, &begun, trace);
	if (err == ERR_OK)
		err = token_setup(module, &fresh, setup, out, trace);
	module_close(module);
	return err;
}

/* Which token it became (its serial number was drawn just now), and that both its PINs are ours. */
static enum err
note_set_up(struct switching *switching, const struct token_facts *facts, struct err_trace *trace)
{
	const char *module = switching->token->spec->token.module;
	struct roster *roster = switching->issuing->custody->roster;
	struct roster_step done = step_for(switching, ROSTER_STEP_INIT_DONE);
	struct roster_token token;
	enum err err = bound_token_describe(facts, module, &token, trace);

	snprintf(done.text, sizeof(done.text), "%s", facts->serial);
	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err == ERR_OK)
		err = roster_binding_set_token(roster, &switching->binding.id, &token, trace);
	if (err == ERR_OK)
		err = issuing_journal(switching->issuing, &done, trace);
	if (err == ERR_OK)
		err = end_touch(switching, ROSTER_SO_PIN, trace);
	if (err == ERR_OK)
		err = end_touch(switching, ROSTER_USER_PIN, trace);
	return roster_end(roster, err, trace);
}

static enum err
switch_fresh(struct switching *switching, struct err_trace *trace)
{
	const struct roster_token *planned = &switching->token->spec->token;
	struct token_copy_path copy;
	const struct token_setup setup = {
		.init = { .label = planned->label,
		    .practice = roster_is_practice(switching->issuing->custody->roster),
		    .so_pin = switching->pin[ROSTER_SO_PIN] },
		.user_pin = switching->pin[ROSTER_USER_PIN],
		.copy = copy.text,
	};
	struct token_facts facts;
	enum err err = token_copy_path(
	    switching->issuing->custody, &switching->binding.id, ROSTER_USER_PIN, &copy, trace);

	if (err != ERR_OK || find_step(switching, ROSTER_STEP_INIT_DONE, ROSTER_USER_PIN) != NULL)
		return err;
	err = ERR_ABSENT;
	if (find_step(switching, ROSTER_STEP_INIT_BEGUN, ROSTER_USER_PIN) != NULL)
		err = token_setup_resume(planned->module, &setup, &facts, trace);
	if (err == ERR_ABSENT) {
		err_clear(trace);
		err = set_up(switching, &setup, &facts, trace);
	}
	return err == ERR_OK ? note_set_up(switching, &facts, trace) : err;
}

/* ---- A token with known PINs --------------------------------------------------------------- */

static enum err
switch_known_pin(struct switching *switching, enum roster_token_pin pin, struct err_trace *trace)
{
	struct roster_step begun = step_for(switching, ROSTER_STEP_SWITCH_BEGUN);
	const struct token_change change = {
		.binding = &switching->binding,
		.pin = pin,
		.old_pin = switching->older[pin] != NULL ? switching->older[pin]
							 : switching->token->old_pin[pin],
		.new_pin = switching->pin[pin],
		.begun = find_step(switching, ROSTER_STEP_SWITCH_BEGUN, pin) != NULL,
	};
	enum err err = ERR_OK;

	if (find_step(switching, ROSTER_STEP_SWITCH_DONE, pin) != NULL ||
	    switching->binding.opens[pin] == switching->issuing->generation->number)
		return ERR_OK;
	begun.pin = pin;
	if (!change.begun)
		err = begin_touch(switching, &begun, trace);
	if (err != ERR_OK)
		return err;
	err = token_change_pin(switching->issuing->custody, &change, trace);
	switching->refused = err != ERR_OK;
	return err == ERR_OK ? end_touch(switching, pin, trace) : err;
}

/* ---- Each token of the plan ---------------------------------------------------------------- */

/* What the token has until now comes from the generation that it opens with. */
static enum err
derive_older(struct switching *switching, enum roster_token_pin pin, struct err_trace *trace)
{
	unsigned opens = switching->binding.opens[pin];
	const struct secret *prk = NULL;
	enum err err;

	if (opens == 0 || opens == switching->issuing->generation->number)
		return ERR_OK;
	err = issuing_older_prk(switching->issuing, opens, &prk, trace);
	return err == ERR_OK ? bound_token_pin(
				   prk, switching->token->spec, pin, &switching->older[pin], trace)
			     : err;
}

static enum err
derive_pins(struct switching *switching, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (switching->token->spec->binds[pin])
			err = bound_token_pin(switching->issuing->prk, switching->token->spec,
			    (enum roster_token_pin)pin, &switching->pin[pin], trace);
	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (switching->token->spec->binds[pin])
			err = derive_older(switching, (enum roster_token_pin)pin, trace);
	return err;
}

/* `refused` says whose doing an error is: the token's own, or anything else's. */
static enum err
switch_token(struct issuing *issuing, size_t index, bool *refused, struct err_trace *trace)
{
	/* The plan is read anew with each journal entry; the binding's own copy of it is not. */
	struct roster_binding_spec spec = issuing->operation->plan.token[index];
	struct issuing_token token = issuing->token[index];
	struct switching switching = { .issuing = issuing, .token = &token };
	enum err err;

	token.spec = &spec;
	err = roster_binding_find(issuing->custody->roster, spec.name, &switching.binding, trace);
	if (err == ERR_OK)
		err = derive_pins(&switching, trace);
	if (err == ERR_OK && spec.fresh)
		err = switch_fresh(&switching, trace);
	if (err == ERR_OK && !spec.fresh && spec.binds[ROSTER_USER_PIN])
		err = switch_known_pin(&switching, ROSTER_USER_PIN, trace);
	if (err == ERR_OK && !spec.fresh && spec.binds[ROSTER_SO_PIN])
		err = switch_known_pin(&switching, ROSTER_SO_PIN, trace);
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		secret_drop(&switching.pin[pin]);
		secret_drop(&switching.older[pin]);
	}
	*refused = switching.refused;
	return err;
}

/* Before any token changes: enough cards have proven that they give their share back (rule 4). */
static enum err
check_proven(const struct issuing *issuing, struct err_trace *trace)
{
	const unsigned size = issuing->generation->size;
	unsigned proven = 0, needed;
	int64_t margin = 0;
	enum err err;

	if (!operation_makes_generation(issuing->operation))
		return ERR_OK;
	err = roster_policy_get(issuing->custody->roster, ROSTER_POLICY_MARGIN, 0, &margin, trace);
	if (err != ERR_OK)
		return err;
	needed = attendance_needed(issuing->generation->threshold, size, (unsigned)margin);
	for (unsigned i = 0; i < issuing->generation->shares; i++)
		proven += issuing->generation->share[i].delivered != 0 ? 1 : 0;
	if (proven >= needed)
		return ERR_OK;
	return FAIL(trace, ERR_NOT_NOW,
	    "%u of %u cards have proven their share; %u must have before a token changes", proven,
	    size, needed);
}

static const char *
why_refused(enum err err)
{
	if (err == ERR_LOCKED)
		return "it is locked; have it unlocked";
	if (err == ERR_DENIED)
		return "it has another PIN than the quorum gave it; find out who set that";
	if (err == ERR_ARGUMENT || err == ERR_UNSUPPORTED)
		return "it takes no PIN of this form; find out what it was set to take";
	return "something went wrong with it";
}

static void
note_refusal(const struct issuing *issuing, size_t index, enum err err)
{
	const struct roster_binding_spec *spec = issuing->token[index].spec;
	struct attendant *attendant = issuing->custody->attendant;
	char text[256];

	snprintf(text, sizeof(text),
	    "Token '%.32s' (%.32s) has not all its new PINs: %s. The generation that opens it "
	    "stays live.",
	    spec->token.label, spec->name, why_refused(err));
	attendant->note(attendant->context, text);
}

/* One that refuses keeps no other from its new PINs; the first refusal is the error. */
static enum err
switch_each(struct issuing *issuing, struct err_trace *trace)
{
	struct attendant *attendant = issuing->custody->attendant;
	enum err first = ERR_OK;

	for (size_t i = 0; i < issuing->tokens; i++) {
		bool refused = false;
		enum err err;

		if (issuing->token[i].away || issuing->token[i].gone)
			continue;
		attendant->progress(attendant->context, "The token takes its new PINs.",
		    (unsigned)i + 1, (unsigned)issuing->tokens);
		err = switch_token(issuing, i, &refused, first == ERR_OK ? trace : NULL);
		first = first == ERR_OK ? err : first;
		if (err != ERR_OK && !refused)
			break;
		if (err != ERR_OK)
			note_refusal(issuing, i, err);
	}
	return first;
}

enum err
issuing_switch(struct issuing *issuing, struct err_trace *trace)
{
	enum err err;

	if (issuing_did(issuing, &(struct roster_step){ .kind = ROSTER_STEP_RETIRED }))
		return ERR_OK;
	err = check_proven(issuing, trace);
	return err == ERR_OK ? switch_each(issuing, trace) : err;
}
