/* SPDX-License-Identifier: BSD-2-Clause */
/* What is sealed to a generation's escrow key: admin PINs and older secrets. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "roster/content.h"
#include "roster/quorum.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"

/* By the numbers of enum roster_escrow_kind. */
static const char *const kind_words[] = { "none", "admin-pin", "older-secret", NULL };

static bool
read_blob_hash(const struct db_rows *rows, void *item)
{
	return db_copy_blob(rows, 0, item, ROSTER_HASH_SIZE);
}

/* The content of an escrow that was stored and not erased; ERR_ABSENT, without words, for none. */
static enum err
find_blob(struct roster *roster, const struct roster_id *quorum, const struct roster_escrow *which,
    struct roster_hash *out, struct err_trace *trace)
{
	return db_one(roster->db,
	    DB_CALL("SELECT e.blob FROM escrow e JOIN content c ON c.hash = e.blob "
		    "WHERE e.quorum = ?1 AND e.generation = ?2 AND e.kind = ?3 AND e.subject = ?4",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_integer(which->generation),
		db_integer(which->kind), db_blob(which->subject, ROSTER_SUBJECT_SIZE)),
	    read_blob_hash, out, trace);
}

static enum err
append_store(struct roster *roster, const struct roster_id *quorum,
    const struct roster_escrow *escrow, bool beside, struct err_trace *trace)
{
	struct roster_hash blob;
	const enum err err = content_put(roster, escrow->blob, escrow->blob_len, &blob, trace);

	if (err != ERR_OK)
		return err;
	return event_append(roster, "escrow.store",
	    json_pack("{s:o, s:i, s:s, s:o, s:o, s:o*}", "quorum", member_of_id(quorum),
		"generation", (int)escrow->generation, "kind", kind_words[escrow->kind], "subject",
		member_of_bytes(escrow->subject, sizeof(escrow->subject)), "blob",
		member_of_hash(&blob), "beside", beside ? json_true() : NULL),
	    trace);
}

static enum err
store(struct roster *roster, const struct roster_id *quorum, const struct roster_escrow *escrow,
    bool beside, struct err_trace *trace)
{
	struct roster_hash old;
	enum err err;

	if (escrow->blob_len == 0 || escrow->blob_len > ROSTER_ESCROW_MAX)
		return FAIL(trace, ERR_ARGUMENT, "an escrow has 1 to %d bytes", ROSTER_ESCROW_MAX);
	const enum err found = find_blob(roster, quorum, escrow, &old, trace);
	if (found != ERR_OK && found != ERR_ABSENT)
		return found;
	err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	err = append_store(roster, quorum, escrow, beside, trace);
	if (err == ERR_OK && found == ERR_OK && !beside)
		err = content_erase(roster, &old, 1, "replaced by a newer escrow", trace);
	return roster_end(roster, err, trace);
}

enum err
roster_escrow_store(struct roster *roster, const struct roster_id *quorum,
    const struct roster_escrow *escrow, struct err_trace *trace)
{
	return store(roster, quorum, escrow, false, trace);
}

enum err
roster_escrow_store_beside(struct roster *roster, const struct roster_id *quorum,
    const struct roster_escrow *escrow, struct err_trace *trace)
{
	return store(roster, quorum, escrow, true, trace);
}

enum err
roster_escrow_settle(struct roster *roster, const struct roster_id *quorum,
    const struct roster_escrow *which, struct err_trace *trace)
{
	struct roster_hash former;
	const enum err err = db_one(roster->db,
	    DB_CALL("SELECT e.former FROM escrow e JOIN content c ON c.hash = e.former "
		    "WHERE e.quorum = ?1 AND e.generation = ?2 AND e.kind = ?3 AND e.subject = ?4",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_integer(which->generation),
		db_integer(which->kind), db_blob(which->subject, ROSTER_SUBJECT_SIZE)),
	    read_blob_hash, &former, trace);

	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err != ERR_OK)
		return err;
	return content_erase(roster, &former, 1, "replaced by a newer escrow", trace);
}

