/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/activation.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "roster/activation_internal.h"
#include "roster/content.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"

#define COLUMNS                                                                                    \
	"id, quorum, generation, binding, purpose, cards, person, opened, closed, uses, result, "  \
	"kind, refused, recorded"

static enum err
check_opening(
    struct roster *roster, const struct roster_activation *activation, struct err_trace *trace)
{
	if (activation->cards == 0 || activation->cards > ROSTER_CARDS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "an activation with %u cards", activation->cards);
	return generation_check(roster, &activation->quorum, activation->generation, trace);
}

/* What both kinds say; NULL when there is no memory. */
static json_t *
pack_opening(const struct roster_activation *activation)
{
	return json_pack("{s:o, s:o, s:i, s:s, s:o}", "activation", member_of_id(&activation->id),
	    "quorum", member_of_id(&activation->quorum), "generation", (int)activation->generation,
	    "purpose", activation->purpose, "cards",
	    member_of_ids(activation->card, activation->cards));
}

enum err
roster_activation_open(
    struct roster *roster, struct roster_activation *activation, struct err_trace *trace)
{
	bool serves_commands = activation->kind == ROSTER_SERVES_COMMANDS;
	enum err err = check_opening(roster, activation, trace);
	json_t *body;

	if (err == ERR_OK && !roster_id_is_set(&activation->id))
		err = roster_id_new(&activation->id, trace);
	if (err != ERR_OK)
		return err;
	body = pack_opening(activation);
	if (body != NULL && !serves_commands &&
	    json_object_set_new(body, "binding", json_string(activation->binding)) != 0) {
		json_decref(body);
		body = NULL;
	}
	return event_append(
	    roster, serves_commands ? "session.open" : "activation.open", body, trace);
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
	activation->kind = db_get_integer(rows, 11) == ROSTER_SERVES_COMMANDS
			       ? ROSTER_SERVES_COMMANDS
			       : ROSTER_SERVES_APPLICATIONS;
	activation->refused = db_get_integer(rows, 12);
	activation->recorded = db_get_integer(rows, 13);
	return db_copy_blob(rows, 0, activation->id.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 1, activation->quorum.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 6, activation->by.bytes, ROSTER_ID_SIZE);
}

enum err
roster_activation_get(struct roster *roster, const struct roster_id *id,
    struct roster_activation *out, struct err_trace *trace)
{
	struct roster_activation found = { .cards = 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL("SELECT " COLUMNS " FROM activation WHERE id = ?1",
		db_blob(id->bytes, ROSTER_ID_SIZE)),
	    read_activation, &found, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, ERR_ABSENT, "there is no such activation in the roster");
	if (err == ERR_OK)
		*out = found;
	return err;
}

enum err
roster_activation_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_activation **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_activation), read_activation };
	void *activations = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT " COLUMNS " FROM activation WHERE ?1 IS NULL OR quorum = ?1 "
		    "ORDER BY ordinal DESC",
		quorum == NULL ? db_null() : db_blob(quorum->bytes, ROSTER_ID_SIZE)),
	    &shape, &activations, count, trace);

	if (err == ERR_OK)
		*out = activations;
	return err;
}

static enum err
find_open(struct roster *roster, const struct roster_id *id, struct roster_activation *out,
    struct err_trace *trace)
{
	enum err err = roster_activation_get(roster, id, out, trace);

	if (err == ERR_ABSENT || (err == ERR_OK && out->closed != 0)) {
		err_clear(trace);
		return FAIL(trace, ERR_NOT_NOW, "there is no such activation, or it was closed");
	}
	return err;
}

/* What an activation did is the opener's, whoever is at the keyboard when it is written down. */
static enum err
append_for_opener(struct roster *roster, const struct roster_activation *activation,
    const char *type, json_t *body, struct err_trace *trace)
{
	const struct roster_id by = roster->by;
	enum err err;

	roster->by = activation->by;
	err = event_append(roster, type, body, trace);
	roster->by = by;
	return err;
}

