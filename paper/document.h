/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Documents to be printed: headings, paragraphs, rows of label and value, lines of fixed width.
 * What becomes of them on pages is the business of quorate-paper, a program of its own: the
 * libraries that know fonts read many files and have no place in a process that handles secrets.
 *
 * Adding to a document cannot fail where it is done; whatever went wrong is told by document_pdf.
 * Texts are UTF-8 and copied.
 */
#ifndef PAPER_DOCUMENT_H
#define PAPER_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct document;

MUST_CHECK enum err document_new(const char *title, struct document **out, struct err_trace *trace);

/* NULL is fine. */
void document_free(struct document *document);

/* A word that every page shows in its upper right corner, such as PRACTICE. */
void document_mark(struct document *document, const char *word);

/* What stands at the foot of every page, before its number. */
void document_foot(struct document *document, const char *text);

/* A small line at the head of every page instead of the title in large letters. */
void document_head(struct document *document, const char *text);

/* Small lines below the foot of every page: a hash by which pages are told apart. */
void document_seal(struct document *document, const char *text);

/* A heading stays on the page of what follows it. */
void document_heading(struct document *document, const char *text);
void document_text(struct document *document, const char *text);

/* A label at the left, a value beside it; an entry begins what further rows are about. */
void document_entry(struct document *document, const char *label, const char *value);
void document_row(struct document *document, const char *label, const char *value);

/* Lines of fixed width in place of a value, up to 62 characters each; `label` may be NULL. */
void document_lines(struct document *document, const char *label, const char *text);

/* Small lines of fixed width, up to 106 characters each. */
void document_small(struct document *document, const char *text);

/*
 * A row of cells beside each other: of a table, or of a form to be filled in by hand. The shares of
 * the width are thousandths; a cell without a text is room to write. Rows without space above them
 * share their frames' lines.
 */
enum document_font {
	DOCUMENT_PLAIN,
	DOCUMENT_BOLD,
	DOCUMENT_FIXED,
	DOCUMENT_NOTE,   /* small */
	DOCUMENT_NUMBER, /* of a step, or a title within the page */
	DOCUMENT_COVER,  /* the title of a first page */
	DOCUMENT_FONT__COUNT
};
enum { DOCUMENT_FRAME = 1 << 0, DOCUMENT_SHADE = 1 << 1, DOCUMENT_BOX = 1 << 2 };

struct document_cell {
	unsigned share;
	enum document_font font;
	unsigned look;       /* DOCUMENT_FRAME | DOCUMENT_SHADE | DOCUMENT_BOX (to be checked) */
	const char *caption; /* small, above the text; NULL: none */
	const char *text;    /* NULL: none */
};

struct document_shape {
	unsigned above; /* space, in points */
	unsigned least; /* the height at least, in points: a line by hand needs 24 */
	bool rule;      /* a line above it, unless it begins a page */
	bool header;    /* of a table: shown again where the table goes on on another page */
	bool table;     /* a row of the header before it */
};

/* Up to 12 of them. */
void document_cells(struct document *document, const struct document_shape *shape,
    const struct document_cell *cells, size_t count);

/* The next addition stays on the page of the last one. */
void document_keep(struct document *document);

/* The next addition begins a page. */
void document_page(struct document *document);

/* What is added from now on stands there in its source, for messages: "step 4". NULL: nowhere. */
void document_where(struct document *document, const char *where);

/*
 * Writes a new file of A4 pages; ERR_EXISTS when it is there. ERR_UNSUPPORTED names a character
 * that no font of this machine has: then nothing is written.
 */
MUST_CHECK enum err
document_pdf(const struct document *document, const char *path, struct err_trace *trace);

#endif
