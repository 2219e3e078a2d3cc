/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

enum { STATEMENTS_MAX = 256, BUSY_MS = 5000 };

/* A prepared statement; kept for the next call with the same literal. */
struct db_statement {
	const char *sql;
	sqlite3_stmt *stmt;
	bool busy;
};

struct db {
	sqlite3 *handle;
	struct db_statement statement[STATEMENTS_MAX];
	size_t statements;
};

#define WHOSE "see whose the roster's file and folder are, and whether the disk can be written"

/* What SQLite's primary codes mean to the person. Others are bugs or the disk. */
static const struct meaning {
	int code;
	enum err err;
	const char *words;
	const char *next;
} meanings[] = {
	{ SQLITE_FULL, ERR_IO, "the roster's disk is full",
	    "make room on the roster's disk, then try again: what was asked for is in the roster "
	    "as a whole or not at all" },
	{ SQLITE_BUSY, ERR_NOT_NOW, "another program holds the roster",
	    "wait for it, then try again" },
	{ SQLITE_LOCKED, ERR_NOT_NOW, "another program holds the roster",
	    "wait for it, then try again" },
	{ SQLITE_READONLY, ERR_DENIED, "the roster cannot be written", WHOSE },
	{ SQLITE_PERM, ERR_DENIED, "the roster may not be accessed", WHOSE },
	{ SQLITE_AUTH, ERR_DENIED, "the roster may not be accessed", WHOSE },
	{ SQLITE_CANTOPEN, ERR_IO, "the roster's file does not open", WHOSE },
	{ SQLITE_IOERR, ERR_IO, "the disk failed under the roster",
	    "see that its disk has room, and look at the system's log; then try again" },
	{ SQLITE_CORRUPT, ERR_FORMAT, "the roster's file is damaged or was truncated",
	    "take the newest copy (a pack, or a copy of the closed file) and keep this file "
	    "aside" },
	{ SQLITE_NOTADB, ERR_FORMAT, "the file is not a roster", "check --roster" },
	{ SQLITE_CONSTRAINT, ERR_EXISTS, "it contradicts what the roster already holds", NULL },
	{ SQLITE_NOMEM, ERR_NOMEM, "no memory", NULL },
};

static enum err
fail_sqlite(struct db *db, int code, const char *function, int line, struct err_trace *trace)
{
	const struct meaning *found = NULL;

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].code == (code & 0xFF))
			found = &meanings[i];
	}
	if (found == NULL)
		return err_fail(trace, ERR_INTERNAL, ERR_ORIGIN_SQLITE, (unsigned long)code,
		    function, line, "SQLite: %s", sqlite3_errmsg(db->handle));
	if (found->next != NULL)
		err_next(trace, "%s", found->next);
	return err_fail(trace, found->err, ERR_ORIGIN_SQLITE, (unsigned long)code, function, line,
	    "%s", found->words);
}
#define FAIL_DB(db, code, trace) fail_sqlite((db), (code), __func__, __LINE__, (trace))

/* An SQLite URI: whatever is not plainly harmless in a path goes as %XX. free() it. */
static char *
uri_of(const char *path, const char *query)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._-";
	char *uri = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&uri, &len);

	if (to == NULL)
		return NULL;
	fputs("file:", to);
	for (const char *at = path; *at != '\0'; at++) {
		if (strchr(plain, *at) != NULL)
			fputc(*at, to);
		else
			fprintf(to, "%%%02X", (unsigned)(unsigned char)*at);
	}
	fputs(query, to);
	if (fclose(to) != 0) {
		free(uri);
		return NULL;
	}
	return uri;
}

