/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/share.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "roster/card.h"
#include "roster/content.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"

static const struct roster_share *
find_index(const struct roster_generation *generation, unsigned index)
{
	for (unsigned i = 0; i < generation->shares; i++)
		if (generation->share[i].index == index)
			return &generation->share[i];
	return NULL;
}

/* A new card of the custodian whose share it is, with no share of its own. */
static enum err
check_new_card(struct roster *roster, const struct roster_share *share, const struct roster_id *id,
    struct err_trace *trace)
{
	struct roster_holding *holdings = NULL;
	struct roster_card card;
	size_t count = 0;
	enum err err = roster_card_get(roster, id, &card, trace);

	if (err == ERR_OK && card.state != ROSTER_CARD_ENROLLED)
		err = FAIL(trace, ERR_NOT_NOW, "card %s is not enrolled", card.name);
	if (err == ERR_OK && !roster_id_equal(&card.custodian, &share->custodian))
		err = FAIL(trace, ERR_ARGUMENT, "card %s is another custodian's", card.name);
	if (err == ERR_OK)
		err = roster_card_holdings(roster, id, &holdings, &count, trace);
	if (err == ERR_OK && count != 0)
		err = FAIL(trace, ERR_NOT_NOW, "card %s holds a share already", card.name);
	free(holdings);
	return err;
}

static enum err
check(struct roster *roster, const struct roster_id *quorum,
    const struct roster_share_replacement *replacement, struct roster_share *out,
    struct err_trace *trace)
{
	struct roster_generation *generation = calloc(1, sizeof(*generation));
	const struct roster_share *share = NULL;
	enum err err;

	if (generation == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a generation");
	err = roster_generation_get(roster, quorum, replacement->generation, generation, trace);
	if (err == ERR_OK && generation->state != ROSTER_GENERATION_LIVE)
		err = FAIL(trace, ERR_NOT_NOW, "generation %u is %s", generation->number,
		    roster_generation_word(generation->state));
	if (err == ERR_OK)
		share = find_index(generation, replacement->index);
	if (err == ERR_OK && share == NULL)
		err = FAIL(trace, ERR_ABSENT, "generation %u has no share %u", generation->number,
		    replacement->index);
	if (share != NULL) {
		*out = *share;
		err = check_new_card(roster, share, &replacement->card, trace);
	}
	free(generation);
	return err;
}

static enum err
append_replace(struct roster *roster, const struct roster_id *quorum,
    const struct roster_share_replacement *replacement, struct err_trace *trace)
{
	struct roster_hash content;
	struct roster_hash plain;
	enum err err =
	    content_put(roster, replacement->record, ROSTER_RECORD_SIZE, &content, trace);

	if (err == ERR_OK)
		err = sha256(replacement->record, ROSTER_RECORD_SIZE, plain.bytes, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "share.replace",
	    json_pack("{s:o, s:i, s:i, s:o, s:o, s:o}", "quorum", member_of_id(quorum),
		"generation", (int)replacement->generation, "index", (int)replacement->index,
		"card", member_of_id(&replacement->card), "record", member_of_hash(&content),
		"record-hash", member_of_hash(&plain)),
	    trace);
}

enum err
roster_share_replace(struct roster *roster, const struct roster_id *quorum,
    const struct roster_share_replacement *replacement, struct err_trace *trace)
{
	struct roster_share share;
	enum err err = check(roster, quorum, replacement, &share, trace);

	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	err = append_replace(roster, quorum, replacement, trace);
	if (err == ERR_OK)
		err = roster_card_abandon(roster, &share.card, "replaced by another card", trace);
	return roster_end(roster, err, trace);
}

enum err
roster_share_erased(struct roster *roster, const struct roster_id *quorum, unsigned generation,
    const struct roster_id *card, struct err_trace *trace)
{
	return event_append(roster, "share.erased",
	    json_pack("{s:o, s:i, s:o}", "quorum", member_of_id(quorum), "generation",
		(int)generation, "card", member_of_id(card)),
	    trace);
}

static bool
read_leftover(const struct db_rows *rows, void *item)
{
	struct roster_leftover *leftover = item;

	leftover->generation = (unsigned)db_get_integer(rows, 0);
	leftover->state = (enum roster_generation_state)db_get_integer(rows, 1);
	return db_copy_blob(rows, 2, leftover->card.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 3, leftover->custodian.bytes, ROSTER_ID_SIZE);
}

enum err
roster_leftover_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_leftover **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_leftover), read_leftover };
	void *leftovers = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT s.generation, g.state, s.card, s.custodian FROM share s "
		    "JOIN generation g ON g.quorum = s.quorum AND g.number = s.generation "
		    "JOIN card c ON c.id = s.card "
		    "WHERE s.quorum = ?1 AND g.state IN (?2, ?3) AND s.erased = 0 AND "
		    "(s.begun <> 0 OR s.delivered <> 0) AND c.state = ?4 "
		    "ORDER BY s.generation, s.position",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_integer(ROSTER_GENERATION_DEAD),
		db_integer(ROSTER_GENERATION_ABORTED), db_integer(ROSTER_CARD_ENROLLED)),
	    &shape, &leftovers, count, trace);

	if (err == ERR_OK)
		*out = leftovers;
	return err;
}

