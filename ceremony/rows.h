/* SPDX-License-Identifier: BSD-2-Clause */
/* How rows of the formats' tables are written down (fields.h). */
#ifndef CEREMONY_ROWS_H
#define CEREMONY_ROWS_H

#include "ceremony/fields.h"

#define ROW(word, of_kind, type, member)                                                           \
	.name = (word), .kind = FIELD_##of_kind, .offset = offsetof(struct type, member)
#define ITEMS(type, member, rows) .count_offset = offsetof(struct type, member), .table = &(rows)
#define NEEDED                    .required = true
#define END                                                                                        \
	{                                                                                          \
		.name = NULL                                                                       \
	}

#endif
