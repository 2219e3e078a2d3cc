/* SPDX-License-Identifier: BSD-2-Clause */
#include "paper/text.h"

#include <stdio.h>
#include <string.h>

/* The family of the pages first; whatever else the machine has for what that one lacks. */
#define SANS "DejaVu Sans,Sans "
#define MONO "DejaVu Sans Mono,Monospace "

enum { SHOWN = 40, WHERE = 64 };

static const char *const fonts[] = {
	[TEXT_PLAIN] = SANS "10.5",
	[TEXT_BOLD] = SANS "Bold 10.5",
	[TEXT_FIXED] = MONO "10",
	[TEXT_FIXED_SMALL] = MONO "7.5",
	[TEXT_HEADING] = SANS "Bold 13",
	[TEXT_TITLE] = SANS "Bold 20",
	[TEXT_MARK] = SANS "Bold 15",
	[TEXT_MARK_SMALL] = SANS "Bold 9",
	[TEXT_FOOT] = SANS "8.5",
	[TEXT_SEAL] = SANS "6.5",
	[TEXT_COVER] = SANS "Bold 22",
	[TEXT_NUMBER] = SANS "Bold 12",
	[TEXT_CELL] = SANS "9",
	[TEXT_CELL_BOLD] = SANS "Bold 9",
	[TEXT_CELL_FIXED] = MONO "8",
	[TEXT_CAPTION] = SANS "6.5",
};
_Static_assert(sizeof(fonts) / sizeof(fonts[0]) == TEXT__COUNT, "each has its font");

/* At most so many bytes of it, and no character in parts. */
static int
whole_characters(const char *text, size_t most)
{
	size_t len = strnlen(text, most);

	while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
		len--;
	return (int)len;
}

static enum err
fail_missing(const struct text *text, gunichar missing, struct err_trace *trace)
{
	const char *where = text->where == NULL ? "" : text->where;
	char what[32] = "a character";

	if (missing != 0)
		snprintf(what, sizeof(what), "the character U+%04X", (unsigned)missing);
	return FAIL(trace, ERR_UNSUPPORTED, "no font of this machine has %s of '%.*s'%s%.*s", what,
	    whole_characters(text->text, SHOWN), text->text, where[0] == '\0' ? "" : ": ",
	    whole_characters(where, WHERE), where);
}

/* Finds the first character that no font has, for the message. */
static enum err
name_missing(PangoLayout *layout, const struct text *text, struct err_trace *trace)
{
	for (const char *at = text->text, *next; *at != '\0'; at = next) {
		next = g_utf8_find_next_char(at, NULL);
		pango_layout_set_text(layout, at, (int)(next - at));
		if (pango_layout_get_unknown_glyphs_count(layout) > 0)
			return fail_missing(text, g_utf8_get_char(at), trace);
	}
	return fail_missing(text, 0, trace);
}

static void
set_font(PangoLayout *layout, enum text_font font)
{
	PangoFontDescription *description = pango_font_description_from_string(fonts[font]);
	PangoAttrList *attributes = pango_attr_list_new();
	PangoContext *context = pango_layout_get_context(layout);

	pango_cairo_context_set_resolution(context, 72); /* a point is a point */
	pango_context_set_round_glyph_positions(context, FALSE);
	pango_layout_set_font_description(layout, description);
	pango_font_description_free(description);
	/* What is copied by hand must not show a hyphen that is not there. */
	pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
	pango_layout_set_attributes(layout, attributes);
	pango_attr_list_unref(attributes);
}

enum err
text_make(cairo_t *cairo, const struct text *text, PangoLayout **out, struct err_trace *trace)
{
	PangoLayout *made = pango_cairo_create_layout(cairo);
	enum err err = ERR_OK;

	set_font(made, text->font);
	pango_layout_set_width(made, (int)(text->width * PANGO_SCALE));
	pango_layout_set_wrap(made, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_text(made, text->text, text->len);
	if (pango_layout_get_unknown_glyphs_count(made) > 0)
		err = name_missing(made, text, trace);
	if (err != ERR_OK) {
		g_object_unref(made);
		return err;
	}
	if (text->one_line)
		pango_layout_set_ellipsize(made, PANGO_ELLIPSIZE_END);
	*out = made;
	return ERR_OK;
}

void
text_size(PangoLayout *made, double *width, double *height)
{
	int w, h;

	pango_layout_get_size(made, &w, &h);
	*width = (double)w / PANGO_SCALE;
	*height = (double)h / PANGO_SCALE;
}

int
text_fit(PangoLayout *made, double height)
{
	PangoLayoutIter *iter = pango_layout_get_iter(made);
	int end = (int)strlen(pango_layout_get_text(made));

	while (pango_layout_iter_next_line(iter)) {
		int top, bottom;

		pango_layout_iter_get_line_yrange(iter, &top, &bottom);
		if ((double)bottom / PANGO_SCALE <= height)
			continue;
		end = pango_layout_iter_get_index(iter);
		break;
	}
	pango_layout_iter_free(iter);
	return end;
}
