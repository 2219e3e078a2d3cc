/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/form.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

enum { COLUMNS_MAX = 12, FACT_LABEL = 240, HEX_GROUP = 2 };

enum err
form_begin(struct form *form, const char *title, struct err_trace *trace)
{
	*form = (struct form){ 0 };
	return document_new(title, &form->document, trace);
}

void
form_drop(struct form *form)
{
	for (size_t i = 0; i < form->count; i++)
		free(form->texts[i]);
	free(form->texts);
	document_free(form->document);
	*form = (struct form){ 0 };
}

enum err
form_end(struct form *form, const char *path, struct err_trace *trace)
{
	const enum err err = form->failed ? FAIL(trace, ERR_NOMEM, "no memory for the pages")
					  : document_pdf(form->document, path, trace);

	form_drop(form);
	return err;
}

/* ---- Texts --------------------------------------------------------------------------------- */

const char *
form_take(struct form *form, char *text)
{
	if (text != NULL && form->count == form->room) {
		char **more = reallocarray(form->texts, form->room * 2 + 64, sizeof(*more));

		if (more == NULL) {
			free(text);
			text = NULL;
		} else {
			form->texts = more;
			form->room = form->room * 2 + 64;
		}
	}
	if (text == NULL) {
		form->failed = true;
		return "";
	}
	form->texts[form->count++] = text;
	return text;
}

const char *
form_print(struct form *form, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	return form_take(form, len < 0 ? NULL : text);
}

const char *
form_join(struct form *form, const char *list, const char *between, const char *text)
{
	return list[0] == '\0' ? text : form_print(form, "%s%s%s", list, between, text);
}

const char *
form_hex(struct form *form, const void *bytes, size_t len)
{
	char *text = malloc(len * 3 + 1), *to = text;

	if (text == NULL)
		return form_take(form, NULL);
	*to = '\0';
	for (size_t i = 0; i < len; i += HEX_GROUP) {
		const size_t group = len - i < HEX_GROUP ? len - i : HEX_GROUP;

		if (i > 0)
			*to++ = ' ';
		hex_encode((const uint8_t *)bytes + i, group, to);
		to += 2 * group;
	}
	return form_take(form, text);
}

const char *
form_words(struct form *form, const void *bytes, size_t len)
{
	char *text = malloc(WORDS_SIZE(len));

	if (text != NULL)
		words_encode(bytes, len, text);
	return form_take(form, text);
}

const char *
form_visible(struct form *form, const char *text)
{
	char *out = malloc(4 * strlen(text) + 1), *to = out;

	if (out == NULL)
		return form_take(form, NULL);
	for (; *text != '\0'; text++) {
		const unsigned char byte = (unsigned char)*text;

		if ((byte >= ' ' && byte != 0x7F) || byte == '\n')
			*to++ = *text;
		else
			to += snprintf(to, 5, "\\x%02x", byte);
	}
	*to = '\0';
	return form_take(form, out);
}

/* ---- Commands ------------------------------------------------------------------------------ */

static bool
is_plain(const char *word)
{
	for (const char *at = word; *at != '\0'; at++)
		if ((unsigned char)*at <= ' ' || strchr("'\"\\$`*?[]{}()<>|&;#~!", *at) != NULL)
			return false;
	return word[0] != '\0';
}

static size_t
bytes_of_character(const char *text)
{
	size_t bytes = 1;

	while (((unsigned char)text[bytes] & 0xC0) == 0x80)
		bytes++;
	return bytes;
}

static size_t
characters(const char *text, size_t bytes)
{
	size_t count = 0;

	for (size_t i = 0; i < bytes; i++)
		count += ((unsigned char)text[i] & 0xC0) != 0x80;
	return count;
}

/* Lines in the making: each but the last ends with a backslash, for which there is room. */
struct wrap {
	FILE *to;
	size_t column, width;
};

/* What is not broken; quotes are closed before a line ends and opened after it. */
static void
put_unit(struct wrap *wrap, const char *unit, size_t bytes, bool quoted)
{
	const size_t width = characters(unit, bytes);

	if (wrap->column + width + (quoted ? 1 : 0) + 2 > wrap->width) {
		fputs(quoted ? "'\\\n'" : "\\\n", wrap->to);
		wrap->column = quoted ? 1 : 0;
	}
	fwrite(unit, 1, bytes, wrap->to);
	wrap->column += width;
}

