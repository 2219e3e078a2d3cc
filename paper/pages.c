/* SPDX-License-Identifier: BSD-2-Clause */
#include "paper/pages.h"

#include <stdlib.h>

#include <cairo-pdf.h>

#include "base/json.h"
#include "paper/rows.h"

/* In points, of which an inch has 72. A4. */
#define PAGE_WIDTH  595.28
#define PAGE_HEIGHT 841.89
#define MARGIN      56.7 /* 2 cm, and room for holes */
#define TEXT_WIDTH  (PAGE_WIDTH - 2 * MARGIN)
#define TOP         92.0 /* below a title */
#define TOP_HEADED  66.0 /* below a running head */
#define FOOT_HEIGHT 64.0 /* from a page's last line to its edge, without a seal */
#define BOX         8.5

struct layout {
	cairo_t *cairo;
	const char *title, *head, *mark, *foot, *seal; /* NULL or empty: none */
	double top, bottom;
	struct rows rows;
	unsigned pages;
};

/* ---- Places -------------------------------------------------------------------------------- */

/* How much the row and those that stay with it need. */
static double
height_of_run(const struct layout *layout, size_t first)
{
	double height = layout->rows.row[first].height;

	for (size_t i = first + 1; i < layout->rows.count && layout->rows.row[i].keep; i++)
		height += layout->rows.row[i].above + layout->rows.row[i].height;
	return height;
}

static bool
begins_page(const struct layout *layout, size_t index, double y)
{
	const struct row *row = &layout->rows.row[index];
	const double end = layout->bottom + 0.01; /* sums of points are not exact */

	if (row->begins)
		return true;
	if (!row->keep && y + row->above + height_of_run(layout, index) > end)
		return true;
	/* What stays together and needs more than a page is broken all the same. */
	return y + row->above + row->height > end;
}

static void
place(struct layout *layout)
{
	const struct row *header = NULL;
	double y = layout->top;

	layout->pages = 1;
	for (size_t i = 0; i < layout->rows.count; i++) {
		struct row *row = &layout->rows.row[i];
		bool first = i == 0;

		if (!row->table)
			header = row->header ? row : NULL;
		if (i > 0 && begins_page(layout, i, y)) {
			layout->pages++;
			y = layout->top;
			first = true;
			row->repeats = row->table ? header : NULL;
		}
		if (row->repeats != NULL)
			y += row->repeats->height;
		row->page = layout->pages;
		row->y = first ? y : y + row->above;
		y = row->y + row->height;
	}
}

/* ---- Drawing ------------------------------------------------------------------------------- */

/* With the upper left corner there; how high it was. */
static enum err
draw_text(const struct layout *layout, const struct text *text, const double at[2], double *height,
    struct err_trace *trace)
{
	PangoLayout *made;
	double width;
	enum err err = text_make(layout->cairo, text, &made, trace);

	if (err != ERR_OK)
		return err;
	cairo_set_source_rgb(layout->cairo, 0, 0, 0);
	cairo_move_to(layout->cairo, at[0], at[1]);
	pango_cairo_show_layout(layout->cairo, made);
	text_size(made, &width, height);
	g_object_unref(made);
	return ERR_OK;
}

static void
draw_rule(const struct layout *layout, double y)
{
	cairo_set_source_rgb(layout->cairo, 0, 0, 0);
	cairo_set_line_width(layout->cairo, 0.5);
	cairo_move_to(layout->cairo, MARGIN, y);
	cairo_line_to(layout->cairo, PAGE_WIDTH - MARGIN, y);
	cairo_stroke(layout->cairo);
}

/* In a frame, in the upper right corner; how much of the width is left beside it. */
static enum err
draw_mark(const struct layout *layout, double *left, struct err_trace *trace)
{
	const bool small = layout->head != NULL;
	const struct text mark = { .font = small ? TEXT_MARK_SMALL : TEXT_MARK,
		.text = layout->mark,
		.len = -1,
		.width = TEXT_WIDTH };
	const double padding = small ? 3 : 5;
	PangoLayout *made;
	double width, height, x, y = small ? 32 : 40;
	enum err err;

	*left = TEXT_WIDTH;
	if (layout->mark[0] == '\0')
		return ERR_OK;
	err = text_make(layout->cairo, &mark, &made, trace);
	if (err != ERR_OK)
		return err;
	text_size(made, &width, &height);
	x = PAGE_WIDTH - MARGIN - width - 2 * padding;
	cairo_set_line_width(layout->cairo, 1.4);
	cairo_rectangle(layout->cairo, x, y, width + 2 * padding, height + 2 * padding);
	cairo_stroke(layout->cairo);
	cairo_move_to(layout->cairo, x + padding, y + padding);
	pango_cairo_show_layout(layout->cairo, made);
	g_object_unref(made);
	*left -= width + 4 * padding;
	return ERR_OK;
}

