/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * YAML as ceremonies write it: mappings, lists and texts, each with its place. What people who read
 * the file could misread is refused with file, line and column: a key given twice, anchors and
 * aliases, tags, a second document, tabs, and characters that show nothing or turn the direction of
 * the line. At most 1 MiB, 64 levels, 4096 members of one collection and 65536 nodes.
 */
#ifndef CEREMONY_YAML_H
#define CEREMONY_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "ceremony/arena.h"

enum { YAML_MAX = 1024 * 1024 };

/* Where something stands in its file; findings name it. Both count from 1; 0: nowhere. */
struct yaml_place {
	unsigned line;
	unsigned column;
};

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

/* One value. Members of a collection are a chain, in the order of the file. */
struct yaml_node {
	enum yaml_kind kind;
	struct yaml_place place;
	const char *name; /* of a member of a mapping; NULL otherwise */
	struct yaml_place name_place;
	const char *text; /* YAML_TEXT: never NULL */
	bool plain;       /* YAML_TEXT: not quoted, so that it may be a number */
	size_t count;     /* of the members */
	struct yaml_node *first, *last, *next;
};

/* `file` is for errors. The tree lives as long as the arena. ERR_FORMAT: "FILE:LINE:COLUMN: …". */
struct yaml_input {
	const char *file;
	const char *bytes;
	size_t len;
};
MUST_CHECK enum err yaml_read(const struct yaml_input *input, struct arena *arena,
    struct yaml_node **out, struct err_trace *trace);

#endif
