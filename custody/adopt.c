/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/adopt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/adopt_internal.h"
#include "custody/attendant.h"
#include "custody/checkpoint.h"
#include "hsm/module.h"
#include "roster/operation.h"

static const struct adopt_generation *
newest(const struct adoption *adoption)
{
	const struct adopt_generation *found = NULL;

	for (size_t i = 0; i < adoption->generations; i++)
		if (found == NULL || adoption->generation[i].number > found->number)
			found = &adoption->generation[i];
	return found;
}

static bool
anything_opens(const struct adoption *adoption)
{
	for (size_t i = 0; i < adoption->generations; i++)
		if (adopt_opens(adoption, adoption->generation[i].number))
			return true;
	return false;
}

/* Whether this sitting brought what the roster does not have. */
static bool
brings_news(const struct adoption *adoption)
{
	for (size_t i = 0; i < adoption->tokens; i++)
		if (adoption->token[i].opens[ROSTER_USER_PIN] != 0 && !adoption->token[i].known)
			return true;
	for (size_t g = 0; g < adoption->generations; g++)
		for (unsigned i = 0; i < ROSTER_CARDS_MAX; i++)
			if (adoption->generation[g].opened &&
			    adoption->generation[g].share[i].seen &&
			    !adoption->generation[g].share[i].known)
				return true;
	return false;
}

/* Whether more cards could open more. */
static bool
is_enough(const struct adoption *adoption)
{
	if (!brings_news(adoption))
		return false;
	for (size_t i = 0; i < adoption->tokens; i++)
		if (adoption->token[i].found && !adopt_is_settled(adoption, &adoption->token[i]))
			return false;
	return anything_opens(adoption);
}

/* How many cards of what opens something were not here. */
static unsigned
count_missing(const struct adoption *adoption)
{
	unsigned missing = 0;

	for (size_t g = 0; g < adoption->generations; g++) {
		const struct adopt_generation *generation = &adoption->generation[g];
		unsigned seen = 0;

		for (unsigned i = 0; i < ROSTER_CARDS_MAX; i++)
			seen += generation->share[i].seen ? 1 : 0;
		if (adopt_opens(adoption, generation->number) && generation->size - seen > missing)
			missing = generation->size - seen;
	}
	return missing;
}

/* ---- Card after card ----------------------------------------------------------------------- */

static enum err
ask_for_card(struct adoption *adoption, struct err_trace *trace)
{
	const struct adopt_generation *generation = newest(adoption);
	char purpose[64];
	struct visit_ask ask = { .quorum = adoption->request->name,
		.purpose = purpose,
		.generation = generation == NULL ? 0 : generation->number,
		.done = (unsigned)adoption->cards,
		.total = generation == NULL ? 0 : generation->threshold,
		.any = true };

	snprintf(purpose, sizeof(purpose), "adopt %.32s", adoption->request->name);
	for (size_t i = 0; i < adoption->cards; i++)
		if (!adoption->card[i].aside)
			ask.through[ask.through_count++] = adoption->card[i].custodian;
	return visit_begin(adoption->custody, &ask, &adoption->seen, &adoption->visit, trace);
}

/* One card; one that is of no use is given back with the reason. Its visit stays open. */
static enum err
next_card(struct adoption *adoption, bool *used, struct err_trace *trace)
{
	char why[ADOPTED_LINE] = "";
	enum err err = ask_for_card(adoption, trace);

	*used = false;
	if (err != ERR_OK)
		return err;
	err = adopt_take_card(adoption, adoption->visit.card, used, why, trace);
	if (err == ERR_OK && !*used) {
		if (why[0] != '\0')
			adoption->custody->attendant->note(
			    adoption->custody->attendant->context, why);
		visit_end(adoption->custody, &adoption->visit, "Take the card out.");
	}
	if (err != ERR_OK)
		visit_end(adoption->custody, &adoption->visit, "Take the card out.");
	return err;
}

/* Everything here opens; the cards that were not here yet may still come. */
static enum err
ask_whether_done(struct adoption *adoption, bool *done, struct err_trace *trace)
{
	struct attendant *attendant = adoption->custody->attendant;
	const unsigned missing = count_missing(adoption);
	char text[192];

	*done = is_enough(adoption);
	if (!*done || missing == 0)
		return ERR_OK;
	snprintf(text, sizeof(text),
	    "That is enough. %u card%s of the quorum %s not here; %s may be adopted later. Finish "
	    "now?",
	    missing, missing == 1 ? "" : "s", missing == 1 ? "was" : "were",
	    missing == 1 ? "it" : "they");
	return attendant->confirm(attendant->context, text, NULL, done, trace);
}

/* Whether M cards of some generation were here. */
static bool
any_fits(const struct adoption *adoption)
{
	for (size_t g = 0; g < adoption->generations; g++)
		if (adoption->generation[g].complete)
			return true;
	return false;
}

/* Until everything is open, or nobody comes any more. */
static enum err
collect_cards(struct adoption *adoption, struct err_trace *trace)
{
	unsigned breaks = 0;
	bool done = false;
	enum err err = ERR_OK;

	while (err == ERR_OK && !done) {
		bool used = false;

		err = next_card(adoption, &used, trace);
		if (visit_broke_off(adoption->custody, err, &breaks, trace))
			err = ERR_OK;
		if (err == ERR_OK && used)
			err = ask_whether_done(adoption, &done, trace);
		if (err == ERR_OK && used && !done)
			visit_end(
			    adoption->custody, &adoption->visit, "Thank you; take the card out.");
	}
	if ((err == ERR_CANCELLED || err == ERR_TIMEOUT) && any_fits(adoption)) {
		err_clear(trace);
		return ERR_OK;
	}
	return err;
}