static enum err
append_uses(struct roster *roster, const struct roster_activation *activation,
    const struct roster_uses *uses, struct err_trace *trace)
{
	struct roster_hash content;
	enum err err = content_put(roster, uses->lines, uses->len, &content, trace);

	if (err != ERR_OK)
		return err;
	return append_for_opener(roster, activation, "activation.uses",
	    json_pack("{s:o, s:I, s:I, s:I, s:I, s:o, s:o}", "activation",
		member_of_id(&activation->id), "first", (json_int_t)uses->first, "last",
		(json_int_t)uses->last, "made", (json_int_t)uses->made, "refused",
		(json_int_t)uses->refused, "head", member_of_hash(&uses->head), "lines",
		member_of_hash(&content)),
	    trace);
}

enum err
roster_activation_add_uses(struct roster *roster, const struct roster_id *id,
    const struct roster_uses *uses, struct err_trace *trace)
{
	struct roster_activation activation;
	enum err err = find_open(roster, id, &activation, trace);

	if (err != ERR_OK)
		return err;
	if (uses->first != activation.recorded + 1 || uses->last < uses->first ||
	    uses->len > ROSTER_USES_MAX)
		return FAIL(trace, ERR_ARGUMENT, "lines %lld to %lld do not follow line %lld",
		    (long long)uses->first, (long long)uses->last, (long long)activation.recorded);
	err = roster_begin(roster, trace);
	if (err == ERR_OK)
		err = append_uses(roster, &activation, uses, trace);
	return roster_end(roster, err, trace);
}

enum err
roster_activation_close(struct roster *roster, const struct roster_id *id, int64_t uses,
    const char *result, struct err_trace *trace)
{
	struct roster_activation activation;
	enum err err = find_open(roster, id, &activation, trace);

	if (err != ERR_OK)
		return err;
	return append_for_opener(roster, &activation, "activation.close",
	    json_pack("{s:o, s:I, s:s}", "activation", member_of_id(id), "uses", (json_int_t)uses,
		"result", result),
	    trace);
}

struct batches {
	struct roster *roster;
	char *room; /* for the lines of one */
	roster_uses_visit visit;
	void *context;
};

static enum err
visit_batch(const struct batches *batches, const struct db_rows *rows, struct err_trace *trace)
{
	struct roster_uses uses = { .first = db_get_integer(rows, 0),
		.last = db_get_integer(rows, 1),
		.made = db_get_integer(rows, 2),
		.refused = db_get_integer(rows, 3),
		.lines = batches->room };
	struct roster_hash content;
	enum err err;

	if (!db_copy_blob(rows, 4, uses.head.bytes, ROSTER_HASH_SIZE) ||
	    !db_copy_blob(rows, 5, content.bytes, ROSTER_HASH_SIZE))
		return FAIL(trace, ERR_FORMAT, "a record of uses is damaged");
	err = content_get(
	    batches->roster->db, &content, batches->room, ROSTER_USES_MAX, &uses.len, trace);
	return err == ERR_OK ? batches->visit(batches->context, &uses, trace) : err;
}

enum err
roster_activation_uses(struct roster *roster, const struct roster_id *id, roster_uses_visit visit,
    void *context, struct err_trace *trace)
{
	const struct batches batches = { roster, malloc(ROSTER_USES_MAX), visit, context };
	struct db_rows rows = { 0 };
	enum err err;

	if (batches.room == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a record of uses");
	err = db_query(roster->db,
	    DB_CALL("SELECT first, last, made, refused, head, content FROM activation_uses "
		    "WHERE activation = ?1 ORDER BY ordinal",
		db_blob(id->bytes, ROSTER_ID_SIZE)),
	    &rows, trace);
	while (err == ERR_OK && db_next(&rows))
		err = visit_batch(&batches, &rows, trace);
	err = db_end(&rows, err, trace);
	free(batches.room);
	return err;
}

static enum err
apply_opening(struct db *db, const struct event *event, enum roster_activation_kind kind,
    struct err_trace *trace)
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
	    DB_CALL("INSERT OR IGNORE INTO activation(" COLUMNS ") "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, '', ?9, 0, 0)",
		db_blob(id.bytes, sizeof(id.bytes)), db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_integer(member_integer(body, "generation")),
		db_text(member_text(body, "binding")), db_text(member_text(body, "purpose")),
		db_blob(cards, count * sizeof(cards[0])), db_blob(event->by.bytes, ROSTER_ID_SIZE),
		db_integer(event->time), db_integer(kind)),
	    trace);
}