static enum err
draw_head(const struct layout *layout, struct err_trace *trace)
{
	const double at[2] = { MARGIN, layout->head == NULL ? 44 : 36 };
	struct text text = { .font = TEXT_TITLE, .text = layout->title, .len = -1 };
	double left, height;
	enum err err = draw_mark(layout, &left, trace);

	if (err != ERR_OK)
		return err;
	text.width = TEXT_WIDTH;
	if (layout->head != NULL) {
		text = (struct text){ .font = TEXT_FOOT, .text = layout->head, .len = -1 };
		text.width = left;
		text.one_line = true;
	}
	return draw_text(layout, &text, at, &height, trace);
}

/* At the right end of the foot. */
static enum err
draw_number(const struct layout *layout, unsigned page, double y, struct err_trace *trace)
{
	char number[32];
	const struct text text = {
		.font = TEXT_FOOT, .text = number, .len = -1, .width = TEXT_WIDTH
	};
	PangoLayout *made;
	double width, height;
	enum err err;

	snprintf(number, sizeof(number), "page %u of %u", page, layout->pages);
	err = text_make(layout->cairo, &text, &made, trace);
	if (err != ERR_OK)
		return err;
	text_size(made, &width, &height);
	cairo_move_to(layout->cairo, PAGE_WIDTH - MARGIN - width, y);
	pango_cairo_show_layout(layout->cairo, made);
	g_object_unref(made);
	return ERR_OK;
}

static enum err
draw_foot(const struct layout *layout, unsigned page, struct err_trace *trace)
{
	const double y = layout->bottom + 18;
	const struct text foot = { .font = TEXT_FOOT,
		.text = layout->foot,
		.len = -1,
		.width = TEXT_WIDTH - 80,
		.one_line = layout->seal != NULL };
	const struct text seal = {
		.font = TEXT_SEAL, .text = layout->seal, .len = -1, .width = TEXT_WIDTH
	};
	double height;
	enum err err;

	draw_rule(layout, layout->bottom + 12);
	err = draw_text(layout, &foot, (const double[2]){ MARGIN, y }, &height, trace);
	if (err == ERR_OK)
		err = draw_number(layout, page, y, trace);
	if (err != ERR_OK || layout->seal == NULL)
		return err;
	return draw_text(layout, &seal, (const double[2]){ MARGIN, y + 13 }, &height, trace);
}

static void
draw_frame(const struct layout *layout, const struct cell *cell, double y, double height)
{
	cairo_t *cairo = layout->cairo;
	const double x = MARGIN + cell->x;

	if (cell->shade) {
		cairo_set_source_rgb(cairo, 0.92, 0.92, 0.92);
		cairo_rectangle(cairo, x, y, cell->width, height);
		cairo_fill(cairo);
	}
	if (!cell->frame)
		return;
	cairo_set_source_rgb(cairo, 0.35, 0.35, 0.35);
	cairo_set_line_width(cairo, 0.5);
	cairo_rectangle(cairo, x, y, cell->width, height);
	cairo_stroke(cairo);
}

static void
draw_box(const struct layout *layout, double x, double y)
{
	cairo_set_source_rgb(layout->cairo, 0, 0, 0);
	cairo_set_line_width(layout->cairo, 0.8);
	cairo_rectangle(layout->cairo, x, y + 1.2, BOX, BOX);
	cairo_stroke(layout->cairo);
}

static enum err
draw_cell(const struct layout *layout, const struct row *row, const struct cell *cell, double y,
    struct err_trace *trace)
{
	const double padding = cell->frame || cell->shade ? 3 : 0;
	const struct text caption = { .font = TEXT_CAPTION,
		.text = cell->caption,
		.len = -1,
		.width = cell->width - 2 * padding };
	struct text text = { .font = cell->font, .text = cell->text, .len = cell->len };
	struct cell_inside inside;
	double at[2] = { MARGIN + cell->x + padding, y + padding }, height;
	enum err err = cell_inside(layout->cairo, row, cell, &inside, trace);

