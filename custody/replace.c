/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/replace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shell_word.h"
#include "custody/attendant.h"
#include "custody/card_fit.h"
#include "custody/issuing.h"
#include "custody/token.h"
#include "custody/whose.h"
#include "roster/card_condition.h"

/* The quorum, its newest live generation, and a plan that works with it. */
struct standing {
	struct custody *custody;
	struct roster_quorum quorum;
	struct roster_generation generation;
	struct roster_plan plan;
};

static enum err
find_standing(struct custody *custody, const char *name, enum roster_operation_kind kind,
    struct standing **out, struct err_trace *trace)
{
	struct standing *standing = calloc(1, sizeof(*standing));
	enum err err;

	if (standing == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	standing->custody = custody;
	err = roster_quorum_find(custody->roster, name, &standing->quorum, trace);
	if (err == ERR_OK && standing->quorum.live == 0) {
		err_next(trace, "Finish it first: quorate quorum resume %s --by NAME", name);
		err = FAIL(trace, ERR_NOT_NOW, "quorum '%s' is not complete yet", name);
	}
	if (err == ERR_OK)
		err = roster_operation_check_none(custody->roster, &standing->quorum, trace);
	if (err == ERR_OK)
		err = roster_generation_get(custody->roster, &standing->quorum.id,
		    standing->quorum.live, &standing->generation, trace);
	if (err != ERR_OK) {
		free(standing);
		return err;
	}
	standing->plan.kind = kind;
	standing->plan.quorum = standing->quorum.id;
	standing->plan.generation = standing->generation.number;
	standing->plan.threshold = standing->generation.threshold;
	*out = standing;
	return ERR_OK;
}

static void
add_card(struct standing *standing, const struct roster_id *card, unsigned index)
{
	standing->plan.card[standing->plan.cards].card = *card;
	standing->plan.card[standing->plan.cards].index = index;
	standing->plan.cards++;
}

static enum err
carry_out(struct standing *standing, const struct attendance *attendance, struct err_trace *trace)
{
	struct roster_id operation;
	enum err err =
	    roster_operation_begin(standing->custody->roster, &standing->plan, &operation, trace);

	return err == ERR_OK ? issuing_carry_out(standing->custody, &operation, attendance, trace)
			     : err;
}

/* ---- Another card -------------------------------------------------------------------------- */

static enum err
find_share(const struct standing *standing, const char *custodian, const struct roster_share **out,
    struct err_trace *trace)
{
	for (unsigned i = 0; i < standing->generation.shares; i++) {
		char name[ROSTER_NAME];

		whose_name(
		    standing->custody->roster, &standing->generation.share[i].custodian, name);
		if (strcmp(name, custodian) == 0) {
			*out = &standing->generation.share[i];
			return ERR_OK;
		}
	}
	err_next(trace, "'quorate quorum show %s' lists its custodians.", standing->quorum.name);
	return FAIL(trace, ERR_ABSENT, "%s has no share of generation %u", custodian,
	    standing->generation.number);
}

static enum err
check_present(const struct standing *standing, const struct roster_share *share, const char *what,
    struct err_trace *trace)
{
	struct roster *roster = standing->custody->roster;
	struct roster_person person;
	enum err err = roster_person_get(roster, &share->custodian, &person, trace);

