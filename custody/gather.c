/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/card_records.h"
#include "custody/checkpoint.h"
#include "custody/pin_entry.h"
#include "custody/whose.h"
#include "roster/card_condition.h"

enum { PURPOSE = ROSTER_NAME + ROSTER_TEXT + 128 };

enum { REFUSED_MAX = 5 };

/* The cards that would still do, with the texts that the questions borrow. */
struct candidates {
	size_t count;
	size_t place[ROSTER_CARDS_MAX];
	struct roster_card card[ROSTER_CARDS_MAX];
	char custodian[ROSTER_CARDS_MAX][ROSTER_NAME];
	char through[ROSTER_CARDS_MAX][ROSTER_NAME]; /* whose cards did their part */
	struct visit_wanted wanted[ROSTER_CARDS_MAX];
};

struct gathering {
	struct custody *custody;
	const struct gather_request *request;
	struct collection *collection;
	struct visit_seen *seen;
	bool passed[ROSTER_CARDS_MAX]; /* places that did their part, or gave up on their PIN */
	unsigned refused;              /* cards that said they were of another quorum or kind */
	struct candidates *candidates;
	struct gathered out;
};

static enum err
list_candidates(struct gathering *gathering, struct err_trace *trace)
{
	const struct roster_generation *generation = gathering->request->generation;
	struct candidates *candidates = gathering->candidates;

	candidates->count = 0;
	for (size_t i = 0; i < generation->shares; i++) {
		const struct roster_share *row = &generation->share[i];
		struct roster_card *card = &candidates->card[candidates->count];
		enum err err;

		if (gathering->passed[i] || row->delivered == 0 || row->erased != 0)
			continue;
		if (gathering->request->without != NULL &&
		    roster_id_equal(gathering->request->without, &row->card))
			continue;
		err = roster_card_get(gathering->custody->roster, &row->card, card, trace);
		if (err != ERR_OK)
			return err;
		if (roster_card_is_missing(card))
			continue;
		whose_name(gathering->custody->roster, &row->custodian,
		    candidates->custodian[candidates->count]);
		candidates->wanted[candidates->count] = (struct visit_wanted){
			.custodian = candidates->custodian[candidates->count],
			.card = card->name,
			.serial = card->serial,
			.dec_point = card->dec,
		};
		candidates->place[candidates->count++] = i;
	}
	return ERR_OK;
}

static enum err
check_enough(struct gathering *gathering, struct err_trace *trace)
{
	unsigned needed =
	    gathering->request->generation->threshold - (unsigned)gathering->collection->count;

	if (gathering->candidates->count >= needed)
		return ERR_OK;
	err_next(trace,
	    "Gather again with other custodians; 'quorate health' says whose cards would do.");
	return FAIL(trace, ERR_DENIED, "%u more %s needed, and only %zu could still come", needed,
	    needed == 1 ? "card is" : "cards are", gathering->candidates->count);
}

/* False, with the words why, when the card says of itself that it is none that is wanted. */
static bool
is_ours(struct gathering *gathering, const struct header *header, const char *name)
{
	struct attendant *attendant = gathering->custody->attendant;
	char text[HEADER_QUORUM_NAME_MAX + ROSTER_SHORT_NAME + 96];

	if (header->practice != roster_is_practice(gathering->custody->roster))
		snprintf(text, sizeof(text), "Card %s is a %s card, and this roster is %s.", name,
		    header->practice ? "PRACTICE" : "real",
		    header->practice ? "real" : "for practice");
	else if (memcmp(header->quorum_id, gathering->request->quorum->id.bytes,
		     sizeof(header->quorum_id)) != 0)
		snprintf(text, sizeof(text), "Card %s says that it is of another quorum, '%s'.",
		    name, header->quorum_name);
	else
		return true;
	attendant->note(attendant->context, text);
	return false;
}

/* What the card says of itself without a PIN, against what is wanted of it. */
static enum err
check_header(struct gathering *gathering, struct card *card, const char *name, bool *ours,
    struct err_trace *trace)
{
	struct header header;
	enum err err = card_header_load(card, &header, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "card %s: its header cannot be read", name);
	*ours = is_ours(gathering, &header, name);
	if (*ours)
		return checkpoint_check_header(gathering->custody, &header, name, trace);
	if (gathering->refused++ < REFUSED_MAX)
		return ERR_OK;
	return FAIL(trace, ERR_DENIED, "cards that say they are others' came again and again");
}

/* Records that the card, its PIN and its share work. */
static enum err
record_proof(struct gathering *gathering, struct card *card, const struct roster_card *known,
    struct err_trace *trace)
{
	const struct roster_proof proof = {
		.kind = ROSTER_PROOF_ACTIVATION,
		.card = known->id,
		.quorum = gathering->request->quorum->id,
		.generation = gathering->request->generation->number,
		.tries_left = card_tries_left(card, CARD_PIN_USER),
		.firmware = known->firmware,
	};

	return roster_card_proven(gathering->custody->roster, &proof, trace);
}

static void
take_seat(struct gathering *gathering, const struct visit *visit)
{
	struct gathered_seat *seat = &gathering->out.seat[gathering->out.cards];

	snprintf(seat->reader, sizeof(seat->reader), "%s", visit->reader);
	snprintf(seat->serial, sizeof(seat->serial), "%s", card_facts(visit->card)->serial);
	seat->events = visit->events;
}

