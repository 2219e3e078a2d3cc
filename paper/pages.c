/* SPDX-License-Identifier: BSD-2-Clause */
#include "paper/pages.h"

#include <stdlib.h>
#include <string.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "base/json.h"

/* In points, of which an inch has 72. A4. */
#define PAGE_WIDTH  595.28
#define PAGE_HEIGHT 841.89
#define MARGIN      56.7 /* 2 cm, and room for holes */
#define TOP         92.0
#define BOTTOM      (PAGE_HEIGHT - 64.0)
#define LABEL_WIDTH 104.0

enum { BLOCKS_MAX = 4096 };

#define PLAIN "DejaVu Sans,Sans 10.5"
#define BOLD  "DejaVu Sans,Sans Bold 10.5"
#define FIXED "DejaVu Sans Mono,Monospace 10"

static const struct style {
	const char *kind;
	const char *font;
	const char *label_font;
	double above; /* free space, unless it begins a page */
	double indent;
} styles[] = {
	{ "heading", "DejaVu Sans,Sans Bold 13", PLAIN, 18, 0 },
	{ "text", PLAIN, PLAIN, 8, 0 },
	{ "entry", PLAIN, BOLD, 9, LABEL_WIDTH },
	{ "row", PLAIN, PLAIN, 3.5, LABEL_WIDTH },
	{ "line", FIXED, PLAIN, 2.5, LABEL_WIDTH },
	{ "small", "DejaVu Sans Mono,Monospace 7.5", PLAIN, 0.8, 0 },
};

static const char title_font[] = "DejaVu Sans,Sans Bold 20";
static const char mark_font[] = "DejaVu Sans,Sans Bold 15";
static const char foot_font[] = "DejaVu Sans,Sans 8.5";

/* A block with its place. */
struct block {
	struct style style;
	const char *label; /* empty, or NULL: none */
	const char *text;
	bool keep; /* on the page of the one before */
	double height;
	unsigned page;
	double y;
};

struct layout {
	cairo_t *cairo;
	const char *title, *mark, *foot;
	size_t blocks;
	struct block *block;
	unsigned pages;
};

/* ---- Text ---------------------------------------------------------------------------------- */

/* The first character that no font has, for the message. */
static enum err
name_missing(PangoLayout *layout, const char *text, struct err_trace *trace)
{
	for (const char *at = text, *next; *at != '\0'; at = next) {
		next = g_utf8_find_next_char(at, NULL);
		pango_layout_set_text(layout, at, (int)(next - at));
		if (pango_layout_get_unknown_glyphs_count(layout) == 0)
			continue;
		return FAIL(trace, ERR_UNSUPPORTED,
		    "no font of this machine has the character U+%04X of '%.64s'",
		    (unsigned)g_utf8_get_char(at), text);
	}
	return FAIL(trace, ERR_UNSUPPORTED, "no font of this machine has all of '%.64s'", text);
}

