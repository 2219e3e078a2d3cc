/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/key.h"

#include "roster/key_internal.h"
#include "roster/roster_internal.h"

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

enum err
roster_key_find(struct roster *roster, const char *binding, const char *label,
    struct roster_key *out, struct err_trace *trace)
{
	struct roster_key key = { .binding = "" };
	const enum err err = db_one(roster->db,
	    DB_CALL("SELECT binding, label, algorithm, id, public_hash, time FROM token_key "
		    "WHERE binding = ?1 AND label = ?2 ORDER BY ordinal DESC LIMIT 1",
		db_text(binding), db_text(label)),
	    read_key, &key, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "the roster knows of no key '%s' made in token '%s'", label,
		    binding);
	if (err == ERR_OK)
		*out = key;
	return err;
}

enum err
roster_key_sealed(struct roster *roster, const char *binding, const char *label,
    const struct roster_hash *public_hash, struct err_trace *trace)
{
	return event_append(roster, "key.seal",
	    json_pack("{s:s, s:s, s:o}", "binding", binding, "label", label, "public-hash",
		member_of_hash(public_hash)),
	    trace);
}

enum err
roster_key_is_sealed(struct roster *roster, const char *binding,
    const struct roster_hash *public_hash, bool *out, struct err_trace *trace)
{
	int64_t sealed = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT 1 FROM key_seal WHERE binding = ?1 AND public_hash = ?2",
		db_text(binding), db_blob(public_hash->bytes, ROSTER_HASH_SIZE)),
	    0, &sealed, trace);

	if (err == ERR_OK)
		*out = sealed != 0;
	return err;
}

static enum err
apply_seal(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_hash hash;

	member_hex(event->body, "public-hash", hash.bytes, sizeof(hash.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO key_seal(binding, public_hash, time) VALUES(?1, ?2, ?3) "
		    "ON CONFLICT(binding, public_hash) DO NOTHING",
		db_text(member_text(event->body, "binding")),
		db_blob(hash.bytes, sizeof(hash.bytes)), db_integer(event->time)),
	    trace);
}

static const struct member seal_members[] = {
	MEMBER_A_TEXT("binding", 1, 32),
	MEMBER_A_TEXT("label", 1, ROSTER_TEXT - 1),
	MEMBER_BYTES("public-hash", ROSTER_HASH_SIZE),
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

const struct event_type key_events[] = {
	{ "key.generate", key_members, apply_key },
	{ "key.seal", seal_members, apply_seal },
	{ 0 },
};
