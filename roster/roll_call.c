/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/roll_call.h"

#include <stdlib.h>

#include "roster/card.h"
#include "roster/point.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"

enum { DAY = 24 * 3600 };

static json_t *
body_of(const struct roster_roll_call *request)
{
	json_t *body = json_pack("{s:o, s:o, s:I}", "card", member_of_id(&request->card), "nonce",
	    member_of_hash(&request->nonce_hash), "expires", (json_int_t)request->expires);

	if (body == NULL || request->generation == 0)
		return body;
	if (json_object_set_new(body, "quorum", member_of_id(&request->quorum)) == 0 &&
	    json_object_set_new(
		body, "generation", json_integer((json_int_t)request->generation)) == 0)
		return body;
	json_decref(body);
	return NULL;
}

enum err
roster_roll_call_ask(
    struct roster *roster, const struct roster_roll_call *request, struct err_trace *trace)
{
	const int64_t now = roster_now(roster);
	struct roster_card card;
	const enum err err = roster_card_get(roster, &request->card, &card, trace);

	if (err != ERR_OK)
		return err;
	if (card.state != ROSTER_CARD_ENROLLED)
		return FAIL(trace, ERR_NOT_NOW, "card %s is not enrolled", card.name);
	if (request->expires <= now ||
	    request->expires > now + (int64_t)ROSTER_REQUEST_DAYS_MAX * DAY)
		return FAIL(trace, ERR_ARGUMENT, "a request expires within 1 to %d days",
		    ROSTER_REQUEST_DAYS_MAX);
	return event_append(roster, "roll-call.request", body_of(request), trace);
}

/* One nonce is asked for once; a later event that repeats it changes nothing. */
static enum err
apply_request(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	const bool has_quorum = json_object_get(body, "quorum") != NULL;
	struct roster_hash nonce;
	struct roster_id card, quorum;

	member_hex(body, "nonce", nonce.bytes, sizeof(nonce.bytes));
	member_hex(body, "card", card.bytes, sizeof(card.bytes));
	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	return db_run(db,
	    DB_CALL(
		"INSERT INTO roll_call(nonce, card, quorum, generation, made, expires, answered) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0) ON CONFLICT(nonce) DO NOTHING",
		db_blob(nonce.bytes, sizeof(nonce.bytes)), db_blob(card.bytes, sizeof(card.bytes)),
		has_quorum ? db_blob(quorum.bytes, sizeof(quorum.bytes)) : db_null(),
		db_integer(member_integer(body, "generation")), db_integer(event->time),
		db_integer(member_integer(body, "expires"))),
	    trace);
}

enum err
roll_call_note_answer(
    struct db *db, const struct roster_hash *nonce, int64_t time, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("UPDATE roll_call SET answered = ?2 WHERE nonce = ?1 AND answered = 0",
		db_blob(nonce->bytes, sizeof(nonce->bytes)), db_integer(time)),
	    trace);
}

static bool
read_request(const struct db_rows *rows, void *item)
{
	struct roster_roll_call *request = item;

	request->generation = (unsigned)db_get_integer(rows, 3);
	request->made = db_get_integer(rows, 4);
	request->expires = db_get_integer(rows, 5);
	request->answered = db_get_integer(rows, 6);
	request->withdrawn = db_get_integer(rows, 7) != 0;
	return db_copy_blob(rows, 0, request->nonce_hash.bytes, ROSTER_HASH_SIZE) &&
	       db_copy_blob(rows, 1, request->card.bytes, ROSTER_ID_SIZE) &&
	       (db_is_null(rows, 2) ||
		   db_copy_blob(rows, 2, request->quorum.bytes, ROSTER_ID_SIZE));
}

enum err
roster_roll_call_find(struct roster *roster, const struct roster_hash *nonce_hash,
    struct roster_roll_call *out, struct err_trace *trace)
{
	struct roster_roll_call found = { .generation = 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL("SELECT nonce, card, quorum, generation, made, expires, answered, "
		    "EXISTS(SELECT 1 FROM roll_call AS later WHERE later.card = roll_call.card AND "
		    "later.ordinal > roll_call.ordinal) FROM roll_call WHERE nonce = ?1",
		db_blob(nonce_hash->bytes, ROSTER_HASH_SIZE)),
	    read_request, &found, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "this roster made no such request");
	if (err == ERR_OK)
		*out = found;
	return err;
}

/* Which enrolled card's signature it is, but for the one that it should be; false for none. */
static bool
find_signer(struct roster *roster, const struct point_signed *what, char name[ROSTER_SHORT_NAME])
{
	struct roster_card *cards = NULL;
	size_t count = 0;
	bool found = false;

	if (roster_card_list(roster, NULL, &cards, &count, NULL) != ERR_OK)
		return false;
	for (size_t i = 0; !found && i < count; i++) {
		found = cards[i].state == ROSTER_CARD_ENROLLED &&
			point_verify(cards[i].sig, what, NULL) == ERR_OK;
		for (size_t k = 0; found && k < ROSTER_SHORT_NAME; k++)
			name[k] = cards[i].name[k];
	}
	free(cards);
	return found;
}

enum err
roster_card_signed(struct roster *roster, const struct roster_signed *what, struct err_trace *trace)
{
	const struct point_signed message = { what->message, what->message_len, what->der,
		what->der_len };
	char signer[ROSTER_SHORT_NAME];
	struct roster_card card;
	enum err err = roster_card_get(roster, &what->card, &card, trace);

	if (err != ERR_OK)
		return err;
	err = point_verify(card.sig, &message, NULL);
	if (err != ERR_DENIED)
		return err == ERR_OK ? err : FAIL(trace, err, "card %s has no key", card.name);
	if (find_signer(roster, &message, signer))
		return FAIL(
		    trace, err, "it was signed by card %s, not by card %s", signer, card.name);
	return FAIL(trace, err,
	    "the signature is not card %s's over these bytes: one of them was changed, or another "
	    "key signed",
	    card.name);
}

static const struct member request_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_BYTES("nonce", 32),
	MEMBER_A_NUMBER("expires", 0, INT64_C(253402300799)),
	{ .name = "quorum", .kind = MEMBER_HEX, .optional = true, .min = 16, .max = 16 },
	{ .name = "generation",
	    .kind = MEMBER_INTEGER,
	    .optional = true,
	    .min = 1,
	    .max = INT32_MAX },
	MEMBER_END,
};

const struct event_type roll_call_events[] = {
	{ "roll-call.request", request_members, apply_request },
	{ 0 },
};
