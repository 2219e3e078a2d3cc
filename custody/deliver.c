/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delivery, card by card: the admin PIN into escrow, the header and then the share written and read
 * back, the share unsealed on the card and compared with its commitment. Only then does the card
 * count as proven. A card pulled at any moment is simply asked for again: what is on it already is
 * found by reading.
 */
#include "custody/issuing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/admin_pin.h"
#include "custody/attendant.h"
#include "custody/card_records.h"
#include "custody/checkpoint.h"
#include "custody/operation_state.h"
#include "custody/pin_entry.h"

static bool
is_delivered(const struct issuing *issuing, const struct issuing_member *member)
{
	return issuing_share(issuing, member)->delivered != 0;
}

static unsigned
count_delivered(const struct issuing *issuing)
{
	unsigned count = 0;

	for (unsigned i = 0; i < issuing->generation->shares; i++)
		count += issuing->generation->share[i].delivered != 0 ? 1 : 0;
	return count;
}

/* Those who are here and wait for their share. */
static size_t
list_waiting(const struct issuing *issuing, size_t *member)
{
	size_t count = 0;

	for (size_t i = 0; i < issuing->members; i++)
		if (!issuing->member[i].later && !is_delivered(issuing, &issuing->member[i]))
			member[count++] = i;
	return count;
}

/*
 * Those whose turn it may be now. A card that cannot be reset could not be freed again if all
 * failed, so its share waits until M others are proven, or only such cards are left.
 */
static size_t
list_pending(const struct issuing *issuing, size_t *member)
{
	size_t waiting[ROSTER_CARDS_MAX], count = 0;
	size_t all = list_waiting(issuing, waiting);

	for (size_t i = 0; i < all; i++)
		if (issuing->member[waiting[i]].card.resettable)
			member[count++] = waiting[i];
	if (count > 0 && count_delivered(issuing) < issuing->generation->threshold)
		return count;
	memcpy(member, waiting, all * sizeof(*waiting));
	return all;
}

/* What the card will say of itself in public, but for the records on it. */
static enum err
fill_header(const struct issuing *issuing, struct header *header, struct err_trace *trace)
{
	struct roster_binding *bindings = NULL;
	size_t count = 0;
	enum err err = roster_binding_list(
	    issuing->custody->roster, &issuing->quorum.id, &bindings, &count, trace);

	if (err != ERR_OK)
		return err;
	memcpy(header->quorum_id, issuing->quorum.id.bytes, sizeof(header->quorum_id));
	snprintf(header->quorum_name, sizeof(header->quorum_name), "%.*s", HEADER_QUORUM_NAME_MAX,
	    issuing->quorum.name);
	header->binding_count = 0;
	header->bindings_incomplete = false;
	for (size_t i = 0; i < count; i++) {
		const struct roster_binding_spec *spec = &bindings[i].spec;

		if (spec->format[ROSTER_USER_PIN].is_set || spec->format[ROSTER_SO_PIN].is_set ||
		    header->binding_count == HEADER_BINDINGS_MAX)
			header->bindings_incomplete = true;
		else
			snprintf(header->binding[header->binding_count++],
			    sizeof(header->binding[0]), "%s", spec->name);
	}
	free(bindings);
	return ERR_OK;
}

/*
 * The same kind, the same quorum or none yet, and no newer history: seen before the PIN is asked
 * for, because what follows (admin PIN, escrow, share) rests on what the roster says of this card.
 */
static enum err
check_header(const struct issuing *issuing, const struct issuing_member *member,
    const struct header *header, struct err_trace *trace)
{
	static const uint8_t none[sizeof(header->quorum_id)];

	if (header->practice != roster_is_practice(issuing->custody->roster))
		return FAIL(trace, ERR_DENIED, "%s's card %s is a %s card", member->custodian,
		    member->card.name, header->practice ? "PRACTICE" : "real");
	if (memcmp(header->quorum_id, none, sizeof(none)) != 0 &&
	    memcmp(header->quorum_id, issuing->quorum.id.bytes, sizeof(none)) != 0)
		return FAIL(trace, ERR_DENIED, "%s's card %s holds a share of another quorum, '%s'",
		    member->custodian, member->card.name, header->quorum_name);
	return checkpoint_check_header(issuing->custody, header, member->card.name, trace);
}

