/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/unbind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/login.h"
#include "custody/token.h"
#include "custody/token_change.h"
#include "hsm/pin.h"
#include "roster/generation.h"
#include "roster/operation.h"
#include "roster/person.h"

struct unbinding {
	struct custody *custody;
	const struct unbind_request *request;
	struct login_target *target;
	struct roster_operation *operation; /* pending; begun now or by a run that was broken off */
	struct secret *typed[ROSTER_TOKEN_PIN__COUNT];
};

/* Two different people of the roster, so that nobody alone holds the token afterwards. */
static enum err
check_people(struct unbinding *unbinding, struct err_trace *trace)
{
	struct roster_person person[2];

	for (int i = 0; i < 2; i++) {
		enum err err = roster_person_find(
		    unbinding->custody->roster, unbinding->request->people[i], &person[i], trace);

		if (err != ERR_OK)
			return err;
	}
	if (roster_id_equal(&person[0].id, &person[1].id))
		return FAIL(
		    trace, ERR_ARGUMENT, "two different people must type the token's new PINs");
	return ERR_OK;
}

static enum err
ask_new_pin(struct unbinding *unbinding, enum roster_token_pin pin, struct err_trace *trace)
{
	const struct roster_token *token = &unbinding->target->binding.spec.token;
	struct attendant *attendant = unbinding->custody->attendant;
	const struct attendant_pin_ask ask = { .purpose = ATTENDANT_PIN_NEW,
		.custodian = unbinding->request->people[pin == ROSTER_SO_PIN ? 1 : 0],
		.token = token->label,
		.serial = token->serial,
		.min = 6,
		.max = 255 };
	enum err err = attendant->pin(attendant->context, &ask, &unbinding->typed[pin], trace);

	if (err == ERR_OK && unbinding->typed[pin] == NULL)
		err = FAIL(trace, ERR_CANCELLED, "no new PIN was typed; the token is unchanged");
	return err;
}

static struct roster_step
step_for(const struct unbinding *unbinding, enum roster_step_kind kind, enum roster_token_pin pin)
{
	struct roster_step step = { .kind = kind, .pin = pin };

	snprintf(step.binding, sizeof(step.binding), "%s", unbinding->target->binding.spec.name);
	return step;
}

/* The journal, begun now or found: a pending one of another kind is somebody else's. */
static enum err
open_journal(struct unbinding *unbinding, struct err_trace *trace)
{
	struct roster *roster = unbinding->custody->roster;
	struct roster_plan *plan;
	struct roster_id id;
	enum err err = roster_operation_pending(
	    roster, &unbinding->target->quorum.id, &unbinding->operation, NULL);

	if (err == ERR_OK && unbinding->operation->plan.kind == ROSTER_OP_UNBIND)
		return ERR_OK;
	plan = calloc(1, sizeof(*plan));
	if (plan == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	plan->kind = ROSTER_OP_UNBIND;
	plan->quorum = unbinding->target->quorum.id;
	plan->generation = unbinding->target->generation.number;
	plan->threshold = unbinding->target->generation.threshold;
	plan->tokens = 1;
	plan->token[0] = unbinding->target->binding.spec;
	err = roster_operation_begin(roster, plan, &id, trace);
	free(plan);
	roster_operation_free(unbinding->operation);
	unbinding->operation = NULL;
	return err == ERR_OK ? roster_operation_get(roster, &id, &unbinding->operation, trace)
			     : err;
}

static enum err
change_one(struct unbinding *unbinding, const struct secret *prk, enum roster_token_pin pin,
    struct err_trace *trace)
{
	struct roster *roster = unbinding->custody->roster;
	const struct roster_step begun = step_for(unbinding, ROSTER_STEP_SWITCH_BEGUN, pin);
	const struct roster_step done = step_for(unbinding, ROSTER_STEP_SWITCH_DONE, pin);
	struct token_change change = { .binding = &unbinding->target->binding,
		.pin = pin,
		.new_pin = unbinding->typed[pin],
		.begun = roster_operation_step(unbinding->operation, &begun) != NULL };
	struct secret *derived = NULL;
	enum err err = ERR_OK;

	if (roster_operation_step(unbinding->operation, &done) != NULL)
		return ERR_OK;
	err = bound_token_pin(prk, &unbinding->target->binding.spec, pin, &derived, trace);
	change.old_pin = derived;
	if (err == ERR_OK && !change.begun)
		err = roster_operation_journal(roster, &unbinding->operation->id, &begun, trace);
	if (err == ERR_OK)
		err = token_change_pin(unbinding->custody, &change, trace);
	if (err == ERR_OK)
		err = roster_operation_journal(roster, &unbinding->operation->id, &done, trace);
	secret_free(derived);
	return err;
}

static enum err
finish(struct unbinding *unbinding, struct err_trace *trace)
{
	struct roster *roster = unbinding->custody->roster;
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK)
		err = roster_binding_remove(
		    roster, &unbinding->target->binding.id, unbinding->request->reason, trace);
	if (err == ERR_OK)
		err = roster_generation_end_unused(roster, &unbinding->target->quorum.id, trace);
	if (err == ERR_OK)
		err = roster_operation_finish(roster, &unbinding->operation->id, trace);
	return roster_end(roster, err, trace);
}

