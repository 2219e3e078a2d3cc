/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end: generations that open nothing any more are dead, the last card vouches for all that was
 * written, and then, in a re-key, the admin PIN of each card that is here is changed: whoever
 * opened the escrow of before knows the one that it had. Those PINs come out of the new
 * generation's escrow; its secret is forgotten before anybody is awaited again.
 */
#include "custody/issuing.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "custody/admin_pin.h"
#include "custody/attendant.h"
#include "custody/card_records.h"
#include "custody/checkpoint.h"
#include "custody/escrow_key.h"
#include "pcsc/pin.h"
#include "roster/generation.h"

static bool
is_due(const struct issuing *issuing, const struct issuing_member *member)
{
	const struct roster_step changed = { .kind = ROSTER_STEP_ADMIN_PIN_CHANGED,
		.card = member->card.id };

	return !member->later && issuing_share(issuing, member)->delivered != 0 &&
	       member->card.admin_pin != ROSTER_ADMIN_PIN_OWN &&
	       member->card.admin_pin != ROSTER_ADMIN_PIN_UNKNOWN &&
	       !issuing_did(issuing, &changed);
}

size_t
issuing_admin_pins_due(const struct issuing *issuing, size_t member[ROSTER_CARDS_MAX])
{
	size_t count = 0;

	if (issuing->operation->plan.kind != ROSTER_OP_REKEY || issuing->generation == NULL)
		return 0;
	for (size_t i = 0; i < issuing->members; i++)
		if (is_due(issuing, &issuing->member[i]))
			member[count++] = i;
	return count;
}

/* The PINs of one card, as the new generation's escrow has them. */
static enum err
open_admin_pins(struct issuing *issuing, struct issuing_member *member, struct err_trace *trace)
{
	const struct escrow_end end = { .quorum = &issuing->quorum.id,
		.generation = issuing->generation->number,
		.point = issuing->generation->escrow,
		.prk = issuing->prk,
		.practice = roster_is_practice(issuing->custody->roster) };
	struct roster_escrow row = { .kind = ROSTER_ESCROW_ADMIN_PIN,
		.generation = issuing->generation->number };
	enum err err;

	memcpy(row.subject, member->card.fingerprint.bytes, sizeof(row.subject));
	err = roster_escrow_get(issuing->custody->roster, &issuing->quorum.id, &row, &row, trace);
	if (err == ERR_OK)
		err = escrow_row_open(&end, &row, ESCROW_PRESENT, &member->admin_pin[0], trace);
	if (err == ERR_OK && row.former_len > 0)
		err = escrow_row_open(&end, &row, ESCROW_FORMER, &member->admin_pin[1], trace);
	return err;
}

static enum err
open_all_admin_pins(struct issuing *issuing, struct err_trace *trace)
{
	size_t due[ROSTER_CARDS_MAX];
	size_t count = issuing_admin_pins_due(issuing, due);
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && issuing->prk != NULL && i < count; i++)
		err = open_admin_pins(issuing, &issuing->member[due[i]], trace);
	return err;
}

/* Why this card keeps its admin PIN; NULL: something else went wrong. */
static const char *
why_kept(const struct card *card, enum err err)
{
	if (err == ERR_DENIED || err == ERR_LOCKED)
		return "has another admin PIN than the one that the quorum keeps: somebody changed "
		       "it";
	if (err == ERR_NOT_NOW && card_tries_left(card, CARD_PIN_ADMIN) == 1)
		return "has one try left for its admin PIN, which is not taken";
	return NULL;
}

/*
 * A card whose admin PIN somebody changed past the quorum, or tried, keeps it: nothing that the
 * re-key is for rests on it.
 */
static enum err
change_one(struct issuing *issuing, struct card *card, struct issuing_member *member,
    struct err_trace *trace)
{
	struct attendant *attendant = issuing->custody->attendant;
	char text[ROSTER_NAME + ROSTER_SHORT_NAME + 160];
	enum err err = admin_pin_change(issuing, card, member, trace);
	const char *why = why_kept(card, err);

	if (why == NULL)
		return err;
	err_clear(trace);
	member->later = true;
	snprintf(text, sizeof(text), "%.64s's card %s %s. It stays as it is.", member->custodian,
	    member->card.name, why);
	attendant->note(attendant->context, text);
	return ERR_OK;
}

/* A checkpoint is worth having, and not worth losing a finished operation for. */
static void
sign_checkpoint(struct issuing *issuing)
{
	struct attendant *attendant = issuing->custody->attendant;

	if (issuing->last.card != NULL && checkpoint_by_card(issuing->custody, issuing->last.card,
					      &issuing->last_card, NULL) == ERR_OK)
		return;
	attendant->note(attendant->context,
	    "The last card signed no checkpoint: nothing is lost, but until the next enrolment or "
	    "activation no card vouches for the newest entries of the roster.");
}

