/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A document's blocks as rows of cells, each with the height that it needs. Whatever kind a block
 * is, it becomes rows: a heading has one cell, a label with its value two, a table's row as many
 * as it has columns. Measures are points. Of quorate-paper alone.
 */
#ifndef PAPER_ROWS_H
#define PAPER_ROWS_H

#include <jansson.h>

#include "paper/text.h"

enum { CELLS_MAX = 12 };

struct cell {
	double x, width; /* from the left margin */
	enum text_font font;
	const char *caption; /* small, above the text; NULL: none */
	const char *text;
	int len; /* bytes of the text; -1: all */
	bool frame, shade;
	bool box; /* one to be checked, before the text */
};

struct row {
	struct cell cell[CELLS_MAX];
	size_t cells;
	double above; /* free space, unless it begins a page */
	double least; /* height, for what is written by hand */
	double height;
	bool keep;   /* on the page of the one before */
	bool begins; /* a page */
	bool rule;   /* a line above it, unless it begins a page */
	bool header; /* shown again where its table goes on on another page */
	bool table;  /* of the header before it */
	const char *where;
	/* Where it was put. */
	unsigned page;
	double y;
	const struct row *repeats; /* the header above it, where it goes on */
};

struct rows {
	struct row *row; /* free() */
	size_t count, room;
};

/*
 * Reads and measures them, for pages of that width and height between the margins; a row that is
 * higher than a page becomes several. Texts are the JSON's. ERR_FORMAT, ERR_UNSUPPORTED as
 * pages_write; *out is to be freed in every case.
 */
MUST_CHECK enum err rows_read(cairo_t *cairo, const json_t *blocks, const double page[2],
    struct rows *out, struct err_trace *trace);

/* Where a cell's text stands in it, from the left and from the top, and what it has for it. */
struct cell_inside {
	double x, y, width;
};
MUST_CHECK enum err cell_inside(cairo_t *cairo, const struct row *row, const struct cell *cell,
    struct cell_inside *out, struct err_trace *trace);

#endif
