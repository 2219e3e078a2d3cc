/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/journal.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "roster/journal_internal.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"

static enum err
check_opening(
    struct roster *roster, const struct roster_activation *activation, struct err_trace *trace)
{
	if (activation->cards == 0 || activation->cards > ROSTER_CARDS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "an activation with %u cards", activation->cards);
	return generation_check(roster, &activation->quorum, activation->generation, trace);
}

enum err
roster_activation_open(
    struct roster *roster, struct roster_activation *activation, struct err_trace *trace)
{
	struct roster_id id;
	enum err err = check_opening(roster, activation, trace);

	if (err == ERR_OK)
		err = roster_id_new(&id, trace);
	if (err == ERR_OK)
		err = event_append(roster, "activation.open",
		    json_pack("{s:o, s:o, s:i, s:s, s:s, s:o}", "activation", member_of_id(&id),
			"quorum", member_of_id(&activation->quorum), "generation",
			(int)activation->generation, "binding", activation->binding, "purpose",
			activation->purpose, "cards",
			member_of_ids(activation->card, activation->cards)),
		    trace);
	if (err == ERR_OK)
		activation->id = id;
	return err;
}

enum err
roster_activation_close(struct roster *roster, const struct roster_id *id, int64_t uses,
    const char *result, struct err_trace *trace)
{
	int64_t open = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT 1 FROM activation WHERE id = ?1 AND closed = 0",
		db_blob(id->bytes, ROSTER_ID_SIZE)),
	    0, &open, trace);

	if (err != ERR_OK)
		return err;
	if (open == 0)
		return FAIL(trace, ERR_NOT_NOW, "there is no such activation, or it was closed");
	return event_append(roster, "activation.close",
	    json_pack("{s:o, s:I, s:s}", "activation", member_of_id(id), "uses", (json_int_t)uses,
		"result", result),
	    trace);
}

static bool
read_activation(const struct db_rows *rows, void *item)
{
	struct roster_activation *activation = item;
	size_t len = 0;
	const void *cards = db_get_bytes(rows, 5, &len);

	if (len > sizeof(activation->card) || len % ROSTER_ID_SIZE != 0)
		return false;
	memcpy(activation->card, cards, len);
	activation->cards = (unsigned)(len / ROSTER_ID_SIZE);
	activation->generation = (unsigned)db_get_integer(rows, 2);
	db_copy_text(rows, 3, activation->binding, sizeof(activation->binding));
	db_copy_text(rows, 4, activation->purpose, sizeof(activation->purpose));
	activation->opened = db_get_integer(rows, 7);
	activation->closed = db_get_integer(rows, 8);
	activation->uses = db_get_integer(rows, 9);
	db_copy_text(rows, 10, activation->result, sizeof(activation->result));
	return db_copy_blob(rows, 0, activation->id.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 1, activation->quorum.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 6, activation->by.bytes, ROSTER_ID_SIZE);
}

enum err
roster_activation_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_activation **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_activation), read_activation };
	void *activations = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT id, quorum, generation, binding, purpose, cards, person, opened, "
		    "closed, uses, result FROM activation WHERE quorum = ?1 ORDER BY ordinal DESC",
		db_blob(quorum->bytes, ROSTER_ID_SIZE)),
	    &shape, &activations, count, trace);

	if (err == ERR_OK)
		*out = activations;
	return err;
}

enum err
roster_key_generated(struct roster *roster, const struct roster_key *key, struct err_trace *trace)
{
	return event_append(roster, "key.generate",
	    json_pack("{s:s, s:s, s:s, s:s, s:o}", "binding", key->binding, "label", key->label,
		"algorithm", key->algorithm, "id", key->id, "public-hash",
		member_of_hash(&key->public_hash)),
	    trace);
}

static bool
read_key(const struct db_rows *rows, void *item)
{
	struct roster_key *key = item;

	db_copy_text(rows, 0, key->binding, sizeof(key->binding));
	db_copy_text(rows, 1, key->label, sizeof(key->label));
	db_copy_text(rows, 2, key->algorithm, sizeof(key->algorithm));
	db_copy_text(rows, 3, key->id, sizeof(key->id));
	key->generated = db_get_integer(rows, 5);
	return db_copy_blob(rows, 4, key->public_hash.bytes, ROSTER_HASH_SIZE);
}