	if (err != ERR_OK || !roster_person_has_left(&person, roster_now(roster)))
		return err;
	err_next(trace, "Re-key: quorate quorum rekey %s --remove %s --by NAME",
	    standing->quorum.name, shell_word(person.name).text);
	return FAIL(trace, ERR_DENIED, "%s has left, and gets no %s", person.name, what);
}

/* The newest that the custodian enrolled, which must not be the one that died. */
static enum err
find_new_card(const struct standing *standing, const struct roster_share *share,
    const char *custodian, struct roster_card *out, struct err_trace *trace)
{
	const char *quorum = standing->quorum.name;
	enum err err =
	    roster_card_of(standing->custody->roster, quorum, &share->custodian, out, trace);

	if (err == ERR_OK && out->state == ROSTER_CARD_ENROLLED &&
	    !roster_id_equal(&out->id, &share->card)) {
		const struct card_fit fit = { .custody = standing->custody,
			.quorum = &standing->quorum,
			.generation = standing->generation.number,
			.custodian = custodian };

		return card_fit_check(&fit, out, trace);
	}
	err_next_instead(trace,
	    "Enrol it first, and then give this command again: quorate card enrol --custodian %s "
	    "--quorum %s --by NAME",
	    shell_word(custodian).text, quorum);
	return FAIL(trace, ERR_ABSENT, "%s has no other enrolled card for '%s'", custodian, quorum);
}

/* Reported lost or stolen, or it was in other hands. */
static bool
is_out_of_hand(const struct standing *standing, const struct roster_card *card)
{
	enum roster_condition condition =
	    roster_condition_of(card, INT64_MAX / 4, roster_now(standing->custody->roster));

	return condition == ROSTER_CONDITION_LOST || condition == ROSTER_CONDITION_SUSPECTED;
}

static enum err
refuse_lost(const struct standing *standing, struct err_trace *trace)
{
	err_next(trace,
	    "Re-key instead, so that the share on it opens nothing: quorate quorum rekey %s --by "
	    "NAME",
	    standing->quorum.name);
	return FAIL(trace, ERR_DENIED,
	    "a card that is not in hand is not replaced: whoever has it would keep its share");
}

/* A card that is not in hand may be in somebody else's: its share must become worthless. */
static enum err
ask_in_hand(const struct standing *standing, const struct roster_share *share,
    const char *custodian, struct err_trace *trace)
{
	struct attendant *attendant = standing->custody->attendant;
	struct roster_card old;
	char text[512];
	bool yes = false;
	enum err err = roster_card_get(standing->custody->roster, &share->card, &old, trace);

	if (err != ERR_OK)
		return err;
	if (is_out_of_hand(standing, &old))
		return refuse_lost(standing, trace);
	snprintf(text, sizeof(text),
	    "Is %.64s's old card %.43s (serial %.64s) here in hand, dead or damaged, to be "
	    "destroyed? (no: it is lost or stolen)",
	    custodian, old.name, old.serial);
	err = attendant->confirm(attendant->context, text, NULL, &yes, trace);
	return err != ERR_OK || yes ? err : refuse_lost(standing, trace);
}

enum err
replace_card(
    struct custody *custody, const char *quorum, const char *custodian, struct err_trace *trace)
{
	const struct roster_share *share = NULL;
	struct standing *standing = NULL;
	struct roster_card card;
	enum err err = find_standing(custody, quorum, ROSTER_OP_REPLACE_CARD, &standing, trace);

	if (err == ERR_OK)
		err = find_share(standing, custodian, &share, trace);
	if (err == ERR_OK)
		err = check_present(standing, share, "other card", trace);
	if (err == ERR_OK)
		err = find_new_card(standing, share, custodian, &card, trace);
	if (err == ERR_OK)
		err = ask_in_hand(standing, share, custodian, trace);
	if (err == ERR_OK) {
		add_card(standing, &card.id, share->index);
		err = carry_out(standing, NULL, trace);
	}
	free(standing);
	return err;
}

/* ---- Those who were not there -------------------------------------------------------------- */

static unsigned
count_waiting(const struct roster_generation *generation)
{
	unsigned count = 0;

	for (unsigned i = 0; i < generation->shares; i++)
		count += generation->share[i].delivered == 0 ? 1 : 0;
	return count;
}

/* Those who wait for their share. Who left gets none: it would be one more outside. */
static enum err
add_waiting(struct standing *standing, struct err_trace *trace)
{
	const struct roster_share *gone = NULL;
	unsigned added = 0;

	for (unsigned i = 0; i < standing->generation.shares; i++) {
		const struct roster_share *share = &standing->generation.share[i];

		if (share->delivered != 0)
			continue;
		if (check_present(standing, share, "share", NULL) != ERR_OK) {
			gone = share;
			continue;
		}
		add_card(standing, &share->card, share->index);
		added++;
	}
	return added > 0 ? ERR_OK : check_present(standing, gone, "share", trace);
}

static enum err
deliver(struct standing *standing, const struct attendance *attendance, unsigned *waiting,
    struct err_trace *trace)
{
	struct roster_generation *generation = &standing->generation;
	enum err err;

