/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/create.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shell_word.h"
#include "custody/attendant.h"
#include "custody/issuing.h"
#include "custody/token.h"
#include "hsm/module.h"
#include "hsm/pin.h"
#include "roster/policy.h"
#include "roster/seat.h"

/* 2 <= M <= N <= 16, and M = N only where the policy allows it. */
static enum err
check_numbers(
    struct custody *custody, const struct create_request *request, struct err_trace *trace)
{
	int64_t all_of_n = 0;
	enum err err;

	if (request->custodian_count > ROSTER_CARDS_MAX || request->threshold < 2 ||
	    request->threshold > request->custodian_count) {
		err_next(trace,
		    "Name 2 to 16 custodians with --custodian, and M from 2 to their number.");
		return FAIL(trace, ERR_ARGUMENT, "%u of %zu is not a quorum", request->threshold,
		    request->custodian_count);
	}
	err = roster_policy_get(custody->roster, ROSTER_POLICY_ALL_OF_N, 0, &all_of_n, trace);
	if (err != ERR_OK || request->threshold < request->custodian_count || all_of_n != 0)
		return err;
	roster_policy_refused(custody->roster, ROSTER_POLICY_ALL_OF_N);
	err_next(trace, "Add a custodian, so that one lost card does not lose the key.");
	return FAIL(trace, ERR_DENIED,
	    "with %u of %zu the first card that fails loses the key for ever", request->threshold,
	    request->custodian_count);
}

/* The card that this custodian enrolled for this quorum, which must be free of any share. */
static enum err
find_card(struct custody *custody, const struct create_request *request, size_t index,
    struct roster_plan *plan, struct err_trace *trace)
{
	const char *name = request->custodians[index];
	struct roster_person person;
	struct roster_card card;
	enum err err = roster_person_find(custody->roster, name, &person, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < index; i++)
		if (strcmp(request->custodians[i], name) == 0)
			return FAIL(
			    trace, ERR_ARGUMENT, "%s is named twice: a person has one card", name);
	err = roster_card_of(custody->roster, request->name, &person.id, &card, trace);
	if (err != ERR_OK || card.state != ROSTER_CARD_ENROLLED) {
		err_next_instead(trace,
		    "Enrol it: quorate card enrol --custodian %s --quorum %s --by NAME",
		    shell_word(name).text, request->name);
		return FAIL(
		    trace, ERR_ABSENT, "%s has no enrolled card for '%s'", name, request->name);
	}
	if (card.admin_pin != ROSTER_ADMIN_PIN_OWN) {
		err_next(trace,
		    "Enrol it again: quorate card enrol --custodian %s --quorum %s --by NAME",
		    shell_word(name).text, request->name);
		return FAIL(trace, ERR_NOT_NOW,
		    "%s's card %s has an admin PIN from a quorum that was given up", name,
		    card.name);
	}
	plan->card[index].card = card.id;
	plan->card[index].index = (unsigned)index;
	return ERR_OK;
}

/* What a fresh token will be called. Practice says so (design.md, rule 9). */
static void
name_fresh(
    const struct custody *custody, const struct create_token *token, struct roster_token *described)
{
	snprintf(described->label, sizeof(described->label), "%s%s",
	    roster_is_practice(custody->roster) ? "PRACTICE " : "", token->name);
}

/* A token that nobody may take: of the other kind, bound already, or unable to take such PINs. */
static enum err
check_token(struct custody *custody, struct module *module, const struct token_facts *facts,
    const struct create_token *token, struct err_trace *trace)
{
	struct roster_binding bound;
	enum err err = ERR_OK;

	if (module_name(module) == NULL) {
		err_next(trace, "Add a line 'NAME = %s' to /etc/quorate/modules.conf.",
		    module_path(module));
		return FAIL(trace, ERR_ARGUMENT, "the module has no name in this installation");
	}
	if (facts->initialised) {
		err = token_practice_check(facts, roster_is_practice(custody->roster), trace);
		if (err == ERR_OK && roster_binding_by_serial(
					 custody->roster, facts->serial, &bound, NULL) == ERR_OK)
			err = FAIL(trace, ERR_EXISTS, "token '%s' is bound already, as '%s'",
			    facts->label, bound.spec.name);
	}
	if (err == ERR_OK)
		err = token_can_set_pins(module, facts, trace);
	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		const struct roster_pin_format *format = &token->format[pin];
		size_t length =
		    format->is_set ? strlen(format->prefix) + format->length : PIN_DEFAULT_LENGTH;

		err = token_pin_fits(facts, length, trace);
	}
	return err;
}

