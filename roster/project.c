/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/project.h"

#include <stdlib.h>

#include "roster/replay.h"
#include "roster/schema.h"

struct reference {
	struct db *db;
	const struct event *event;
};

/* That the event binds this content; a second event may bind it too (nothing does today). */
static enum err
note_reference(void *context, const struct roster_hash *hash, struct err_trace *trace)
{
	const struct reference *reference = context;

	return db_run(reference->db,
	    DB_CALL("INSERT INTO reference(hash, writer, n) VALUES(?1, ?2, ?3) "
		    "ON CONFLICT(hash) DO NOTHING",
		db_blob(hash->bytes, ROSTER_HASH_SIZE),
		db_blob(reference->event->writer.bytes, ROSTER_ID_SIZE),
		db_integer(reference->event->n)),
	    trace);
}

static enum err
note_head(struct db *db, const struct event *event, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("INSERT INTO head(writer, n, hash, time) VALUES(?1, ?2, ?3, ?4) "
		    "ON CONFLICT(writer) DO UPDATE SET n = ?2, hash = ?3, time = ?4",
		db_blob(event->writer.bytes, ROSTER_ID_SIZE), db_integer(event->n),
		db_blob(event->hash.bytes, ROSTER_HASH_SIZE), db_integer(event->time)),
	    trace);
}

/* What every event does, whatever its type. */
static enum err
note_event(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct reference reference = { db, event };
	const enum err err = note_head(db, event, trace);

	return err != ERR_OK ? err
			     : member_contents(event->type->body, event->body, note_reference,
				   &reference, trace);
}

static enum err
fail_event(const struct event *event, enum err err, struct err_trace *trace)
{
	return FAIL(trace, err, "event '%s' not applied", event->type->name);
}

enum err
project_event(struct db *db, const struct event *event, struct err_trace *trace)
{
	enum err err = note_event(db, event, trace);

	if (err == ERR_OK)
		err = event->type->apply(db, event, trace);
	return err == ERR_OK ? ERR_OK : fail_event(event, err, trace);
}

static enum err
note_unapplied(struct db *db, const struct event *event, struct err_trace *trace)
{
	const enum err err = db_run(db, DB_CALL0("ROLLBACK TO apply"), trace);

	if (err != ERR_OK)
		return err;
	return db_run(db,
	    DB_CALL("INSERT INTO unapplied(writer, n) VALUES(?1, ?2)",
		db_blob(event->writer.bytes, ROSTER_ID_SIZE), db_integer(event->n)),
	    trace);
}

enum err
project_happened(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct err_trace why = { 0 };
	enum err err = note_event(db, event, trace);

	if (err == ERR_OK)
		err = db_run(db, DB_CALL0("SAVEPOINT apply"), trace);
	if (err != ERR_OK)
		return fail_event(event, err, trace);
	err = event->type->apply(db, event, &why);
	if (err == ERR_EXISTS || err == ERR_ABSENT)
		err = note_unapplied(db, event, trace);
	else if (err != ERR_OK && trace != NULL)
		*trace = why;
	if (err == ERR_OK)
		err = db_run(db, DB_CALL0("RELEASE apply"), trace);
	return err == ERR_OK ? ERR_OK : fail_event(event, err, trace);
}

/* No event is older than one before it in replay order, so that `until` ends it. */
static enum err
walk(struct replay *replay, struct db *to, int64_t until, struct err_trace *trace)
{
	const struct event *event = NULL;
	const char *line = NULL;
	enum err err = ERR_OK;

	while (err == ERR_OK) {
		err = replay_next(replay, &event, &line, trace);
		if (err != ERR_OK || event == NULL || event->time > until)
			break;
		err = project_happened(to, event, trace);
	}
	return err;
}

enum err
project_all(struct db *from, struct db *to, int64_t until, struct err_trace *trace)
{
	struct replay *replay = NULL;
	enum err err = replay_open(from, NULL, &replay, trace);

	if (err == ERR_OK)
		err = walk(replay, to, until, trace);
	replay_close(replay);
	return err;
}

enum err
project_after(struct db *db, const struct replay_after *after, struct err_trace *trace)
{
	struct replay *replay = NULL;
	enum err err = replay_open(db, after, &replay, trace);

	if (err == ERR_OK)
		err = walk(replay, db, PROJECT_EVERYTHING, trace);
	replay_close(replay);
	return err;
}

static enum err
fail_differs(const struct schema_table *table, struct err_trace *trace)
{
	err_next(trace, "keep this file aside and take the newest copy of the roster");
	return FAIL(trace, ERR_FORMAT,
	    "the table '%s' is not what the events say: it was changed from outside", table->name);
}

static bool
rows_differ(const struct db_rows *a, const struct db_rows *b)
{
	const int columns = db_columns(a);

	if (columns != db_columns(b))
		return true;
	for (int i = 0; i < columns; i++) {
		if (db_compare(a, b, i) != 0)
			return true;
	}
	return false;
}

static enum err
compare_rows(
    struct db_rows *a, struct db_rows *b, const struct schema_table *table, struct err_trace *trace)
{
	for (;;) {
		const bool more_a = db_next(a);
		const bool more_b = db_next(b);

		if (more_a != more_b)
			return fail_differs(table, trace);
		if (!more_a)
			return ERR_OK;
		if (rows_differ(a, b))
			return fail_differs(table, trace);
	}
}

static enum err
compare_table(struct db *a, struct db *b, const struct schema_table *table, struct err_trace *trace)
{
	const struct db_call call = { .sql = table->compare };
	struct db_rows rows_a = { 0 };
	struct db_rows rows_b = { 0 };
	enum err err = db_query(a, &call, &rows_a, trace);

	if (err == ERR_OK)
		err = db_query(b, &call, &rows_b, trace);
	if (err == ERR_OK)
		err = compare_rows(&rows_a, &rows_b, table, trace);
	err = db_end(&rows_a, err, trace);
	return db_end(&rows_b, err, trace);
}

enum err
project_compare(struct db *a, struct db *b, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (const struct schema_table *table = schema_tables();
	     table->name != NULL && err == ERR_OK; table++) {
		if (table->compare != NULL)
			err = compare_table(a, b, table, trace);
	}
	return err;
}
