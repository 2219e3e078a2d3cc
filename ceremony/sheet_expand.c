/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/sheet.h"

enum { NAME_MAX_LEN = 80 };

struct expansion {
	const struct sheet *sheet;
	const struct sheet_recorded *recorded;
	FILE *to;
	struct err_trace *trace;
};

/* What a name is, and whether it is anything at all. */
typedef bool put_name(const struct expansion *expansion, const char *first, const char *rest);

static bool
put(const struct expansion *expansion, const char *text)
{
	if (text == NULL)
		return false;
	fputs(text, expansion->to);
	return true;
}

static bool
put_medium(const struct expansion *expansion, const char *first, const char *rest)
{
	const struct sheet *sheet = expansion->sheet;

	(void)first;
	for (size_t i = 0; i < sheet->medium_count; i++)
		if (strcmp(sheet->media[i].name, rest) == 0)
			return put(expansion, sheet->media[i].path);
	return false;
}

static bool
put_sheet(const struct expansion *expansion, const char *first, const char *rest)
{
	char date[CLOCK_DATE];

	(void)first;
	if (strcmp(rest, "place") == 0)
		return put(expansion, expansion->sheet->place_name);
	if (strcmp(rest, "date") != 0)
		return false;
	clock_format_date(expansion->sheet->date, date);
	return put(expansion, date);
}

static bool
put_value(const struct expansion *expansion, const char *first, const char *rest)
{
	const struct sheet *sheet = expansion->sheet;

	(void)first;
	for (size_t i = 0; i < sheet->value_count; i++)
		if (strcmp(sheet->values[i].name, rest) == 0)
			return put(expansion, sheet->values[i].value);
	return false;
}

static bool
put_previous(const struct expansion *expansion, const char *first, const char *rest)
{
	(void)first;
	if (strcmp(rest, "evidence") == 0)
		return put(expansion, expansion->sheet->previous);
	return strcmp(rest, "head") == 0 && put(expansion, expansion->sheet->previous_head);
}

/* Commands run in evidence/files. */
static bool
put_brought(const struct expansion *expansion, const char *first, const char *rest)
{
	(void)first;
	if (rest[0] == '\0' || rest[0] == '.' || strchr(rest, '/') != NULL)
		return false;
	fprintf(expansion->to, "../../brought/%s", rest);
	return true;
}

static bool
put_token(const struct expansion *expansion, const char *first, const char *rest)
{
	const struct sheet_token *token = sheet_token(expansion->sheet, first);

	if (token == NULL)
		return false;
	const struct {
		const char *name;
		const char *value;
	} fields[] = {
		{ "uri", token->uri },
		{ "serial", token->serial },
		{ "model", token->model },
		{ "firmware", token->firmware },
		{ "fips", token->fips },
		{ "certificate", token->certificate },
		{ "item", token->item },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (strcmp(fields[i].name, rest) == 0)
			return put(expansion, fields[i].value);
	return false;
}

/* ROLE, all of its people; ROLE.N, the Nth. */
static bool
put_people(const struct expansion *expansion, const char *first, const char *rest)
{
	const struct sheet *sheet = expansion->sheet;
	unsigned long wanted = 0, nth = 0;
	bool any = false;

	if (rest[0] != '\0' && (strspn(rest, "0123456789") != strlen(rest) || strlen(rest) > 3))
		return false;
	if (rest[0] != '\0' && (wanted = strtoul(rest, NULL, 10)) == 0)
		return false;
	for (size_t i = 0; i < sheet->person_count; i++) {
		if (strcmp(sheet->people[i].role, first) != 0 || (++nth != wanted && wanted != 0))
			continue;
		if (any)
			fputc(',', expansion->to);
		any = put(expansion, sheet->people[i].name);
	}
	return any;
}

static bool
put_recorded(const struct expansion *expansion, const char *first, const char *rest)
{
	const struct sheet_recorded *recorded = expansion->recorded;

	if (recorded == NULL || rest[0] == '\0')
		return false;
	return put(expansion, recorded->find(recorded->context, first, rest));
}

static const struct {
	const char *first; /* NULL: any */
	put_name *put;
} names[] = {
	{ "media", put_medium },
	{ "sheet", put_sheet },
	{ "value", put_value },
	{ "brought", put_brought },
	{ "previous", put_previous },
	{ NULL, put_token },
	{ NULL, put_people },
	{ NULL, put_recorded },
};

bool
sheet_name_is_reserved(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].first != NULL && strcmp(names[i].first, name) == 0)
			return true;
	return false;
}

/* The name between the braces. */
static enum err
expand_name(const struct expansion *expansion, const char *name, size_t len)
{
	char first[NAME_MAX_LEN + 1];
	char *rest;

	if (len == 0 || len > NAME_MAX_LEN)
		return FAIL(expansion->trace, ERR_ABSENT, "'${%.*s}' is no name",
		    (int)(len > NAME_MAX_LEN ? NAME_MAX_LEN : len), name);
	memcpy(first, name, len);
	first[len] = '\0';
	rest = strchr(first, '.');
	if (rest != NULL)
		*rest++ = '\0';
	else
		rest = first + len;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].first != NULL && strcmp(names[i].first, first) != 0)
			continue;
		if (names[i].put(expansion, first, rest))
			return ERR_OK;
		if (names[i].first != NULL)
			break;
	}
	return FAIL(
	    expansion->trace, ERR_ABSENT, "nothing in the sheet is '${%.*s}'", (int)len, name);
}

static enum err
expand_all(const struct expansion *expansion, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		const char *end;
		enum err err;

		if (at[0] != '$' || (at[1] != '$' && at[1] != '{')) {
			fputc(*at, expansion->to);
			continue;
		}
		if (at[1] == '$') {
			fputc(*at++, expansion->to);
			continue;
		}
		end = strchr(at, '}');
		if (end == NULL)
			return FAIL(
			    expansion->trace, ERR_ABSENT, "'%.40s' has no closing brace", at);
		err = expand_name(expansion, at + 2, (size_t)(end - at - 2));
		if (err != ERR_OK)
			return err;
		at = end;
	}
	return ERR_OK;
}

enum err
sheet_expand(const struct sheet *sheet, const struct sheet_recorded *recorded, const char *text,
    char **out, struct err_trace *trace)
{
	struct expansion expansion = { .sheet = sheet, .recorded = recorded, .trace = trace };
	char *expanded = NULL;
	size_t len = 0;
	enum err err;

	expansion.to = open_memstream(&expanded, &len);
	if (expansion.to == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = expand_all(&expansion, text);
	if (fclose(expansion.to) != 0 && err == ERR_OK)
		err = FAIL(trace, ERR_NOMEM, "no memory");
	if (err != ERR_OK) {
		free(expanded);
		return err;
	}
	*out = expanded;
	return ERR_OK;
}
