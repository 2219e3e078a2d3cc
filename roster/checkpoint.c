/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "roster/card.h"
#include "roster/checkpoint_internal.h"
#include "roster/point.h"
#include "roster/roster_internal.h"

/* How many events may come between asking for a checkpoint and the last of its signatures. */
enum { BETWEEN_MAX = 256 };

static const char CONTEXT[] = "quorate/1 checkpoint";

enum { MESSAGE_SIZE = sizeof(CONTEXT) - 1 + ROSTER_HASH_SIZE };

/* What is signed: the context and the head. */
static void
make_message(const struct roster_hash *head, uint8_t out[MESSAGE_SIZE])
{
	memcpy(out, CONTEXT, sizeof(CONTEXT) - 1);
	memcpy(out + sizeof(CONTEXT) - 1, head->bytes, ROSTER_HASH_SIZE);
}

enum err
checkpoint_hash_heads(
    const struct event_head *heads, size_t count, struct roster_hash *out, struct err_trace *trace)
{
	char(*lines)[EVENT_HEAD_TEXT + 1] = calloc(count + 1, sizeof(*lines));
	struct part *parts = calloc(count + 1, sizeof(*parts));
	enum err err = ERR_INTERNAL;

	if (lines == NULL || parts == NULL) {
		err = FAIL(trace, ERR_NOMEM, "no memory for the roster's head");
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		event_head_format(&heads[i], lines[i]);
		const size_t len = strlen(lines[i]);

		lines[i][len] = '\n';
		parts[i] = (struct part){ lines[i], len + 1 };
	}
	err = sha256_parts(parts, count, out->bytes, trace);
out:
	free(parts);
	free(lines);
	return err;
}

enum err
roster_head(struct roster *roster, struct roster_hash *head, struct err_trace *trace)
{
	struct event_head *heads = NULL;
	size_t count = 0;
	enum err err = event_heads(roster->db, &heads, &count, trace);

	if (err == ERR_OK)
		err = checkpoint_hash_heads(heads, count, head, trace);
	free(heads);
	return err;
}

/* The greatest number of a checkpoint, those of adopted cards' former rosters among them. */
#define HIGHEST                                                                                    \
	"SELECT max(n) FROM (SELECT max(number) AS n FROM checkpoint "                             \
	"UNION ALL SELECT max(checkpoint) FROM adopted)"

enum err
roster_checkpoint_request(
    struct roster *roster, struct roster_checkpoint_request *out, struct err_trace *trace)
{
	struct roster_checkpoint_request request = { 0 };
	uint8_t message[MESSAGE_SIZE];
	int64_t number = 0;
	enum err err = roster_head(roster, &request.head, trace);

	if (err == ERR_OK)
		err = db_ask_integer(roster->db, DB_CALL0(HIGHEST), 0, &number, trace);
	if (err != ERR_OK)
		return err;
	make_message(&request.head, message);
	err = sha256(message, sizeof(message), request.digest.bytes, trace);
	if (err != ERR_OK)
		return err;
	request.number = (unsigned)number + 1;
	*out = request;
	return ERR_OK;
}

/* The event before `head` of the same writer. */
static enum err
step_back(struct db *db, struct event_head *head, struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	enum err err = db_query(db,
	    DB_CALL("SELECT hash FROM event WHERE writer = ?1 AND n = ?2",
		db_blob(head->writer.bytes, ROSTER_ID_SIZE), db_integer(head->n - 1)),
	    &rows, trace);

	if (err == ERR_OK &&
	    (!db_next(&rows) || !db_copy_blob(&rows, 0, head->hash.bytes, ROSTER_HASH_SIZE)))
		err = ERR_ABSENT;
	err = db_end(&rows, err, trace);
	if (err == ERR_OK)
		head->n--;
	return err;
}

/*
 * The heads as they were when the request was made: since then only this writer has appended, the
 * signatures of other cards for one.
 */
static enum err
heads_of_request(struct roster *roster, const struct roster_hash *wanted, struct event_head *heads,
    size_t count, struct err_trace *trace)
{
	struct roster_hash head;
	struct event_head *own = NULL;

	for (size_t i = 0; i < count; i++) {
		if (roster_id_equal(&heads[i].writer, &roster->own.writer))
			own = &heads[i];
	}
	for (int tries = 0; own != NULL && tries < BETWEEN_MAX; tries++) {
		enum err err = checkpoint_hash_heads(heads, count, &head, trace);

		if (err != ERR_OK || roster_hash_equal(&head, wanted))
			return err;
		err = step_back(roster->db, own, trace);
		if (err == ERR_ABSENT)
			break;
		if (err != ERR_OK)
			return err;
	}
	err_next(trace, "begin the checkpoint anew");
	return FAIL(trace, ERR_ARGUMENT, "the signed head is not one that this roster had");
}

