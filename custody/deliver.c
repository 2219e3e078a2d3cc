/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delivery, card by card: the admin PIN into escrow, the header and then the share written and read
 * back, the share unsealed on the card and compared with its commitment. Only then does the card
 * count as proven. A card pulled at any moment is simply asked for again: what is on it already is
 * found by reading.
 */
#include "custody/issuing.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "custody/admin_pin.h"
#include "custody/attendant.h"
#include "custody/card_header.h"
#include "custody/checkpoint.h"
#include "custody/pin_entry.h"

static bool
is_delivered(const struct issuing *issuing, size_t index)
{
	return issuing->generation->share[index].delivered != 0;
}

static unsigned
count_delivered(const struct issuing *issuing)
{
	unsigned count = 0;

	for (size_t i = 0; i < issuing->members; i++)
		count += is_delivered(issuing, i) ? 1 : 0;
	return count;
}

/*
 * Those whose turn it may be now. A card that cannot be reset could not be freed again if all
 * failed, so its share waits until M others are proven, or only such cards are left.
 */
static size_t
list_pending(const struct issuing *issuing, size_t *member)
{
	bool wait = count_delivered(issuing) < issuing->generation->threshold;
	size_t count = 0;

	for (int round = 0; round < 2 && count == 0; round++)
		for (size_t i = 0; i < issuing->members; i++)
			if (!is_delivered(issuing, i) &&
			    (!wait || round > 0 || issuing->member[i].card.resettable))
				member[count++] = i;
	return count;
}

/* What the card will say of itself in public. */
static void
fill_header(const struct issuing *issuing, size_t index, struct header *header)
{
	const struct roster_generation *generation = issuing->generation;

	memcpy(header->quorum_id, issuing->quorum.id.bytes, sizeof(header->quorum_id));
	snprintf(header->quorum_name, sizeof(header->quorum_name), "%.*s", HEADER_QUORUM_NAME_MAX,
	    issuing->quorum.name);
	header->share_count = 1;
	header->share[0] = (struct header_share){ generation->number, (uint8_t)index,
		(uint8_t)generation->threshold, (uint8_t)generation->size };
	header->binding_count = 0;
	for (size_t i = 0; i < issuing->tokens; i++) {
		const struct roster_binding_spec *spec = issuing->token[i].spec;

		if (spec->format[ROSTER_USER_PIN].is_set || spec->format[ROSTER_SO_PIN].is_set)
			header->bindings_incomplete = true;
		else
			snprintf(header->binding[header->binding_count++],
			    sizeof(header->binding[0]), "%s", spec->name);
	}
}

/*
 * The same kind, the same quorum or none yet, and no newer history: seen before the PIN is asked
 * for, because what follows (admin PIN, escrow, share) rests on what the roster says of this card.
 */
static enum err
check_header(const struct issuing *issuing, size_t index, const struct header *header,
    struct err_trace *trace)
{
	static const uint8_t none[sizeof(header->quorum_id)];
	const struct issuing_member *member = &issuing->member[index];

	if (header->practice != roster_is_practice(issuing->custody->roster))
		return FAIL(trace, ERR_DENIED, "%s's card %s is a %s card", member->custodian,
		    member->card.name, header->practice ? "PRACTICE" : "real");
	if (memcmp(header->quorum_id, none, sizeof(none)) != 0 &&
	    memcmp(header->quorum_id, issuing->quorum.id.bytes, sizeof(none)) != 0)
		return FAIL(trace, ERR_DENIED, "%s's card %s holds a share of another quorum, '%s'",
		    member->custodian, member->card.name, header->quorum_name);
	return checkpoint_check_header(issuing->custody, header, member->card.name, trace);
}

/* The generation's record in the place of one that an earlier try left; others stay. */
static enum err
put_record(struct card *card, const struct record *record, struct err_trace *trace)
{
	struct record_set set = { 0 };
	struct err_trace why = { 0 };
	enum err err = card_records_load(card, &set, &why);

	/* What a broken write left is replaced; what cannot be read may be there all the same. */
	if (err != ERR_OK && err != ERR_FORMAT) {
		if (trace != NULL)
			*trace = why;
		return err;
	}
	err = ERR_OK;
	if (records_find(&set, record->generation) != NULL)
		err = records_remove(&set, record->generation, trace);
	if (err == ERR_OK)
		err = records_add(&set, record, trace);
	return err == ERR_OK ? card_records_store(card, &set, trace) : err;
}