/* What still concerns the card that is in the reader, its PIN verified. */
static enum err
finish_last_card(struct issuing *issuing, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (issuing->last.card != NULL)
		err = card_records_tidy(issuing->custody, issuing->last.card, &issuing->last_card,
		    &issuing->quorum, trace);
	for (size_t i = 0; err == ERR_OK && issuing->last.card != NULL && i < issuing->members;
	     i++) {
		struct issuing_member *member = &issuing->member[i];

		if (roster_id_equal(&member->card.id, &issuing->last_card.id) &&
		    member->admin_pin[0] != NULL)
			err = change_one(issuing, issuing->last.card, member, trace);
	}
	return err;
}

static enum err
mark_retired(struct issuing *issuing, struct err_trace *trace)
{
	const struct roster_step retired = { .kind = ROSTER_STEP_RETIRED };
	struct roster *roster = issuing->custody->roster;
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK)
		err = roster_generation_end_unused(roster, &issuing->quorum.id, trace);
	if (err == ERR_OK && !issuing_did(issuing, &retired))
		err = issuing_journal(issuing, &retired, trace);
	if (err == ERR_OK && issuing->operation->plan.kind != ROSTER_OP_REKEY)
		err = roster_operation_finish(roster, &issuing->operation->id, trace);
	return roster_end(roster, err, trace);
}

/*
 * Only a re-key has more to do after this: for everything else it is over, and what stays on a card
 * that went away goes at its next use.
 */
static enum err
end_last_card(struct issuing *issuing, struct err_trace *trace)
{
	struct attendant *attendant = issuing->custody->attendant;
	enum err err = finish_last_card(issuing, trace);

	if (err == ERR_OK || issuing->operation->plan.kind == ROSTER_OP_REKEY)
		return err;
	err_clear(trace);
	attendant->note(attendant->context,
	    "The last card went away before all was erased from it: that is done at its next use. "
	    "Nothing is pending.");
	return ERR_OK;
}

enum err
issuing_retire(struct issuing *issuing, struct err_trace *trace)
{
	enum err err = open_all_admin_pins(issuing, trace);

	secret_drop(&issuing->prk);
	for (size_t i = 0; i < issuing->olders; i++)
		secret_drop(&issuing->older[i].prk);
	issuing->olders = 0;
	if (err == ERR_OK)
		err = mark_retired(issuing, trace);
	if (err == ERR_OK)
		err = end_last_card(issuing, trace);
	if (err != ERR_OK)
		return err;
	sign_checkpoint(issuing);
	visit_end(issuing->custody, &issuing->last, "That was the last card; take it out.");
	return ERR_OK;
}

static enum err
change_next(struct issuing *issuing, const size_t *due, size_t count, struct err_trace *trace)
{
	struct visit_wanted wanted[ROSTER_CARDS_MAX];
	struct visit_ask ask = { .quorum = issuing->quorum.name,
		.generation = issuing->generation->number,
		.purpose = "change the card's admin PIN (no PIN is asked)",
		.total = (unsigned)count,
		.wanted = wanted,
		.wanted_count = count };
	struct visit visit = { 0 };
	enum err err;

	for (size_t i = 0; i < count; i++) {
		const struct issuing_member *m = &issuing->member[due[i]];

		wanted[i] = (struct visit_wanted){ m->custodian, m->card.name, m->card.serial,
			m->card.dec };
	}
	err = visit_begin(issuing->custody, &ask, &issuing->seen, &visit, trace);
	if (err != ERR_OK)
		return err;
	err = change_one(issuing, visit.card, &issuing->member[due[visit.which]], trace);
	visit_end(issuing->custody, &visit, "Its admin PIN is changed; take the card out.");
	return err;
}

enum err
issuing_change_admin_pins(struct issuing *issuing, struct err_trace *trace)
{
	size_t due[ROSTER_CARDS_MAX], count;
	unsigned breaks = 0;
	enum err err = ERR_OK;

	visit_seen_release(&issuing->seen);
	issuing->seen = (struct visit_seen){ 0 };
	while (err == ERR_OK && (count = issuing_admin_pins_due(issuing, due)) > 0) {
		err = change_next(issuing, due, count, trace);
		if (visit_broke_off(issuing->custody, err, &breaks, trace))
			err = ERR_OK;
	}
	return err == ERR_OK ? roster_operation_finish(
				   issuing->custody->roster, &issuing->operation->id, trace)
			     : err;
}
