/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tokens take their new PINs (design.md, rules 5 and 7). Each step is in the journal before the
 * token is touched, so that resume knows what may have happened; a fresh token is found again by
 * the label that was journaled, a token with known PINs gets its user PIN first and its SO PIN
 * last.
 */
#include "custody/issuing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/token.h"
#include "custody/token_change.h"
#include "hsm/guard.h"
#include "hsm/module.h"
#include "hsm/pin.h"

/* One token on its way. */
struct switching {
	struct issuing *issuing;
	struct issuing_token *token;
	struct roster_binding binding; /* as the roster has it */
	struct secret *pin[ROSTER_TOKEN_PIN__COUNT];
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

static enum err
journal_text(struct switching *switching, enum roster_step_kind kind, const char *text,
    struct err_trace *trace)
{
	struct roster_step step = step_for(switching, kind);

	snprintf(step.text, sizeof(step.text), "%s", text);
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
	if (err == ERR_OK)
		err = roster_commit(roster, trace);
	if (err != ERR_OK)
		roster_rollback(roster);
	return err;
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
	if (err == ERR_OK)
		err = roster_commit(roster, trace);
	if (err != ERR_OK)
		roster_rollback(roster);
	return err;
}

/* What is believed only because another process, which knows nothing, could log in with it. */
static enum err
prove(struct switching *switching, const struct token_facts *facts, const char *module_path,
    enum roster_token_pin pin, struct err_trace *trace)
{
	const struct token_proof proof = { .module_path = module_path,
		.serial = facts->serial,
		.attempt = { bound_token_who(pin), switching->pin[pin], false } };
	enum token_verdict verdict = TOKEN_PIN_WRONG;
	enum err err = token_prove_pin(&proof, &verdict, trace);

	if (err == ERR_OK && verdict != TOKEN_PIN_RIGHT)
		err = FAIL(trace, ERR_DENIED,
		    "token '%s' does not open with the %s that it was given", facts->label,
		    pin == ROSTER_SO_PIN ? "SO PIN" : "user PIN");
	return err;
}

/* ---- A fresh token ------------------------------------------------------------------------- */

/* The token that a broken-off run initialised, by the label that it wrote down before. */
static enum err
find_initialised(struct module *module, const char *label, struct token_facts *out, bool *found,
    struct err_trace *trace)
{
	struct token_facts *tokens = NULL;
	size_t count = 0, matches = 0;
	enum err err = token_list(module, &tokens, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (!tokens[i].initialised || strcmp(tokens[i].label, label) != 0)
			continue;
		*out = tokens[i];
		matches++;
	}
	free(tokens);
	*found = matches == 1;
	if (err == ERR_OK && matches > 1)
		err = FAIL(trace, ERR_NOT_NOW, "%zu tokens are labelled '%s'", matches, label);
	return err;
}

/* Any token with the label that a fresh one is to get would make resume guess. */
static enum err
refuse_taken_label(struct module *module, const char *label, struct err_trace *trace)
{
	struct token_facts *tokens = NULL;
	size_t count = 0;
	enum err err = token_list(module, &tokens, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++)
		if (tokens[i].initialised && strcmp(tokens[i].label, label) == 0)
			err = FAIL(
			    trace, ERR_EXISTS, "a token labelled '%s' is there already", label);
	free(tokens);
	return err;
}

static enum err
initialise(struct switching *switching, struct module *module, struct token_facts *facts,
    struct err_trace *trace)
{
	const struct roster_token *planned = &switching->token->spec->token;
	struct roster_step begun = step_for(switching, ROSTER_STEP_INIT_BEGUN);
	const struct token_init init = { .label = planned->label,
		.practice = roster_is_practice(switching->issuing->custody->roster),
		.so_pin = switching->pin[ROSTER_SO_PIN] };
	struct token_facts fresh;
	bool found = false;
	enum err err = ERR_OK;

	if (find_step(switching, ROSTER_STEP_INIT_BEGUN, ROSTER_USER_PIN) != NULL) {
		err = find_initialised(module, planned->label, facts, &found, trace);
	} else {
		err = refuse_taken_label(module, planned->label, trace);
		snprintf(begun.text, sizeof(begun.text), "%s", planned->label);
		if (err == ERR_OK)
			err = begin_touch(switching, &begun, trace);
	}
	if (err != ERR_OK || found)
		return err;
	err = token_find(module, planned->uri, TOKEN_FRESH, &fresh, trace);
	return err == ERR_OK ? token_init(module, &fresh, &init, facts, trace) : err;
}

/* Writes down which token it became: its serial number was drawn just now. */
static enum err
note_serial(struct switching *switching, struct module *module, const struct token_facts *facts,
    struct err_trace *trace)
{
	struct roster *roster = switching->issuing->custody->roster;
	struct roster_token token;
	enum err err = bound_token_describe(facts, module_name(module), &token, trace);

	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err == ERR_OK)
		err = roster_binding_set_token(roster, &switching->binding.id, &token, trace);
	if (err == ERR_OK)
		err = journal_text(switching, ROSTER_STEP_INIT_DONE, facts->serial, trace);
	if (err == ERR_OK)
		err = roster_commit(roster, trace);
	if (err != ERR_OK)
		roster_rollback(roster);
	else
		switching->binding.spec.token = token;
	return err;
}

