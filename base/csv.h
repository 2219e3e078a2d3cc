/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables as spreadsheets write them (RFC 4180): fields between commas, in quotes where they hold a
 * comma, a quote (doubled) or the end of a line. A byte order mark, CRLF, a missing last line end
 * and empty lines are fine; a NUL, a lone CR and a stray quote are not.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdio.h>

#include "base/err.h"

enum { CSV_FIELDS_MAX = 32 };

struct csv;

struct csv_row {
	size_t line;                       /* where it begins, from 1 */
	size_t count;                      /* 0: there are no more rows */
	const char *field[CSV_FIELDS_MAX]; /* valid until csv_close */
};

/* Takes a copy of the text. csv_close *out. */
MUST_CHECK enum err
csv_open(const char *text, size_t len, struct csv **out, struct err_trace *trace);
void csv_close(struct csv *csv); /* NULL is fine */

/* ERR_FORMAT names the line; nothing can be read after it. */
MUST_CHECK enum err csv_next(struct csv *csv, struct csv_row *out, struct err_trace *trace);

/* Writes a row, with quotes where they are needed, ended by CRLF. */
void csv_write(FILE *to, const char *const *field, size_t count);

#endif
