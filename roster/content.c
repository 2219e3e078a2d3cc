/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/content.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "roster/generation.h"
#include "roster/roster_internal.h"

enum err
content_hash(const void *salt, const void *bytes, size_t len, struct roster_hash *out,
    struct err_trace *trace)
{
	const struct part parts[] = { { salt, CONTENT_SALT_SIZE }, { bytes, len } };

	return sha256_parts(parts, 2, out->bytes, trace);
}

enum err
content_put(struct roster *roster, const void *bytes, size_t len, struct roster_hash *out,
    struct err_trace *trace)
{
	uint8_t salt[CONTENT_SALT_SIZE];
	struct roster_hash hash;
	enum err err;

	if (!db_in_transaction(roster->db) || len == 0 || len > CONTENT_MAX)
		return FAIL(trace, ERR_INTERNAL, "content of %zu bytes, or no transaction", len);
	err = random_bytes(salt, sizeof(salt), trace);
	if (err == ERR_OK)
		err = content_hash(salt, bytes, len, &hash, trace);
	if (err == ERR_OK)
		err = db_run(roster->db,
		    DB_CALL("INSERT INTO content(hash, salt, bytes) VALUES(?1, ?2, ?3)",
			db_blob(hash.bytes, sizeof(hash.bytes)), db_blob(salt, sizeof(salt)),
			db_blob(bytes, len)),
		    trace);
	if (err == ERR_OK)
		*out = hash;
	return err;
}