static json_t *
pack_heads(const struct event_head *heads, size_t count)
{
	char text[EVENT_HEAD_TEXT];
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		event_head_format(&heads[i], text);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

static enum err
check_signature(const uint8_t sig[ROSTER_POINT_SIZE], const struct roster_hash *head,
    const void *der, size_t len, struct err_trace *trace)
{
	uint8_t message[MESSAGE_SIZE];

	make_message(head, message);
	const struct point_signed what = { message, sizeof(message), der, len };

	return point_verify(sig, &what, trace);
}

enum err
roster_checkpoint_sign(struct roster *roster, const struct roster_checkpoint_request *request,
    const struct roster_signature *signature, struct err_trace *trace)
{
	struct roster_card card;
	struct event_head *heads = NULL;
	size_t count = 0;
	enum err err = roster_card_get(roster, &signature->card, &card, trace);

	if (err == ERR_OK && card.state != ROSTER_CARD_ENROLLED)
		err = FAIL(trace, ERR_NOT_NOW, "card %s is not enrolled", card.name);
	if (err != ERR_OK)
		return err;
	err = check_signature(card.sig, &request->head, signature->der, signature->len, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "card %s did not sign the checkpoint", card.name);
	err = event_heads(roster->db, &heads, &count, trace);
	if (err == ERR_OK)
		err = heads_of_request(roster, &request->head, heads, count, trace);
	if (err == ERR_OK)
		err = event_append(roster, "checkpoint.sign",
		    json_pack("{s:i, s:o, s:o, s:o}", "number", (int)request->number, "heads",
			pack_heads(heads, count), "card", member_of_id(&signature->card),
			"signature", member_of_bytes(signature->der, signature->len)),
		    trace);
	free(heads);
	return err;
}

/* One signature; those of one number and head are one checkpoint. */
static bool
read_signature(const struct db_rows *rows, void *item)
{
	struct roster_checkpoint *checkpoint = item;

	checkpoint->number = (unsigned)db_get_integer(rows, 0);
	checkpoint->time = db_get_integer(rows, 3);
	checkpoint->signers = 1;
	return db_copy_blob(rows, 1, checkpoint->head.bytes, ROSTER_HASH_SIZE) &&
	       db_copy_blob(rows, 2, checkpoint->signer[0].bytes, ROSTER_ID_SIZE);
}

/* Joins neighbours that are signatures of one checkpoint; returns how many remain. */
static size_t
join(struct roster_checkpoint *all, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct roster_checkpoint *last = kept == 0 ? NULL : &all[kept - 1];

		if (last != NULL && last->number == all[i].number &&
		    roster_hash_equal(&last->head, &all[i].head)) {
			if (last->signers < ROSTER_CARDS_MAX)
				last->signer[last->signers++] = all[i].signer[0];
			last->time = all[i].time;
		} else {
			all[kept++] = all[i];
		}
	}
	return kept;
}

enum err
roster_checkpoint_list(
    struct roster *roster, struct roster_checkpoint **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_checkpoint), read_signature };
	void *signatures = NULL;
	size_t found = 0;
	const enum err err = db_all(roster->db,
	    DB_CALL0(
		"SELECT number, head, card, time FROM checkpoint ORDER BY number, head, ordinal"),
	    &shape, &signatures, &found, trace);

	if (err != ERR_OK)
		return err;
	*out = signatures;
	*count = join(signatures, found);
	return ERR_OK;
}

enum err
roster_checkpoint_last(
    struct roster *roster, struct roster_checkpoint *out, struct err_trace *trace)
{
	struct roster_checkpoint *all = NULL;
	size_t count = 0;
	enum err err = roster_checkpoint_list(roster, &all, &count, trace);

	if (err != ERR_OK)
		return err;
	if (count == 0)
		err = FAIL(trace, ERR_ABSENT, "no card has signed the roster's head yet");
	else
		*out = all[count - 1];
	free(all);
	return err;
}

enum err
roster_checkpoint_knows(struct roster *roster, unsigned number, const uint8_t head[8], bool *known,
    unsigned *highest, struct err_trace *trace)
{
	int64_t found = 0;
	int64_t most = 0;
	enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT EXISTS (SELECT 1 FROM checkpoint WHERE number = ?1 AND "
		    "substr(head, 1, 8) = ?2) OR EXISTS (SELECT 1 FROM adopted WHERE "
		    "checkpoint = ?1 AND head = ?2)",
		db_integer(number), db_blob(head, 8)),
	    0, &found, trace);

	if (err == ERR_OK)
		err = db_ask_integer(roster->db, DB_CALL0(HIGHEST), 0, &most, trace);
	if (err != ERR_OK)
		return err;
	*known = found != 0;
	*highest = (unsigned)most;
	return ERR_OK;
}

enum err
roster_card_is_pinned(struct roster *roster, const struct roster_id *card,
    const struct roster_id *signer, bool *pinned, struct err_trace *trace)
{
	int64_t found = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT 1 FROM card c JOIN pin p ON p.writer = c.writer AND p.n >= c.n "
		    "JOIN checkpoint k ON k.ordinal = p.checkpoint "
		    "WHERE c.id = ?1 AND k.card = ?2 LIMIT 1",
		db_blob(card->bytes, ROSTER_ID_SIZE), db_blob(signer->bytes, ROSTER_ID_SIZE)),
	    0, &found, trace);

	if (err == ERR_OK)
		*pinned = found != 0;
	return err;
}