/* Its label is how a token that is being initialised is found again: it must be the only one. */
static enum err
refuse_label_in_use(struct module *module, const char *label, struct err_trace *trace)
{
	struct token_facts other;

	if (token_find_label(module, label, &other, NULL) == ERR_ABSENT)
		return ERR_OK;
	err_next(trace, "Choose another name for the binding, or take that token away.");
	return FAIL(
	    trace, ERR_EXISTS, "a token labelled '%s' is there already; nothing was begun", label);
}

static enum err
describe_token(struct custody *custody, struct module *module, const struct create_token *token,
    struct roster_binding_spec *spec, struct err_trace *trace)
{
	struct token_facts facts;
	enum err err = token_find(module, token->uri,
	    token->uri == NULL || *token->uri == '\0' ? TOKEN_FRESH : TOKEN_ANY, &facts, trace);

	if (err == ERR_OK)
		err = check_token(custody, module, &facts, token, trace);
	if (err == ERR_OK)
		err = bound_token_describe(&facts, module_name(module), &spec->token, trace);
	if (err != ERR_OK)
		return err;
	spec->fresh = !facts.initialised;
	if (spec->fresh && token->user_only)
		return FAIL(
		    trace, ERR_ARGUMENT, "a fresh token gets both its PINs from the quorum");
	if (spec->fresh) {
		name_fresh(custody, token, &spec->token);
		err = refuse_label_in_use(module, spec->token.label, trace);
		if (err != ERR_OK)
			return err;
	}
	snprintf(spec->name, sizeof(spec->name), "%s", token->name);
	spec->role = token->role;
	spec->binds[ROSTER_USER_PIN] = true;
	spec->binds[ROSTER_SO_PIN] = !token->user_only;
	memcpy(spec->format, token->format, sizeof(spec->format));
	return ERR_OK;
}

static enum err
plan_token(struct custody *custody, const struct create_token *token, struct roster_plan *plan,
    struct err_trace *trace)
{
	struct module *module = NULL;
	enum err err;

	if (!binding_name_is_good(token->name))
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s' is not a binding name: 1 to 32 of a-z, 0-9 and -", token->name);
	err = module_open_for_uri(
	    token->uri == NULL ? "pkcs11:" : token->uri, token->module, &module, trace);
	if (err != ERR_OK)
		return err;
	err = describe_token(custody, module, token, &plan->token[0], trace);
	module_close(module);
	plan->tokens = 1;
	return err;
}

/* The plan, the quorum where it is new, and the binding: all written down at once. */
static enum err
write_down(struct custody *custody, const char *new_quorum, struct roster_plan *plan,
    struct roster_id *operation, struct err_trace *trace)
{
	struct roster_id binding;
	enum err err = roster_begin(custody->roster, trace);

	if (err == ERR_OK && new_quorum != NULL)
		err = roster_quorum_create(custody->roster, new_quorum, &plan->quorum, trace);
	if (err == ERR_OK)
		err = roster_binding_add(
		    custody->roster, &plan->quorum, &plan->token[0], &binding, trace);
	if (err == ERR_OK)
		err = roster_operation_begin(custody->roster, plan, operation, trace);
	return roster_end(custody->roster, err, trace);
}

static enum err
plan_quorum(struct custody *custody, const struct create_request *request, struct roster_plan *plan,
    struct err_trace *trace)
{
	enum err err = check_numbers(custody, request, trace);

	plan->kind = ROSTER_OP_CREATE;
	plan->generation = 1;
	plan->threshold = request->threshold;
	plan->cards = (unsigned)request->custodian_count;
	for (size_t i = 0; err == ERR_OK && i < request->custodian_count; i++)
		err = find_card(custody, request, i, plan, trace);
	return err == ERR_OK ? plan_token(custody, &request->token, plan, trace) : err;
}