static enum err
set_user_pin(struct switching *switching, struct module *module, const struct token_facts *facts,
    struct err_trace *trace)
{
	const struct token_user_pin pins = { switching->pin[ROSTER_SO_PIN],
		switching->pin[ROSTER_USER_PIN] };
	struct roster_step begun = step_for(switching, ROSTER_STEP_SWITCH_BEGUN);
	enum err err = begin_touch(switching, &begun, trace);

	if (err == ERR_OK)
		err = token_init_user_pin(module, facts, &pins, trace);
	if (err == ERR_OK)
		err = prove(switching, facts, module_path(module), ROSTER_USER_PIN, trace);
	if (err == ERR_OK)
		err = end_touch(switching, ROSTER_USER_PIN, trace);
	return err;
}

static enum err
switch_fresh(struct switching *switching, struct err_trace *trace)
{
	const struct roster_token *planned = &switching->binding.spec.token;
	struct token_facts facts;
	struct module *module = NULL;
	enum err err = module_open_named(planned->module, &module, trace);

	if (err != ERR_OK)
		return err;
	if (find_step(switching, ROSTER_STEP_INIT_DONE, ROSTER_USER_PIN) == NULL) {
		err = initialise(switching, module, &facts, trace);
		if (err == ERR_OK)
			err = note_serial(switching, module, &facts, trace);
	} else {
		err = token_find(module, planned->uri, TOKEN_INITIALISED, &facts, trace);
	}
	if (err == ERR_OK && find_step(switching, ROSTER_STEP_SWITCH_DONE, ROSTER_SO_PIN) == NULL) {
		err = prove(switching, &facts, module_path(module), ROSTER_SO_PIN, trace);
		if (err == ERR_OK)
			err = end_touch(switching, ROSTER_SO_PIN, trace);
	}
	if (err == ERR_OK && find_step(switching, ROSTER_STEP_SWITCH_DONE, ROSTER_USER_PIN) == NULL)
		err = set_user_pin(switching, module, &facts, trace);
	module_close(module);
	return err;
}

/* ---- A token with known PINs --------------------------------------------------------------- */

static enum err
switch_known_pin(struct switching *switching, enum roster_token_pin pin, struct err_trace *trace)
{
	struct roster_step begun = step_for(switching, ROSTER_STEP_SWITCH_BEGUN);
	const struct token_change change = {
		.binding = &switching->binding,
		.pin = pin,
		.old_pin = switching->token->old_pin[pin],
		.new_pin = switching->pin[pin],
		.begun = find_step(switching, ROSTER_STEP_SWITCH_BEGUN, pin) != NULL,
	};
	enum err err = ERR_OK;

	if (find_step(switching, ROSTER_STEP_SWITCH_DONE, pin) != NULL)
		return ERR_OK;
	begun.pin = pin;
	if (!change.begun)
		err = begin_touch(switching, &begun, trace);
	if (err == ERR_OK)
		err = token_change_pin(switching->issuing->custody, &change, trace);
	return err == ERR_OK ? end_touch(switching, pin, trace) : err;
}

/* ---- Each token of the plan ---------------------------------------------------------------- */

static enum err
derive_pins(struct switching *switching, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (switching->token->spec->binds[pin])
			err = bound_token_pin(switching->issuing->prk, switching->token->spec,
			    (enum roster_token_pin)pin, &switching->pin[pin], trace);
	return err;
}

static enum err
switch_token(struct issuing *issuing, size_t index, struct err_trace *trace)
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
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		secret_drop(&switching.pin[pin]);
	return err;
}

/* Before any token changes: enough cards have proven that they give their share back (rule 4). */
static enum err
check_proven(const struct issuing *issuing, struct err_trace *trace)
{
	unsigned proven = 0;

	for (unsigned i = 0; i < issuing->generation->size; i++)
		proven += issuing->generation->share[i].delivered != 0 ? 1 : 0;
	if (proven == issuing->generation->size)
		return ERR_OK;
	return FAIL(trace, ERR_NOT_NOW, "only %u of %u cards have proven their share", proven,
	    issuing->generation->size);
}

enum err
issuing_switch(struct issuing *issuing, struct err_trace *trace)
{
	struct attendant *attendant = issuing->custody->attendant;
	enum err err = check_proven(issuing, trace);

	for (size_t i = 0; err == ERR_OK && i < issuing->tokens; i++) {
		attendant->progress(attendant->context, "The token takes its new PINs.",
		    (unsigned)i + 1, (unsigned)issuing->tokens);
		err = switch_token(issuing, i, trace);
	}
	return err;
}
