/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "custody/attendant.h"
#include "custody/token_change.h"
#include "custody/unbind.h"
#include "hsm/guard.h"
#include "hsm/module.h"
#include "hsm/token.h"
#include "roster/binding.h"
#include "roster/generation.h"
#include "roster/operation.h"
#include "roster/person.h"
#include "roster/seat.h"

static enum err
check_people(struct roster *roster, const char *const people[2], struct err_trace *trace)
{
	struct roster_person person[2];
	enum err err = ERR_OK;

	for (int i = 0; err == ERR_OK && i < 2; i++)
		err = roster_person_find(roster, people[i], &person[i], trace);
	if (err == ERR_OK && roster_id_equal(&person[0].id, &person[1].id))
		err = FAIL(trace, ERR_ARGUMENT, "two different people say that it is gone");
	return err;
}

static enum err
refuse_if_there(const struct roster_token *token, struct err_trace *trace)
{
	struct module *module = NULL;
	struct token_facts facts;
	enum err err = module_open_named(token->module, &module, trace);

	if (err != ERR_OK)
		return err;
	if (token_find(module, token->uri, TOKEN_ANY, &facts, NULL) != ERR_ABSENT) {
		err_next(trace, "Without --gone, people type new PINs for it.");
		err = FAIL(trace, ERR_NOT_NOW, "token '%s' is there", token->label);
	}
	module_close(module);
	return err;
}

/* Torn in the middle of a change, it is not found; the copy that was made before puts it back. */
static enum err
refuse_if_copied(
    struct custody *custody, const struct roster_binding *binding, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		struct token_copy_path copy;

		err = token_copy_path(
		    custody, &binding->id, (enum roster_token_pin)pin, &copy, trace);
		if (err != ERR_OK || !token_guard_is_open(copy.text))
			continue;
		err_next(trace, "Run 'quorate quorum resume QUORUM --by NAME': it puts it back.");
		err = FAIL(trace, ERR_NOT_NOW,
		    "the copy of token '%s' from before its change is here",
		    binding->spec.token.label);
	}
	return err;
}

static enum err
confirm(struct custody *custody, const struct roster_token *token,
    const struct unbind_request *request, struct err_trace *trace)
{
	const char *people[] = { request->people[0], request->people[1], NULL };
	struct attendant *attendant = custody->attendant;
	char text[320];
	bool yes = false;
	enum err err;

	snprintf(text, sizeof(text),
	    "Is the device with token '%s' (serial %s) gone for good? What it may have on it will "
	    "open with nothing that Quorate knows of.",
	    token->label, token->serial);
	err = attendant->confirm(attendant->context, text, people, &yes, trace);
	return err == ERR_OK && !yes ? FAIL(trace, ERR_CANCELLED, "left as it is") : err;
}

/* Where an operation is pending, its end looks which generations are dead. */
static enum err
end_generations(struct roster *roster, const struct roster_binding *binding,
    const struct roster_operation *pending, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (pending != NULL && (pending->plan.kind != ROSTER_OP_UNBIND ||
				   strcmp(pending->plan.token[0].name, binding->spec.name) != 0))
		return ERR_OK;
	if (pending != NULL)
		err = roster_operation_finish(roster, &pending->id, trace);
	return err == ERR_OK ? roster_generation_end_unused(roster, &binding->quorum, trace) : err;
}

static enum err
remove_binding(struct roster *roster, const struct roster_binding *binding, const char *reason,
    struct err_trace *trace)
{
	struct roster_operation *pending = NULL;
	enum err err = roster_operation_pending(roster, &binding->quorum, &pending, NULL);

	if (err != ERR_OK && err != ERR_ABSENT)
		return FAIL(trace, err, "what is pending was not read");
	err = roster_begin(roster, trace);
	if (err == ERR_OK)
		err = roster_binding_remove(roster, &binding->id, reason, trace);
	if (err == ERR_OK)
		err = end_generations(roster, binding, pending, trace);
	err = roster_end(roster, err, trace);
	roster_operation_free(pending);
	return err;
}

enum err
unbind_gone(struct custody *custody, const struct unbind_request *request, struct err_trace *trace)
{
	struct roster_binding binding;
	enum err err = roster_seat_check(custody->roster, trace);

	if (err == ERR_OK)
		err = roster_binding_find(custody->roster, request->binding, &binding, trace);
	if (err == ERR_OK)
		err = check_people(custody->roster, request->people, trace);
	if (err == ERR_OK)
		err = refuse_if_copied(custody, &binding, trace);
	if (err == ERR_OK)
		err = refuse_if_there(&binding.spec.token, trace);
	if (err == ERR_OK)
		err = confirm(custody, &binding.spec.token, request, trace);
	return err == ERR_OK ? remove_binding(custody->roster, &binding, request->reason, trace)
			     : err;
}
