/* SPDX-License-Identifier: BSD-2-Clause */
/* A generation comes to be in one event, with its sealed records beside it. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "roster/card.h"
#include "roster/content.h"
#include "roster/person_internal.h"
#include "roster/point.h"
#include "roster/quorum.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"
#include "roster/seat.h"

enum { THRESHOLD_MIN = 2 };

static enum err
check_numbers(
    const struct roster_quorum *quorum, const struct roster_seal *seal, struct err_trace *trace)
{
	if (seal->number != quorum->newest + 1)
		return FAIL(trace, ERR_ARGUMENT, "the next generation of '%s' is %u, not %u",
		    quorum->name, quorum->newest + 1, seal->number);
	if (seal->threshold < THRESHOLD_MIN || seal->threshold > seal->size ||
	    seal->size > ROSTER_CARDS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "%u of %u is not 2 ≤ M ≤ N ≤ %d", seal->threshold,
		    seal->size, ROSTER_CARDS_MAX);
	return point_check(seal->escrow, trace);
}

/* No card of another quorum: its header and its short name speak of one (design.md, 2). */
static enum err
check_holdings(struct roster *roster, const struct roster_quorum *quorum,
    const struct roster_card *card, struct err_trace *trace)
{
	struct roster_holding *holdings = NULL;
	size_t count = 0;
	enum err err = roster_card_holdings(roster, &card->id, &holdings, &count, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (!roster_id_equal(&holdings[i].quorum, &quorum->id) &&
		    holdings[i].state != ROSTER_GENERATION_ABORTED)
			err = FAIL(trace, ERR_NOT_NOW, "card %s serves another quorum", card->name);
	}
	free(holdings);
	return err;
}

static enum err
check_card(struct roster *roster, const struct roster_quorum *quorum, const struct roster_id *id,
    struct roster_id *custodian, struct err_trace *trace)
{
	struct roster_card card;
	enum err err = roster_card_get(roster, id, &card, trace);

	if (err == ERR_OK && card.state != ROSTER_CARD_ENROLLED)
		err = FAIL(trace, ERR_NOT_NOW, "card %s is not enrolled", card.name);
	if (err == ERR_OK)
		err = person_check_present(roster, &card.custodian, trace);
	if (err == ERR_OK)
		err = check_holdings(roster, quorum, &card, trace);
	if (err == ERR_OK)
		*custodian = card.custodian;
	return err;
}

static enum err
check_unlike(const struct roster_seal *seal, unsigned at, struct err_trace *trace)
{
	for (unsigned i = 0; i < at; i++) {
		if (seal->share[i].index == seal->share[at].index)
			return FAIL(trace, ERR_ARGUMENT, "two shares have the index %u",
			    seal->share[at].index);
		if (roster_id_equal(&seal->share[i].card, &seal->share[at].card))
			return FAIL(trace, ERR_ARGUMENT, "two shares are for one card");
	}
	if (seal->share[at].index >= ROSTER_CARDS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "a share has the index %u", seal->share[at].index);
	return ERR_OK;
}