static const struct opening {
	int flags;
	const char *query;
	const char *setup;
} openings[] = {
	[DB_CREATE] = { SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "",
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;" },
	[DB_WRITE] = { SQLITE_OPEN_READWRITE, "",
	    "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;" },
	[DB_READ] = { SQLITE_OPEN_READONLY, "?mode=ro", "" },
	[DB_IMMUTABLE] = { SQLITE_OPEN_READONLY, "?mode=ro&immutable=1", "" },
	[DB_TEMPORARY] = { SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "",
	    "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-32768;" },
};

/* A file from elsewhere runs nothing of its own here: no triggers, views, or odd functions. */
static enum err
harden(struct db *db, struct err_trace *trace)
{
	static const struct {
		int option;
		int value;
	} switches[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	};

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		const int code = sqlite3_db_config(
		    db->handle, switches[i].option, switches[i].value, (int *)NULL);

		if (code != SQLITE_OK)
			return FAIL_DB(db, code, trace);
	}
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	/* Personal data must not reach a temporary file in another folder. */
	return db_script(db, "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;", trace);
}

static enum err
open_handle(const char *path, enum db_mode mode, struct db *db, struct err_trace *trace)
{
	const struct opening *opening = &openings[mode];
	/* The empty name is SQLite's for a file that nobody else can open and that goes by itself.
	 */
	char *uri = mode == DB_TEMPORARY ? strdup("") : uri_of(path, opening->query);

	if (uri == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory to open the roster");
	const int code = sqlite3_open_v2(uri, &db->handle,
	    opening->flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	free(uri);
	if (db->handle == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory to open the roster");
	if (code != SQLITE_OK)
		return FAIL_DB(db, code, trace);
	return ERR_OK;
}

enum err
db_open(const char *path, enum db_mode mode, struct db **out, struct err_trace *trace)
{
	struct db *db = calloc(1, sizeof(*db));
	enum err err = ERR_INTERNAL;

	if (db == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory to open the roster");
	err = open_handle(path, mode, db, trace);
	if (err == ERR_OK)
		err = harden(db, trace);
	if (err == ERR_OK)
		err = db_script(db, openings[mode].setup, trace);
	if (err != ERR_OK) {
		db_close(db);
		return err;
	}
	*out = db;
	return ERR_OK;
}

enum err
db_open_below(const char *path, enum db_mode mode, struct db **out, struct err_trace *trace)
{
	struct db *db = NULL;
	char *uri = uri_of(path, openings[mode].query);
	enum err err = ERR_INTERNAL;

	if (uri == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory to open the roster");
	err = db_open("", DB_TEMPORARY, &db, trace);
	if (err == ERR_OK)
		err = db_run(db, DB_CALL("ATTACH DATABASE ?1 AS below", db_text(uri)), trace);
	free(uri);
	if (err != ERR_OK) {
		db_close(db);
		return err;
	}
	*out = db;
	return ERR_OK;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < db->statements; i++)
		sqlite3_finalize(db->statement[i].stmt);
	sqlite3_close(db->handle);
	free(db);
}

struct db_value
db_null(void)
{
	return (struct db_value){ .kind = DB_NULL };
}

struct db_value
db_integer(int64_t value)
{
	return (struct db_value){ .kind = DB_INTEGER, .integer = value };
}

struct db_value
db_text(const char *text)
{
	if (text == NULL)
		return db_null();
	return (struct db_value){ .kind = DB_TEXT, .bytes = text, .len = strlen(text) };
}

struct db_value
db_blob(const void *bytes, size_t len)
{
	return (struct db_value){ .kind = DB_BLOB, .bytes = bytes, .len = len };
}

static struct db_statement *
find_kept(struct db *db, const char *sql)
{
	for (size_t i = 0; i < db->statements; i++) {
		if (db->statement[i].sql == sql && !db->statement[i].busy)
			return &db->statement[i];
	}
	return NULL;
}

/* A kept statement that nobody is walking, or a new one; NULL with *err set. */
static struct db_statement *
get_statement(struct db *db, const char *sql, enum err *err, struct err_trace *trace)
{
	struct db_statement *statement = find_kept(db, sql);

	if (statement != NULL)
		return statement;
	if (db->statements == STATEMENTS_MAX) {
		*err = FAIL(trace, ERR_INTERNAL, "more than %d statements", STATEMENTS_MAX);
		return NULL;
	}
	statement = &db->statement[db->statements];
	const int code = sqlite3_prepare_v3(
	    db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->stmt, NULL);
	if (code != SQLITE_OK) {
		*err = FAIL_DB(db, code, trace);
		return NULL;
	}
	statement->sql = sql;
	db->statements++;
	return statement;
}

static int
bind_value(sqlite3_stmt *stmt, int at, const struct db_value *value)
{
	switch (value->kind) {
	case DB_NULL:
		return sqlite3_bind_null(stmt, at);
	case DB_INTEGER:
		return sqlite3_bind_int64(stmt, at, value->integer);
	case DB_TEXT:
		return sqlite3_bind_text64(
		    stmt, at, value->bytes, value->len, SQLITE_STATIC, SQLITE_UTF8);
	case DB_BLOB:
		if (value->len == 0)
			return sqlite3_bind_zeroblob(stmt, at, 0);
		return sqlite3_bind_blob64(stmt, at, value->bytes, value->len, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

/* Gives the statement back; the values are the caller's and are let go of. */
static void
release(struct db_statement *statement)
{
	sqlite3_reset(statement->stmt);
	sqlite3_clear_bindings(statement->stmt);
	statement->busy = false;
}

enum err
db_query(struct db *db, const struct db_call *call, struct db_rows *rows, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	struct db_statement *statement = get_statement(db, call->sql, &err, trace);

	if (statement == NULL)
		return err;
	for (size_t i = 0; i < call->count; i++) {
		const int code = bind_value(statement->stmt, (int)i + 1, &call->values[i]);

		if (code != SQLITE_OK) {
			release(statement);
			return FAIL_DB(db, code, trace);
		}
	}
	statement->busy = true;
	*rows = (struct db_rows){ .db = db, .statement = statement, .result = SQLITE_ROW };
	return ERR_OK;
}

bool
db_next(struct db_rows *rows)
{
	if (rows->statement == NULL || rows->result != SQLITE_ROW)
		return false;
	rows->result = sqlite3_step(rows->statement->stmt);
	return rows->result == SQLITE_ROW;
}

enum err
db_end(struct db_rows *rows, enum err so_far, struct err_trace *trace)
{
	const int result = rows->result;
	struct db_statement *statement = rows->statement;
	enum err err = so_far;

	if (statement == NULL)
		return so_far;
	if (so_far == ERR_OK && result != SQLITE_ROW && result != SQLITE_DONE)
		err = FAIL_DB(rows->db, result, trace);
	release(statement);
	rows->statement = NULL;
	return err;
}

enum err
db_run(struct db *db, const struct db_call *call, struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	const enum err err = db_query(db, call, &rows, trace);

	while (err == ERR_OK && db_next(&rows))
		continue;
	return db_end(&rows, err, trace);
}

enum err
db_change(struct db *db, const struct db_call *call, struct err_trace *trace)
{
	const enum err err = db_run(db, call, trace);

	if (err == ERR_OK && sqlite3_changes(db->handle) != 1)
		return FAIL(trace, ERR_ABSENT, "it is about something that the roster has not");
	return err;
}

int64_t
db_get_integer(const struct db_rows *rows, int column)
{
	return sqlite3_column_int64(rows->statement->stmt, column);
}

const char *
db_get_text(const struct db_rows *rows, int column)
{
	const unsigned char *text = sqlite3_column_text(rows->statement->stmt, column);

	return text == NULL ? "" : (const char *)text;
}

bool
db_is_null(const struct db_rows *rows, int column)
{
	return sqlite3_column_type(rows->statement->stmt, column) == SQLITE_NULL;
}

const void *
db_get_bytes(const struct db_rows *rows, int column, size_t *len)
{
	const void *bytes = sqlite3_column_blob(rows->statement->stmt, column);

	*len = (size_t)sqlite3_column_bytes(rows->statement->stmt, column);
	return bytes == NULL ? "" : bytes;
}

bool
db_copy_blob(const struct db_rows *rows, int column, void *out, size_t len)
{
	size_t got = 0;
	const void *bytes = db_get_bytes(rows, column, &got);

	if (got != len)
		return false;
	memcpy(out, bytes, len);
	return true;
}

void
db_copy_text(const struct db_rows *rows, int column, char *out, size_t size)
{
	snprintf(out, size, "%s", db_get_text(rows, column));
}

int
db_columns(const struct db_rows *rows)
{
	return sqlite3_column_count(rows->statement->stmt);
}

int
db_compare(const struct db_rows *a, const struct db_rows *b, int column)
{
	size_t len_a = 0;
	size_t len_b = 0;

	if (sqlite3_column_type(a->statement->stmt, column) !=
	    sqlite3_column_type(b->statement->stmt, column))
		return 1;
	const void *bytes_a = db_get_bytes(a, column, &len_a);
	const void *bytes_b = db_get_bytes(b, column, &len_b);

	return len_a != len_b || (len_a > 0 && memcmp(bytes_a, bytes_b, len_a) != 0);
}

enum err
db_ask_integer(struct db *db, const struct db_call *call, int64_t otherwise, int64_t *out,
    struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	int64_t answer = otherwise;
	enum err err = db_query(db, call, &rows, trace);

	if (err == ERR_OK && db_next(&rows) && !db_is_null(&rows, 0))
		answer = db_get_integer(&rows, 0);
	err = db_end(&rows, err, trace);
	if (err == ERR_OK)
		*out = answer;
	return err;
}

enum err
db_one(
    struct db *db, const struct db_call *call, db_reader read, void *item, struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	enum err err = db_query(db, call, &rows, trace);
	bool found = false;

	if (err == ERR_OK && db_next(&rows)) {
		found = true;
		if (!read(&rows, item))
			err = FAIL(trace, ERR_FORMAT, "a row of the roster is damaged");
	}
	err = db_end(&rows, err, trace);
	return err == ERR_OK && !found ? ERR_ABSENT : err;
}

/* Room for one more item behind `count`, all zero. */
static void *
one_more(void **items, size_t count, size_t size)
{
	/* Grows when the count reaches a power of two, from 8 on. */
	if (count >= 8 && (count & (count - 1)) == 0) {
		void *grown = reallocarray(*items, 2 * count, size);

		if (grown == NULL)
			return NULL;
		*items = grown;
	}
	void *item = (char *)*items + count * size;

	memset(item, 0, size);
	return item;
}

enum err
db_all(struct db *db, const struct db_call *call, const struct db_shape *shape, void **out,
    size_t *count, struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	void *items = calloc(8, shape->size);
	size_t n = 0;

	if (items == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a list");
	enum err err = db_query(db, call, &rows, trace);
	while (err == ERR_OK && db_next(&rows)) {
		void *item = one_more(&items, n++, shape->size);

		if (item == NULL)
			err = FAIL(trace, ERR_NOMEM, "no memory for a list");
		else if (!shape->read(&rows, item))
			err = FAIL(trace, ERR_FORMAT, "a row of the roster is damaged");
	}
	err = db_end(&rows, err, trace);
	if (err != ERR_OK) {
		free(items);
		return err;
	}
	*out = items;
	*count = n;
	return ERR_OK;
}

enum err
db_script(struct db *db, const char *literal, struct err_trace *trace)
{
	const char *at = literal;

	while (*at != '\0') {
		sqlite3_stmt *stmt = NULL;
		int code = sqlite3_prepare_v2(db->handle, at, -1, &stmt, &at);

		while (code == SQLITE_OK && stmt != NULL) {
			code = sqlite3_step(stmt);
			code = code == SQLITE_ROW ? SQLITE_OK : code;
		}
		sqlite3_finalize(stmt);
		if (code != SQLITE_OK && code != SQLITE_DONE)
			return FAIL_DB(db, code, trace);
	}
	return ERR_OK;
}

bool
db_in_transaction(const struct db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

void
db_rollback(struct db *db)
{
	/* Where SQLite has rolled back by itself (full disk), this only says so. */
	if (db_in_transaction(db) && db_script(db, "ROLLBACK;", NULL) != ERR_OK)
		return;
}

enum err
db_checkpoint(struct db *db, struct err_trace *trace)
{
	const int code =
	    sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	if (code != SQLITE_OK)
		return FAIL_DB(db, code, trace);
	return ERR_OK;
}