enum err
roster_escrow_erase(struct roster *roster, const struct roster_id *quorum,
    const struct roster_escrow *which, struct err_trace *trace)
{
	struct roster_hash blob;
	const enum err err = find_blob(roster, quorum, which, &blob, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "there is no such escrow");
	if (err != ERR_OK)
		return err;
	return content_erase(roster, &blob, 1, "no longer needed", trace);
}

static bool
read_escrow(const struct db_rows *rows, void *item)
{
	struct roster_escrow *escrow = item;
	const void *bytes = db_get_bytes(rows, 4, &escrow->blob_len);

	escrow->kind = (enum roster_escrow_kind)db_get_integer(rows, 0);
	escrow->generation = (unsigned)db_get_integer(rows, 2);
	escrow->stored = db_get_integer(rows, 3);
	if (escrow->blob_len > sizeof(escrow->blob))
		return false;
	memcpy(escrow->blob, bytes, escrow->blob_len);
	bytes = db_get_bytes(rows, 5, &escrow->former_len);
	if (escrow->former_len > sizeof(escrow->former))
		return false;
	if (escrow->former_len > 0)
		memcpy(escrow->former, bytes, escrow->former_len);
	return db_copy_blob(rows, 1, escrow->subject, ROSTER_SUBJECT_SIZE);
}

#define ESCROW_COLUMNS                                                                             \
	"SELECT e.kind, e.subject, e.generation, e.stored, c.bytes, f.bytes FROM escrow e "        \
	"JOIN content c ON c.hash = e.blob LEFT JOIN content f ON f.hash = e.former "              \
	"WHERE e.quorum = ?1 AND e.generation = ?2 "

enum err
roster_escrow_get(struct roster *roster, const struct roster_id *quorum,
    const struct roster_escrow *which, struct roster_escrow *out, struct err_trace *trace)
{
	struct roster_escrow escrow = { 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL(ESCROW_COLUMNS "AND e.kind = ?3 AND e.subject = ?4",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_integer(which->generation),
		db_integer(which->kind), db_blob(which->subject, ROSTER_SUBJECT_SIZE)),
	    read_escrow, &escrow, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "there is no such escrow");
	if (err == ERR_OK)
		*out = escrow;
	return err;
}

enum err
roster_escrow_list(struct roster *roster, const struct roster_id *quorum, unsigned generation,
    struct roster_escrow **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_escrow), read_escrow };
	void *escrows = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL(ESCROW_COLUMNS "ORDER BY e.kind, e.subject",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_integer(generation)),
	    &shape, &escrows, count, trace);

	if (err == ERR_OK)
		*out = escrows;
	return err;
}

static enum err
apply_store(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_id quorum;
	struct roster_hash blob;
	uint8_t subject[ROSTER_SUBJECT_SIZE];

	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	member_hex(body, "subject", subject, sizeof(subject));
	member_hex(body, "blob", blob.bytes, sizeof(blob.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO escrow(quorum, generation, kind, subject, blob, stored) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6) "
		    "ON CONFLICT(quorum, generation, kind, subject) "
		    "DO UPDATE SET former = iif(?7, blob, NULL), blob = ?5, stored = ?6",
		db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_integer(member_integer(body, "generation")),
		db_integer(member_word(body, "kind", kind_words)),
		db_blob(subject, sizeof(subject)), db_blob(blob.bytes, sizeof(blob.bytes)),
		db_integer(event->time), db_integer(member_bool(body, "beside"))),
	    trace);
}

static const struct member store_members[] = {
	MEMBER_AN_ID("quorum"),
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_A_WORD("kind", &kind_words[1]),
	MEMBER_BYTES("subject", ROSTER_SUBJECT_SIZE),
	MEMBER_A_CONTENT("blob"),
	{ .name = "beside", .kind = MEMBER_BOOL, .optional = true },
	MEMBER_END,
};

const struct event_type escrow_events[] = {
	{ "escrow.store", store_members, apply_store },
	{ 0 },
};
