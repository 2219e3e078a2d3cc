/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/adopt.h"

#include <stdio.h>

#include "base/hash.h"
#include "roster/adopt_internal.h"
#include "roster/binding.h"
#include "roster/card_internal.h"
#include "roster/content.h"
#include "roster/person_internal.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"
#include "roster/seat.h"

enum { THRESHOLD_MIN = 2 };

/* ---- What is adopted ----------------------------------------------------------------------- */

enum err
roster_adopt_quorum(
    struct roster *roster, const struct roster_id *id, const char *name, struct err_trace *trace)
{
	struct roster_quorum other;
	enum err err;

	if (!roster_is_plain_name(name))
		return FAIL(trace, ERR_ARGUMENT,
		    "a quorum's name has 1 to 32 of the characters a-z, 0-9 and '-'");
	err = roster_seat_check(roster, trace);
	if (err != ERR_OK)
		return err;
	if (roster_quorum_find(roster, name, &other, NULL) == ERR_OK)
		return FAIL(trace, ERR_EXISTS, "there is a quorum '%s' already", name);
	if (roster_quorum_get(roster, id, &other, NULL) == ERR_OK)
		return FAIL(trace, ERR_EXISTS, "the roster has this quorum as '%s'", other.name);
	return event_append(roster, "quorum.adopt",
	    json_pack("{s:o, s:s}", "quorum", member_of_id(id), "name", name), trace);
}

static enum err
check_new_card(
    struct roster *roster, const struct roster_adopt_card *adopt, struct err_trace *trace)
{
	struct roster_card other;
	char name[ROSTER_SHORT_NAME];

	snprintf(name, sizeof(name), "%.32s/%u", adopt->card.quorum, adopt->number);
	if (roster_card_by_serial(roster, adopt->card.serial, &other, NULL) == ERR_OK)
		return FAIL(trace, ERR_EXISTS, "the roster has the card with serial %s as %s",
		    other.serial, other.name);
	if (roster_card_by_name(roster, name, &other, NULL) == ERR_OK)
		return FAIL(trace, ERR_EXISTS, "the roster has another card %s, with serial %s",
		    name, other.serial);
	return person_check_present(roster, &adopt->card.custodian, trace);
}

enum err
roster_adopt_card(struct roster *roster, const struct roster_adopt_card *adopt,
    struct roster_id *out, struct err_trace *trace)
{
	struct roster_id id;
	enum err err = check_new_card(roster, adopt, trace);

	if (err == ERR_OK)
		err = roster_id_new(&id, trace);
	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	err = card_append_begin(roster, &adopt->card, adopt->number, &id, trace);
	if (err == ERR_OK)
		err = roster_card_enrol(roster, &id, &adopt->keys, trace);
	if (err == ERR_OK)
		err = event_append(roster, "card.adopt",
		    json_pack("{s:o, s:i, s:o}", "card", member_of_id(&id), "checkpoint",
			(int)adopt->checkpoint, "head",
			member_of_bytes(adopt->head, sizeof(adopt->head))),
		    trace);
	err = roster_end(roster, err, trace);
	if (err == ERR_OK)
		*out = id;
	return err;
}

enum err
roster_adopt_generation(struct roster *roster, const struct roster_id *quorum,
    const struct roster_adopt_generation *adopt, struct err_trace *trace)
{
	if (adopt->threshold < THRESHOLD_MIN || adopt->threshold > adopt->size ||
	    adopt->size > ROSTER_CARDS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "%u of %u is not 2 ≤ M ≤ N ≤ %d", adopt->threshold,
		    adopt->size, ROSTER_CARDS_MAX);
	return event_append(roster, "generation.adopt",
	    json_pack("{s:o, s:i, s:i, s:i, s:s, s:o, s:o, s:b}", "quorum", member_of_id(quorum),
		"generation", (int)adopt->number, "threshold", (int)adopt->threshold, "size",
		(int)adopt->size, "state", quorum_generation_words[adopt->state], "check",
		member_of_bytes(adopt->check, sizeof(adopt->check)), "escrow",
		member_of_bytes(adopt->escrow, sizeof(adopt->escrow)), "unsure",
		adopt->unsure ? 1 : 0),
	    trace);
}

static enum err
append_share(struct roster *roster, const struct roster_id *quorum,
    const struct roster_adopt_share *adopt, struct err_trace *trace)
{
	struct roster_hash content, plain;
	enum err err = content_put(roster, adopt->record, ROSTER_RECORD_SIZE, &content, trace);

	if (err == ERR_OK)
		err = sha256(adopt->record, ROSTER_RECORD_SIZE, plain.bytes, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "share.adopt",
	    json_pack("{s:o, s:i, s:i, s:o, s:o, s:o, s:o}", "quorum", member_of_id(quorum),
		"generation", (int)adopt->generation, "index", (int)adopt->index, "card",
		member_of_id(&adopt->card), "commitment", member_of_hash(&adopt->commitment),
		"record", member_of_hash(&content), "record-hash", member_of_hash(&plain)),
	    trace);
}

enum err
roster_adopt_share(struct roster *roster, const struct roster_id *quorum,
    const struct roster_adopt_share *adopt, struct err_trace *trace)
{
	enum err err = generation_check(roster, quorum, adopt->generation, trace);

	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	err = append_share(roster, quorum, adopt, trace);
	return roster_end(roster, err, trace);
}

/* ---- Carried into the projections: whatever stands there, none of these fails -------------- */

static enum err
apply_quorum(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id quorum;

	member_hex(event->body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO quorum(id, name, state, created, adopted) "
		    "VALUES(?1, ?2, ?3, ?4, ?4) ON CONFLICT(id) DO NOTHING",
		db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_text(member_text(event->body, "name")), db_integer(ROSTER_QUORUM_STANDING),
		db_integer(event->time)),
	    trace);
}

