/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the body of an event may hold: a table of members per type, by which every body is checked
 * before it is appended and whenever it is replayed. After the check, the getters here cannot fail.
 * Internal to roster/, but for the files that custody/ exchanges, which are checked in the same
 * way.
 */
#ifndef ROSTER_MEMBER_H
#define ROSTER_MEMBER_H

#include <jansson.h>

#include "roster/roster.h"

enum member_kind {
	MEMBER_TEXT,    /* min to max bytes of UTF-8, no control characters */
	MEMBER_INTEGER, /* min to max */
	MEMBER_BOOL,
	MEMBER_HEX,     /* min to max bytes in lower-case hexadecimal */
	MEMBER_CONTENT, /* 32 bytes in hex that bind something beside the events */
	MEMBER_WORD,    /* one of `words` */
	MEMBER_LIST,    /* min to max objects of the members `of` */
	MEMBER_ITEMS,   /* min to max values that are each as `of`, whose name is "" */
	MEMBER_OBJECT,  /* an object of the members `of` */
	MEMBER_ANY,     /* whatever: checked by somebody else */
};

struct member {
	const char *name; /* NULL ends the table */
	enum member_kind kind;
	bool optional;
	int64_t min;
	int64_t max;
	const char *const *words; /* NULL-terminated */
	const struct member *of;
	bool is_time; /* an integer that the log shows as a time */
	bool is_text; /* a content that the log shows, while it is there */
};

/* 9999-12-31T23:59:59Z */
#define MEMBER_TIME_MAX INT64_C(253402300799)

/* Rows for the tables. PERSONAL is text about people, which can be erased. */
#define MEMBER_A_TEXT(n, least, most)                                                              \
	{                                                                                          \
		.name = (n), .kind = MEMBER_TEXT, .min = (least), .max = (most)                    \
	}
#define MEMBER_A_NUMBER(n, least, most)                                                            \
	{                                                                                          \
		.name = (n), .kind = MEMBER_INTEGER, .min = (least), .max = (most)                 \
	}
#define MEMBER_A_BOOL(n)                                                                           \
	{                                                                                          \
		.name = (n), .kind = MEMBER_BOOL                                                   \
	}
#define MEMBER_AN_ID(n)                                                                            \
	{                                                                                          \
		.name = (n), .kind = MEMBER_HEX, .min = 16, .max = 16                              \
	}
#define MEMBER_MAYBE_ID(n)                                                                         \
	{                                                                                          \
		.name = (n), .kind = MEMBER_HEX, .optional = true, .min = 16, .max = 16            \
	}
#define MEMBER_BYTES(n, len)                                                                       \
	{                                                                                          \
		.name = (n), .kind = MEMBER_HEX, .min = (len), .max = (len)                        \
	}
#define MEMBER_A_CONTENT(n)                                                                        \
	{                                                                                          \
		.name = (n), .kind = MEMBER_CONTENT, .min = 32, .max = 32                          \
	}
#define MEMBER_A_PERSONAL(n)                                                                       \
	{                                                                                          \
		.name = (n), .kind = MEMBER_CONTENT, .min = 32, .max = 32, .is_text = true         \
	}
#define MEMBER_MAYBE_PERSONAL(n)                                                                   \
	{                                                                                          \
		.name = (n), .kind = MEMBER_CONTENT, .optional = true, .min = 32, .max = 32,       \
		.is_text = true                                                                    \
	}
#define MEMBER_A_TIME(n)                                                                           \
	{                                                                                          \
		.name = (n), .kind = MEMBER_INTEGER, .min = 1, .max = MEMBER_TIME_MAX,             \
		.is_time = true                                                                    \
	}
#define MEMBER_A_WORD(n, list)                                                                     \
	{                                                                                          \
		.name = (n), .kind = MEMBER_WORD, .words = (list)                                  \
	}
#define MEMBER_A_LIST(n, table, least, most)                                                       \
	{                                                                                          \
		.name = (n), .kind = MEMBER_LIST, .of = (table), .min = (least), .max = (most)     \
	}
#define MEMBER_MANY(n, item, least, most)                                                          \
	{                                                                                          \
		.name = (n), .kind = MEMBER_ITEMS, .of = (item), .min = (least), .max = (most)     \
	}
#define MEMBER_END                                                                                 \
	{                                                                                          \
		0                                                                                  \
	}

/* Exactly these members, each as its row says; ERR_FORMAT names the first that is not. */
MUST_CHECK enum err
member_check(const struct member *members, const json_t *object, struct err_trace *trace);

/* A line's end, an escape or the like, which a terminal would obey. */
bool member_has_control(const char *text);

/* Calls `visit` with every content hash in a checked object, lists included. */
typedef enum err (*member_visit)(
    void *context, const struct roster_hash *hash, struct err_trace *trace);
MUST_CHECK enum err member_contents(const struct member *members, const json_t *object,
    member_visit visit, void *context, struct err_trace *trace);

/* The place of a word in a NULL-terminated list, or -1. */
int member_word_at(const char *const *words, const char *word);

/* Getters for checked objects. An absent optional member reads as "", 0 or all zero. */
const char *member_text(const json_t *object, const char *name);
int64_t member_integer(const json_t *object, const char *name);
bool member_bool(const json_t *object, const char *name);
void member_hex(const json_t *object, const char *name, void *out, size_t len);
int member_word(const json_t *object, const char *name, const char *const *words);

/* Values for json_pack's "o"; NULL when there is no memory. */
json_t *member_of_bytes(const void *bytes, size_t len);
json_t *member_of_id(const struct roster_id *id);
json_t *member_of_ids(const struct roster_id *ids, size_t count);
json_t *member_of_hash(const struct roster_hash *hash);

#endif