/* A good name, and a new one. */
static enum err
check_name(struct custody *custody, const char *name, struct err_trace *trace)
{
	struct roster_quorum existing;

	if (!binding_name_is_good(name))
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s' is not a quorum's name: 1 to 32 of a-z, 0-9 and -", name);
	if (roster_quorum_find(custody->roster, name, &existing, NULL) != ERR_OK)
		return ERR_OK;
	if (existing.live != 0) {
		err_next(trace, "See it with 'quorate quorum show %s'.", name);
		return FAIL(trace, ERR_EXISTS, "a quorum '%s' exists already", name);
	}
	err_next(trace,
	    "Go on with 'quorate quorum resume %s --by NAME', or give it up with 'quorate quorum "
	    "abort %s --reason TEXT --by NAME'.",
	    name, name);
	return FAIL(trace, ERR_EXISTS, "a quorum '%s' was begun already and is not complete", name);
}

enum err
create_quorum(struct custody *custody, const struct create_request *request,
    struct roster_id *quorum, struct err_trace *trace)
{
	struct roster_plan *plan = calloc(1, sizeof(*plan));
	struct roster_id operation;
	enum err err;

	if (plan == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = roster_seat_check(custody->roster, trace);
	if (err == ERR_OK)
		err = check_name(custody, request->name, trace);
	if (err == ERR_OK)
		err = plan_quorum(custody, request, plan, trace);
	if (err == ERR_OK)
		err = roster_plan_check(custody->roster, plan, trace);
	if (err == ERR_OK)
		err = write_down(custody, request->name, plan, &operation, trace);
	if (err == ERR_OK)
		*quorum = plan->quorum;
	free(plan);
	return err == ERR_OK ? issuing_carry_out(custody, &operation, &request->attendance, trace)
			     : err;
}

/* The live generation's cards, so that the machine knows whose card gave the last share. */
static enum err
plan_members(struct custody *custody, const struct roster_quorum *quorum, struct roster_plan *plan,
    struct err_trace *trace)
{
	struct roster_generation *generation = calloc(1, sizeof(*generation));
	enum err err;

	if (generation == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = roster_generation_get(custody->roster, &quorum->id, quorum->live, generation, trace);
	if (err == ERR_OK) {
		plan->kind = ROSTER_OP_BIND;
		plan->quorum = quorum->id;
		plan->generation = quorum->live;
		plan->threshold = generation->threshold;
		plan->cards = generation->shares;
		for (unsigned i = 0; i < generation->shares; i++) {
			plan->card[i].card = generation->share[i].card;
			plan->card[i].index = generation->share[i].index;
		}
	}
	free(generation);
	return err;
}

enum err
bind_token(struct custody *custody, const char *name, const struct create_token *token,
    struct err_trace *trace)
{
	struct roster_plan *plan = calloc(1, sizeof(*plan));
	struct roster_quorum quorum;
	struct roster_id operation;
	enum err err;

	if (plan == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = roster_seat_check(custody->roster, trace);
	if (err == ERR_OK)
		err = roster_quorum_find(custody->roster, name, &quorum, trace);
	if (err == ERR_OK && quorum.live == 0) {
		err_next(trace, "Finish it first: quorate quorum resume %s --by NAME", name);
		err = FAIL(trace, ERR_NOT_NOW, "quorum '%s' is not complete yet", name);
	}
	if (err == ERR_OK)
		err = roster_operation_check_none(custody->roster, &quorum, trace);
	if (err == ERR_OK)
		err = plan_members(custody, &quorum, plan, trace);
	if (err == ERR_OK)
		err = plan_token(custody, token, plan, trace);
	if (err == ERR_OK)
		err = roster_plan_check(custody->roster, plan, trace);
	if (err == ERR_OK)
		err = write_down(custody, NULL, plan, &operation, trace);
	free(plan);
	return err == ERR_OK ? issuing_carry_out(custody, &operation, NULL, trace) : err;
}
