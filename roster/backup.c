/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/backup.h"

#include "roster/backup_internal.h"
#include "roster/roster_internal.h"

/* In the order of enum roster_backup_proof. */
static const char *const proof_words[] = { "session", "token", NULL };
_Static_assert(sizeof(proof_words) / sizeof(proof_words[0]) == ROSTER_BACKUP_PROOF__COUNT + 1,
    "a word for each proof");

/* ---- Asking -------------------------------------------------------------------------------- */

#define BACKUP_COLUMNS                                                                             \
	"SELECT id, key, public_hash, source, target, what, place, copy, made, verified, "         \
	"verified_on, restored, restored_on FROM backup "

/* The names of the bindings of the quorum that this parameter is. */
#define OF_QUORUM(parameter) "(SELECT name FROM binding WHERE quorum = " parameter ")"

static bool
read_backup(const struct db_rows *rows, void *item)
{
	struct roster_backup *backup = item;

	db_copy_text(rows, 1, backup->label, sizeof(backup->label));
	db_copy_text(rows, 3, backup->source, sizeof(backup->source));
	db_copy_text(rows, 4, backup->target, sizeof(backup->target));
	db_copy_text(rows, 5, backup->what, sizeof(backup->what));
	db_copy_text(rows, 6, backup->place, sizeof(backup->place));
	backup->made = db_get_integer(rows, 8);
	backup->verified = db_get_integer(rows, 9);
	db_copy_text(rows, 10, backup->verified_on, sizeof(backup->verified_on));
	backup->restored = db_get_integer(rows, 11);
	db_copy_text(rows, 12, backup->restored_on, sizeof(backup->restored_on));
	return db_copy_blob(rows, 0, backup->id.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 2, backup->public_hash.bytes, ROSTER_HASH_SIZE) &&
	       db_copy_blob(rows, 7, backup->copy.bytes, ROSTER_ID_SIZE);
}

enum err
roster_backup_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_backup **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_backup), read_backup };
	void *backups = NULL;
	const struct db_call *call =
	    quorum == NULL
		? DB_CALL0(BACKUP_COLUMNS "ORDER BY ordinal")
		: DB_CALL(BACKUP_COLUMNS "WHERE source IN " OF_QUORUM("?1") " ORDER BY ordinal",
		      db_blob(quorum->bytes, ROSTER_ID_SIZE));
	const enum err err = db_all(roster->db, call, &shape, &backups, count, trace);

	if (err == ERR_OK)
		*out = backups;
	return err;
}

enum err
roster_backup_find(struct roster *roster, const struct roster_backup_of *of,
    struct roster_backup *out, struct err_trace *trace)
{
	struct roster_backup backup = { .made = 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL(BACKUP_COLUMNS "WHERE key = ?1 AND target = ?2 AND source IN " OF_QUORUM(
			"?3") " ORDER BY ordinal DESC LIMIT 1",
		db_text(of->label), db_text(of->target),
		db_blob(of->quorum->bytes, ROSTER_ID_SIZE)),
	    read_backup, &backup, trace);

	if (err == ERR_ABSENT) {
		err_next(trace, "'quorate backup list' shows the backups there are.");
		return of->target[0] == '\0'
			   ? FAIL(trace, err, "the roster has no maker's backup of key '%s'",
				 of->label)
			   : FAIL(trace, err, "the roster has no backup of key '%s' in token '%s'",
				 of->label, of->target);
	}
	if (err == ERR_OK)
		*out = backup;
	return err;
}

/* ---- Recording ----------------------------------------------------------------------------- */

enum err
roster_backup_add(struct roster *roster, const struct roster_backup *backup, struct roster_id *out,
    struct err_trace *trace)
{
	const int64_t made = backup->made == 0 ? roster_now(roster) : backup->made;
	const bool has_copy = roster_id_is_set(&backup->copy);
	struct roster_id id;
	enum err err = roster_id_new(&id, trace);

	if (err == ERR_OK)
		err = event_append(roster, "backup.make",
		    json_pack("{s:o, s:s, s:o, s:s, s:s, s:s, s:s, s:o*, s:I}", "backup",
			member_of_id(&id), "key", backup->label, "public-hash",
			member_of_hash(&backup->public_hash), "source", backup->source, "target",
			backup->target, "what", backup->what, "place", backup->place, "copy",
			has_copy ? member_of_id(&backup->copy) : NULL, "made", (json_int_t)made),
		    trace);
	if (err == ERR_OK)
		*out = id;
	return err;
}

