/* SPDX-License-Identifier: BSD-2-Clause */
/* From a document's blocks to A4 pages, by pango and cairo. Of quorate-paper alone. */
#ifndef PAPER_PAGES_H
#define PAPER_PAGES_H

#include <stdio.h>

#include <jansson.h>

#include "base/err.h"

/*
 * Lays the document out and writes a PDF. ERR_FORMAT: no document as paper/document.c makes them;
 * ERR_UNSUPPORTED: a character that no font has.
 */
MUST_CHECK enum err pages_write(const json_t *document, FILE *to, struct err_trace *trace);

#endif