/* g_object_unref *out. */
static enum err
make_text(const struct layout *layout, const char *font, const char *text, double width,
    PangoLayout **out, struct err_trace *trace)
{
	PangoLayout *made = pango_cairo_create_layout(layout->cairo);
	PangoFontDescription *description = pango_font_description_from_string(font);
	PangoAttrList *attributes = pango_attr_list_new();
	enum err err = ERR_OK;

	pango_cairo_context_set_resolution(
	    pango_layout_get_context(made), 72); /* a point is a point */
	pango_layout_set_font_description(made, description);
	pango_font_description_free(description);
	/* What is copied by hand must not show a hyphen that is not there. */
	pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
	pango_layout_set_attributes(made, attributes);
	pango_attr_list_unref(attributes);
	pango_layout_set_width(made, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(made, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_text(made, text, -1);
	if (pango_layout_get_unknown_glyphs_count(made) > 0)
		err = name_missing(made, text, trace);
	if (err != ERR_OK) {
		g_object_unref(made);
		return err;
	}
	*out = made;
	return ERR_OK;
}

/* Draws with the upper left corner there; NULL layouts are none. */
static void
draw(const struct layout *layout, PangoLayout *text, double x, double y)
{
	cairo_move_to(layout->cairo, x, y);
	pango_cairo_show_layout(layout->cairo, text);
}

static void
size_of(PangoLayout *text, double *width, double *height)
{
	int w, h;

	pango_layout_get_size(text, &w, &h);
	*width = (double)w / PANGO_SCALE;
	*height = (double)h / PANGO_SCALE;
}

/* ---- Blocks and their places --------------------------------------------------------------- */

static enum err
read_block(const json_t *json, struct block *out, struct err_trace *trace)
{
	const char *kind;
	enum err err = json_get_text(json, "kind", &kind, trace);

	if (err == ERR_OK)
		err = json_get_text(json, "text", &out->text, trace);
	if (err != ERR_OK)
		return err;
	out->label = json_string_value(json_object_get(json, "label"));
	out->keep = json_is_true(json_object_get(json, "keep"));
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
		if (strcmp(styles[i].kind, kind) == 0) {
			out->style = styles[i];
			return ERR_OK;
		}
	}
	return FAIL(trace, ERR_FORMAT, "there is no block '%.32s'", kind);
}

static double
width_of(const struct block *block)
{
	return PAGE_WIDTH - 2 * MARGIN - block->style.indent;
}

static enum err
measure(const struct layout *layout, struct block *block, struct err_trace *trace)
{
	PangoLayout *text;
	double width;
	enum err err =
	    make_text(layout, block->style.font, block->text, width_of(block), &text, trace);

	if (err != ERR_OK)
		return err;
	size_of(text, &width, &block->height);
	g_object_unref(text);
	return ERR_OK;
}

/* How much the block and those that stay with it need. */
static double
height_of_run(const struct layout *layout, size_t first)
{
	double height = layout->block[first].height;

	for (size_t i = first + 1; i < layout->blocks && layout->block[i].keep; i++)
		height += layout->block[i].style.above + layout->block[i].height;
	return height;
}

static void
place(struct layout *layout)
{
	double y = TOP;
	bool begins = true;

	layout->pages = 1;
	for (size_t i = 0; i < layout->blocks; i++) {
		struct block *block = &layout->block[i];
		double above = begins ? 0 : block->style.above;

		if (!begins && !block->keep && y + above + height_of_run(layout, i) > BOTTOM)
			begins = true;
		/* What stays together and needs more than a page is broken all the same. */
		if (!begins && y + above + block->height > BOTTOM)
			begins = true;
		if (begins && i > 0) {
			layout->pages++;
			y = TOP;
			above = 0;
		}
		block->page = layout->pages;
		block->y = y + above;
		y = block->y + block->height;
		begins = false;
	}
}

static enum err
read_blocks(struct layout *layout, const json_t *list, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (!json_is_array(list) || json_array_size(list) > BLOCKS_MAX)
		return FAIL(trace, ERR_FORMAT, "a document has 0 to %d blocks", BLOCKS_MAX);
	layout->block = calloc(json_array_size(list) + 1, sizeof(*layout->block));
	if (layout->block == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for pages");
	for (size_t i = 0; err == ERR_OK && i < json_array_size(list); i++) {
		err = read_block(json_array_get(list, i), &layout->block[i], trace);
		if (err == ERR_OK)
			err = measure(layout, &layout->block[i], trace);
	}
	layout->blocks = json_array_size(list);
	return err;
}

/* ---- Drawing ------------------------------------------------------------------------------- */

static enum err
draw_text(const struct layout *layout, const char *font, const char *text, const double at[2],
    struct err_trace *trace)
{
	PangoLayout *made;
	enum err err = make_text(layout, font, text, PAGE_WIDTH - MARGIN - at[0], &made, trace);

	if (err != ERR_OK)
		return err;
	draw(layout, made, at[0], at[1]);
	g_object_unref(made);
	return ERR_OK;
}

/* In a frame, in the upper right corner. */
static enum err
draw_mark(const struct layout *layout, struct err_trace *trace)
{
	PangoLayout *text;
	double width, height, x;
	enum err err;

	if (layout->mark[0] == '\0')
		return ERR_OK;
	err = make_text(layout, mark_font, layout->mark, PAGE_WIDTH, &text, trace);
	if (err != ERR_OK)
		return err;
	size_of(text, &width, &height);
	x = PAGE_WIDTH - MARGIN - width - 8;
	cairo_set_line_width(layout->cairo, 1.4);
	cairo_rectangle(layout->cairo, x - 8, 40, width + 16, height + 10);
	cairo_stroke(layout->cairo);
	draw(layout, text, x, 45);
	g_object_unref(text);
	return ERR_OK;
}

static enum err
draw_foot(const struct layout *layout, unsigned page, struct err_trace *trace)
{
	char number[32];
	const double foot[2] = { MARGIN, PAGE_HEIGHT - 46 };
	const double where[2] = { PAGE_WIDTH - MARGIN - 60, PAGE_HEIGHT - 46 };
	enum err err;

	cairo_set_line_width(layout->cairo, 0.5);
	cairo_move_to(layout->cairo, MARGIN, PAGE_HEIGHT - 52);
	cairo_line_to(layout->cairo, PAGE_WIDTH - MARGIN, PAGE_HEIGHT - 52);
	cairo_stroke(layout->cairo);
	snprintf(number, sizeof(number), "page %u of %u", page, layout->pages);
	err = draw_text(layout, foot_font, layout->foot, foot, trace);
	return err == ERR_OK ? draw_text(layout, foot_font, number, where, trace) : err;
}

static enum err
draw_block(const struct layout *layout, const struct block *block, struct err_trace *trace)
{
	const double at[2] = { MARGIN + block->style.indent, block->y };
	const double label[2] = { MARGIN, block->y };
	enum err err = draw_text(layout, block->style.font, block->text, at, trace);

	if (err == ERR_OK && block->label != NULL && block->label[0] != '\0')
		err = draw_text(layout, block->style.label_font, block->label, label, trace);
	return err;
}

static enum err
draw_page(const struct layout *layout, unsigned page, struct err_trace *trace)
{
	const double title[2] = { MARGIN, 44 };
	enum err err = draw_text(layout, title_font, layout->title, title, trace);

	if (err == ERR_OK)
		err = draw_mark(layout, trace);
	if (err == ERR_OK)
		err = draw_foot(layout, page, trace);
	for (size_t i = 0; err == ERR_OK && i < layout->blocks; i++)
		if (layout->block[i].page == page)
			err = draw_block(layout, &layout->block[i], trace);
	cairo_show_page(layout->cairo);
	return err;
}

static cairo_status_t
write_bytes(void *to, const unsigned char *bytes, unsigned len)
{
	return fwrite(bytes, 1, len, to) == len ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static enum err
lay_out(struct layout *layout, const json_t *document, struct err_trace *trace)
{
	enum err err = json_get_text(document, "title", &layout->title, trace);

	if (err == ERR_OK)
		err = json_get_text(document, "mark", &layout->mark, trace);
	if (err == ERR_OK)
		err = json_get_text(document, "foot", &layout->foot, trace);
	if (err == ERR_OK)
		err = read_blocks(layout, json_object_get(document, "blocks"), trace);
	if (err != ERR_OK)
		return err;
	place(layout);
	for (unsigned page = 1; err == ERR_OK && page <= layout->pages; page++)
		err = draw_page(layout, page, trace);
	return err;
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
	free(layout.block);
	return err;
}
