/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/ceremony.h"

#include <string.h>

#include "roster/ceremony_internal.h"
#include "roster/content.h"
#include "roster/person_internal.h"
#include "roster/roster_internal.h"

enum { NUMBER_MAX = 1000000000 };

static const char *const how_words[] = { "card", "paper", NULL };
static const char *const mode_words[] = { "run", "dry-run", "rehearsal", NULL };
static const char *const result_words[] = { "complete", "stopped", NULL };

static json_t *
dry_run_body(const struct roster_ceremony *ceremony)
{
	return json_pack("{s:o, s:s, s:b, s:I, s:I, s:I}", "script",
	    member_of_hash(&ceremony->script), "build", ceremony->text, "passed",
	    ceremony->passed ? 1 : 0, "steps", (json_int_t)ceremony->steps, "practised",
	    (json_int_t)ceremony->practised, "seconds", (json_int_t)ceremony->seconds);
}

static json_t *
approve_body(const struct roster_ceremony *ceremony)
{
	const bool by_card = ceremony->signature_len > 0;

	return json_pack("{s:o, s:o, s:s, s:s, s:s, s:o*, s:o*}", "script",
	    member_of_hash(&ceremony->script), "person", member_of_id(&ceremony->person), "role",
	    ceremony->role, "how", ceremony->text, "name", ceremony->name, "card",
	    by_card ? member_of_id(&ceremony->card) : NULL, "signature",
	    by_card ? member_of_bytes(ceremony->signature, ceremony->signature_len) : NULL);
}

static json_t *
begin_body(const struct roster_ceremony *ceremony)
{
	return json_pack("{s:o, s:o, s:s, s:s}", "script", member_of_hash(&ceremony->script),
	    "sheet", member_of_hash(&ceremony->hash), "name", ceremony->name, "mode",
	    ceremony->text);
}

static json_t *
close_body(const struct roster_ceremony *ceremony)
{
	return json_pack("{s:o, s:o, s:s, s:s}", "script", member_of_hash(&ceremony->script),
	    "head", member_of_hash(&ceremony->hash), "name", ceremony->name, "result",
	    ceremony->text);
}

static const struct {
	const char *type;
	json_t *(*body)(const struct roster_ceremony *ceremony);
} kinds[] = {
	[ROSTER_CEREMONY_DRY_RUN] = { "ceremony.dry-run", dry_run_body },
	[ROSTER_CEREMONY_APPROVED] = { "ceremony.approve", approve_body },
	[ROSTER_CEREMONY_BEGUN] = { "ceremony.begin", begin_body },
	[ROSTER_CEREMONY_CLOSED] = { "ceremony.close", close_body },
};
_Static_assert(sizeof(kinds) / sizeof(*kinds) == ROSTER_CEREMONY__COUNT, "a row each");

enum err
roster_ceremony_add(
    struct roster *roster, const struct roster_ceremony *ceremony, struct err_trace *trace)
{
	json_t *body = kinds[ceremony->kind].body(ceremony), *statement = NULL;
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK && ceremony->signature_len > 0)
		err = content_put_text(roster, ceremony->statement, &statement, trace);
	if (statement != NULL && json_object_set_new(body, "statement", statement) != 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for an event");
	if (err == ERR_OK)
		err = event_append(roster, kinds[ceremony->kind].type, json_incref(body), trace);
	json_decref(body);
	return roster_end(roster, err, trace);
}

static bool
read_ceremony(const struct db_rows *rows, void *item)
{
	struct roster_ceremony *ceremony = item;
	const void *signature;

	ceremony->kind = (enum roster_ceremony_kind)db_get_integer(rows, 0);
	db_copy_text(rows, 3, ceremony->name, sizeof(ceremony->name));
	db_copy_text(rows, 4, ceremony->text, sizeof(ceremony->text));
	ceremony->passed = db_get_integer(rows, 5) != 0;
	ceremony->steps = db_get_integer(rows, 6);
	ceremony->practised = db_get_integer(rows, 7);
	ceremony->seconds = db_get_integer(rows, 8);
	db_copy_text(rows, 10, ceremony->role, sizeof(ceremony->role));
	ceremony->time = db_get_integer(rows, 11);
	db_copy_text(rows, 13, ceremony->statement, sizeof(ceremony->statement));
	signature = db_get_bytes(rows, 14, &ceremony->signature_len);
	if (ceremony->signature_len > sizeof(ceremony->signature))
		return false;
	if (ceremony->signature_len > 0)
		memcpy(ceremony->signature, signature, ceremony->signature_len);
	return db_copy_blob(rows, 1, ceremony->script.bytes, ROSTER_HASH_SIZE) &&
	       db_copy_blob(rows, 2, ceremony->hash.bytes, ROSTER_HASH_SIZE) &&
	       db_copy_blob(rows, 9, ceremony->person.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 12, ceremony->card.bytes, ROSTER_ID_SIZE);
}