/* The entry of one share, its record stored beside. */
static enum err
pack_share(struct roster *roster, const struct roster_seal *seal, unsigned at,
    const struct roster_id *custodian, json_t *list, struct err_trace *trace)
{
	const uint8_t *record = seal->share[at].record;
	struct roster_hash content;
	struct roster_hash plain;
	enum err err = content_put(roster, record, ROSTER_RECORD_SIZE, &content, trace);

	if (err == ERR_OK)
		err = sha256(record, ROSTER_RECORD_SIZE, plain.bytes, trace);
	if (err == ERR_OK &&
	    json_array_append_new(
		list, json_pack("{s:i, s:o, s:o, s:o, s:o, s:o}", "index",
			  (int)seal->share[at].index, "card", member_of_id(&seal->share[at].card),
			  "custodian", member_of_id(custodian), "commitment",
			  member_of_hash(&seal->share[at].commitment), "record",
			  member_of_hash(&content), "record-hash", member_of_hash(&plain))) != 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for an event");
	return err;
}

static enum err
pack_shares(struct roster *roster, const struct roster_quorum *quorum,
    const struct roster_seal *seal, json_t *list, struct err_trace *trace)
{
	struct roster_id custodian;
	enum err err = ERR_OK;

	for (unsigned i = 0; i < seal->size && err == ERR_OK; i++) {
		err = check_unlike(seal, i, trace);
		if (err == ERR_OK)
			err = check_card(roster, quorum, &seal->share[i].card, &custodian, trace);
		if (err == ERR_OK)
			err = pack_share(roster, seal, i, &custodian, list, trace);
	}
	return err;
}

enum err
roster_generation_seal(struct roster *roster, const struct roster_id *quorum,
    const struct roster_seal *seal, struct err_trace *trace)
{
	struct roster_quorum found;
	json_t *shares = NULL;
	enum err err = roster_seat_check(roster, trace);

	if (err == ERR_OK)
		err = roster_quorum_get(roster, quorum, &found, trace);
	if (err == ERR_OK)
		err = check_numbers(&found, seal, trace);
	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	shares = json_array();
	err = pack_shares(roster, &found, seal, shares, trace);
	if (err == ERR_OK)
		err = event_append(roster, "generation.seal",
		    json_pack("{s:o, s:i, s:i, s:i, s:o, s:o, s:O}", "quorum", member_of_id(quorum),
			"generation", (int)seal->number, "threshold", (int)seal->threshold, "size",
			(int)seal->size, "check", member_of_bytes(seal->check, sizeof(seal->check)),
			"escrow", member_of_bytes(seal->escrow, sizeof(seal->escrow)), "shares",
			shares),
		    trace);
	err = roster_end(roster, err, trace);
	json_decref(shares);
	return err;
}

static enum err
apply_share(struct db *db, const json_t *body, size_t position, struct err_trace *trace)
{
	const json_t *entry = json_array_get(json_object_get(body, "shares"), position);
	struct roster_id quorum;
	struct roster_id card;
	struct roster_id custodian;
	struct roster_hash commitment;
	struct roster_hash record;
	struct roster_hash plain;

	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	member_hex(entry, "card", card.bytes, sizeof(card.bytes));
	member_hex(entry, "custodian", custodian.bytes, sizeof(custodian.bytes));
	member_hex(entry, "commitment", commitment.bytes, sizeof(commitment.bytes));
	member_hex(entry, "record", record.bytes, sizeof(record.bytes));
	member_hex(entry, "record-hash", plain.bytes, sizeof(plain.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO share(quorum, generation, position, share_index, card, custodian, "
		    "commitment, record, record_hash, delivered, begun, erased) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, 0)",
		db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_integer(member_integer(body, "generation")), db_integer((int64_t)position),
		db_integer(member_integer(entry, "index")), db_blob(card.bytes, sizeof(card.bytes)),
		db_blob(custodian.bytes, sizeof(custodian.bytes)),
		db_blob(commitment.bytes, sizeof(commitment.bytes)),
		db_blob(record.bytes, sizeof(record.bytes)),
		db_blob(plain.bytes, sizeof(plain.bytes))),
	    trace);
}

static enum err
apply_seal(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	const size_t size = json_array_size(json_object_get(body, "shares"));
	struct roster_id quorum;
	uint8_t check[ROSTER_CHECK_SIZE];
	uint8_t escrow[ROSTER_POINT_SIZE];

	if (size != (size_t)member_integer(body, "size"))
		return FAIL(trace, ERR_FORMAT, "a generation's size is not its number of shares");
	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	member_hex(body, "check", check, sizeof(check));
	member_hex(body, "escrow", escrow, sizeof(escrow));
	enum err err = db_run(db,
	    DB_CALL("INSERT INTO generation(quorum, number, threshold, size, state, check_value, "
		    "escrow, sealed, live) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
		db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_integer(member_integer(body, "generation")),
		db_integer(member_integer(body, "threshold")), db_integer((int64_t)size),
		db_integer(ROSTER_GENERATION_SEALED), db_blob(check, sizeof(check)),
		db_blob(escrow, sizeof(escrow)), db_integer(event->time)),
	    trace);
	for (size_t i = 0; i < size && err == ERR_OK; i++)
		err = apply_share(db, body, i, trace);
	return err;
}

static const struct member share_members[] = {
	MEMBER_A_NUMBER("index", 0, ROSTER_CARDS_MAX - 1),
	MEMBER_AN_ID("card"),
	MEMBER_AN_ID("custodian"),
	MEMBER_BYTES("commitment", ROSTER_HASH_SIZE),
	MEMBER_A_CONTENT("record"),
	MEMBER_BYTES("record-hash", ROSTER_HASH_SIZE),
	MEMBER_END,
};
static const struct member seal_members[] = {
	MEMBER_AN_ID("quorum"),
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_A_NUMBER("threshold", THRESHOLD_MIN, ROSTER_CARDS_MAX),
	MEMBER_A_NUMBER("size", THRESHOLD_MIN, ROSTER_CARDS_MAX),
	MEMBER_BYTES("check", ROSTER_CHECK_SIZE),
	MEMBER_BYTES("escrow", ROSTER_POINT_SIZE),
	MEMBER_A_LIST("shares", share_members, THRESHOLD_MIN, ROSTER_CARDS_MAX),
	MEMBER_END,
};

const struct event_type seal_events[] = {
	{ "generation.seal", seal_members, apply_seal },
	{ 0 },
};
