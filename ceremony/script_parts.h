/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rows of a script's tables alone cannot say (script_fields.c). */
#ifndef CEREMONY_SCRIPT_PARTS_H
#define CEREMONY_SCRIPT_PARTS_H

#include "ceremony/fields.h"
#include "ceremony/script.h"

/* The words of the enums, NULL behind the last. */
extern const char *const script_given_words[];
extern const char *const script_record_words[];
extern const char *const script_signing_words[];

/* `expect:` as the file has it; script_part_expect makes one list of it. */
struct script_expect_draft {
	unsigned status;
	struct script_words text, pattern;
	struct script_expect *json, *file;
	size_t json_count, file_count;
	struct yaml_place place;
};
extern const struct field_table script_expect_fields;

field_read script_part_role;   /* a struct script_role that was read */
field_read script_part_given;  /* a struct script_given that was read: each kind needs its keys */
field_read script_part_expect; /* `expect:` of a struct script_step */
field_read script_part_step;   /* a struct script_step that was read */
field_read script_part_steps;  /* "4-7" of a struct script_session */

#endif