/* Journaled first: an abort names every card that may have a record. */
static enum err
write_share(struct issuing *issuing, const struct issuing_member *member, struct card *card,
    struct err_trace *trace)
{
	const struct roster_step begun = { .kind = ROSTER_STEP_DELIVERY_BEGUN,
		.card = member->card.id };
	struct record record;
	struct header header;
	const struct card_record_add add = { .known = &member->card,
		.quorum = &issuing->quorum,
		.record = &record,
		.header = &header };
	enum err err = card_header_load(card, &header, trace);

	if (err == ERR_OK)
		err = fill_header(issuing, &header, trace);
	if (err == ERR_OK && !issuing_share(issuing, member)->has_record)
		err = FAIL(trace, ERR_ABSENT, "the sealed share of %s's card %s is erased",
		    member->custodian, member->card.name);
	if (err == ERR_OK)
		err = record_decode(
		    issuing_share(issuing, member)->record, ROSTER_RECORD_SIZE, &record, trace);
	if (err == ERR_OK && !issuing_did(issuing, &begun))
		err = issuing_journal(issuing, &begun, trace);
	return err == ERR_OK ? card_records_add(issuing->custody, card, &add, trace) : err;
}

static enum err
record_delivery(struct issuing *issuing, const struct issuing_member *member, struct card *card,
    struct err_trace *trace)
{
	struct roster *roster = issuing->custody->roster;
	const struct roster_proof proof = { .kind = ROSTER_PROOF_DELIVERY,
		.card = member->card.id,
		.quorum = issuing->quorum.id,
		.generation = issuing->generation->number,
		.tries_left = card_tries_left(card, CARD_PIN_USER),
		.firmware = member->card.firmware };
	const struct roster_step step = { .kind = ROSTER_STEP_DELIVERED, .card = member->card.id };
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK)
		err = roster_card_proven(roster, &proof, trace);
	if (err == ERR_OK)
		err = issuing_journal(issuing, &step, trace);
	return roster_end(roster, err, trace);
}

/*
 * The share that the card gave back is kept for the switch, where there is one: at most M - 1 while
 * somebody is still awaited, the M-th from the last card.
 */
static void
keep(struct issuing *issuing, const struct issuing_member *member, bool last, struct secret **share)
{
	size_t limit = issuing->generation->threshold - (last ? 0 : 1);

	if (operation_makes_generation(issuing->operation) && issuing->collection.count < limit)
		collection_add(&issuing->collection, issuing_place(issuing, member), share);
}

static enum err
deliver_to(struct issuing *issuing, struct issuing_member *member, struct card *card, bool last,
    struct err_trace *trace)
{
	struct secret *share = NULL;
	enum err err = ERR_OK;

	/* A PIN that the quorum keeps already is changed behind the switch: an abort keeps it. */
	if (!admin_pin_is_kept(issuing, member))
		err = admin_pin_into_escrow(issuing, card, member, trace);
	if (err == ERR_OK)
		err = write_share(issuing, member, card, trace);
	if (err == ERR_OK)
		err = collection_open_share(issuing->custody, card, &issuing->collection,
		    issuing_place(issuing, member), &share, trace);
	if (err == ERR_OK)
		err = record_delivery(issuing, member, card, trace);
	if (err == ERR_OK)
		keep(issuing, member, last, &share);
	secret_free(share);
	return err;
}