	draw_frame(layout, cell, y, row->height);
	if (err == ERR_OK && cell->caption != NULL)
		err = draw_text(layout, &caption, at, &height, trace);
	if (err != ERR_OK)
		return err;
	at[0] = MARGIN + cell->x + inside.x;
	at[1] = y + inside.y;
	text.width = inside.width;
	if (cell->box)
		draw_box(layout, MARGIN + cell->x + padding + 1, at[1]);
	return draw_text(layout, &text, at, &height, trace);
}

static enum err
draw_row(const struct layout *layout, const struct row *row, double y, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (row->repeats != NULL)
		err = draw_row(layout, row->repeats, layout->top, trace);
	if (row->rule && y > layout->top)
		draw_rule(layout, y - row->above / 2);
	for (size_t i = 0; err == ERR_OK && i < row->cells; i++)
		err = draw_cell(layout, row, &row->cell[i], y, trace);
	return err;
}

static enum err
draw_page(const struct layout *layout, unsigned page, struct err_trace *trace)
{
	enum err err = draw_head(layout, trace);

	if (err == ERR_OK)
		err = draw_foot(layout, page, trace);
	for (size_t i = 0; err == ERR_OK && i < layout->rows.count; i++)
		if (layout->rows.row[i].page == page)
			err = draw_row(layout, &layout->rows.row[i], layout->rows.row[i].y, trace);
	cairo_show_page(layout->cairo);
	return err;
}

/* ---- The document -------------------------------------------------------------------------- */

static enum err
measure_seal(struct layout *layout, struct err_trace *trace)
{
	const struct text seal = {
		.font = TEXT_SEAL, .text = layout->seal, .len = -1, .width = TEXT_WIDTH
	};
	PangoLayout *made;
	double width, height;
	enum err err;

	if (layout->seal == NULL)
		return ERR_OK;
	err = text_make(layout->cairo, &seal, &made, trace);
	if (err != ERR_OK)
		return err;
	text_size(made, &width, &height);
	g_object_unref(made);
	layout->bottom -= height;
	return ERR_OK;
}

static enum err
read_frame(struct layout *layout, const json_t *document, struct err_trace *trace)
{
	enum err err = json_get_text(document, "title", &layout->title, trace);

	if (err == ERR_OK)
		err = json_get_text(document, "mark", &layout->mark, trace);
	if (err == ERR_OK)
		err = json_get_text(document, "foot", &layout->foot, trace);
	if (err != ERR_OK)
		return err;
	layout->head = json_string_value(json_object_get(document, "head"));
	layout->seal = json_string_value(json_object_get(document, "seal"));
	layout->top = layout->head == NULL ? TOP : TOP_HEADED;
	layout->bottom = PAGE_HEIGHT - FOOT_HEIGHT;
	return measure_seal(layout, trace);
}

static enum err
lay_out(struct layout *layout, const json_t *document, struct err_trace *trace)
{
	enum err err = read_frame(layout, document, trace);
	const double page[2] = { TEXT_WIDTH, layout->bottom - layout->top };

	if (err == ERR_OK)
		err = rows_read(
		    layout->cairo, json_object_get(document, "blocks"), page, &layout->rows, trace);
	if (err != ERR_OK)
		return err;
	place(layout);
	for (unsigned number = 1; err == ERR_OK && number <= layout->pages; number++)
		err = draw_page(layout, number, trace);
	return err;
}

static cairo_status_t
write_bytes(void *to, const unsigned char *bytes, unsigned len)
{
	return fwrite(bytes, 1, len, to) == len ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

enum err
pages_write(const json_t *document, FILE *to, struct err_trace *trace)
{
	cairo_surface_t *surface =
	    cairo_pdf_surface_create_for_stream(write_bytes, to, PAGE_WIDTH, PAGE_HEIGHT);
	struct layout layout = { .cairo = cairo_create(surface) };
	enum err err = lay_out(&layout, document, trace);

	if (err == ERR_OK)
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, layout.title);
	cairo_destroy(layout.cairo);
	cairo_surface_finish(surface);
	if (err == ERR_OK && cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
		err = FAIL(trace, ERR_IO, "the pages were not made: %s",
		    cairo_status_to_string(cairo_surface_status(surface)));
	cairo_surface_destroy(surface);
	free(layout.rows.row);
	return err;
}
