/* SPDX-License-Identifier: BSD-2-Clause */
/* Generations: what is asked of them. seal.c has how one comes to be. */
#include <stdlib.h>
#include <string.h>

#include "roster/content.h"
#include "roster/quorum.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"

/* In the order of enum roster_generation_state. */
const char *const quorum_generation_words[] = { "sealed", "delivering", "live", "dead", "aborted",
	NULL };
_Static_assert(sizeof(quorum_generation_words) / sizeof(quorum_generation_words[0]) ==
		   ROSTER_GENERATION_STATE__COUNT + 1,
    "a word for each state of a generation");

/* Which state may come after which. */
static const bool follows[ROSTER_GENERATION_STATE__COUNT][ROSTER_GENERATION_STATE__COUNT] = {
	[ROSTER_GENERATION_SEALED] = { [ROSTER_GENERATION_DELIVERING] = true,
	    [ROSTER_GENERATION_ABORTED] = true },
	[ROSTER_GENERATION_DELIVERING] = { [ROSTER_GENERATION_LIVE] = true,
	    [ROSTER_GENERATION_ABORTED] = true },
	[ROSTER_GENERATION_LIVE] = { [ROSTER_GENERATION_DEAD] = true },
};

const char *
roster_generation_word(enum roster_generation_state state)
{
	return quorum_generation_words[state];
}

static bool
read_generation(const struct db_rows *rows, void *item)
{
	struct roster_generation *generation = item;

	generation->number = (unsigned)db_get_integer(rows, 0);
	generation->threshold = (unsigned)db_get_integer(rows, 1);
	generation->size = (unsigned)db_get_integer(rows, 2);
	generation->state = (enum roster_generation_state)db_get_integer(rows, 3);
	generation->sealed = db_get_integer(rows, 6);
	generation->live = db_get_integer(rows, 7);
	return db_copy_blob(rows, 4, generation->check, ROSTER_CHECK_SIZE) &&
	       db_copy_blob(rows, 5, generation->escrow, ROSTER_POINT_SIZE);
}

/* One share, as the rows of the statement below have it. */
static bool
read_share(const struct db_rows *rows, void *item)
{
	struct roster_share *share = item;

	share->index = (unsigned)db_get_integer(rows, 0);
	share->delivered = db_get_integer(rows, 5);
	share->has_record = db_copy_blob(rows, 6, share->record, ROSTER_RECORD_SIZE);
	share->begun = db_get_integer(rows, 7);
	share->erased = db_get_integer(rows, 8);
	return db_copy_blob(rows, 1, share->card.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 2, share->custodian.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 3, share->commitment.bytes, ROSTER_HASH_SIZE) &&
	       db_copy_blob(rows, 4, share->record_hash.bytes, ROSTER_HASH_SIZE);
}

static enum err
load_shares(struct db *db, const struct roster_id *quorum, struct roster_generation *generation,
    struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_share), read_share };
	void *shares = NULL;
	size_t count = 0;
	enum err err = db_all(db,
	    DB_CALL("SELECT s.share_index, s.card, s.custodian, s.commitment, s.record_hash, "
		    "s.delivered, c.bytes, s.begun, s.erased FROM share s LEFT JOIN content c ON "
		    "c.hash = s.record "
		    "WHERE s.quorum = ?1 AND s.generation = ?2 ORDER BY s.position",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_integer(generation->number)),
	    &shape, &shares, &count, trace);

	if (err != ERR_OK)
		return err;
	if (count <= generation->size && count <= ROSTER_CARDS_MAX)
		memcpy(generation->share, shares, count * sizeof(struct roster_share));
	else
		err = FAIL(trace, ERR_FORMAT, "generation %u has %zu shares, not %u",
		    generation->number, count, generation->size);
	generation->shares = (unsigned)count;
	free(shares);
	return err;
}

#define GENERATION_COLUMNS                                                                         \
	"SELECT number, threshold, size, state, check_value, escrow, sealed, live FROM "           \
	"generation "

enum err
roster_generation_get(struct roster *roster, const struct roster_id *quorum, unsigned number,
    struct roster_generation *out, struct err_trace *trace)
{
	struct roster_generation generation = { 0 };
	enum err err = db_one(roster->db,
	    DB_CALL(GENERATION_COLUMNS "WHERE quorum = ?1 AND number = ?2",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_integer(number)),
	    read_generation, &generation, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "the quorum has no generation %u", number);
	if (err == ERR_OK)
		err = load_shares(roster->db, quorum, &generation, trace);
	if (err == ERR_OK)
		*out = generation;
	return err;
}

enum err
generation_check(
    struct roster *roster, const struct roster_id *quorum, unsigned number, struct err_trace *trace)
{
	int64_t found = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT 1 FROM generation WHERE quorum = ?1 AND number = ?2",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_integer(number)),
	    0, &found, trace);

	if (err == ERR_OK && found == 0)
		return FAIL(trace, ERR_ABSENT, "the quorum has no generation %u", number);
	return err;
}

