/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the pages of a ceremony are put together from, whether its script is printed or reported:
 * sections, tables, facts with their labels, and texts that live as long as the pages are made.
 * Like adding to a document, none of this can fail where it is done; form_end tells.
 */
#ifndef CEREMONY_FORM_H
#define CEREMONY_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "paper/document.h"

struct form {
	struct document *document;
	char **texts; /* of form_print and form_take */
	size_t count, room;
	bool failed; /* no memory */
};

MUST_CHECK enum err form_begin(struct form *form, const char *title, struct err_trace *trace);

/* Writes the pages unless something failed before; frees the form's own in every case. */
MUST_CHECK enum err form_end(struct form *form, const char *path, struct err_trace *trace);
void form_drop(struct form *form);

/* A text that lives until the form ends; "" when there is no memory. */
const char *form_print(struct form *form, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Takes a text over; NULL is no memory. */
const char *form_take(struct form *form, char *text);

/* Adds to a list, with that between the two; `list` may be "". */
const char *form_join(struct form *form, const char *list, const char *between, const char *text);

/* "0123 4567 89ab …" and words, as people compare them. */
const char *form_hex(struct form *form, const void *bytes, size_t len);
const char *form_words(struct form *form, const void *bytes, size_t len);

/* A program's or person's text with what is no character of a line as "\x1b": lines stay lines. */
const char *form_visible(struct form *form, const char *text);

/*
 * A command as a person would type it into a shell, in lines of at most so many characters, which
 * a backslash ends where the next one goes on: nothing is lost, nothing added.
 */
const char *form_command(struct form *form, size_t count, const char *const *words, size_t width);

void form_section(struct form *form, const char *title); /* with what follows it */
void form_paragraph(struct form *form, const char *text);
void form_note(struct form *form, const char *text);

/* A label beside its value, in frames; consecutive ones are a table. */
void form_fact(struct form *form, const char *label, const char *value);

/* A table: its header now, its rows later, with as many texts as there are columns. */
struct form_column {
	const char *title;
	unsigned share; /* thousandths of the width; 1000 together */
};
void form_table(struct form *form, const struct form_column *columns, size_t count);
struct form_row {
	unsigned least; /* height in points, for what is written by hand */
	bool box;       /* to be checked, before the first text */
};
void form_cells(struct form *form, const struct form_column *columns, size_t count,
    const char *const *texts, const struct form_row *row);

#endif
