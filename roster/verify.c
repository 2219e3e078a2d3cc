/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "roster/checkpoint_internal.h"
#include "roster/content.h"
#include "roster/log.h"
#include "roster/project.h"
#include "roster/roster_internal.h"
#include "roster/schema.h"

/* SQLite's own view of the file: pages, rows, and that the indexes agree with them. */
static enum err
check_file(struct db *db, struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	char said[160] = "";
	enum err err = db_query(db, DB_CALL0("PRAGMA integrity_check(1)"), &rows, trace);

	if (err == ERR_OK && db_next(&rows))
		db_copy_text(&rows, 0, said, sizeof(said));
	err = db_end(&rows, err, trace);
	if (err == ERR_OK && strcmp(said, "ok") != 0)
		return FAIL(trace, ERR_FORMAT, "the roster's file is damaged: %s", said);
	return err;
}

/* db_close *out. */
static enum err
replay_aside(struct db *from, struct db **out, struct err_trace *trace)
{
	struct db *aside = NULL;
	enum err err = db_open("", DB_TEMPORARY, &aside, trace);

	if (err != ERR_OK)
		return err;
	err = db_script(aside, "BEGIN", trace);
	if (err == ERR_OK)
		err = schema_make(aside, trace);
	if (err == ERR_OK)
		err = project_all(from, aside, PROJECT_EVERYTHING, trace);
	if (err == ERR_OK)
		err = db_script(aside, "COMMIT", trace);
	if (err != ERR_OK) {
		db_close(aside);
		return err;
	}
	*out = aside;
	return ERR_OK;
}

static enum err
check_all(struct roster *roster, struct err_trace *trace)
{
	struct db *replayed = NULL;
	enum err err = check_file(roster->db, trace);

	if (err == ERR_OK)
		err = replay_aside(roster->db, &replayed, trace);
	if (err == ERR_OK)
		err = project_compare(roster->db, replayed, trace);
	if (err == ERR_OK)
		err = content_verify(roster->db, replayed, trace);
	if (err == ERR_OK)
		err = checkpoint_verify_pins(roster->db, 0, trace);
	db_close(replayed);
	return err;
}

static enum err
check_standing(const struct roster *roster, struct err_trace *trace)
{
	const enum roster_standing_kind kind = roster->standing.kind;

	if (kind == ROSTER_ROLLED_BACK)
		return FAIL(trace, ERR_FORMAT,
		    "the roster is older than what was last written on this installation");
	if (kind == ROSTER_CLONED)
		return FAIL(trace, ERR_FORMAT,
		    "the roster has another event where this installation wrote its own");
	return ERR_OK;
}

static enum err
count_all(struct roster *roster, struct roster_verified *out, struct err_trace *trace)
{
	int64_t writers = 0;
	enum err err =
	    db_ask_integer(roster->db, DB_CALL0("SELECT sum(n) FROM head"), 0, &out->events, trace);

	if (err == ERR_OK)
		err = db_ask_integer(
		    roster->db, DB_CALL0("SELECT count(*) FROM head"), 0, &writers, trace);
	if (err == ERR_OK)
		err = db_ask_integer(
		    roster->db, DB_CALL0("SELECT count(*) FROM erased"), 0, &out->erased, trace);
	if (err == ERR_OK)
		err = db_ask_integer(roster->db, DB_CALL0("SELECT count(*) FROM unapplied"), 0,
		    &out->unapplied, trace);
	if (err == ERR_OK)
		err = checkpoint_count_pinned(roster->db, &out->pinned, trace);
	if (err == ERR_OK)
		err = roster_head(roster, &out->head, trace);
	out->writers = (unsigned)writers;
	return err;
}

enum err
roster_verify(struct roster *roster, struct roster_verified *out, struct err_trace *trace)
{
	struct roster_verified verified = { 0 };
	enum err err = check_all(roster, trace);

	if (err == ERR_OK)
		err = check_standing(roster, trace);
	if (err == ERR_OK)
		err = count_all(roster, &verified, trace);
	if (err == ERR_OK)
		err = roster_checkpoint_list(
		    roster, &verified.checkpoint, &verified.checkpoints, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "the roster '%s' does not verify", roster_path(roster));
	*out = verified;
	return ERR_OK;
}

enum err
roster_rebuild(struct roster *roster, struct err_trace *trace)
{
	enum err err = roster_begin(roster, trace);

	if (err != ERR_OK)
		return err;
	err = schema_clear_projections(roster->db, trace);
	if (err == ERR_OK)
		err = project_all(roster->db, roster->db, PROJECT_EVERYTHING, trace);
	return roster_end(roster, err, trace);
}
