/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/card_records.h"

#include <stdlib.h>

#include "roster/generation.h"
#include "roster/share.h"

/* The header's list of shares from the records that are there. */
static void
list_shares(const struct record_set *set, struct header *header)
{
	header->share_count = set->count;
	for (size_t i = 0; i < set->count; i++)
		header->share[i] = (struct header_share){ set->record[i].generation,
			set->record[i].index, set->record[i].threshold, set->record[i].size };
}

/* Generations whose record goes from this card. */
struct outgoing {
	size_t count;
	unsigned generation[ROSTER_CARDS_MAX + 1];
};

/* Those that opened nothing any more when the card was last seen with their record. */
static enum err
list_ended(struct custody *custody, const struct roster_quorum *quorum,
    const struct roster_card *known, struct outgoing *out, struct err_trace *trace)
{
	struct roster_leftover *left = NULL;
	size_t count = 0;
	enum err err = roster_leftover_list(custody->roster, &quorum->id, &left, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++)
		if (roster_id_equal(&left[i].card, &known->id) && out->count < ROSTER_CARDS_MAX)
			out->generation[out->count++] = left[i].generation;
	free(left);
	return err;
}

/* Takes out what is there of them; true when anything was. */
static bool
take_out(struct record_set *set, const struct outgoing *out)
{
	bool any = false;

	for (size_t i = 0; i < out->count; i++)
		any = records_remove(set, out->generation[i], NULL) == ERR_OK || any;
	return any;
}

/* Also where a crash came between the card and the roster, and nothing is on the card any more. */
static enum err
note_erased(struct custody *custody, const struct card_record_add *of, const struct outgoing *out,
    struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < out->count; i++)
		err = roster_share_erased(
		    custody->roster, &of->quorum->id, out->generation[i], &of->known->id, trace);
	return err;
}

/* The records first, then the header: it never denies what is there. */
static enum err
erase(struct card *card, const struct record_set *left, struct err_trace *trace)
{
	struct header header;
	enum err err = card_records_store(card, left, trace);

	if (err == ERR_OK)
		err = card_header_load(card, &header, trace);
	if (err != ERR_OK)
		return err;
	list_shares(left, &header);
	return card_header_store(card, &header, trace);
}

enum err
card_records_tidy(struct custody *custody, struct card *card, const struct roster_card *known,
    const struct roster_quorum *quorum, struct err_trace *trace)
{
	const struct card_record_add of = { .known = known, .quorum = quorum };
	struct outgoing out = { 0 };
	struct record_set set = { 0 };
	enum err err = list_ended(custody, quorum, known, &out, trace);

	if (err != ERR_OK || out.count == 0)
		return err;
	err = card_records_load(card, &set, trace);
	if (err == ERR_OK && take_out(&set, &out))
		err = erase(card, &set, trace);
	return err == ERR_OK ? note_erased(custody, &of, &out, trace) : err;
}

/* The roster keeps the sealed records of what is live: the card's object is made anew from them. */
static enum err
restore(struct custody *custody, const struct card_record_add *add, struct record_set *set,
    struct err_trace *trace)
{
	struct roster_generation *generations = NULL;
	size_t count = 0;
	enum err err =
	    roster_generation_list(custody->roster, &add->quorum->id, &generations, &count, trace);

	for (size_t g = 0; err == ERR_OK && g < count; g++)
		for (unsigned i = 0; err == ERR_OK && i < generations[g].size; i++) {
			const struct roster_share *share = &generations[g].share[i];
			struct record record;

			if (generations[g].state != ROSTER_GENERATION_LIVE ||
			    share->delivered == 0 || share->erased != 0 || !share->has_record ||
			    !roster_id_equal(&share->card, &add->known->id) ||
			    set->count == RECORDS_MAX)
				continue;
			err = record_decode(share->record, sizeof(share->record), &record, trace);
			if (err == ERR_OK)
				err = records_add(set, &record, trace);
		}
	free(generations);
	return err;
}