#define SELECT_CEREMONY                                                                            \
	"SELECT kind, script, ceremony.hash, name, text, passed, steps, practised, seconds, "      \
	"person, role, "                                                                           \
	"time, card, CAST(c.bytes AS TEXT), signature FROM ceremony "                              \
	"LEFT JOIN content c ON c.hash = ceremony.statement "

static enum err
list(struct roster *roster, const struct db_call *call, struct roster_ceremony **out, size_t *count,
    struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_ceremony), read_ceremony };
	void *all = NULL;
	const enum err err = db_all(roster->db, call, &shape, &all, count, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "what is known of the script was not read");
	*out = all;
	return ERR_OK;
}

enum err
roster_ceremony_list(struct roster *roster, const struct roster_hash *script,
    struct roster_ceremony **out, size_t *count, struct err_trace *trace)
{
	return list(roster,
	    DB_CALL(SELECT_CEREMONY "WHERE script = ?1 ORDER BY ordinal",
		db_blob(script->bytes, ROSTER_HASH_SIZE)),
	    out, count, trace);
}

enum err
roster_ceremony_list_named(struct roster *roster, const char *name, struct roster_ceremony **out,
    size_t *count, struct err_trace *trace)
{
	return list(roster,
	    DB_CALL(SELECT_CEREMONY "WHERE name = ?1 ORDER BY ordinal", db_text(name)), out, count,
	    trace);
}

/* ---- what was added to evidence ------------------------------------------------------------ */

enum err
roster_addendum_add(
    struct roster *roster, const struct roster_addendum *addendum, struct err_trace *trace)
{
	json_t *body = json_pack("{s:o, s:I, s:o}", "head", member_of_hash(&addendum->head),
	    "lines", (json_int_t)addendum->lines, "last", member_of_hash(&addendum->last));
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK)
		err = event_append(roster, "ceremony.attached", json_incref(body), trace);
	json_decref(body);
	return roster_end(roster, err, trace);
}

static bool
read_addendum(const struct db_rows *rows, void *item)
{
	struct roster_addendum *addendum = item;

	addendum->lines = db_get_integer(rows, 1);
	return db_copy_blob(rows, 0, addendum->head.bytes, ROSTER_HASH_SIZE) &&
	       db_copy_blob(rows, 2, addendum->last.bytes, ROSTER_HASH_SIZE);
}

enum err
roster_addendum_list(struct roster *roster, const struct roster_hash *head,
    struct roster_addendum **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_addendum), read_addendum };
	void *all = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT head, lines, last FROM addendum WHERE head = ?1 ORDER BY ordinal",
		db_blob(head->bytes, ROSTER_HASH_SIZE)),
	    &shape, &all, count, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "what is known of the addendum was not read");
	*out = all;
	return ERR_OK;
}

/* ---- events -------------------------------------------------------------------------------- */

static enum err
insert_approved(struct db *db, const struct roster_ceremony *ceremony, struct db_value statement,
    struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("INSERT INTO ceremony(kind, script, hash, name, text, passed, steps, "
		    "practised, seconds, person, role, time, card, statement, signature) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
		db_integer(ceremony->kind), db_blob(ceremony->script.bytes, ROSTER_HASH_SIZE),
		db_blob(ceremony->hash.bytes, ROSTER_HASH_SIZE), db_text(ceremony->name),
		db_text(ceremony->text), db_integer(ceremony->passed), db_integer(ceremony->steps),
		db_integer(ceremony->practised), db_integer(ceremony->seconds),
		db_blob(ceremony->person.bytes, ROSTER_ID_SIZE), db_text(ceremony->role),
		db_integer(ceremony->time), db_blob(ceremony->card.bytes, ROSTER_ID_SIZE),
		statement, db_blob(ceremony->signature, ceremony->signature_len)),
	    trace);
}

static enum err
insert(struct db *db, const struct roster_ceremony *ceremony, struct err_trace *trace)
{
	return insert_approved(db, ceremony, db_null(), trace);
}

static struct roster_ceremony
begin_reading(const struct event *event, enum roster_ceremony_kind kind)
{
	struct roster_ceremony ceremony = { .kind = kind, .time = event->time };

	member_hex(event->body, "script", ceremony.script.bytes, ROSTER_HASH_SIZE);
	return ceremony;
}

static void
copy_text(const struct event *event, const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s", member_text(event->body, name));
}

static enum err
apply_dry_run(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_ceremony ceremony = begin_reading(event, ROSTER_CEREMONY_DRY_RUN);

	copy_text(event, "build", ceremony.text, sizeof(ceremony.text));
	ceremony.passed = member_bool(event->body, "passed");
	ceremony.steps = member_integer(event->body, "steps");
	ceremony.practised = member_integer(event->body, "practised");
	ceremony.seconds = member_integer(event->body, "seconds");
	return insert(db, &ceremony, trace);
}

