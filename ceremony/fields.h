/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a script or sheet may hold, as tables: one row a key. Reading, the lists of near keys in
 * errors, the page and the JSON schema of the format all follow the same rows.
 */
#ifndef CEREMONY_FIELDS_H
#define CEREMONY_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "ceremony/arena.h"
#include "ceremony/yaml.h"

struct fields_reader {
	const char *file; /* for errors */
	struct arena *arena;
	struct err_trace *trace;
};

enum field_kind {
	FIELD_TEXT,     /* const char *: not empty, at most 4096 bytes */
	FIELD_NAME,     /* const char *: [a-z0-9-]{1,32} */
	FIELD_NAMES,    /* struct script_words: one name, or a list of them */
	FIELD_SEATS,    /* struct script_words: likewise; NAME.2 is the second of that name */
	FIELD_WORDS,    /* struct script_words: one text, or a list of them */
	FIELD_COMMAND,  /* struct script_words: a list, or one text split at blanks, '…' kept */
	FIELD_NUMBER,   /* unsigned, from least to most */
	FIELD_DURATION, /* unsigned: 90s, 15m, 2h in units of `unit` seconds, from least to most */
	FIELD_FLAG,     /* bool: true or false */
	FIELD_WORD,     /* unsigned: the index in words */
	FIELD_ONE_OF,   /* const char *: one of words */
	FIELD_GROUP,    /* a mapping whose rows are offsets of the same struct */
	FIELD_LIST,     /* array and size_t at count_offset: a list of mappings */
	FIELD_MAP,      /* as FIELD_LIST, from a mapping: its keys are names, at name_offset */
	FIELD_CUSTOM,   /* `read` does it */
};

struct field_table;

typedef enum err
field_read(const struct fields_reader *reader, const struct yaml_node *node, void *item);

struct field_row {
	const char *name; /* NULL ends the rows */
	enum field_kind kind;
	bool required;
	size_t offset, count_offset;
	unsigned least, most, unit;
	const char *const *words; /* NULL-terminated */
	const struct field_table *table;
	field_read *read;
};

struct field_table {
	const char *what; /* "a step" */
	size_t size;      /* of an item */
	const struct field_row *rows;
	size_t place_offset;  /* of a struct yaml_place; FIELDS_NONE */
	size_t name_offset;   /* FIELD_MAP */
	const void *standard; /* what is not given; NULL: zeros */
	field_read *finish;   /* what a row alone cannot say; NULL */
};

#define FIELDS_NONE ((size_t)-1)

/* Fills an item of the table's size. Its texts live as long as the arena. */
MUST_CHECK enum err fields_read(const struct fields_reader *reader, const struct field_table *table,
    const struct yaml_node *node, void *item);

/* For rows of kind FIELD_CUSTOM: the same checks. */
MUST_CHECK enum err
field_text(const struct fields_reader *reader, const struct yaml_node *node, const char **out);
MUST_CHECK enum err
field_name(const struct fields_reader *reader, const struct yaml_node *node, const char **out);
MUST_CHECK enum err field_list(const struct fields_reader *reader, const struct field_table *table,
    const struct yaml_node *node, void **out, size_t *count);
bool field_is_name(const char *text);
bool field_is_seat(const char *text);

/* Zeroed room for `count` items; ERR_NOMEM. */
MUST_CHECK enum err
field_room(const struct fields_reader *reader, size_t count, size_t size, void **out);

/* return fields_refuse(reader, place, "…"): ERR_FORMAT, "FILE:LINE:COLUMN: …". Its value is written
 * out, so that an analyser sees that it is no success. */
#define fields_refuse(reader, place, ...) (fields_fault((reader), (place), __VA_ARGS__), ERR_FORMAT)
void fields_fault(const struct fields_reader *reader, struct yaml_place place, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

#endif
