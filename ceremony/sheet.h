/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ceremony's sheet: what the script's names mean on the day (docs/formats/ceremony-sheet.md).
 * Changing it needs no new dry run; it is linted, and its hash is in the record.
 */
#ifndef CEREMONY_SHEET_H
#define CEREMONY_SHEET_H

#include "ceremony/script.h"

struct sheet_person {
	const char *role;   /* of the script */
	const char *name;   /* in the roster */
	const char *deputy; /* who comes instead; NULL: nobody */
	struct yaml_place place;
};

/* What an HSM is, as its papers say. What is not known is left out, and the report shows it so. */
struct sheet_token {
	const char *name; /* "primary", "backup", "test", …: ${primary.uri} */
	const char *uri;
	const char *serial;
	const char *model;
	const char *firmware;
	const char *fips;        /* "level 3, FIPS mode on"; "none" */
	const char *certificate; /* the validation's number */
	const char *item;        /* its name in the register of things */
	struct yaml_place place;
};

struct sheet_medium {
	const char *name; /* ${media.NAME} is its path */
	const char *path; /* absolute: where it is mounted */
	const char *label;
	bool takes_copy; /* of the evidence */
	struct yaml_place place;
};

struct sheet_value {
	const char *name;
	const char *value;
	struct yaml_place place;
};

struct sheet {
	uint8_t hash[SHA256_SIZE];
	const char *ceremony; /* the script's name */
	int64_t date;         /* midnight UTC */
	const char *start;    /* "09:00"; NULL */
	const char *place_name;
	const char *previous;      /* the folder of the previous ceremony's evidence; NULL: none */
	const char *previous_head; /* its head, 64 hexadecimal digits */
	struct sheet_person *people; /* in the order of the file */
	size_t person_count;
	struct sheet_token *tokens;
	size_t token_count;
	struct sheet_medium *media;
	size_t medium_count;
	struct sheet_value *values;
	size_t value_count;
	struct script_words network; /* interfaces or addresses that may be up */
	char *bytes;
	size_t len;
	struct arena *arena;
};

MUST_CHECK enum err sheet_read(const char *path, struct sheet **out, struct err_trace *trace);
MUST_CHECK enum err sheet_parse(
    const char *file, const char *bytes, size_t len, struct sheet **out, struct err_trace *trace);
void sheet_free(struct sheet *sheet); /* NULL is fine */

/* NULL when there is none. */
const struct sheet_token *sheet_token(const struct sheet *sheet, const char *name);

/* Pages and reports say SOFTWARE TOKEN of it. */
bool sheet_token_is_software(const struct sheet_token *token);

/*
 * What a word of the script says that day: each ${…} replaced; free() *out. ERR_ABSENT names the
 * one that nothing in the sheet is. The names:
 *
 *	${TOKEN.uri} ${TOKEN.serial} ${TOKEN.model} ${TOKEN.firmware} ${TOKEN.fips}
 *	${TOKEN.certificate} ${TOKEN.item}      of a token of the sheet
 *	${ROLE}  ${ROLE.1} ${ROLE.2} …          its people, joined by commas, or one of them
 *	${media.NAME}                           its path
 *	${brought.FILE}                         a file that was brought along, from where commands
 *run
 *	${sheet.date} ${sheet.place}            the day as YYYY-MM-DD
 *	${previous.evidence} ${previous.head}   of the sheet's previous ceremony
 *	${value.NAME}                           a value of the sheet
 *	${STEP.NAME}                            what was recorded at a step before, from `recorded`
 *
 * "$$" is a dollar sign.
 */
struct sheet_recorded {
	void *context;
	/* NULL: not (yet) recorded. */
	const char *(*find)(void *context, const char *step, const char *name);
};
MUST_CHECK enum err sheet_expand(const struct sheet *sheet, const struct sheet_recorded *recorded,
    const char *text, char **out, struct err_trace *trace);

/* Who fills a seat that names one person; NULL: nobody, or anybody of the role may. */
const struct sheet_person *sheet_seated(const struct sheet *sheet, const char *word);

/* Whether the role is that person's, as one of its people or as a deputy. */
bool sheet_fills(const struct sheet *sheet, const char *role, const char *name);

/* What stands before the dot and is neither token, role nor step: "media", "sheet", … */
bool sheet_name_is_reserved(const char *name);

#endif