static enum err
apply_open(struct db *db, const struct event *event, struct err_trace *trace)
{
	return apply_opening(db, event, ROSTER_SERVES_APPLICATIONS, trace);
}

static enum err
apply_session(struct db *db, const struct event *event, struct err_trace *trace)
{
	return apply_opening(db, event, ROSTER_SERVES_COMMANDS, trace);
}

static enum err
apply_uses(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_id id;
	struct roster_hash head;
	struct roster_hash content;
	enum err err;

	member_hex(body, "activation", id.bytes, sizeof(id.bytes));
	member_hex(body, "head", head.bytes, sizeof(head.bytes));
	member_hex(body, "lines", content.bytes, sizeof(content.bytes));
	err = db_run(db,
	    DB_CALL("INSERT INTO activation_uses(activation, first, last, made, refused, head, "
		    "content) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		db_blob(id.bytes, sizeof(id.bytes)), db_integer(member_integer(body, "first")),
		db_integer(member_integer(body, "last")), db_integer(member_integer(body, "made")),
		db_integer(member_integer(body, "refused")), db_blob(head.bytes, sizeof(head)),
		db_blob(content.bytes, sizeof(content))),
	    trace);
	if (err != ERR_OK)
		return err;
	return db_run(db,
	    DB_CALL("UPDATE activation SET uses = uses + ?2, refused = refused + ?3, "
		    "recorded = max(recorded, ?4) WHERE id = ?1",
		db_blob(id.bytes, sizeof(id.bytes)), db_integer(member_integer(body, "made")),
		db_integer(member_integer(body, "refused")),
		db_integer(member_integer(body, "last"))),
	    trace);
}

static enum err
apply_close(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id id;

	member_hex(event->body, "activation", id.bytes, sizeof(id.bytes));
	return db_run(db,
	    DB_CALL("UPDATE activation SET closed = ?2, uses = ?3, result = ?4 WHERE id = ?1",
		db_blob(id.bytes, sizeof(id.bytes)), db_integer(event->time),
		db_integer(member_integer(event->body, "uses")),
		db_text(member_text(event->body, "result"))),
	    trace);
}

static const struct member card_item[] = { MEMBER_AN_ID(""), MEMBER_END };

#define WHAT_AND_WHO                                                                               \
	MEMBER_AN_ID("activation"), MEMBER_AN_ID("quorum"),                                        \
	    MEMBER_A_NUMBER("generation", 1, INT32_MAX),                                           \
	    MEMBER_A_TEXT("purpose", 0, ROSTER_TEXT - 1),                                          \
	    MEMBER_MANY("cards", card_item, 1, ROSTER_CARDS_MAX)

static const struct member open_members[] = {
	WHAT_AND_WHO,
	MEMBER_A_TEXT("binding", 1, 32),
	MEMBER_END,
};
static const struct member session_members[] = {
	WHAT_AND_WHO,
	MEMBER_END,
};
static const struct member uses_members[] = {
	MEMBER_AN_ID("activation"),
	MEMBER_A_NUMBER("first", 1, INT32_MAX),
	MEMBER_A_NUMBER("last", 1, INT32_MAX),
	MEMBER_A_NUMBER("made", 0, INT32_MAX),
	MEMBER_A_NUMBER("refused", 0, INT32_MAX),
	MEMBER_BYTES("head", ROSTER_HASH_SIZE),
	MEMBER_A_CONTENT("lines"),
	MEMBER_END,
};
static const struct member close_members[] = {
	MEMBER_AN_ID("activation"),
	MEMBER_A_NUMBER("uses", 0, INT32_MAX),
	MEMBER_A_TEXT("result", 1, ROSTER_TEXT - 1),
	MEMBER_END,
};

const struct event_type activation_events[] = {
	{ "activation.open", open_members, apply_open },
	{ "session.open", session_members, apply_session },
	{ "activation.uses", uses_members, apply_uses },
	{ "activation.close", close_members, apply_close },
	{ 0 },
};