/* ---- The whole ----------------------------------------------------------------------------- */

/* A quorum that this roster made is not adopted into it. */
static enum err
check_new(const struct adoption *adoption, struct err_trace *trace)
{
	const struct adopt_request *request = adoption->request;
	struct roster *roster = adoption->custody->roster;
	struct roster_quorum known = { .newest = 0 };
	struct roster_operation *pending = NULL;

	if (roster_quorum_find(roster, request->name, &known, NULL) == ERR_OK &&
	    known.adopted == 0) {
		err_next(trace, "See it with 'quorate quorum show %s'.", request->name);
		return FAIL(trace, ERR_EXISTS,
		    "this roster made quorum '%s' itself: nothing of it is to be adopted",
		    request->name);
	}
	if (roster_operation_pending(roster, &known.id, &pending, NULL) == ERR_OK) {
		roster_operation_free(pending);
		err_next(
		    trace, "Finish it first: quorate quorum resume %s --by NAME", request->name);
		return FAIL(
		    trace, ERR_NOT_NOW, "something is pending for quorum '%s'", request->name);
	}
	if (request->sheet == NULL)
		return ERR_OK;
	if (strcmp(request->sheet->name, request->name) != 0)
		return FAIL(trace, ERR_ARGUMENT, "the binding sheet is of quorum '%s', not '%s'",
		    request->sheet->name, request->name);
	if (request->sheet->practice != roster_is_practice(roster))
		return FAIL(trace, ERR_DENIED, "the binding sheet is %s, and this roster %s",
		    request->sheet->practice ? "of a practice quorum" : "of a real quorum",
		    roster_is_practice(roster) ? "is for practice" : "is real");
	return ERR_OK;
}

static enum err
check_opened(const struct adoption *adoption, struct err_trace *trace)
{
	if (anything_opens(adoption) && brings_news(adoption))
		return ERR_OK;
	if (anything_opens(adoption)) {
		err_next(trace,
		    "Come with M of the quorum's cards, those among them that the roster "
		    "lacks, or connect the tokens that it lacks.");
		return FAIL(trace, ERR_ABSENT, "nothing was here that the roster does not have");
	}
	err_next(trace,
	    "Connect the quorum's tokens, name their module with --module, give the "
	    "binding sheet with --sheet, or come with other cards. Nothing was changed.");
	return FAIL(trace, ERR_ABSENT, "no token that is here opens with the %zu cards that were",
	    adoption->cards);
}

/* The card that is still there signs the new roster's head: from now on it is pinned. */
static void
sign(struct adoption *adoption)
{
	struct attendant *attendant = adoption->custody->attendant;
	struct roster_card known;

	if (adoption->visit.card != NULL &&
	    roster_card_by_serial(adoption->custody->roster,
		card_facts(adoption->visit.card)->serial, &known, NULL) == ERR_OK &&
	    checkpoint_by_card(adoption->custody, adoption->visit.card, &known, NULL) == ERR_OK)
		return;
	attendant->note(attendant->context,
	    "No card signed the new roster yet: the next activation has one sign it.");
}

static void
drop_shares(struct adoption *adoption)
{
	for (size_t g = 0; g < adoption->generations; g++)
		for (size_t i = 0; i < ROSTER_CARDS_MAX; i++)
			secret_drop(&adoption->generation[g].hold[i].share);
}

static void
release(struct adoption *adoption)
{
	visit_end(adoption->custody, &adoption->visit, "That was the last card; take it out.");
	visit_seen_release(&adoption->seen);
	drop_shares(adoption);
	for (size_t i = 0; i < adoption->modules; i++)
		module_close(adoption->module[i]);
	free(adoption);
}

static enum err
adopt(struct adoption *adoption, struct adopted *out, struct err_trace *trace)
{
	enum err err = check_new(adoption, trace);

	if (err == ERR_OK)
		err = adopt_load_known(adoption, trace);
	if (err == ERR_OK && adoption->request->sheet != NULL) {
		if (adoption->has_id &&
		    !roster_id_equal(&adoption->quorum, &adoption->request->sheet->quorum))
			return FAIL(trace, ERR_ARGUMENT,
			    "the binding sheet is of another quorum of that name");
		adoption->quorum = adoption->request->sheet->quorum;
		adoption->has_id = true;
	}
	if (err == ERR_OK)
		err = adopt_told_bindings(adoption, trace);
	if (err == ERR_OK)
		err = collect_cards(adoption, trace);
	drop_shares(adoption);
	if (err == ERR_OK)
		err = check_opened(adoption, trace);
	if (err == ERR_OK)
		err = adopt_write(adoption, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "quorum '%s' was not adopted: the roster is as it was",
		    adoption->request->name);
	adopt_report(adoption, out);
	sign(adoption);
	return ERR_OK;
}

enum err
adopt_quorum(struct custody *custody, const struct adopt_request *request, struct adopted **out,
    struct err_trace *trace)
{
	struct adoption *adoption = calloc(1, sizeof(*adoption));
	struct adopted *adopted = calloc(1, sizeof(*adopted));
	enum err err;

	if (adoption == NULL || adopted == NULL) {
		free(adoption);
		free(adopted);
		return FAIL(trace, ERR_NOMEM, "no memory");
	}
	adoption->custody = custody;
	adoption->request = request;
	err = adopt(adoption, adopted, trace);
	release(adoption);
	if (err != ERR_OK) {
		free(adopted);
		return err;
	}
	*out = adopted;
	return ERR_OK;
}