enum err
roster_generation_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_generation **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_generation), read_generation };
	void *items = NULL;
	size_t found = 0;
	enum err err = db_all(roster->db,
	    DB_CALL(GENERATION_COLUMNS "WHERE quorum = ?1 ORDER BY number",
		db_blob(quorum->bytes, ROSTER_ID_SIZE)),
	    &shape, &items, &found, trace);

	struct roster_generation *generations = items;
	for (size_t i = 0; i < found && err == ERR_OK; i++)
		err = load_shares(roster->db, quorum, &generations[i], trace);
	if (err != ERR_OK) {
		free(items);
		return err;
	}
	*out = generations;
	*count = found;
	return ERR_OK;
}

enum err
roster_generation_set_state(struct roster *roster, const struct roster_id *quorum, unsigned number,
    enum roster_generation_state state, struct err_trace *trace)
{
	struct roster_generation generation;
	const enum err err = roster_generation_get(roster, quorum, number, &generation, trace);

	if (err != ERR_OK)
		return err;
	if (!follows[generation.state][state])
		return FAIL(trace, ERR_NOT_NOW, "generation %u is %s; it cannot become %s", number,
		    quorum_generation_words[generation.state], quorum_generation_words[state]);
	return event_append(roster, "generation.state",
	    json_pack("{s:o, s:i, s:s}", "quorum", member_of_id(quorum), "generation", (int)number,
		"state", quorum_generation_words[state]),
	    trace);
}

static bool
read_holding(const struct db_rows *rows, void *item)
{
	struct roster_holding *holding = item;

	holding->generation = (unsigned)db_get_integer(rows, 1);
	holding->state = (enum roster_generation_state)db_get_integer(rows, 2);
	holding->index = (unsigned)db_get_integer(rows, 3);
	holding->delivered = db_get_integer(rows, 4);
	return db_copy_blob(rows, 0, holding->quorum.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 5, holding->record_hash.bytes, ROSTER_HASH_SIZE);
}

enum err
roster_card_holdings(struct roster *roster, const struct roster_id *card,
    struct roster_holding **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_holding), read_holding };
	void *holdings = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT s.quorum, s.generation, g.state, s.share_index, s.delivered, "
		    "s.record_hash FROM share s JOIN generation g ON g.quorum = s.quorum AND "
		    "g.number = s.generation WHERE s.card = ?1 ORDER BY s.generation DESC",
		db_blob(card->bytes, ROSTER_ID_SIZE)),
	    &shape, &holdings, count, trace);

	if (err == ERR_OK)
		*out = holdings;
	return err;
}

/*
 * Whether an installation that did not know better says the end of a generation that others went on
 * with: given up when it was live already, or dead while a token opens with it.
 */
static enum err
check_end(struct db *db, const struct db_value *quorum, const struct db_value *number, int state,
    struct err_trace *trace)
{
	int64_t stands = 0;
	enum err err = ERR_OK;

	if (state == ROSTER_GENERATION_ABORTED)
		err = db_ask_integer(db,
		    DB_CALL("SELECT state IN (?3, ?4) FROM generation "
			    "WHERE quorum = ?1 AND number = ?2",
			*quorum, *number, db_integer(ROSTER_GENERATION_LIVE),
			db_integer(ROSTER_GENERATION_DEAD)),
		    0, &stands, trace);
	if (state == ROSTER_GENERATION_DEAD)
		err = db_ask_integer(db,
		    DB_CALL("SELECT EXISTS (SELECT 1 FROM binding WHERE quorum = ?1 AND "
			    "unbound = 0 AND (opens_user = ?2 OR opens_so = ?2))",
			*quorum, *number),
		    0, &stands, trace);
	if (err == ERR_OK && stands != 0)
		return FAIL(trace, ERR_EXISTS, "the generation stands");
	return err;
}

/* The first generation that becomes live makes the quorum stand. */
static enum err
apply_state(struct db *db, const struct event *event, struct err_trace *trace)
{
	const int state = member_word(event->body, "state", quorum_generation_words);
	struct roster_id quorum;

	member_hex(event->body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	const struct db_value id = db_blob(quorum.bytes, sizeof(quorum.bytes));
	const struct db_value number = db_integer(member_integer(event->body, "generation"));
	enum err err = check_end(db, &id, &number, state, trace);

	if (err == ERR_OK)
		err = db_change(db,
		    DB_CALL("UPDATE generation SET state = ?3, "
			    "live = CASE ?3 WHEN ?4 THEN ?5 ELSE live END "
			    "WHERE quorum = ?1 AND number = ?2",
			id, number, db_integer(state), db_integer(ROSTER_GENERATION_LIVE),
			db_integer(event->time)),
		    trace);
	if (err == ERR_OK && state == ROSTER_GENERATION_LIVE)
		err = db_change(db,
		    DB_CALL("UPDATE quorum SET state = ?2 WHERE id = ?1", id,
			db_integer(ROSTER_QUORUM_STANDING)),
		    trace);
	return err;
}

static const struct member state_members[] = {
	MEMBER_AN_ID("quorum"),
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_A_WORD("state", quorum_generation_words),
	MEMBER_END,
};

const struct event_type generation_events[] = {
	{ "generation.state", state_members, apply_state },
	{ 0 },
};