/* What a broken write left is replaced; what cannot be read may be there all the same. */
static enum err
load(struct custody *custody, struct card *card, const struct card_record_add *add,
    struct record_set *set, struct err_trace *trace)
{
	struct err_trace why = { 0 };
	enum err err = card_records_load(card, set, &why);

	if (err == ERR_FORMAT) {
		*set = (struct record_set){ 0 };
		return restore(custody, add, set, trace);
	}
	if (err != ERR_OK && trace != NULL)
		*trace = why;
	return err;
}

/*
 * The oldest of two live records gives way to a third only where cards of the new generation open
 * what it opens (design.md, rule 5).
 */
static enum err
check_gives_way(struct custody *custody, const struct card_record_add *add, unsigned oldest,
    struct err_trace *trace)
{
	struct roster_escrow row = { .kind = ROSTER_ESCROW_OLDER_SECRET,
		.generation = add->record->generation };
	enum err err;

	roster_subject_of_generation(oldest, row.subject);
	err = roster_escrow_get(custody->roster, &add->quorum->id, &row, &row, trace);
	if (err != ERR_ABSENT)
		return err;
	return FAIL(trace, ERR_NOT_NOW,
	    "card %s has no room: its share of generation %u stays, because generation %u cannot "
	    "open what that opens",
	    add->known->name, oldest, add->record->generation);
}

/* Room for one more. */
static enum err
make_room(struct custody *custody, struct card *card, const struct card_record_add *add,
    struct record_set *set, struct err_trace *trace)
{
	struct outgoing out = { 0 };
	enum err err = list_ended(custody, add->quorum, add->known, &out, trace);
	bool any;

	if (err != ERR_OK)
		return err;
	any = take_out(set, &out);
	if (set->count == RECORDS_MAX) {
		err = check_gives_way(custody, add, set->record[0].generation, trace);
		if (err != ERR_OK)
			return err;
		out.generation[out.count++] = set->record[0].generation;
		err = records_remove(set, set->record[0].generation, trace);
		any = true;
	}
	if (err == ERR_OK && any)
		err = erase(card, set, trace);
	return err == ERR_OK ? note_erased(custody, add, &out, trace) : err;
}

/*
 * A run that was broken off between card and roster erased what the roster still counts: nothing
 * that was delivered and is not there.
 */
static enum err
note_missing(struct custody *custody, const struct card_record_add *add,
    const struct record_set *set, struct err_trace *trace)
{
	struct roster_generation *generations = NULL;
	size_t count = 0;
	enum err err =
	    roster_generation_list(custody->roster, &add->quorum->id, &generations, &count, trace);

	for (size_t g = 0; err == ERR_OK && g < count; g++)
		for (unsigned i = 0; err == ERR_OK && i < generations[g].shares; i++) {
			const struct roster_share *share = &generations[g].share[i];

			if (share->delivered == 0 || share->erased != 0 ||
			    !roster_id_equal(&share->card, &add->known->id) ||
			    records_find(set, generations[g].number) != NULL)
				continue;
			err = roster_share_erased(custody->roster, &add->quorum->id,
			    generations[g].number, &add->known->id, trace);
		}
	free(generations);
	return err;
}

enum err
card_records_add(struct custody *custody, struct card *card, const struct card_record_add *add,
    struct err_trace *trace)
{
	struct record_set set = { 0 };
	enum err err = load(custody, card, add, &set, trace);

	if (err == ERR_OK)
		err = note_missing(custody, add, &set, trace);
	if (err == ERR_OK && records_find(&set, add->record->generation) != NULL)
		err = records_remove(&set, add->record->generation, trace);
	if (err == ERR_OK)
		err = make_room(custody, card, add, &set, trace);
	if (err == ERR_OK)
		err = records_add(&set, add->record, trace);
	if (err != ERR_OK)
		return err;
	list_shares(&set, add->header);
	err = card_header_store(card, add->header, trace);
	return err == ERR_OK ? card_records_store(card, &set, trace) : err;
}