enum err
roster_backup_verified(struct roster *roster, const struct roster_id *backup, const char *on,
    enum roster_backup_proof proof, struct err_trace *trace)
{
	return event_append(roster, "backup.verify",
	    json_pack("{s:o, s:s, s:s}", "backup", member_of_id(backup), "on", on, "how",
		proof_words[proof]),
	    trace);
}

enum err
roster_backup_restored(
    struct roster *roster, const struct roster_id *backup, const char *on, struct err_trace *trace)
{
	return event_append(roster, "backup.restore",
	    json_pack("{s:o, s:s}", "backup", member_of_id(backup), "on", on), trace);
}

/* ---- Carried into the projections ---------------------------------------------------------- */

static enum err
apply_make(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_id id, copy;
	struct roster_hash hash;

	member_hex(body, "backup", id.bytes, sizeof(id.bytes));
	member_hex(body, "public-hash", hash.bytes, sizeof(hash.bytes));
	member_hex(body, "copy", copy.bytes, sizeof(copy.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO backup(id, key, public_hash, source, target, what, place, copy, "
		    "made, verified, verified_on, restored, restored_on) VALUES(?1, ?2, ?3, ?4, "
		    "?5, ?6, ?7, ?8, ?9, 0, '', 0, '') ON CONFLICT(id) DO NOTHING",
		db_blob(id.bytes, sizeof(id.bytes)), db_text(member_text(body, "key")),
		db_blob(hash.bytes, sizeof(hash.bytes)), db_text(member_text(body, "source")),
		db_text(member_text(body, "target")), db_text(member_text(body, "what")),
		db_text(member_text(body, "place")), db_blob(copy.bytes, sizeof(copy.bytes)),
		db_integer(member_integer(body, "made"))),
	    trace);
}

/* About a backup that is not known it has no effect. */
static enum err
apply_to(struct db *db, const struct event *event, const char *sql, struct err_trace *trace)
{
	struct roster_id id;

	member_hex(event->body, "backup", id.bytes, sizeof(id.bytes));
	return db_run(db,
	    DB_CALL(sql, db_blob(id.bytes, sizeof(id.bytes)), db_integer(event->time),
		db_text(member_text(event->body, "on"))),
	    trace);
}

static enum err
apply_verify(struct db *db, const struct event *event, struct err_trace *trace)
{
	return apply_to(
	    db, event, "UPDATE backup SET verified = ?2, verified_on = ?3 WHERE id = ?1", trace);
}

static enum err
apply_restore(struct db *db, const struct event *event, struct err_trace *trace)
{
	return apply_to(
	    db, event, "UPDATE backup SET restored = ?2, restored_on = ?3 WHERE id = ?1", trace);
}

static const struct member make_members[] = {
	MEMBER_AN_ID("backup"),
	MEMBER_A_TEXT("key", 1, ROSTER_TEXT - 1),
	MEMBER_BYTES("public-hash", ROSTER_HASH_SIZE),
	MEMBER_A_TEXT("source", 1, ROSTER_BINDING_NAME - 1),
	MEMBER_A_TEXT("target", 0, ROSTER_BINDING_NAME - 1),
	MEMBER_A_TEXT("what", 0, ROSTER_TEXT - 1),
	MEMBER_A_TEXT("place", 0, ROSTER_TEXT - 1),
	MEMBER_MAYBE_ID("copy"),
	MEMBER_A_TIME("made"),
	MEMBER_END,
};
static const struct member verify_members[] = {
	MEMBER_AN_ID("backup"),
	MEMBER_A_TEXT("on", 1, ROSTER_BINDING_NAME - 1),
	MEMBER_A_WORD("how", proof_words),
	MEMBER_END,
};
static const struct member restore_members[] = {
	MEMBER_AN_ID("backup"),
	MEMBER_A_TEXT("on", 1, ROSTER_BINDING_NAME - 1),
	MEMBER_END,
};

const struct event_type backup_events[] = {
	{ "backup.make", make_members, apply_make },
	{ "backup.verify", verify_members, apply_verify },
	{ "backup.restore", restore_members, apply_restore },
	{ 0 },
};
