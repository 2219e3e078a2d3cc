/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/roll_call_want.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)ROSTER_RECORD_SIZE == (int)RECORD_SIZE, "one size of record");
_Static_assert((int)ROSTER_HASH_SIZE == (int)SHA256_SIZE, "one size of hash");

static bool
is_due(const struct roster_holding *holding)
{
	return holding->delivered != 0 && (holding->state == ROSTER_GENERATION_LIVE ||
					      holding->state == ROSTER_GENERATION_DELIVERING);
}

enum err
roll_call_want_of(struct roster *roster, const struct roster_card *card, struct roll_call_want *out,
    struct err_trace *trace)
{
	struct roll_call_want want = { .all_known = true };
	struct roster_holding *holdings = NULL;
	size_t count = 0;
	const enum err err = roster_card_holdings(roster, &card->id, &holdings, &count, trace);

	if (err != ERR_OK)
		return err;
	want.subject.practice = roster_is_practice(roster);
	want.retired = count > 0;
	memcpy(want.subject.fingerprint, card->fingerprint.bytes, FINGERPRINT_SIZE);
	for (size_t i = 0; i < count && want.count < ROLL_CALL_KNOWN_MAX; i++) {
		struct roll_call_record *record = &want.record[want.count++];

		want.retired = want.retired && holdings[i].state >= ROSTER_GENERATION_DEAD;
		record->generation = holdings[i].generation;
		record->due = is_due(&holdings[i]);
		memcpy(record->hash, holdings[i].record_hash.bytes, SHA256_SIZE);
		if (!record->due || want.subject.generation != 0)
			continue;
		want.subject.generation = record->generation;
		memcpy(want.subject.quorum_id, holdings[i].quorum.bytes, QUORUM_ID_SIZE);
	}
	free(holdings);
	*out = want;
	return ERR_OK;
}

enum err
roll_call_found_in(
    const struct record_set *set, struct roll_call_found *out, struct err_trace *trace)
{
	struct roll_call_found found = { .count = set->count };

	for (size_t i = 0; i < set->count; i++) {
		uint8_t bytes[RECORD_SIZE];
		enum err err = record_encode(&set->record[i], bytes, trace);

		if (err == ERR_OK)
			err = sha256(bytes, sizeof(bytes), found.record[i].hash, trace);
		if (err != ERR_OK)
			return err;
		found.record[i].generation = set->record[i].generation;
	}
	*out = found;
	return ERR_OK;
}

static const struct roll_call_record *
find(const struct roll_call_record *records, size_t count, uint32_t generation)
{
	for (size_t i = 0; i < count; i++)
		if (records[i].generation == generation)
			return &records[i];
	return NULL;
}

static enum err
compare_due(const struct roll_call_record *due, const struct roll_call_found *found,
    struct err_trace *trace)
{
	const struct roll_call_record *there = find(found->record, found->count, due->generation);

	if (there == NULL && found->count == 0)
		return FAIL(trace, ERR_ABSENT,
		    "holds no share, and it was given that of generation %u", due->generation);
	if (there == NULL)
		return FAIL(trace, ERR_NOT_NOW,
		    "holds the share of generation %u, and it was given that of generation %u",
		    found->record[found->count - 1].generation, due->generation);
	if (memcmp(there->hash, due->hash, SHA256_SIZE) != 0)
		return FAIL(trace, ERR_FORMAT,
		    "holds another sealed share of generation %u than it was given: a byte of it "
		    "changed, or it was replaced",
		    due->generation);
	return ERR_OK;
}

static enum err
compare_found(const struct roll_call_record *there, const struct roll_call_want *want,
    struct err_trace *trace)
{
	const struct roll_call_record *known = find(want->record, want->count, there->generation);

	if (known != NULL && memcmp(known->hash, there->hash, SHA256_SIZE) == 0)
		return ERR_OK;
	if (known != NULL)
		return FAIL(trace, ERR_FORMAT,
		    "holds another sealed share of generation %u than was made for it",
		    there->generation);
	return FAIL(trace, ERR_NOT_NOW,
	    "holds a share of generation %u, of which this roster knows nothing",
	    there->generation);
}

enum err
roll_call_compare(
    const struct roll_call_want *want, const struct roll_call_found *found, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < want->count; i++)
		if (want->record[i].due)
			err = compare_due(&want->record[i], found, trace);
	for (size_t i = 0; err == ERR_OK && want->all_known && i < found->count; i++)
		err = compare_found(&found->record[i], want, trace);
	return err;
}

enum err
roll_call_record(struct roster *roster, const struct roll_call_want *want,
    const struct roster_proof *proof, struct err_trace *trace)
{
	struct roster_proof one = *proof;
	enum err err = roster_begin(roster, trace);

	memcpy(one.quorum.bytes, want->subject.quorum_id, sizeof(one.quorum.bytes));
	if (err == ERR_OK && want->subject.generation == 0)
		err = roster_card_proven(roster, &one, trace);
	for (size_t i = 0; err == ERR_OK && i < want->count; i++) {
		if (!want->record[i].due)
			continue;
		one.generation = want->record[i].generation;
		err = roster_card_proven(roster, &one, trace);
		one.nonce = NULL; /* a request is answered once */
	}
	return roster_end(roster, err, trace);
}