enum err
content_put_text(struct roster *roster, const char *text, json_t **out, struct err_trace *trace)
{
	struct roster_hash hash;
	enum err err = content_put(roster, text, strlen(text), &hash, trace);

	if (err != ERR_OK)
		return err;
	json_t *value = member_of_hash(&hash);
	if (value == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for an event");
	*out = value;
	return ERR_OK;
}

enum err
content_check_text(const void *bytes, size_t len, struct err_trace *trace)
{
	json_t *text = json_stringn(bytes, len);
	const bool is_plain = text != NULL && strlen(json_string_value(text)) == len &&
			      !member_has_control(json_string_value(text));

	json_decref(text);
	return is_plain
		   ? ERR_OK
		   : FAIL(trace, ERR_FORMAT, "a name or the like is a text that cannot be shown");
}

struct target {
	void *out;
	size_t capacity;
	size_t len;
};

static bool
read_content(const struct db_rows *rows, void *item)
{
	struct target *target = item;
	size_t len = 0;
	const void *bytes = db_get_bytes(rows, 0, &len);

	if (len > target->capacity)
		return false;
	memcpy(target->out, bytes, len);
	target->len = len;
	return true;
}

enum err
content_get(struct db *db, const struct roster_hash *hash, void *out, size_t capacity, size_t *len,
    struct err_trace *trace)
{
	struct target target = { .out = out, .capacity = capacity };
	const enum err err = db_one(db,
	    DB_CALL("SELECT bytes FROM content WHERE hash = ?1",
		db_blob(hash->bytes, ROSTER_HASH_SIZE)),
	    read_content, &target, trace);

	if (err != ERR_OK && err != ERR_ABSENT)
		return err;
	*len = target.len;
	return ERR_OK;
}

/* When the roster is closed. */
static enum err
have_wiped(struct db *db, struct err_trace *trace)
{
	return db_run(db, DB_CALL0("INSERT OR IGNORE INTO chore(name) VALUES('wipe')"), trace);
}

static enum err
delete_contents(
    struct db *db, const struct roster_hash *hashes, size_t count, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = db_run(db,
		    DB_CALL("DELETE FROM content WHERE hash = ?1 AND hash IN "
			    "(SELECT hash FROM erased)",
			db_blob(hashes[i].bytes, ROSTER_HASH_SIZE)),
		    trace);
	return err == ERR_OK ? have_wiped(db, trace) : err;
}

enum err
content_delete_erased(struct db *db, struct err_trace *trace)
{
	int64_t there = 0;
	enum err err = db_ask_integer(db,
	    DB_CALL0("SELECT count(*) FROM erased e JOIN content c ON c.hash = e.hash"), 0, &there,
	    trace);

	if (err != ERR_OK || there == 0)
		return err;
	err = db_run(
	    db, DB_CALL0("DELETE FROM content WHERE hash IN (SELECT hash FROM erased)"), trace);
	return err == ERR_OK ? have_wiped(db, trace) : err;
}

static json_t *
pack_erasure(const struct content_erasure *erasure)
{
	json_t *list = json_array();

	for (size_t i = 0; i < erasure->count; i++) {
		if (json_array_append_new(list, member_of_hash(&erasure->hashes[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return json_pack("{s:o, s:s, s:o*}", "contents", list, "reason", erasure->reason, "person",
	    erasure->person != NULL ? member_of_id(erasure->person) : NULL);
}

enum err
content_erase_personal(
    struct roster *roster, const struct content_erasure *erasure, struct err_trace *trace)
{
	enum err err = roster_begin(roster, trace);

	if (err != ERR_OK)
		return err;
	err = event_append(roster, "content.erase", pack_erasure(erasure), trace);
	if (err == ERR_OK)
		err = delete_contents(roster->db, erasure->hashes, erasure->count, trace);
	return roster_end(roster, err, trace);
}

enum err
content_erase(struct roster *roster, const struct roster_hash *hashes, size_t count,
    const char *reason, struct err_trace *trace)
{
	const struct content_erasure erasure = { hashes, count, reason, NULL };

	return content_erase_personal(roster, &erasure, trace);
}

/* VACUUM too: moving rows between pages can leave copies that secure_delete does not reach. */
enum err
content_wipe_if_due(struct db *db, struct err_trace *trace)
{
	int64_t due = 0;
	enum err err =
	    db_ask_integer(db, DB_CALL0("SELECT 1 FROM chore WHERE name = 'wipe'"), 0, &due, trace);

	if (err != ERR_OK || due == 0)
		return err;
	err = db_script(db, "VACUUM", trace);
	if (err == ERR_OK)
		err = db_run(db, DB_CALL0("DELETE FROM chore WHERE name = 'wipe'"), trace);
	return err;
}

static enum err
check_content(const struct db_rows *rows, struct db *projections, struct err_trace *trace)
{
	struct roster_hash stored = { 0 };
	struct roster_hash computed;
	size_t salt_len = 0;
	size_t len = 0;
	const void *salt = db_get_bytes(rows, 1, &salt_len);
	const void *bytes = db_get_bytes(rows, 2, &len);
	int64_t bound = 0;
	enum err err;

	if (!db_copy_blob(rows, 0, stored.bytes, sizeof(stored.bytes)) ||
	    salt_len != CONTENT_SALT_SIZE)
		return FAIL(trace, ERR_FORMAT, "a content beside the events is malformed");
	err = content_hash(salt, bytes, len, &computed, trace);
	if (err == ERR_OK && !roster_hash_equal(&stored, &computed))
		err = FAIL(trace, ERR_FORMAT, "a content beside the events was changed");
	if (err == ERR_OK)
		err = db_ask_integer(projections,
		    DB_CALL("SELECT 1 FROM reference WHERE hash = ?1 AND NOT EXISTS "
			    "(SELECT 1 FROM erased WHERE hash = ?1)",
			db_blob(stored.bytes, sizeof(stored.bytes))),
		    0, &bound, trace);
	if (err == ERR_OK && bound == 0)
		err = FAIL(trace, ERR_FORMAT, "a content is there that was erased or never bound");
	return err;
}

/* What an event binds is there unless it was erased. */
static enum err
check_present(struct db *db, const struct db_rows *rows, struct err_trace *trace)
{
	size_t len = 0;
	const void *hash = db_get_bytes(rows, 0, &len);
	int64_t present = 0;
	const enum err err =
	    db_ask_integer(db, DB_CALL("SELECT 1 FROM content WHERE hash = ?1", db_blob(hash, len)),
		0, &present, trace);

	if (err == ERR_OK && present == 0)
		return FAIL(trace, ERR_FORMAT,
		    "a content is missing that event %lld binds, and no event erased it",
		    (long long)db_get_integer(rows, 1));
	return err;
}

enum err
content_verify(struct db *db, struct db *projections, struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	enum err err =
	    db_query(db, DB_CALL0("SELECT hash, salt, bytes FROM content"), &rows, trace);

	while (err == ERR_OK && db_next(&rows))
		err = check_content(&rows, projections, trace);
	err = db_end(&rows, err, trace);
	if (err == ERR_OK)
		err = db_query(projections,
		    DB_CALL0("SELECT hash, n FROM reference WHERE hash NOT IN "
			     "(SELECT hash FROM erased)"),
		    &rows, trace);
	while (err == ERR_OK && db_next(&rows))
		err = check_present(db, &rows, trace);
	return db_end(&rows, err, trace);
}

/*
 * A live generation's sealed shares stay, and what was to go with them: an installation that gave
 * the generation up did not know that another went on with it.
 */
static enum err
erase_one(struct db *db, const struct roster_hash *hash, int64_t time, struct err_trace *trace)
{
	const struct db_value value = db_blob(hash->bytes, ROSTER_HASH_SIZE);
	int64_t live = 0;
	const enum err err = db_ask_integer(db,
	    DB_CALL("SELECT 1 FROM share s JOIN generation g ON g.quorum = s.quorum AND "
		    "g.number = s.generation WHERE s.record = ?1 AND g.state = ?2",
		value, db_integer(ROSTER_GENERATION_LIVE)),
	    0, &live, trace);

	if (err != ERR_OK)
		return err;
	if (live != 0)
		return FAIL(trace, ERR_EXISTS, "a live generation's share would be erased");
	return db_run(db,
	    DB_CALL(
		"INSERT OR IGNORE INTO erased(hash, time) VALUES(?1, ?2)", value, db_integer(time)),
	    trace);
}

static enum err
apply_erase(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *contents = json_object_get(event->body, "contents");
	struct roster_hash hash;
	enum err err = ERR_OK;

	for (size_t i = 0; i < json_array_size(contents) && err == ERR_OK; i++) {
		if (!hex_decode(json_string_value(json_array_get(contents, i)), hash.bytes,
			sizeof(hash.bytes)))
			return FAIL(trace, ERR_INTERNAL, "a content hash was not checked");
		err = erase_one(db, &hash, event->time, trace);
	}
	return err;
}

static const struct member erased_item[] = { MEMBER_BYTES("", ROSTER_HASH_SIZE), MEMBER_END };

static const struct member erase_members[] = {
	MEMBER_MANY("contents", erased_item, 1, CONTENT_ERASE_MAX),
	MEMBER_A_TEXT("reason", 1, 256),
	MEMBER_MAYBE_ID("person"),
	MEMBER_END,
};

const struct event_type content_events[] = {
	{ "content.erase", erase_members, apply_erase },
	{ 0 },
};