static enum err
gather_and_change(struct unbinding *unbinding, struct err_trace *trace)
{
	struct login_target *target = unbinding->target;
	const struct gather_request request = { .quorum = &target->quorum,
		.generation = &target->generation,
		.purpose = "give the token other PINs" };
	struct collection collection = { .quorum = &target->quorum,
		.generation = &target->generation };
	struct visit_seen seen = { 0 };
	struct gathered gathered = { 0 };
	enum err err = gather(unbinding->custody, &request, &collection, &seen, &gathered, trace);

	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (target->binding.spec.binds[pin])
			err =
			    change_one(unbinding, gathered.prk, (enum roster_token_pin)pin, trace);
	gathered_end(unbinding->custody, &gathered, false);
	return err;
}

static enum err
find_target(struct unbinding *unbinding, struct err_trace *trace)
{
	struct roster *roster = unbinding->custody->roster;
	struct roster_binding binding;
	struct roster_quorum quorum;
	enum err err = roster_binding_find(roster, unbinding->request->binding, &binding, trace);

	if (err == ERR_OK)
		err = roster_quorum_get(roster, &binding.quorum, &quorum, trace);
	if (err == ERR_OK)
		err = login_find(unbinding->custody, quorum.name, unbinding->request->binding,
		    unbinding->target, trace);
	return err;
}

static enum err
unbind(struct unbinding *unbinding, struct err_trace *trace)
{
	const struct roster_binding_spec *spec = &unbinding->target->binding.spec;
	struct bound_token bound;
	enum err err = find_target(unbinding, trace);

	if (err == ERR_OK)
		err = check_people(unbinding, trace);
	if (err == ERR_OK)
		err = bound_token_open(unbinding->custody, &spec->token, &bound, trace);
	if (err != ERR_OK)
		return err;
	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (spec->binds[pin] && !bound.facts.software)
			err = login_check_tries(unbinding->custody, &bound.facts,
			    bound_token_who((enum roster_token_pin)pin), trace);
	bound_token_close(&bound);
	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (spec->binds[pin])
			err = ask_new_pin(unbinding, (enum roster_token_pin)pin, trace);
	if (err == ERR_OK)
		err = open_journal(unbinding, trace);
	if (err == ERR_OK)
		err = gather_and_change(unbinding, trace);
	if (err == ERR_OK)
		err = finish(unbinding, trace);
	return err;
}

enum err
unbind_token(struct custody *custody, const struct unbind_request *request, struct err_trace *trace)
{
	struct unbinding unbinding = { .custody = custody, .request = request };
	enum err err;

	unbinding.target = calloc(1, sizeof(*unbinding.target));
	if (unbinding.target == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = unbind(&unbinding, trace);
	if (err != ERR_OK && unbinding.operation != NULL)
		err_next(trace, "Give the same command again, with the same new PINs: it goes on.");
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		secret_drop(&unbinding.typed[pin]);
	roster_operation_free(unbinding.operation);
	free(unbinding.target);
	return err;
}
