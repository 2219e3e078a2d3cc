/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

struct csv {
	char *text; /* fields are ended and unquoted in place */
	char *at;
	char *end;
	size_t line;
};

static const char BOM[] = "\xEF\xBB\xBF";

enum err
csv_open(const char *text, size_t len, struct csv **out, struct err_trace *trace)
{
	struct csv *csv = NULL;

	if (memchr(text, '\0', len) != NULL)
		return FAIL(trace, ERR_FORMAT, "there is a zero byte in it: that is no table");
	csv = calloc(1, sizeof(*csv));
	if (csv == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a table");
	csv->text = malloc(len + 1);
	if (csv->text == NULL) {
		free(csv);
		return FAIL(trace, ERR_NOMEM, "no memory for a table");
	}
	memcpy(csv->text, text, len);
	csv->text[len] = '\0';
	csv->at = csv->text;
	csv->end = csv->text + len;
	csv->line = 1;
	if (strncmp(csv->at, BOM, sizeof(BOM) - 1) == 0)
		csv->at += sizeof(BOM) - 1;
	*out = csv;
	return ERR_OK;
}

void
csv_close(struct csv *csv)
{
	if (csv == NULL)
		return;
	free(csv->text);
	free(csv);
}

/* The length of the line's end here, 0 when there is none. */
static size_t
line_end(const char *at)
{
	if (at[0] == '\n')
		return 1;
	return at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

/* Moves to what ends the field, a comma, a line's end or the end of all. */
static enum err
take_plain(struct csv *csv, char **stop, struct err_trace *trace)
{
	while (csv->at < csv->end && *csv->at != ',' && line_end(csv->at) == 0) {
		if (*csv->at == '"')
			return FAIL(trace, ERR_FORMAT, "line %zu: a quote in the middle of a field",
			    csv->line);
		if (*csv->at == '\r')
			return FAIL(trace, ERR_FORMAT,
			    "line %zu: a carriage return that ends no line", csv->line);
		csv->at++;
	}
	*stop = csv->at;
	return ERR_OK;
}

/* The opening quote is behind us; what was in quotes moves to the left over doubled ones. */
static enum err
take_quoted(struct csv *csv, char **stop, struct err_trace *trace)
{
	const size_t begun = csv->line;
	char *to = csv->at;

	for (; csv->at < csv->end; csv->at++) {
		if (*csv->at == '\n')
			csv->line++;
		if (*csv->at == '"' && csv->at[1] != '"')
			break;
		if (*csv->at == '"')
			csv->at++;
		*to++ = *csv->at;
	}
	if (csv->at >= csv->end)
		return FAIL(trace, ERR_FORMAT, "line %zu: a quote is never closed", begun);
	csv->at++;
	if (csv->at < csv->end && *csv->at != ',' && line_end(csv->at) == 0)
		return FAIL(
		    trace, ERR_FORMAT, "line %zu: something follows a closing quote", csv->line);
	*stop = to;
	return ERR_OK;
}

/* One field, and whether another one follows it in this row. */
static enum err
take_field(struct csv *csv, const char **field, bool *more, struct err_trace *trace)
{
	const bool is_quoted = csv->at < csv->end && *csv->at == '"';
	char *stop = NULL;
	size_t ended = 0;
	enum err err;

	if (is_quoted)
		csv->at++;
	*field = csv->at;
	err = is_quoted ? take_quoted(csv, &stop, trace) : take_plain(csv, &stop, trace);
	if (err != ERR_OK)
		return err;
	*more = csv->at < csv->end && *csv->at == ',';
	ended = line_end(csv->at);
	csv->at += *more ? 1 : ended;
	csv->line += !*more && ended > 0;
	*stop = '\0';
	return ERR_OK;
}

static void
skip_empty_lines(struct csv *csv)
{
	for (size_t len; csv->at < csv->end && (len = line_end(csv->at)) > 0; csv->at += len)
		csv->line++;
}

enum err
csv_next(struct csv *csv, struct csv_row *out, struct err_trace *trace)
{
	struct csv_row row = { 0 };
	enum err err = ERR_OK;
	bool more = true;

	skip_empty_lines(csv);
	row.line = csv->line;
	if (csv->at >= csv->end)
		more = false;
	while (more && err == ERR_OK) {
		if (row.count == CSV_FIELDS_MAX)
			return FAIL(trace, ERR_FORMAT, "line %zu: more than %d fields", row.line,
			    CSV_FIELDS_MAX);
		err = take_field(csv, &row.field[row.count], &more, trace);
		row.count++;
	}
	if (err == ERR_OK)
		*out = row;
	return err;
}

static void
write_field(FILE *to, const char *field)
{
	/* A byte order mark of the field's own would be taken for the table's. */
	if (strpbrk(field, ",\"\r\n") == NULL && strncmp(field, BOM, sizeof(BOM) - 1) != 0) {
		fputs(field, to);
		return;
	}
	fputc('"', to);
	for (; *field != '\0'; field++) {
		if (*field == '"')
			fputc('"', to);
		fputc(*field, to);
	}
	fputc('"', to);
}

void
csv_write(FILE *to, const char *const *field, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			fputc(',', to);
		write_field(to, field[i]);
	}
	fputs("\r\n", to);
}
