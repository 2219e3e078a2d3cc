/* SPDX-License-Identifier: BSD-2-Clause */
/* Text with the fonts of the machine, by pango. Measures are points. Of quorate-paper alone. */
#ifndef PAPER_TEXT_H
#define PAPER_TEXT_H

#include <pango/pangocairo.h>

#include "base/err.h"

enum text_font {
	TEXT_PLAIN,
	TEXT_BOLD,
	TEXT_FIXED,
	TEXT_FIXED_SMALL,
	TEXT_HEADING,
	TEXT_TITLE,
	TEXT_MARK,
	TEXT_MARK_SMALL,
	TEXT_FOOT,
	TEXT_SEAL,
	TEXT_COVER,
	TEXT_NUMBER,
	TEXT_CELL,
	TEXT_CELL_BOLD,
	TEXT_CELL_FIXED,
	TEXT_CAPTION,
	TEXT__COUNT
};

struct text {
	enum text_font font;
	const char *text;  /* UTF-8 */
	int len;           /* bytes of it; -1: all */
	double width;      /* longer lines are broken, between words where that is possible */
	bool one_line;     /* what does not fit into the width ends with an ellipsis instead */
	const char *where; /* in the document, for messages; NULL: not said */
};

/* g_object_unref *out. ERR_UNSUPPORTED names a character that no font has, and where it is. */
MUST_CHECK enum err
text_make(cairo_t *cairo, const struct text *text, PangoLayout **out, struct err_trace *trace);

void text_size(PangoLayout *made, double *width, double *height);

/* How many bytes the lines have that fit into the height; at least those of the first line. */
int text_fit(PangoLayout *made, double height);

#endif
