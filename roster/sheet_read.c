/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/encode.h"
#include "roster/sheet_internal.h"

/* The block's lines without what a typist or a page adds: blanks around them, empty lines. */
struct lines {
	char *text; /* each line ends with a newline */
	size_t len;
	size_t at;
	unsigned number; /* of the line at `at`, from 1 */
};

/* The next line of a text, blanks around it cut. False behind the last. */
static bool
next_line(const char **at, const char *end, const char **line, size_t *len)
{
	const char *stop;

	if (*at >= end)
		return false;
	stop = memchr(*at, '\n', (size_t)(end - *at));
	if (stop == NULL)
		stop = end;
	*line = *at;
	*at = stop + 1;
	while (*line < stop && isspace((unsigned char)**line))
		(*line)++;
	while (stop > *line && isspace((unsigned char)stop[-1]))
		stop--;
	*len = (size_t)(stop - *line);
	return true;
}

static bool
is_line(const char *line, size_t len, const char *wanted)
{
	return strlen(wanted) == len && strncmp(line, wanted, len) == 0;
}

/* Copies what is between the two marks. */
static enum err
find_block(const char *text, size_t len, struct lines *out, struct err_trace *trace)
{
	const char *at = text, *end = text + len, *line;
	size_t line_len;
	bool inside = false;

	while (next_line(&at, end, &line, &line_len)) {
		if (inside && is_line(line, line_len, SHEET_END))
			return ERR_OK;
		if (inside && line_len > 0) {
			memcpy(out->text + out->len, line, line_len);
			out->len += line_len;
			out->text[out->len++] = '\n';
		}
		inside = inside || is_line(line, line_len, SHEET_BEGIN);
	}
	err_next(trace, "Give the text file of the sheet, or type its lines from '" SHEET_BEGIN
			"' to '" SHEET_END "' into one.");
	return FAIL(trace, ERR_FORMAT, "this is no binding sheet: its %s is missing",
	    inside ? "last line" : "block of lines");
}

static enum err
wrong_line(const struct lines *lines, const char *why, struct err_trace *trace)
{
	const char *line = lines->text + lines->at;

	err_next(trace, "Compare the line with the paper.");
	return FAIL(trace, ERR_FORMAT, "line %u of the sheet's block, '%.*s', %s", lines->number,
	    (int)strcspn(line, "\n"), line, why);
}

/* The value of the line at hand, if its key is this one. */
static const char *
value_of(const struct lines *lines, const char *key, size_t *len)
{
	const char *line = lines->text + lines->at;
	size_t key_len = strlen(key);

	if (lines->at >= lines->len || strncmp(line, key, key_len) != 0 ||
	    (line[key_len] != ' ' && line[key_len] != '\n'))
		return NULL;
	line += key_len + (line[key_len] == ' ' ? 1 : 0);
	*len = strcspn(line, "\n");
	return line;
}

static void
step(struct lines *lines)
{
	lines->at += strcspn(lines->text + lines->at, "\n") + 1;
	lines->number++;
}

/* Printable UTF-8. */
static bool
read_text(const char *value, size_t len, size_t size, char *out)
{
	json_t *utf8;

	if (len >= size)
		return false;
	for (size_t i = 0; i < len; i++)
		if (iscntrl((unsigned char)value[i]))
			return false;
	utf8 = json_stringn(value, len);
	if (utf8 == NULL)
		return false;
	json_decref(utf8);
	memcpy(out, value, len);
	out[len] = '\0';
	return true;
}

static bool
read_number(const char *text, unsigned min, unsigned max, unsigned *out)
{
	size_t len = strlen(text);
	unsigned long value;

	if (len == 0 || len > 9 || strspn(text, "0123456789") != len || (len > 1 && text[0] == '0'))
		return false;
	value = strtoul(text, NULL, 10);
	if (value < min || value > max)
		return false;
	*out = (unsigned)value;
	return true;
}