/* One card: identified, PIN, share. *opened stays false when its custodian gave way to another. */
static enum err
use_card(struct gathering *gathering, struct visit *visit, bool *opened, struct err_trace *trace)
{
	struct candidates *candidates = gathering->candidates;
	const struct roster_card *known = &candidates->card[visit->which];
	size_t place = candidates->place[visit->which];
	const struct pin_entry entry = {
		.owner = { candidates->custodian[visit->which], known->name },
		.also_sign =
		    gathering->request->sign &&
		    gathering->collection->count + 1 == gathering->request->generation->threshold,
		.may_change = true,
	};
	struct secret *share = NULL;
	bool ours = false;
	enum err err = check_header(gathering, visit->card, known->name, &ours, trace);

	if (err == ERR_OK && ours)
		err = pin_entry_verify(gathering->custody, visit->card, &entry, opened, trace);
	gathering->passed[place] = err == ERR_OK && !*opened;
	if (err != ERR_OK || !*opened)
		return err;
	err = collection_open_share(
	    gathering->custody, visit->card, gathering->collection, place, &share, trace);
	if (err == ERR_OK)
		err = record_proof(gathering, visit->card, known, trace);
	if (err == ERR_OK)
		err = card_records_tidy(
		    gathering->custody, visit->card, known, gathering->request->quorum, trace);
	if (err == ERR_OK) {
		collection_add(gathering->collection, place, &share);
		gathering->passed[place] = true;
		take_seat(gathering, visit);
		gathering->out.place[gathering->out.cards++] = place;
	}
	secret_free(share);
	return err;
}

static void
list_through(struct gathering *gathering, struct visit_ask *ask)
{
	const struct roster_generation *generation = gathering->request->generation;

	for (size_t i = 0; i < gathering->collection->count; i++) {
		size_t place = gathering->collection->place[i];
		char *name = gathering->candidates->through[i];

		whose_name(gathering->custody->roster, &generation->share[place].custodian, name);
		ask->through[ask->through_count++] = name;
	}
}

/* True when the card that is asked for next is to stay in its reader. */
static bool
next_stays(const struct gathering *gathering)
{
	const struct gather_request *request = gathering->request;

	if (request->stay == GATHER_STAY_ALL)
		return true;
	return request->stay == GATHER_STAY_LAST &&
	       gathering->collection->count + 1 == request->generation->threshold;
}

/* A card that was used goes back to its owner, or stays where it is. */
static void
give_back(struct gathering *gathering, struct visit *visit, bool did_its_part, bool stays)
{
	if (did_its_part && stays)
		visit_end_and_stay(visit);
	else
		visit_end(gathering->custody, visit,
		    did_its_part ? "Thank you; take the card out." : "Take the card out.");
}

/* Asks for one more card and uses it; the visit of the one that completes the set stays open. */
static enum err
next_card(struct gathering *gathering, struct err_trace *trace)
{
	const struct gather_request *request = gathering->request;
	char purpose[PURPOSE];
	struct visit_ask ask = {
		.quorum = request->quorum->name,
		.generation = request->generation->number,
		.purpose = purpose,
		.done = (unsigned)gathering->collection->count,
		.total = request->generation->threshold,
		.wanted = gathering->candidates->wanted,
	};
	struct visit visit = { 0 };
	bool stays = next_stays(gathering);
	bool opened = false;
	enum err err = list_candidates(gathering, trace);

	snprintf(purpose, sizeof(purpose), "%s%s", request->purpose,
	    stays ? ". This card stays in its reader: taking it out closes what it opened" : "");
	if (err == ERR_OK)
		err = check_enough(gathering, trace);
	ask.wanted_count = gathering->candidates->count;
	list_through(gathering, &ask);
	if (err == ERR_OK)
		err = visit_begin(gathering->custody, &ask, gathering->seen, &visit, trace);
	if (err != ERR_OK)
		return err;
	err = use_card(gathering, &visit, &opened, trace);
	if (err == ERR_OK && opened &&
	    gathering->collection->count == request->generation->threshold)
		gathering->out.last = visit;
	else
		give_back(gathering, &visit, opened && err == ERR_OK, stays);
	return err;
}

enum err
gather(struct custody *custody, const struct gather_request *request, struct collection *collection,
    struct visit_seen *seen, struct gathered *out, struct err_trace *trace)
{
	struct gathering gathering = {
		.custody = custody, .request = request, .collection = collection, .seen = seen
	};
	unsigned breaks = 0;
	enum err err = ERR_OK;

	gathering.candidates = calloc(1, sizeof(*gathering.candidates));
	if (gathering.candidates == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	for (size_t i = 0; i < collection->count; i++)
		gathering.passed[collection->place[i]] = true;
	while (err == ERR_OK && collection->count < request->generation->threshold) {
		err = next_card(&gathering, trace);
		if (visit_broke_off(custody, err, &breaks, trace))
			err = ERR_OK;
	}
	if (err == ERR_OK && !request->want_shares)
		err = collection_complete(collection,
		    request->want_secret ? &gathering.out.secret : NULL, &gathering.out.prk, trace);
	if (err != ERR_OK || !request->want_shares)
		collection_drop(collection);
	visit_seen_release(seen);
	free(gathering.candidates);
	if (err != ERR_OK) {
		gathered_end(custody, &gathering.out, false);
		if (err == ERR_CANCELLED || err == ERR_TIMEOUT)
			err_next(trace, "Give the same command again when enough custodians are "
					"there; it begins with the first card.");
		return FAIL(trace, err,
		    "%zu of the %u cards that are needed did their part: nothing was opened",
		    gathering.out.cards, request->generation->threshold);
	}
	*out = gathering.out;
	return ERR_OK;
}

void
gathered_end(struct custody *custody, struct gathered *gathered, bool stay)
{
	secret_drop(&gathered->prk);
	secret_drop(&gathered->secret);
	if (gathered->last.card == NULL)
		return;
	if (stay)
		visit_end_and_stay(&gathered->last);
	else
		visit_end(custody, &gathered->last, "That was the last card; take it out.");
}