/* Header first, then the record: a card with a record always says whose it is. */
static enum err
write_share(const struct issuing *issuing, size_t index, struct card *card, struct err_trace *trace)
{
	const struct roster_share *row = &issuing->generation->share[index];
	struct record record;
	struct header header;
	enum err err = card_header_load(card, &header, trace);

	if (err == ERR_OK) {
		fill_header(issuing, index, &header);
		err = card_header_store(card, &header, trace);
	}
	if (err == ERR_OK)
		err = record_decode(row->record, sizeof(row->record), &record, trace);
	return err == ERR_OK ? put_record(card, &record, trace) : err;
}

static enum err
record_delivery(struct issuing *issuing, size_t index, struct card *card, struct err_trace *trace)
{
	struct roster *roster = issuing->custody->roster;
	const struct issuing_member *member = &issuing->member[index];
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
 * The share that the card gave back is kept for the switch: at most M - 1 while somebody is still
 * awaited, the M-th from the last card.
 */
static void
keep(struct issuing *issuing, size_t index, bool last, struct secret **share)
{
	size_t limit = issuing->generation->threshold - (last ? 0 : 1);

	if (issuing->collection.count < limit)
		collection_add(&issuing->collection, index, share);
}

static enum err
deliver_to(
    struct issuing *issuing, size_t index, struct card *card, bool last, struct err_trace *trace)
{
	struct secret *share = NULL;
	enum err err = admin_pin_into_escrow(issuing, card, &issuing->member[index], trace);

	if (err == ERR_OK)
		err = write_share(issuing, index, card, trace);
	if (err == ERR_OK)
		err = collection_open_share(
		    issuing->custody, card, &issuing->collection, index, &share, trace);
	if (err == ERR_OK)
		err = record_delivery(issuing, index, card, trace);
	if (err == ERR_OK)
		keep(issuing, index, last, &share);
	secret_free(share);
	return err;
}

/* With the last card still in its reader, whatever it completed. */
static void
keep_visit(struct issuing *issuing, struct visit *visit, size_t index)
{
	if (issuing->collection.count < issuing->generation->threshold) {
		visit_end(issuing->custody, visit,
		    "The share is delivered and proven; take the card out.");
		return;
	}
	issuing->last = *visit;
	issuing->last_member = index;
	visit->card = NULL;
}

static enum err
deliver_next(struct issuing *issuing, struct err_trace *trace)
{
	struct visit_wanted wanted[ROSTER_CARDS_MAX];
	size_t pending[ROSTER_CARDS_MAX];
	struct visit_ask ask = { .quorum = issuing->quorum.name,
		.generation = issuing->generation->number,
		.purpose = "deliver the share",
		.done = count_delivered(issuing),
		.total = (unsigned)issuing->members,
		.wanted = wanted };
	struct pin_entry entry = { .may_change = true };
	struct visit visit = { 0 };
	struct header header;
	bool verified = false;
	enum err err;
	size_t index;

	for (size_t i = 0; i < issuing->members; i++)
		if (is_delivered(issuing, i))
			ask.through[ask.through_count++] = issuing->member[i].custodian;
	ask.wanted_count = list_pending(issuing, pending);
	for (size_t i = 0; i < ask.wanted_count; i++) {
		const struct issuing_member *m = &issuing->member[pending[i]];

		wanted[i] = (struct visit_wanted){ m->custodian, m->card.name, m->card.serial,
			m->card.dec };
	}
	err = visit_begin(issuing->custody, &ask, &issuing->seen, &visit, trace);
	if (err != ERR_OK)
		return err;
	index = pending[visit.which];
	entry.owner = (struct pin_owner){ issuing->member[index].custodian,
		issuing->member[index].card.name };
	entry.also_sign = ask.done + 1 == ask.total;
	err = card_header_load(visit.card, &header, trace);
	if (err == ERR_OK)
		err = check_header(issuing, index, &header, trace);
	if (err == ERR_OK)
		err = pin_entry_verify(issuing->custody, visit.card, &entry, &verified, trace);
	if (err == ERR_OK && verified)
		err = deliver_to(issuing, index, visit.card, entry.also_sign, trace);
	if (err == ERR_OK && verified)
		keep_visit(issuing, &visit, index);
	else
		visit_end(issuing->custody, &visit, "Take the card out.");
	return err;
}

enum err
issuing_deliver(struct issuing *issuing, struct err_trace *trace)
{
	unsigned breaks = 0;
	enum err err = ERR_OK;

	visit_seen_release(&issuing->seen);
	issuing->seen = (struct visit_seen){ 0 }; /* a card that is in a reader still may begin */
	while (err == ERR_OK && count_delivered(issuing) < issuing->members) {
		err = deliver_next(issuing, trace);
		if (visit_broke_off(issuing->custody, err, &breaks, trace))
			err = ERR_OK;
	}
	if (err == ERR_OK && issuing->collection.count == issuing->generation->threshold)
		err = collection_complete(&issuing->collection, &issuing->prk, trace);
	return err;
}
