/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/collect.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "custody/card_header.h"
#include "custody/card_share.h"
#include "custody/whose.h"
#include "quorum/derive.h"
#include "quorum/share.h"

_Static_assert((int)ROSTER_CARDS_MAX == (int)SHARE_COUNT_MAX, "one limit");
_Static_assert((int)ROSTER_ID_SIZE == (int)QUORUM_ID_SIZE, "one size");

void
collection_drop(struct collection *collection)
{
	for (size_t i = 0; i < collection->count; i++)
		secret_drop(&collection->share[i]);
	collection->count = 0;
}

bool
collection_has(const struct collection *collection, size_t place)
{
	for (size_t i = 0; i < collection->count; i++)
		if (collection->place[i] == place)
			return true;
	return false;
}

void
collection_add(struct collection *collection, size_t place, struct secret **share)
{
	collection->share[collection->count] = *share;
	collection->place[collection->count] = place;
	collection->count++;
	*share = NULL;
}

/* "alice's card root/1" */
struct card_words {
	char text[ROSTER_NAME + ROSTER_SHORT_NAME + 16];
};

static struct card_words
words_for(struct roster *roster, const struct roster_share *row)
{
	struct card_words words;
	struct roster_card card;
	char name[ROSTER_NAME];

	whose_name(roster, &row->custodian, name);
	if (roster_card_get(roster, &row->card, &card, NULL) != ERR_OK)
		card.name[0] = '\0';
	snprintf(words.text, sizeof(words.text), "%s's card %s", name, card.name);
	return words;
}

/* The generation's record on the card, which must be the one that was sealed for it. */
static enum err
find_record(const struct collection *collection, const struct roster_share *row, struct card *card,
    const char *words, struct record *out, struct err_trace *trace)
{
	struct record_set set;
	const struct record *record;
	uint8_t bytes[RECORD_SIZE];
	struct roster_hash hash;
	enum err err = card_records_load(card, &set, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "%s: its records cannot be read", words);
	record = records_find(&set, collection->generation->number);
	if (record == NULL && set.count > 0)
		return FAIL(trace, ERR_NOT_NOW,
		    "%s holds a share of generation %u, and generation %u is wanted", words,
		    set.record[set.count - 1].generation, collection->generation->number);
	if (record == NULL)
		return FAIL(trace, ERR_ABSENT, "%s holds no share", words);
	err = record_encode(record, bytes, trace);
	if (err == ERR_OK)
		err = sha256(bytes, sizeof(bytes), hash.bytes, trace);
	if (err == ERR_OK && memcmp(hash.bytes, row->record_hash.bytes, sizeof(hash.bytes)) != 0)
		err = FAIL(trace, ERR_FORMAT, "%s: its sealed share is corrupt", words);
	if (err == ERR_OK)
		*out = *record;
	return err;
}

enum err
collection_open_share(const struct custody *custody, struct card *card,
    const struct collection *collection, size_t place, struct secret **share,
    struct err_trace *trace)
{
	const struct roster_share *row = &collection->generation->share[place];
	const struct card_words words = words_for(custody->roster, row);
	const struct card_share_of of = { .quorum_id = collection->quorum->id.bytes,
		.practice = roster_is_practice(custody->roster) };
	struct secret *opened = NULL;
	struct record record;
	enum err err = find_record(collection, row, card, words.text, &record, trace);

	if (err != ERR_OK)
		return err;
	err = card_share_open(card, &of, &record, &opened, trace);
	if (err == ERR_OK)
		err = share_check_commitment(opened, row->commitment.bytes, trace);
	if (err != ERR_OK) {
		secret_free(opened);
		return FAIL(trace, err, "%s: its share does not open", words.text);
	}
	*share = opened;
	return ERR_OK;
}

enum err
collection_complete(struct collection *collection, struct secret **out, struct secret **prk,
    struct err_trace *trace)
{
	struct secret *secret = NULL, *derived = NULL;
	uint8_t check[DERIVE_CHECK_SIZE];
	enum err err = share_combine((const struct secret *const *)collection->share,
	    collection->count, NULL, &secret, trace);

	collection_drop(collection);
	if (err == ERR_OK)
		err = derive_prk(collection->quorum->id.bytes, secret, &derived, trace);
	if (err == ERR_OK)
		err = derive_check(derived, check, trace);
	if (err == ERR_OK && memcmp(check, collection->generation->check, sizeof(check)) != 0)
		err = FAIL(trace, ERR_FORMAT,
		    "the shares fit together, but not with the check value of generation %u of "
		    "'%s'",
		    collection->generation->number, collection->quorum->name);
	if (err == ERR_OK && out != NULL) {
		*out = secret;
		secret = NULL;
	}
	secret_free(secret);
	if (err != ERR_OK) {
		secret_free(derived);
		return err;
	}
	*prk = derived;
	return ERR_OK;
}