	if (count_waiting(generation) == 0)
		return FAIL(
		    trace, ERR_ABSENT, "every card of '%s' has its share", standing->quorum.name);
	err = add_waiting(standing, trace);
	if (err == ERR_OK)
		err = carry_out(standing, attendance, trace);
	if (err == ERR_OK)
		err = roster_generation_get(standing->custody->roster, &standing->quorum.id,
		    generation->number, generation, trace);
	if (err == ERR_OK)
		*waiting = count_waiting(generation);
	return err;
}

enum err
deliver_shares(struct custody *custody, const char *quorum, const struct attendance *attendance,
    unsigned *waiting, struct err_trace *trace)
{
	struct standing *standing = NULL;
	enum err err = find_standing(custody, quorum, ROSTER_OP_DELIVER, &standing, trace);

	if (err == ERR_OK)
		err = deliver(standing, attendance, waiting, trace);
	free(standing);
	return err;
}

/* ---- Tokens that were away ----------------------------------------------------------------- */

static bool
is_left_behind(const struct roster_binding *binding, unsigned live)
{
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (binding->opens[pin] != 0 && binding->opens[pin] < live)
			return true;
	return false;
}

/* Here, and not to be left as it is. */
static enum err
is_to_switch(const struct standing *standing, const struct roster_binding *binding,
    const struct attendance *attendance, bool *out, struct err_trace *trace)
{
	struct bound_token bound;
	enum err err;

	*out = false;
	if (!is_left_behind(binding, standing->generation.number))
		return ERR_OK;
	for (size_t i = 0; i < attendance->away_count; i++)
		if (strcmp(attendance->away[i], binding->spec.name) == 0)
			return ERR_OK;
	err = bound_token_open(standing->custody, &binding->spec.token, &bound, trace);
	if (err == ERR_OK) {
		*out = true;
		bound_token_close(&bound);
	}
	return err;
}

/* Those that are here; what is wrong where none of them is. */
static enum err
add_left_behind(
    struct standing *standing, const struct attendance *attendance, struct err_trace *trace)
{
	struct roster_binding *bindings = NULL;
	struct roster_plan *plan = &standing->plan;
	struct err_trace missing = { 0 };
	size_t count = 0;
	enum err err = roster_binding_list(
	    standing->custody->roster, &standing->quorum.id, &bindings, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count && plan->tokens < ROSTER_TOKENS_MAX; i++) {
		struct err_trace why = { 0 };
		bool here = false;

		err = is_to_switch(standing, &bindings[i], attendance, &here, &why);
		if (here) {
			plan->token[plan->tokens] = bindings[i].spec;
			plan->token[plan->tokens++].fresh = false;
		}
		if (err == ERR_ABSENT) {
			missing = why;
			err = ERR_OK;
		} else if (err != ERR_OK && trace != NULL) {
			*trace = why;
		}
	}
	free(bindings);
	if (err == ERR_OK && plan->tokens == 0 && missing.count > 0) {
		if (trace != NULL)
			*trace = missing;
		return FAIL(trace, ERR_ABSENT, "no token that waits for its new PINs is here");
	}
	if (err == ERR_OK && plan->tokens == 0)
		err = FAIL(trace, ERR_ABSENT,
		    "nothing is pending for '%s', and every token opens with generation %u",
		    standing->quorum.name, standing->generation.number);
	return err;
}

enum err
switch_left_behind(struct custody *custody, const struct roster_quorum *quorum,
    const struct attendance *attendance, struct err_trace *trace)
{
	struct standing *standing = NULL;
	enum err err = find_standing(custody, quorum->name, ROSTER_OP_SWITCH, &standing, trace);

	if (err == ERR_OK)
		err = add_left_behind(standing, attendance, trace);
	for (unsigned i = 0; err == ERR_OK && i < standing->generation.shares; i++)
		add_card(standing, &standing->generation.share[i].card,
		    standing->generation.share[i].index);
	if (err == ERR_OK)
		err = carry_out(standing, NULL, trace);
	free(standing);
	return err;
}
