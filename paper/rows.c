/* SPDX-License-Identifier: BSD-2-Clause */
#include "paper/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define LABEL_WIDTH 104.0
#define PADDING     4.0  /* between a frame and its text */
#define BOX_WIDTH   15.0 /* of a box to be checked, with the space behind it */
#define HEADER_ROOM 48.0 /* of a page, for the header of a table that goes on there */

enum { ROWS_MAX = 65536, SHARES = 1000 };

static const struct style {
	const char *kind;
	enum text_font font;
	enum text_font label_font;
	double above;
	double indent; /* what is left of it is the label's */
} styles[] = {
	{ "heading", TEXT_HEADING, TEXT_PLAIN, 18, 0 },
	{ "text", TEXT_PLAIN, TEXT_PLAIN, 8, 0 },
	{ "entry", TEXT_PLAIN, TEXT_BOLD, 9, LABEL_WIDTH },
	{ "row", TEXT_PLAIN, TEXT_PLAIN, 3.5, LABEL_WIDTH },
	{ "line", TEXT_FIXED, TEXT_PLAIN, 2.5, LABEL_WIDTH },
	{ "small", TEXT_FIXED_SMALL, TEXT_PLAIN, 0.8, 0 },
};

static const struct {
	const char *word;
	enum text_font font;
} cell_fonts[] = {
	{ "plain", TEXT_CELL },
	{ "bold", TEXT_CELL_BOLD },
	{ "fixed", TEXT_CELL_FIXED },
	{ "note", TEXT_CAPTION },
	{ "number", TEXT_NUMBER },
	{ "cover", TEXT_COVER },
};

/* ---- Reading ------------------------------------------------------------------------------- */

static bool
is_set(const json_t *json, const char *name)
{
	return json_is_true(json_object_get(json, name));
}

static const char *
text_of(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text == NULL || text[0] == '\0' ? NULL : text;
}

static enum err
read_cell(const json_t *json, struct cell *out, struct err_trace *trace)
{
	const char *font;
	enum err err = json_get_text(json, "font", &font, trace);

	if (err == ERR_OK)
		err = json_get_text(json, "text", &out->text, trace);
	if (err != ERR_OK)
		return err;
	out->len = -1;
	out->caption = text_of(json, "caption");
	out->frame = is_set(json, "frame");
	out->shade = is_set(json, "shade");
	out->box = is_set(json, "box");
	for (size_t i = 0; i < sizeof(cell_fonts) / sizeof(cell_fonts[0]); i++) {
		if (strcmp(cell_fonts[i].word, font) == 0) {
			out->font = cell_fonts[i].font;
			return ERR_OK;
		}
	}
	return FAIL(trace, ERR_FORMAT, "there is no font '%.32s'", font);
}

static enum err
read_cells(const json_t *json, double width, struct row *out, struct err_trace *trace)
{
	const json_t *cells = json_object_get(json, "cells");
	int64_t share, above, least;
	double x = 0;
	enum err err = json_get_int(json, "above", 0, SHARES, &above, trace);

	if (err == ERR_OK)
		err = json_get_int(json, "least", 0, SHARES, &least, trace);
	if (err != ERR_OK)
		return err;
	if (!json_is_array(cells) || json_array_size(cells) > CELLS_MAX)
		return FAIL(trace, ERR_FORMAT, "a row has 0 to %d cells", CELLS_MAX);
	out->above = (double)above;
	out->least = (double)least;
	for (; err == ERR_OK && out->cells < json_array_size(cells); out->cells++) {
		const json_t *from = json_array_get(cells, out->cells);
		struct cell *cell = &out->cell[out->cells];

		err = json_get_int(from, "share", 1, SHARES, &share, trace);
		if (err == ERR_OK)
			err = read_cell(from, cell, trace);
		if (err != ERR_OK)
			return err;
		cell->x = x;
		cell->width = width * (double)share / SHARES;
		x += cell->width;
	}
	return ERR_OK;
}

static enum err
read_styled(const json_t *json, const struct style *style, double width, struct row *out,
    struct err_trace *trace)
{
	const char *label = text_of(json, "label");
	struct cell *cell = out->cell;
	enum err err;

	if (label != NULL)
		*cell++ = (struct cell){
			.width = width, .font = style->label_font, .text = label, .len = -1
		};
	*cell = (struct cell){
		.x = style->indent, .width = width - style->indent, .font = style->font, .len = -1
	};
	err = json_get_text(json, "text", &cell->text, trace);
	out->cells = (size_t)(cell - out->cell) + 1;
	out->above = style->above;
	return err;
}

static enum err
read_row(const json_t *json, double width, struct row *out, struct err_trace *trace)
{
	const char *kind;
	enum err err = json_get_text(json, "kind", &kind, trace);

	if (err != ERR_OK)
		return err;
	out->keep = is_set(json, "keep");
	out->begins = is_set(json, "begins");
	out->rule = is_set(json, "rule");
	out->header = is_set(json, "header");
	out->table = is_set(json, "table");
	out->where = text_of(json, "where");
	if (strcmp(kind, "cells") == 0)
		return read_cells(json, width, out, trace);
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		if (strcmp(styles[i].kind, kind) == 0)
			return read_styled(json, &styles[i], width, out, trace);
	return FAIL(trace, ERR_FORMAT, "there is no block '%.32s'", kind);
}

