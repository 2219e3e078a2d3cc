/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of the two formats, and what is read before it is put in order. */
#ifndef CEREMONY_SCRIPT_FIELDS_H
#define CEREMONY_SCRIPT_FIELDS_H

#include "ceremony/fields.h"
#include "ceremony/script.h"
#include "ceremony/sheet.h"

/* A phase with its own steps, as the file has them. */
struct script_phase_draft {
	const char *title;
	struct yaml_place place;
	struct script_step *steps;
	size_t step_count;
};

struct script_draft {
	unsigned version;
	struct script script;
	struct script_phase_draft *phases;
	size_t phase_count;
	unsigned kind;
};

struct sheet_draft {
	unsigned version;
	struct sheet sheet;
};

extern const struct field_table script_fields; /* of a struct script_draft */
extern const struct field_table sheet_fields;  /* of a struct sheet_draft */

enum { SCRIPT_VERSION = 1, SHEET_VERSION = 1 };

#endif