enum err
share_note_begun(struct db *db, const struct roster_id *operation, const struct roster_id *card,
    int64_t time, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("UPDATE share SET begun = ?3 WHERE card = ?2 AND (quorum, generation) = "
		    "(SELECT quorum, generation FROM operation WHERE id = ?1)",
		db_blob(operation->bytes, ROSTER_ID_SIZE), db_blob(card->bytes, ROSTER_ID_SIZE),
		db_integer(time)),
	    trace);
}

/* About a share or a card that is not there: no effect. */
static enum err
apply_replace(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_id quorum;
	struct roster_id card;
	struct roster_hash record;
	struct roster_hash plain;

	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	member_hex(body, "card", card.bytes, sizeof(card.bytes));
	member_hex(body, "record", record.bytes, sizeof(record.bytes));
	member_hex(body, "record-hash", plain.bytes, sizeof(plain.bytes));
	return db_run(db,
	    DB_CALL("UPDATE share SET card = ?4, record = ?5, record_hash = ?6, delivered = 0, "
		    "begun = 0, erased = 0 WHERE quorum = ?1 AND generation = ?2 AND "
		    "share_index = ?3 AND EXISTS (SELECT 1 FROM card WHERE id = ?4)",
		db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_integer(member_integer(body, "generation")),
		db_integer(member_integer(body, "index")), db_blob(card.bytes, sizeof(card.bytes)),
		db_blob(record.bytes, sizeof(record.bytes)),
		db_blob(plain.bytes, sizeof(plain.bytes))),
	    trace);
}

static enum err
apply_erased(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_id quorum;
	struct roster_id card;

	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	member_hex(body, "card", card.bytes, sizeof(card.bytes));
	return db_run(db,
	    DB_CALL("UPDATE share SET erased = ?4 WHERE quorum = ?1 AND generation = ?2 AND "
		    "card = ?3",
		db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_integer(member_integer(body, "generation")),
		db_blob(card.bytes, sizeof(card.bytes)), db_integer(event->time)),
	    trace);
}

static const struct member replace_members[] = {
	MEMBER_AN_ID("quorum"),
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_A_NUMBER("index", 0, ROSTER_CARDS_MAX - 1),
	MEMBER_AN_ID("card"),
	MEMBER_A_CONTENT("record"),
	MEMBER_BYTES("record-hash", ROSTER_HASH_SIZE),
	MEMBER_END,
};
static const struct member erased_members[] = {
	MEMBER_AN_ID("quorum"),
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_AN_ID("card"),
	MEMBER_END,
};

const struct event_type share_events[] = {
	{ "share.replace", replace_members, apply_replace },
	{ "share.erased", erased_members, apply_erased },
	{ 0 },
};