static bool
read_bool(const char *text, const struct sheet_field *field, bool *out)
{
	*out = strcmp(text, field->words[1]) == 0;
	return *out || strcmp(text, field->words[0]) == 0;
}

static bool
read_value(const struct sheet_field *field, const char *value, size_t len, void *at)
{
	char text[2 * ROSTER_SHEET_OLDER + 1];

	if (field->kind == SHEET_TEXT)
		return read_text(value, len, field->size, at);
	if (!read_text(value, len, sizeof(text), text))
		return false;
	switch (field->kind) {
	case SHEET_NUMBER:
		return read_number(text, field->min, field->max, at);
	case SHEET_BYTES:
		return hex_decode(text, at, field->size);
	case SHEET_BOOL:
		return read_bool(text, field, at);
	case SHEET_DATE:
		return strlen(text) == CLOCK_DATE - 1 && clock_parse(text, at);
	case SHEET_ROLE:
		return roster_binding_role_parse(text, at);
	case SHEET_TEXT:
		break;
	}
	return false;
}

static enum err
take_field(
    struct lines *lines, const struct sheet_field *field, void *base, struct err_trace *trace)
{
	char why[64];
	size_t len = 0;
	const char *value = value_of(lines, field->word, &len);

	if (value == NULL) {
		snprintf(why, sizeof(why), "stands where '%s' is wanted", field->word);
		return wrong_line(lines, why, trace);
	}
	if (!read_value(field, value, len, (char *)base + field->offset))
		return wrong_line(lines, "has no such value", trace);
	step(lines);
	return ERR_OK;
}

static enum err
take_fields(
    struct lines *lines, const struct sheet_field *fields, void *base, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (; err == ERR_OK && fields->word != NULL; fields++)
		err = take_field(lines, fields, base, trace);
	return err;
}

static bool
is_next(const struct lines *lines, const char *key)
{
	size_t len;

	return value_of(lines, key, &len) != NULL;
}

static enum err
take_generation(struct lines *lines, struct roster_sheet *sheet, struct err_trace *trace)
{
	struct roster_sheet_generation *generation = &sheet->generation[sheet->generations];
	enum err err;

	if (sheet->generations == ROSTER_SHEET_GENERATIONS)
		return wrong_line(lines, "is of one generation too many", trace);
	err = take_fields(lines, sheet_generation_fields, generation, trace);
	if (err == ERR_OK && generation->threshold > generation->size)
		err = FAIL(trace, ERR_FORMAT, "the sheet's generation %u is %u of %u",
		    generation->number, generation->threshold, generation->size);
	generation->has_older = is_next(lines, sheet_older_fields[0].word);
	if (err == ERR_OK && generation->has_older)
		err = take_fields(lines, sheet_older_fields, generation, trace);
	while (err == ERR_OK && is_next(lines, sheet_card_fields[0].word)) {
		if (generation->cards == generation->size)
			return wrong_line(lines, "is of one card too many", trace);
		err = take_fields(
		    lines, sheet_card_fields, &generation->card[generation->cards++], trace);
	}
	sheet->generations++;
	return err;
}

static enum err
take_pin(struct lines *lines, enum roster_token_pin pin, struct roster_sheet_binding *binding,
    struct err_trace *trace)
{
	struct roster_pin_format *format = &binding->spec.format[pin];
	enum err err;

	if (!is_next(lines, sheet_pin_fields[pin][0].word))
		return ERR_OK;
	binding->spec.binds[pin] = true;
	err = take_field(lines, &sheet_pin_fields[pin][0], binding, trace);
	if (err != ERR_OK || !is_next(lines, sheet_pin_fields[pin][1].word))
		return err;
	format->is_set = true;
	err = take_fields(lines, &sheet_pin_fields[pin][1], binding, trace);
	return err == ERR_OK ? roster_pin_format_check(format, trace) : err;
}

