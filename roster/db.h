/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thin hold on SQLite: statements are literals, prepared once and kept; every value is bound;
 * SQLite's numbers become errors here and nowhere else. Internal to roster/.
 */
#ifndef ROSTER_DB_H
#define ROSTER_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct db_statement;

enum db_mode {
	DB_CREATE,    /* a new file, for writing */
	DB_WRITE,     /* an existing file */
	DB_READ,      /* beside a writer: takes its WAL into account */
	DB_IMMUTABLE, /* a closed file: needs no right but to read it */
	DB_TEMPORARY, /* none: for a replay, in memory while it is small, then in a nameless file */
};

MUST_CHECK enum err
db_open(const char *path, enum db_mode mode, struct db **out, struct err_trace *trace);

/*
 * As db_open with DB_READ or DB_IMMUTABLE, below a temporary database: tables that are made there
 * hide those of the same name in the file, and nothing is written to it.
 */
MUST_CHECK enum err
db_open_below(const char *path, enum db_mode mode, struct db **out, struct err_trace *trace);

/* NULL is fine. A reader or writer that is last merges the WAL. */
void db_close(struct db *db);

/* A value to bind: one per ?1, ?2, … */
struct db_value {
	enum { DB_NULL, DB_INTEGER, DB_TEXT, DB_BLOB } kind;
	int64_t integer;
	const void *bytes; /* borrowed until the statement ends */
	size_t len;
};

struct db_value db_null(void);
struct db_value db_integer(int64_t value);
struct db_value db_text(const char *text); /* NULL is SQL's NULL */
struct db_value db_blob(const void *bytes, size_t len);

struct db_call {
	const char *sql; /* a literal: its address names the prepared statement */
	const struct db_value *values;
	size_t count;
};
#define DB_CALL(text, ...)                                                                         \
	(&(const struct db_call){ .sql = (text),                                                   \
	    .values = (const struct db_value[]){ __VA_ARGS__ },                                    \
	    .count = sizeof((const struct db_value[]){ __VA_ARGS__ }) / sizeof(struct db_value) })
#define DB_CALL0(text) (&(const struct db_call){ .sql = (text) })

/* Runs a statement that answers no rows. ERR_EXISTS: it contradicts a constraint of a table. */
MUST_CHECK enum err db_run(struct db *db, const struct db_call *call, struct err_trace *trace);

/* As db_run; ERR_ABSENT unless exactly one row was changed: the event is about what is not there.
 */
MUST_CHECK enum err db_change(struct db *db, const struct db_call *call, struct err_trace *trace);

/*
 * Runs a statement row by row; `rows` starts as { 0 }:
 *	enum err err = db_query(db, DB_CALL("SELECT …", …), &rows, trace);
 *	while (err == ERR_OK && db_next(&rows))
 *		err = …;
 *	err = db_end(&rows, err, trace);
 */
struct db_rows {
	struct db *db;
	struct db_statement *statement; /* NULL: ended */
	int result;
};
MUST_CHECK enum err
db_query(struct db *db, const struct db_call *call, struct db_rows *rows, struct err_trace *trace);
bool db_next(struct db_rows *rows);
/* Lets the rows go; reports `so_far` if that is a failure, else what ended them early. */
MUST_CHECK enum err db_end(struct db_rows *rows, enum err so_far, struct err_trace *trace);

/* The present row's columns, from 0. Pointers hold until the next db_next or db_end. */
int64_t db_get_integer(const struct db_rows *rows, int column);
const char *db_get_text(const struct db_rows *rows, int column); /* "" for NULL */
bool db_is_null(const struct db_rows *rows, int column);
const void *db_get_bytes(const struct db_rows *rows, int column, size_t *len);
/* Copies a column of exactly `len` bytes; false, and nothing copied, for any other. */
bool db_copy_blob(const struct db_rows *rows, int column, void *out, size_t len);
/* Copies a text, cut to fit. */
void db_copy_text(const struct db_rows *rows, int column, char *out, size_t size);
int db_columns(const struct db_rows *rows);
/* 0 when both rows have the same value there, of the same type. */
int db_compare(const struct db_rows *a, const struct db_rows *b, int column);

/* One integer; `otherwise` when no row came or it is NULL. */
MUST_CHECK enum err db_ask_integer(struct db *db, const struct db_call *call, int64_t otherwise,
    int64_t *out, struct err_trace *trace);

/* Reads the present row into `item`, which is all zero before; false when it is damaged. */
typedef bool (*db_reader)(const struct db_rows *rows, void *item);

/* The first row; ERR_ABSENT, without words, when there is none. */
MUST_CHECK enum err db_one(
    struct db *db, const struct db_call *call, db_reader read, void *item, struct err_trace *trace);

/* All rows as an array of items of `size` bytes; free() *out, which is never NULL. */
struct db_shape {
	size_t size;
	db_reader read;
};
MUST_CHECK enum err db_all(struct db *db, const struct db_call *call, const struct db_shape *shape,
    void **out, size_t *count, struct err_trace *trace);

/* The statements of a literal, one after another, none of them kept. */
MUST_CHECK enum err db_script(struct db *db, const char *literal, struct err_trace *trace);

/* True when a transaction is open. */
bool db_in_transaction(const struct db *db);

/* Ends a transaction without it; cannot fail in a way that matters. */
void db_rollback(struct db *db);

/* Merges the WAL into the file and empties it. ERR_NOT_NOW: a reader hinders it; nothing is lost.
 */
MUST_CHECK enum err db_checkpoint(struct db *db, struct err_trace *trace);

#endif