static size_t
quoted_width(const char *word)
{
	size_t width = characters(word, strlen(word)) + 2;

	for (; *word != '\0'; word++)
		width += *word == '\'' ? 3 : 0;
	return width;
}

/* In quotes where a shell would not take it as one word; on a line of its own where that helps. */
static void
put_word(struct wrap *wrap, const char *word)
{
	const bool quoted = !is_plain(word);
	const size_t width = quoted ? quoted_width(word) : characters(word, strlen(word));

	if (wrap->column > 0 && wrap->column + width + 2 > wrap->width &&
	    width + 2 <= wrap->width) {
		fputs("\\\n", wrap->to);
		wrap->column = 0;
	}
	if (quoted)
		put_unit(wrap, "'", 1, false);
	while (*word != '\0') {
		const size_t bytes = bytes_of_character(word);

		if (*word == '\'')
			put_unit(wrap, "'\\''", 4, true);
		else
			put_unit(wrap, word, bytes, quoted);
		word += bytes;
	}
	if (quoted)
		put_unit(wrap, "'", 1, false);
}

const char *
form_command(struct form *form, size_t count, const char *const *words, size_t width)
{
	char *text = NULL;
	size_t len;
	struct wrap wrap = { .to = open_memstream(&text, &len), .width = width };

	if (wrap.to == NULL)
		return form_take(form, NULL);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			put_unit(&wrap, " ", 1, false);
		put_word(&wrap, words[i]);
	}
	if (fclose(wrap.to) == 0)
		return form_take(form, text);
	free(text);
	return form_take(form, NULL);
}

/* ---- Blocks -------------------------------------------------------------------------------- */

void
form_section(struct form *form, const char *title)
{
	const struct document_cell cell = { .share = 1000, .font = DOCUMENT_NUMBER, .text = title };

	document_cells(
	    form->document, &(struct document_shape){ .above = 16, .least = 19 }, &cell, 1);
	document_keep(form->document);
}

static void
put_one(struct form *form, enum document_font font, const char *text)
{
	const struct document_cell cell = { .share = 1000, .font = font, .text = text };

	document_cells(form->document, &(struct document_shape){ .above = 6 }, &cell, 1);
}

void
form_paragraph(struct form *form, const char *text)
{
	put_one(form, DOCUMENT_PLAIN, text);
}

void
form_note(struct form *form, const char *text)
{
	put_one(form, DOCUMENT_NOTE, text);
}

void
form_fact(struct form *form, const char *label, const char *value)
{
	const struct document_cell cells[] = {
		{ FACT_LABEL, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_SHADE, NULL, label },
		{ 1000 - FACT_LABEL, DOCUMENT_PLAIN, DOCUMENT_FRAME, NULL, value },
	};

	document_cells(form->document, &(struct document_shape){ 0 }, cells, 2);
}

void
form_table(struct form *form, const struct form_column *columns, size_t count)
{
	struct document_cell cells[COLUMNS_MAX];

	for (size_t i = 0; i < count && i < COLUMNS_MAX; i++)
		cells[i] = (struct document_cell){ .share = columns[i].share,
			.font = DOCUMENT_BOLD,
			.look = DOCUMENT_FRAME | DOCUMENT_SHADE,
			.text = columns[i].title };
	document_cells(
	    form->document, &(struct document_shape){ .above = 3, .header = true }, cells, count);
}

void
form_cells(struct form *form, const struct form_column *columns, size_t count,
    const char *const *texts, const struct form_row *row)
{
	struct document_cell cells[COLUMNS_MAX];

	for (size_t i = 0; i < count && i < COLUMNS_MAX; i++)
		cells[i] = (struct document_cell){ .share = columns[i].share,
			.look = DOCUMENT_FRAME | (row->box && i == 0 ? DOCUMENT_BOX : 0),
			.text = texts[i] };
	document_cells(form->document,
	    &(struct document_shape){ .least = row->least, .table = true }, cells, count);
}