static enum err
apply_approve(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_ceremony ceremony = begin_reading(event, ROSTER_CEREMONY_APPROVED);

	const char *signature = member_text(event->body, "signature");
	struct roster_hash statement;
	enum err err = person_note(db, event, &ceremony.person, trace);

	copy_text(event, "role", ceremony.role, sizeof(ceremony.role));
	copy_text(event, "how", ceremony.text, sizeof(ceremony.text));
	copy_text(event, "name", ceremony.name, sizeof(ceremony.name));
	member_hex(event->body, "card", ceremony.card.bytes, ROSTER_ID_SIZE);
	ceremony.signature_len = strlen(signature) / 2;
	member_hex(event->body, "signature", ceremony.signature, ceremony.signature_len);
	return err == ERR_OK ? insert_approved(db, &ceremony,
				   person_content(event->body, "statement", &statement), trace)
			     : err;
}

static enum err
apply_begin(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_ceremony ceremony = begin_reading(event, ROSTER_CEREMONY_BEGUN);

	member_hex(event->body, "sheet", ceremony.hash.bytes, ROSTER_HASH_SIZE);
	copy_text(event, "name", ceremony.name, sizeof(ceremony.name));
	copy_text(event, "mode", ceremony.text, sizeof(ceremony.text));
	return insert(db, &ceremony, trace);
}

static enum err
apply_close(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_ceremony ceremony = begin_reading(event, ROSTER_CEREMONY_CLOSED);

	member_hex(event->body, "head", ceremony.hash.bytes, ROSTER_HASH_SIZE);
	copy_text(event, "name", ceremony.name, sizeof(ceremony.name));
	copy_text(event, "result", ceremony.text, sizeof(ceremony.text));
	return insert(db, &ceremony, trace);
}

static enum err
apply_attached(struct db *db, const struct event *event, struct err_trace *trace)
{
	uint8_t head[ROSTER_HASH_SIZE], last[ROSTER_HASH_SIZE];

	member_hex(event->body, "head", head, sizeof(head));
	member_hex(event->body, "last", last, sizeof(last));
	return db_run(db,
	    DB_CALL("INSERT INTO addendum(head, lines, last) VALUES(?1, ?2, ?3)",
		db_blob(head, sizeof(head)), db_integer(member_integer(event->body, "lines")),
		db_blob(last, sizeof(last))),
	    trace);
}

static const struct member dry_run_members[] = {
	MEMBER_BYTES("script", ROSTER_HASH_SIZE),
	MEMBER_A_TEXT("build", 1, ROSTER_TEXT - 1),
	MEMBER_A_BOOL("passed"),
	MEMBER_A_NUMBER("steps", 0, NUMBER_MAX),
	MEMBER_A_NUMBER("practised", 0, NUMBER_MAX),
	MEMBER_A_NUMBER("seconds", 0, NUMBER_MAX),
	MEMBER_END,
};

static const struct member approve_members[] = {
	MEMBER_BYTES("script", ROSTER_HASH_SIZE),
	MEMBER_AN_ID("person"),
	MEMBER_A_TEXT("role", 1, ROSTER_CEREMONY_NAME - 1),
	MEMBER_A_WORD("how", how_words),
	{ .name = "name",
	    .kind = MEMBER_TEXT,
	    .optional = true,
	    .min = 1,
	    .max = ROSTER_CEREMONY_NAME - 1 },
	MEMBER_MAYBE_ID("card"),
	MEMBER_MAYBE_PERSONAL("statement"),
	{ .name = "signature",
	    .kind = MEMBER_HEX,
	    .optional = true,
	    .min = 1,
	    .max = ROSTER_CEREMONY_SIGNATURE },
	MEMBER_END,
};

static const struct member begin_members[] = {
	MEMBER_BYTES("script", ROSTER_HASH_SIZE),
	MEMBER_BYTES("sheet", ROSTER_HASH_SIZE),
	MEMBER_A_TEXT("name", 1, ROSTER_CEREMONY_NAME - 1),
	MEMBER_A_WORD("mode", mode_words),
	MEMBER_END,
};

static const struct member close_members[] = {
	MEMBER_BYTES("script", ROSTER_HASH_SIZE),
	MEMBER_BYTES("head", ROSTER_HASH_SIZE),
	MEMBER_A_TEXT("name", 1, ROSTER_CEREMONY_NAME - 1),
	MEMBER_A_WORD("result", result_words),
	MEMBER_END,
};

static const struct member attached_members[] = {
	MEMBER_BYTES("head", ROSTER_HASH_SIZE),
	MEMBER_A_NUMBER("lines", 1, NUMBER_MAX),
	MEMBER_BYTES("last", ROSTER_HASH_SIZE),
	MEMBER_END,
};

const struct event_type ceremony_events[] = {
	{ "ceremony.dry-run", dry_run_members, apply_dry_run },
	{ "ceremony.approve", approve_members, apply_approve },
	{ "ceremony.begin", begin_members, apply_begin },
	{ "ceremony.close", close_members, apply_close },
	{ "ceremony.attached", attached_members, apply_attached },
	{ 0 },
};