enum err
roster_key_list(struct roster *roster, const char *binding, struct roster_key **out, size_t *count,
    struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_key), read_key };
	void *keys = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT binding, label, algorithm, id, public_hash, time FROM token_key "
		    "WHERE binding = ?1 ORDER BY ordinal",
		db_text(binding)),
	    &shape, &keys, count, trace);

	if (err == ERR_OK)
		*out = keys;
	return err;
}

static enum err
apply_open(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	const json_t *list = json_object_get(body, "cards");
	struct roster_id cards[ROSTER_CARDS_MAX];
	struct roster_id id;
	struct roster_id quorum;
	const size_t count = json_array_size(list);

	for (size_t i = 0; i < count; i++) {
		if (!roster_id_parse(json_string_value(json_array_get(list, i)), &cards[i]))
			return FAIL(trace, ERR_INTERNAL, "a card's id was not checked");
	}
	member_hex(body, "activation", id.bytes, sizeof(id.bytes));
	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO activation(id, quorum, generation, binding, purpose, cards, "
		    "person, opened, closed, uses, result) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, '')",
		db_blob(id.bytes, sizeof(id.bytes)), db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_integer(member_integer(body, "generation")),
		db_text(member_text(body, "binding")), db_text(member_text(body, "purpose")),
		db_blob(cards, count * sizeof(cards[0])), db_blob(event->by.bytes, ROSTER_ID_SIZE),
		db_integer(event->time)),
	    trace);
}

static enum err
apply_close(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id id;

	member_hex(event->body, "activation", id.bytes, sizeof(id.bytes));
	return db_change(db,
	    DB_CALL("UPDATE activation SET closed = ?2, uses = ?3, result = ?4 WHERE id = ?1",
		db_blob(id.bytes, sizeof(id.bytes)), db_integer(event->time),
		db_integer(member_integer(event->body, "uses")),
		db_text(member_text(event->body, "result"))),
	    trace);
}

static enum err
apply_key(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_hash hash;

	member_hex(body, "public-hash", hash.bytes, sizeof(hash.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO token_key(binding, label, algorithm, id, public_hash, time) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
		db_text(member_text(body, "binding")), db_text(member_text(body, "label")),
		db_text(member_text(body, "algorithm")), db_text(member_text(body, "id")),
		db_blob(hash.bytes, sizeof(hash.bytes)), db_integer(event->time)),
	    trace);
}

static const struct member card_item[] = { MEMBER_AN_ID(""), MEMBER_END };

static const struct member open_members[] = {
	MEMBER_AN_ID("activation"),
	MEMBER_AN_ID("quorum"),
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_A_TEXT("binding", 1, 32),
	MEMBER_A_TEXT("purpose", 0, ROSTER_TEXT - 1),
	MEMBER_MANY("cards", card_item, 1, ROSTER_CARDS_MAX),
	MEMBER_END,
};
static const struct member close_members[] = {
	MEMBER_AN_ID("activation"),
	MEMBER_A_NUMBER("uses", 0, INT32_MAX),
	MEMBER_A_TEXT("result", 1, ROSTER_TEXT - 1),
	MEMBER_END,
};
static const struct member key_members[] = {
	MEMBER_A_TEXT("binding", 1, 32),
	MEMBER_A_TEXT("label", 1, ROSTER_TEXT - 1),
	MEMBER_A_TEXT("algorithm", 1, 31),
	{ .name = "id", .kind = MEMBER_HEX, .min = 0, .max = (ROSTER_TEXT - 1) / 2 },
	MEMBER_BYTES("public-hash", ROSTER_HASH_SIZE),
	MEMBER_END,
};

const struct event_type journal_events[] = {
	{ "activation.open", open_members, apply_open },
	{ "activation.close", close_members, apply_close },
	{ "key.generate", key_members, apply_key },
	{ 0 },
};
