/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of a binding sheet that are read back (docs/formats/sheet.md), as tables that writing
 * (sheet_block.c) and reading (sheet_read.c) both walk: a line is a key, a blank and a value, in
 * the order of the rows. Internal to roster/.
 */
#ifndef ROSTER_SHEET_INTERNAL_H
#define ROSTER_SHEET_INTERNAL_H

#include "roster/sheet.h"

#define SHEET_BEGIN "-----BEGIN QUORATE SHEET-----"
#define SHEET_END   "-----END QUORATE SHEET-----"

enum { SHEET_FORMAT = 1, SHEET_CHECK = 2 * 8 + 1 };

enum sheet_field_kind { SHEET_TEXT, SHEET_NUMBER, SHEET_BYTES, SHEET_BOOL, SHEET_DATE, SHEET_ROLE };

struct sheet_field {
	const char *word;
	enum sheet_field_kind kind;
	size_t offset;
	size_t size;          /* of a text's place, or so many bytes */
	unsigned min, max;    /* of a number */
	const char *words[2]; /* of a bool: false, true */
};

/* Each ends with a row without a key. */
extern const struct sheet_field sheet_head_fields[], sheet_generation_fields[],
    sheet_older_fields[], sheet_card_fields[], sheet_binding_fields[];

/*
 * By enum roster_token_pin: what it opens with, then the rows of a format of its own. A PIN that is
 * not bound has no lines, a default format only the first.
 */
extern const struct sheet_field sheet_pin_fields[ROSTER_TOKEN_PIN__COUNT][5];

/* "0123456789abcdef": against slips of the typist, not against forgery. */
MUST_CHECK enum err
sheet_check_of(const char *lines, size_t len, char out[SHEET_CHECK], struct err_trace *trace);

#endif