/* With the last card still in its reader, whatever it completed; it signs the checkpoint. */
static void
keep_visit(
    struct issuing *issuing, struct visit *visit, const struct issuing_member *member, bool last)
{
	bool stays = operation_makes_generation(issuing->operation)
			 ? issuing->collection.count == issuing->generation->threshold
			 : last;

	if (!stays) {
		visit_end(issuing->custody, visit,
		    "The share is delivered and proven; take the card out.");
		return;
	}
	issuing->last = *visit;
	issuing->last_card = member->card;
	visit->card = NULL;
}

/* The question for the next card, with the texts that it borrows. */
struct next {
	struct visit_ask ask;
	struct visit_wanted wanted[ROSTER_CARDS_MAX];
	size_t pending[ROSTER_CARDS_MAX];
	bool last; /* nobody else is awaited */
};

static void
ask_next(struct issuing *issuing, struct next *next)
{
	size_t waiting[ROSTER_CARDS_MAX];

	next->ask = (struct visit_ask){ .quorum = issuing->quorum.name,
		.generation = issuing->generation->number,
		.purpose = "deliver the share",
		.wanted = next->wanted };
	for (size_t i = 0; i < issuing->members; i++)
		if (is_delivered(issuing, &issuing->member[i]))
			next->ask.through[next->ask.through_count++] = issuing->member[i].custodian;
	next->ask.done = (unsigned)next->ask.through_count;
	next->ask.total = next->ask.done + (unsigned)list_waiting(issuing, waiting);
	next->last = next->ask.done + 1 == next->ask.total;
	next->ask.wanted_count = list_pending(issuing, next->pending);
	for (size_t i = 0; i < next->ask.wanted_count; i++) {
		const struct issuing_member *m = &issuing->member[next->pending[i]];

		next->wanted[i] = (struct visit_wanted){ m->custodian, m->card.name, m->card.serial,
			m->card.dec };
	}
}

static enum err
deliver_next(struct issuing *issuing, struct err_trace *trace)
{
	struct pin_entry entry = { .also_sign = false };
	struct visit visit = { 0 };
	struct issuing_member *member;
	struct header header;
	struct next next;
	bool verified = false;
	enum err err;

	ask_next(issuing, &next);
	err = visit_begin(issuing->custody, &next.ask, &issuing->seen, &visit, trace);
	if (err != ERR_OK)
		return err;
	member = &issuing->member[next.pending[visit.which]];
	entry.owner = (struct pin_owner){ member->custodian, member->card.name };
	entry.also_sign = next.last;
	entry.may_change = next.ask.wanted_count > 1;
	err = card_header_load(visit.card, &header, trace);
	if (err == ERR_OK)
		err = check_header(issuing, member, &header, trace);
	if (err == ERR_OK)
		err = pin_entry_verify(issuing->custody, visit.card, &entry, &verified, trace);
	if (err == ERR_OK && verified)
		err = deliver_to(issuing, member, visit.card, next.last, trace);
	if (err == ERR_OK && verified)
		keep_visit(issuing, &visit, member, next.last);
	else
		visit_end(issuing->custody, &visit, "Take the card out.");
	return err;
}

enum err
issuing_deliver(struct issuing *issuing, struct err_trace *trace)
{
	size_t waiting[ROSTER_CARDS_MAX];
	unsigned breaks = 0;
	enum err err = ERR_OK;

	visit_seen_release(&issuing->seen);
	issuing->seen = (struct visit_seen){ 0 }; /* a card that is in a reader still may begin */
	while (err == ERR_OK && list_waiting(issuing, waiting) > 0) {
		err = deliver_next(issuing, trace);
		if (visit_broke_off(issuing->custody, err, &breaks, trace))
			err = ERR_OK;
	}
	if (err == ERR_OK && operation_makes_generation(issuing->operation) &&
	    issuing->collection.count == issuing->generation->threshold)
		err = collection_complete(&issuing->collection, NULL, &issuing->prk, trace);
	return err;
}