static enum err
take_binding(struct lines *lines, struct roster_sheet *sheet, struct err_trace *trace)
{
	struct roster_sheet_binding *binding = &sheet->binding[sheet->bindings];
	enum err err;

	if (sheet->bindings == ROSTER_SHEET_BINDINGS)
		return wrong_line(lines, "is of one binding too many", trace);
	err = take_fields(lines, sheet_binding_fields, binding, trace);
	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		err = take_pin(lines, (enum roster_token_pin)pin, binding, trace);
	if (err == ERR_OK && !roster_is_plain_name(binding->spec.name))
		err = FAIL(trace, ERR_FORMAT, "the sheet has a binding '%s', which is no name",
		    binding->spec.name);
	sheet->bindings++;
	return err;
}

/* Before the content is looked at: a slip of the typist is told as what it is. */
static enum err
take_check(struct lines *lines, struct err_trace *trace)
{
	char wanted[SHEET_CHECK] = "", found[SHEET_CHECK] = "";
	size_t before = lines->len, len = 0;
	const char *value;
	struct lines last = *lines;
	enum err err;

	while (before > 1 && lines->text[before - 2] != '\n')
		before--;
	last.at = before > 0 ? before - 1 : 0;
	value = value_of(&last, "check", &len);
	if (value == NULL || !read_text(value, len, sizeof(found), found))
		return FAIL(trace, ERR_FORMAT, "the last line of the sheet's block is no check");
	err = sheet_check_of(lines->text, last.at, wanted, trace);
	if (err == ERR_OK && strcmp(wanted, found) != 0) {
		err_next(trace, "Compare the lines with the paper, one by one.");
		err = FAIL(trace, ERR_FORMAT,
		    "the sheet's lines and its check do not fit: a character is wrong or a line is "
		    "missing");
	}
	lines->len = last.at;
	return err;
}

static enum err
take_all(struct lines *lines, struct roster_sheet *sheet, struct err_trace *trace)
{
	enum err err;

	if (!is_next(lines, "format") || strncmp(lines->text, "format 1\n", 9) != 0)
		return FAIL(trace, ERR_UNSUPPORTED, "the sheet is of a newer Quorate, or damaged");
	step(lines);
	err = take_fields(lines, sheet_head_fields, sheet, trace);
	if (err == ERR_OK && !roster_is_plain_name(sheet->name))
		err = FAIL(trace, ERR_FORMAT, "the sheet is of a quorum '%s', which is no name",
		    sheet->name);
	while (err == ERR_OK && (sheet->generations == 0 || is_next(lines, "generation")))
		err = take_generation(lines, sheet, trace);
	while (err == ERR_OK && lines->at < lines->len)
		err = take_binding(lines, sheet, trace);
	return err;
}

enum err
roster_sheet_parse(const char *text, size_t len, struct roster_sheet **out, struct err_trace *trace)
{
	struct lines lines = { .number = 1 };
	struct roster_sheet *sheet = NULL;
	enum err err = ERR_INTERNAL;

	if (len > ROSTER_SHEET_MAX)
		return FAIL(trace, ERR_FORMAT, "a binding sheet is not so long");
	lines.text = calloc(1, len + 2);
	sheet = calloc(1, sizeof(*sheet));
	if (sheet != NULL)
		sheet->binding = calloc(ROSTER_SHEET_BINDINGS, sizeof(*sheet->binding));
	if (lines.text == NULL || sheet == NULL || sheet->binding == NULL) {
		err = FAIL(trace, ERR_NOMEM, "no memory for the sheet");
		goto out;
	}
	err = find_block(text, len, &lines, trace);
	if (err == ERR_OK)
		err = take_check(&lines, trace);
	if (err == ERR_OK)
		err = take_all(&lines, sheet, trace);
	if (err == ERR_OK) {
		*out = sheet;
		sheet = NULL;
	}
out:
	roster_sheet_free(sheet);
	free(lines.text);
	return err;
}
