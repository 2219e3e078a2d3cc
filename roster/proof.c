/* SPDX-License-Identifier: BSD-2-Clause */
/* Proofs that a card, its PIN and its share work. */
#include <stdlib.h>

#include "base/encode.h"
#include "roster/card_internal.h"
#include "roster/quorum.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"

/* In the order of enum roster_proof_kind. */
static const char *const kind_words[] = { "enrolment", "delivery", "activation", "roll-call",
	NULL };
_Static_assert(sizeof(kind_words) / sizeof(kind_words[0]) == ROSTER_PROOF__COUNT + 1,
    "a word for each kind of proof");

/* The card holds a share of that generation. */
static enum err
check_share(struct roster *roster, const struct roster_proof *proof, struct err_trace *trace)
{
	int64_t found = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT 1 FROM share WHERE quorum = ?1 AND generation = ?2 AND card = ?3",
		db_blob(proof->quorum.bytes, ROSTER_ID_SIZE), db_integer(proof->generation),
		db_blob(proof->card.bytes, ROSTER_ID_SIZE)),
	    0, &found, trace);

	if (err == ERR_OK && found == 0)
		return FAIL(trace, ERR_ARGUMENT, "the card has no share of generation %u",
		    proof->generation);
	return err;
}

/* A card without a share proves its keys and its PIN alone. */
static bool
is_of_share(const struct roster_proof *proof)
{
	return proof->kind != ROSTER_PROOF_ENROLMENT &&
	       !(proof->kind == ROSTER_PROOF_ROLL_CALL && proof->generation == 0);
}

static json_t *
body_of(const struct roster_proof *proof)
{
	json_t *body = json_pack("{s:o, s:s, s:i, s:s}", "card", member_of_id(&proof->card), "kind",
	    kind_words[proof->kind], "tries", (int)proof->tries_left, "firmware",
	    proof->firmware == NULL ? "" : proof->firmware);
	int failed = body == NULL;

	if (!failed && is_of_share(proof))
		failed = json_object_set_new(body, "quorum", member_of_id(&proof->quorum)) != 0 ||
			 json_object_set_new(
			     body, "generation", json_integer((json_int_t)proof->generation)) != 0;
	if (!failed && proof->nonce != NULL)
		failed = json_object_set_new(body, "nonce", member_of_hash(proof->nonce));
	if (!failed)
		return body;
	json_decref(body);
	return NULL;
}

enum err
roster_card_proven(struct roster *roster, const struct roster_proof *proof, struct err_trace *trace)
{
	struct roster_card card;
	enum err err = roster_card_get(roster, &proof->card, &card, trace);

	if (err == ERR_OK && card.state != ROSTER_CARD_ENROLLED)
		err = FAIL(trace, ERR_NOT_NOW, "card %s is not enrolled", card.name);
	if (err == ERR_OK && is_of_share(proof))
		err = check_share(roster, proof, trace);
	return err == ERR_OK ? event_append(roster, "card.proof", body_of(proof), trace) : err;
}

enum err
roster_card_last_proof(struct roster *roster, const struct roster_id *card,
    enum roster_proof_kind kind, int64_t *out, struct err_trace *trace)
{
	return db_ask_integer(roster->db,
	    DB_CALL("SELECT max(time) FROM proof WHERE card = ?1 AND kind = ?2",
		db_blob(card->bytes, ROSTER_ID_SIZE), db_integer(kind)),
	    0, out, trace);
}

static enum err
note_delivery(struct db *db, const struct event *event, const struct roster_id *card,
    const struct roster_id *quorum, struct err_trace *trace)
{
	return db_change(db,
	    DB_CALL("UPDATE share SET delivered = ?4 "
		    "WHERE quorum = ?1 AND generation = ?2 AND card = ?3",
		db_blob(quorum->bytes, ROSTER_ID_SIZE),
		db_integer(member_integer(event->body, "generation")),
		db_blob(card->bytes, ROSTER_ID_SIZE), db_integer(event->time)),
	    trace);
}

static enum err
apply_proof(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	const int kind = member_word(body, "kind", kind_words);
	const bool has_quorum = json_object_get(body, "quorum") != NULL;
	struct roster_id card;
	struct roster_id quorum;
	struct roster_hash nonce;

	if ((kind != ROSTER_PROOF_ROLL_CALL && has_quorum != (kind != ROSTER_PROOF_ENROLMENT)) ||
	    has_quorum != (json_object_get(body, "generation") != NULL))
		return FAIL(trace, ERR_FORMAT, "a proof of a share names its generation");
	member_hex(body, "card", card.bytes, sizeof(card.bytes));
	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	enum err err = db_run(db,
	    DB_CALL("INSERT INTO proof(card, kind, quorum, generation, tries, firmware, time) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		db_blob(card.bytes, sizeof(card.bytes)), db_integer(kind),
		has_quorum ? db_blob(quorum.bytes, sizeof(quorum.bytes)) : db_null(),
		db_integer(member_integer(body, "generation")),
		db_integer(member_integer(body, "tries")), db_text(member_text(body, "firmware")),
		db_integer(event->time)),
	    trace);
	if (err == ERR_OK)
		err = card_note_proof(
		    db, &card, event->time, (unsigned)member_integer(body, "tries"), trace);
	if (err == ERR_OK && kind == ROSTER_PROOF_DELIVERY)
		err = note_delivery(db, event, &card, &quorum, trace);
	if (err == ERR_OK && json_object_get(body, "nonce") != NULL) {
		member_hex(body, "nonce", nonce.bytes, sizeof(nonce.bytes));
		err = roll_call_note_answer(db, &nonce, event->time, trace);
	}
	return err;
}

static const struct member proof_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_A_WORD("kind", kind_words),
	{ .name = "quorum", .kind = MEMBER_HEX, .optional = true, .min = 16, .max = 16 },
	{ .name = "generation",
	    .kind = MEMBER_INTEGER,
	    .optional = true,
	    .min = 1,
	    .max = INT32_MAX },
	MEMBER_A_NUMBER("tries", 0, 255),
	MEMBER_A_TEXT("firmware", 0, ROSTER_TEXT - 1),
	{ .name = "nonce", .kind = MEMBER_HEX, .optional = true, .min = 32, .max = 32 },
	MEMBER_END,
};

const struct event_type proof_events[] = {
	{ "card.proof", proof_members, apply_proof },
	{ 0 },
};
