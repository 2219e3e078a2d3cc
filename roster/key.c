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
	{ 0 },
};