enum err
checkpoint_verify_pins(struct db *db, int64_t from, struct err_trace *trace)
{
	int64_t number = 0;
	const enum err err = db_ask_integer(db,
	    DB_CALL("SELECT k.number FROM checkpoint k JOIN pin p ON p.checkpoint = k.ordinal "
		    "WHERE k.ordinal >= ?1 AND NOT EXISTS (SELECT 1 FROM event e WHERE "
		    "e.writer = p.writer AND e.n = p.n AND e.hash = p.hash) LIMIT 1",
		db_integer(from)),
	    0, &number, trace);

	if (err == ERR_OK && number != 0)
		return FAIL(trace, ERR_FORMAT,
		    "checkpoint %d is of other events than the roster has", (int)number);
	return err;
}

enum err
checkpoint_count_pinned(struct db *db, int64_t *out, struct err_trace *trace)
{
	return db_ask_integer(db,
	    DB_CALL0("SELECT sum(most) FROM (SELECT max(n) AS most FROM pin GROUP BY writer)"), 0,
	    out, trace);
}

static enum err
apply_pins(struct db *db, const struct event_head *heads, size_t count, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = db_run(db,
		    DB_CALL("INSERT INTO pin(checkpoint, writer, n, hash) "
			    "VALUES((SELECT max(ordinal) FROM checkpoint), ?1, ?2, ?3)",
			db_blob(heads[i].writer.bytes, ROSTER_ID_SIZE), db_integer(heads[i].n),
			db_blob(heads[i].hash.bytes, ROSTER_HASH_SIZE)),
		    trace);
	return err;
}

static bool
read_sig(const struct db_rows *rows, void *item)
{
	return db_copy_blob(rows, 0, item, ROSTER_POINT_SIZE);
}

/* The signature once more, with the key that the card was enrolled with. */
static enum err
apply_signature(struct db *db, const struct event *event, const struct roster_hash *head,
    struct err_trace *trace)
{
	const char *hex = member_text(event->body, "signature");
	const size_t len = strlen(hex) / 2;
	uint8_t der[ROSTER_SIGNATURE_MAX];
	uint8_t sig[ROSTER_POINT_SIZE];
	struct roster_id card;
	enum err err;

	if (len > sizeof(der) || !hex_decode(hex, der, len))
		return FAIL(trace, ERR_INTERNAL, "a signature was not checked");
	member_hex(event->body, "card", card.bytes, sizeof(card.bytes));
	const struct db_value card_value = db_blob(card.bytes, sizeof(card.bytes));
	err = db_one(
	    db, DB_CALL("SELECT sig FROM card WHERE id = ?1", card_value), read_sig, sig, trace);
	if (err == ERR_OK)
		err = check_signature(sig, head, der, len, trace);
	if (err != ERR_OK)
		return FAIL(trace, ERR_FORMAT, "a checkpoint's signature does not verify");
	return db_run(db,
	    DB_CALL("INSERT INTO checkpoint(number, head, card, signature, time) "
		    "VALUES(?1, ?2, ?3, ?4, ?5)",
		db_integer(member_integer(event->body, "number")),
		db_blob(head->bytes, ROSTER_HASH_SIZE), card_value, db_blob(der, len),
		db_integer(event->time)),
	    trace);
}

static enum err
apply_sign(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *lines = json_object_get(event->body, "heads");
	const size_t count = json_array_size(lines);
	struct event_head *heads = calloc(count + 1, sizeof(*heads));
	struct roster_hash head;
	enum err err = ERR_OK;

	if (heads == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a checkpoint");
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		if (!event_head_parse(json_string_value(json_array_get(lines, i)), &heads[i]) ||
		    (i > 0 && roster_id_order(&heads[i - 1].writer, &heads[i].writer) >= 0))
			err = FAIL(trace, ERR_FORMAT, "a checkpoint's heads are malformed");
	}
	if (err == ERR_OK)
		err = checkpoint_hash_heads(heads, count, &head, trace);
	if (err == ERR_OK)
		err = apply_signature(db, event, &head, trace);
	if (err == ERR_OK)
		err = apply_pins(db, heads, count, trace);
	free(heads);
	return err;
}

static const struct member head_item[] = { MEMBER_A_TEXT("", 1, EVENT_HEAD_TEXT), MEMBER_END };

static const struct member sign_members[] = {
	MEMBER_A_NUMBER("number", 1, INT32_MAX),
	MEMBER_MANY("heads", head_item, 1, EVENT_WRITERS_MAX),
	MEMBER_AN_ID("card"),
	{ .name = "signature", .kind = MEMBER_HEX, .min = 8, .max = ROSTER_SIGNATURE_MAX },
	MEMBER_END,
};

const struct event_type checkpoint_events[] = {
	{ "checkpoint.sign", sign_members, apply_sign },
	{ 0 },
};
