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

#include "base/err.h"

struct document;

MUST_CHECK enum err document_new(const char *title, struct document **out, struct err_trace *trace);

/* NULL is fine. */
void document_free(struct document *document);

/* A word that every page shows in its upper right corner, such as PRACTICE. */
void document_mark(struct document *document, const char *word);

/* What stands at the foot of every page, before its number. */
void document_foot(struct document *document, const char *text);

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

/* The next addition stays on the page of the last one. */
void document_keep(struct document *document);

/*
 * Writes a new file of A4 pages; ERR_EXISTS when it is there. ERR_UNSUPPORTED names a character
 * that no font of this machine has: then nothing is written.
 */
MUST_CHECK enum err
document_pdf(const struct document *document, const char *path, struct err_trace *trace);

#endif