/* ---- Measuring ----------------------------------------------------------------------------- */

static double
padding_of(const struct cell *cell)
{
	return cell->frame || cell->shade ? PADDING : 0;
}

enum err
cell_inside(cairo_t *cairo, const struct row *row, const struct cell *cell, struct cell_inside *out,
    struct err_trace *trace)
{
	const double padding = padding_of(cell);
	const double box = cell->box ? BOX_WIDTH : 0;
	const struct text caption = { .font = TEXT_CAPTION,
		.text = cell->caption,
		.len = -1,
		.width = cell->width - 2 * padding,
		.where = row->where };
	PangoLayout *made;
	double width;
	enum err err;

	*out = (struct cell_inside){
		.x = padding + box, .y = padding, .width = cell->width - 2 * padding - box
	};
	if (cell->caption == NULL)
		return ERR_OK;
	err = text_make(cairo, &caption, &made, trace);
	if (err != ERR_OK)
		return err;
	text_size(made, &width, &out->y);
	out->y += padding + 1;
	g_object_unref(made);
	return ERR_OK;
}

/* What the cell needs; and with `fits`, how much of its text does into a height. */
static enum err
measure_cell(cairo_t *cairo, const struct row *row, const struct cell *cell, double *height,
    int *fits, struct err_trace *trace)
{
	struct text text = {
		.font = cell->font, .text = cell->text, .len = cell->len, .where = row->where
	};
	struct cell_inside inside;
	PangoLayout *made;
	double width;
	enum err err = cell_inside(cairo, row, cell, &inside, trace);

	text.width = inside.width;
	if (err == ERR_OK)
		err = text_make(cairo, &text, &made, trace);
	if (err != ERR_OK)
		return err;
	if (fits != NULL)
		*fits = text_fit(made, *height - inside.y - padding_of(cell));
	text_size(made, &width, height);
	*height += inside.y + padding_of(cell);
	g_object_unref(made);
	return ERR_OK;
}

static enum err
measure_row(cairo_t *cairo, struct row *row, struct err_trace *trace)
{
	double height;

	row->height = row->least;
	for (size_t i = 0; i < row->cells; i++) {
		const enum err err = measure_cell(cairo, row, &row->cell[i], &height, NULL, trace);

		if (err != ERR_OK)
			return err;
		if (height > row->height)
			row->height = height;
	}
	return ERR_OK;
}

/* What does not fit into a page goes on in another row. */
static enum err
cut_row(cairo_t *cairo, struct row *row, double most, struct row *rest, struct err_trace *trace)
{
	*rest = *row;
	rest->keep = rest->begins = rest->rule = false;
	for (size_t i = 0; i < row->cells; i++) {
		struct cell *cell = &row->cell[i], *left = &rest->cell[i];
		double height = most;
		int fits = 0;
		const enum err err = measure_cell(cairo, row, cell, &height, &fits, trace);

		if (err != ERR_OK)
			return err;
		left->len = (cell->len < 0 ? (int)strlen(cell->text) : cell->len) - fits;
		left->text = cell->text + fits;
		left->caption = NULL;
		left->box = false;
		cell->len = fits;
	}
	return measure_row(cairo, row, trace);
}

/* ---- All of them --------------------------------------------------------------------------- */

static enum err
add_row(struct rows *rows, const struct row *row, struct err_trace *trace)
{
	if (rows->count == rows->room) {
		const size_t room = rows->room * 2 + 16;
		struct row *more = reallocarray(rows->row, room, sizeof(*more));

		if (more == NULL)
			return FAIL(trace, ERR_NOMEM, "no memory for pages");
		rows->row = more;
		rows->room = room;
	}
	if (rows->count == ROWS_MAX)
		return FAIL(trace, ERR_FORMAT, "a document has 0 to %d rows", ROWS_MAX);
	rows->row[rows->count++] = *row;
	return ERR_OK;
}

/* In parts that fit into a page, where it is higher. */
static enum err
add_measured(
    cairo_t *cairo, struct row *row, double page, struct rows *rows, struct err_trace *trace)
{
	const double most = row->table ? page - HEADER_ROOM : page;
	enum err err = measure_row(cairo, row, trace);

	while (err == ERR_OK && row->height > most && row->least < most) {
		struct row rest;

		err = cut_row(cairo, row, most, &rest, trace);
		if (err == ERR_OK)
			err = add_row(rows, row, trace);
		if (err == ERR_OK)
			err = measure_row(cairo, &rest, trace);
		if (err == ERR_OK)
			*row = rest;
	}
	return err == ERR_OK ? add_row(rows, row, trace) : err;
}

enum err
rows_read(cairo_t *cairo, const json_t *blocks, const double page[2], struct rows *out,
    struct err_trace *trace)
{
	enum err err = ERR_OK;

	*out = (struct rows){ 0 };
	if (!json_is_array(blocks))
		return FAIL(trace, ERR_FORMAT, "a document has blocks");
	for (size_t i = 0; err == ERR_OK && i < json_array_size(blocks); i++) {
		struct row row = { 0 };

		err = read_row(json_array_get(blocks, i), page[0], &row, trace);
		if (err == ERR_OK)
			err = add_measured(cairo, &row, page[1], out, trace);
	}
	return err;
}