static enum err
apply_card(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id card;
	uint8_t head[ROSTER_HEAD_PREFIX];
	enum err err;

	member_hex(event->body, "card", card.bytes, sizeof(card.bytes));
	member_hex(event->body, "head", head, sizeof(head));
	err = db_run(db,
	    DB_CALL("UPDATE card SET admin_pin = ?2 WHERE id = ?1",
		db_blob(card.bytes, sizeof(card.bytes)), db_integer(ROSTER_ADMIN_PIN_UNKNOWN)),
	    trace);
	if (err != ERR_OK)
		return err;
	return db_run(db,
	    DB_CALL("INSERT INTO adopted(card, checkpoint, head) VALUES(?1, ?2, ?3) "
		    "ON CONFLICT(card) DO UPDATE SET checkpoint = ?2, head = ?3",
		db_blob(card.bytes, sizeof(card.bytes)),
		db_integer(member_integer(event->body, "checkpoint")), db_blob(head, sizeof(head))),
	    trace);
}

static enum err
apply_generation(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	const int state = member_word(body, "state", quorum_generation_words);
	struct roster_id quorum;
	uint8_t check[ROSTER_CHECK_SIZE];
	uint8_t escrow[ROSTER_POINT_SIZE];

	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	member_hex(body, "check", check, sizeof(check));
	member_hex(body, "escrow", escrow, sizeof(escrow));
	return db_run(db,
	    DB_CALL("INSERT INTO generation(quorum, number, threshold, size, state, check_value, "
		    "escrow, sealed, live, unsure) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
		    "iif(?5 = ?9, ?8, 0), ?10 WHERE EXISTS (SELECT 1 FROM quorum WHERE id = ?1) "
		    "ON CONFLICT(quorum, number) DO UPDATE SET state = ?5, check_value = ?6, "
		    "escrow = ?7, unsure = ?10, live = iif(?5 = ?9 AND live = 0, ?8, live)",
		db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_integer(member_integer(body, "generation")),
		db_integer(member_integer(body, "threshold")),
		db_integer(member_integer(body, "size")), db_integer(state),
		db_blob(check, sizeof(check)), db_blob(escrow, sizeof(escrow)),
		db_integer(event->time), db_integer(ROSTER_GENERATION_LIVE),
		db_integer(member_bool(body, "unsure"))),
	    trace);
}

/* The custodian is whose card it is; the place among the shares is the share's index. */
static enum err
apply_share(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_id quorum, card;
	struct roster_hash commitment, record, plain;

	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	member_hex(body, "card", card.bytes, sizeof(card.bytes));
	member_hex(body, "commitment", commitment.bytes, sizeof(commitment.bytes));
	member_hex(body, "record", record.bytes, sizeof(record.bytes));
	member_hex(body, "record-hash", plain.bytes, sizeof(plain.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO share(quorum, generation, position, share_index, card, custodian, "
		    "commitment, record, record_hash, delivered, begun, erased) "
		    "SELECT ?1, ?2, ?3, ?3, c.id, c.custodian, ?5, ?6, ?7, ?8, ?8, 0 FROM card c "
		    "WHERE c.id = ?4 AND EXISTS "
		    "(SELECT 1 FROM generation WHERE quorum = ?1 AND number = ?2 AND size > ?3) "
		    "ON CONFLICT(quorum, generation, position) DO NOTHING",
		db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_integer(member_integer(body, "generation")),
		db_integer(member_integer(body, "index")), db_blob(card.bytes, sizeof(card.bytes)),
		db_blob(commitment.bytes, sizeof(commitment.bytes)),
		db_blob(record.bytes, sizeof(record.bytes)),
		db_blob(plain.bytes, sizeof(plain.bytes)), db_integer(event->time)),
	    trace);
}

static const struct member quorum_members[] = {
	MEMBER_AN_ID("quorum"),
	MEMBER_A_TEXT("name", 1, 32),
	MEMBER_END,
};
static const struct member card_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_A_NUMBER("checkpoint", 0, INT32_MAX),
	MEMBER_BYTES("head", ROSTER_HEAD_PREFIX),
	MEMBER_END,
};
static const struct member generation_members[] = {
	MEMBER_AN_ID("quorum"),
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_A_NUMBER("threshold", THRESHOLD_MIN, ROSTER_CARDS_MAX),
	MEMBER_A_NUMBER("size", THRESHOLD_MIN, ROSTER_CARDS_MAX),
	MEMBER_A_WORD("state", quorum_generation_words),
	MEMBER_BYTES("check", ROSTER_CHECK_SIZE),
	MEMBER_BYTES("escrow", ROSTER_POINT_SIZE),
	{ .name = "unsure", .kind = MEMBER_BOOL, .optional = true },
	MEMBER_END,
};
static const struct member share_members[] = {
	MEMBER_AN_ID("quorum"),
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_A_NUMBER("index", 0, ROSTER_CARDS_MAX - 1),
	MEMBER_AN_ID("card"),
	MEMBER_BYTES("commitment", ROSTER_HASH_SIZE),
	MEMBER_A_CONTENT("record"),
	MEMBER_BYTES("record-hash", ROSTER_HASH_SIZE),
	MEMBER_END,
};

const struct event_type adopt_events[] = {
	{ "quorum.adopt", quorum_members, apply_quorum },
	{ "card.adopt", card_members, apply_card },
	{ "generation.adopt", generation_members, apply_generation },
	{ "share.adopt", share_members, apply_share },
	{ 0 },
};
