/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/sheet_internal.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/hash.h"

#define TEXT_FIELD(name, type, member)                                                             \
	{                                                                                          \
		.word = (name), .kind = SHEET_TEXT, .offset = offsetof(type, member),              \
		.size = sizeof(((type *)NULL)->member)                                             \
	}
#define NUMBER_FIELD(name, type, member, least, most)                                              \
	{                                                                                          \
		.word = (name), .kind = SHEET_NUMBER, .offset = offsetof(type, member),            \
		.min = (least), .max = (most)                                                      \
	}
#define BYTES_FIELD(name, type, member)                                                            \
	{                                                                                          \
		.word = (name), .kind = SHEET_BYTES, .offset = offsetof(type, member),             \
		.size = sizeof(((type *)NULL)->member)                                             \
	}
#define BOOL_FIELD(name, type, member, no, yes)                                                    \
	{                                                                                          \
		.word = (name), .kind = SHEET_BOOL, .offset = offsetof(type, member), .words = {   \
			(no),                                                                      \
			(yes)                                                                      \
		}                                                                                  \
	}
#define FIELDS_END                                                                                 \
	{                                                                                          \
		.word = NULL                                                                       \
	}

const struct sheet_field sheet_head_fields[] = {
	BOOL_FIELD("kind", struct roster_sheet, practice, "real", "practice"),
	BYTES_FIELD("quorum", struct roster_sheet, quorum.bytes),
	TEXT_FIELD("name", struct roster_sheet, name),
	BOOL_FIELD("state", struct roster_sheet, complete, "incomplete", "complete"),
	{ .word = "printed", .kind = SHEET_DATE, .offset = offsetof(struct roster_sheet, printed) },
	FIELDS_END,
};

const struct sheet_field sheet_generation_fields[] = {
	NUMBER_FIELD("generation", struct roster_sheet_generation, number, 1, INT32_MAX),
	NUMBER_FIELD("threshold", struct roster_sheet_generation, threshold, 2, ROSTER_CARDS_MAX),
	NUMBER_FIELD("size", struct roster_sheet_generation, size, 2, ROSTER_CARDS_MAX),
	FIELDS_END,
};

const struct sheet_field sheet_older_fields[] = {
	BYTES_FIELD("older-secret", struct roster_sheet_generation, older),
	FIELDS_END,
};

const struct sheet_field sheet_card_fields[] = {
	TEXT_FIELD("card", struct roster_sheet_card, name),
	NUMBER_FIELD("index", struct roster_sheet_card, index, 0, ROSTER_CARDS_MAX - 1),
	TEXT_FIELD("serial", struct roster_sheet_card, serial),
	BYTES_FIELD("fingerprint", struct roster_sheet_card, fingerprint.bytes),
	TEXT_FIELD("custodian", struct roster_sheet_card, custodian),
	FIELDS_END,
};

const struct sheet_field sheet_binding_fields[] = {
	TEXT_FIELD("binding", struct roster_sheet_binding, spec.name),
	{ .word = "role",
	    .kind = SHEET_ROLE,
	    .offset = offsetof(struct roster_sheet_binding, spec.role) },
	TEXT_FIELD("token", struct roster_sheet_binding, spec.token.label),
	TEXT_FIELD("token-serial", struct roster_sheet_binding, spec.token.serial),
	TEXT_FIELD("token-maker", struct roster_sheet_binding, spec.token.manufacturer),
	TEXT_FIELD("token-model", struct roster_sheet_binding, spec.token.model),
	TEXT_FIELD("token-module", struct roster_sheet_binding, spec.token.module),
	BOOL_FIELD(
	    "token-kind", struct roster_sheet_binding, spec.token.software, "hardware", "software"),
	FIELDS_END,
};

#define PIN_FIELDS(pin, begin)                                                                     \
	{                                                                                          \
		NUMBER_FIELD(begin, struct roster_sheet_binding, opens[pin], 0, INT32_MAX),        \
		    NUMBER_FIELD(begin "-length", struct roster_sheet_binding,                     \
			spec.format[pin].length, 1, 512),                                          \
		    TEXT_FIELD(begin "-alphabet", struct roster_sheet_binding,                     \
			spec.format[pin].alphabet),                                                \
		    TEXT_FIELD(                                                                    \
			begin "-prefix", struct roster_sheet_binding, spec.format[pin].prefix),    \
		    FIELDS_END                                                                     \
	}
const struct sheet_field sheet_pin_fields[ROSTER_TOKEN_PIN__COUNT][5] = {
	[ROSTER_USER_PIN] = PIN_FIELDS(ROSTER_USER_PIN, "user"),
	[ROSTER_SO_PIN] = PIN_FIELDS(ROSTER_SO_PIN, "so"),
};

/* ---- Writing ------------------------------------------------------------------------------- */

static void
put_field(FILE *to, const struct sheet_field *field, const void *base)
{
	const void *at = (const char *)base + field->offset;
	char hex[2 * ROSTER_SHEET_OLDER + 1];
	char date[CLOCK_DATE];

	fputs(field->word, to);
	switch (field->kind) {
	case SHEET_TEXT:
		fprintf(to, "%s%s\n", *(const char *)at == '\0' ? "" : " ", (const char *)at);
		break;
	case SHEET_NUMBER:
		fprintf(to, " %u\n", *(const unsigned *)at);
		break;
	case SHEET_BYTES:
		hex_encode(at, field->size, hex);
		fprintf(to, " %s\n", hex);
		break;
	case SHEET_BOOL:
		fprintf(to, " %s\n", field->words[*(const bool *)at ? 1 : 0]);
		break;
	case SHEET_DATE:
		clock_format_date(*(const int64_t *)at, date);
		fprintf(to, " %s\n", date);
		break;
	case SHEET_ROLE:
		fprintf(
		    to, " %s\n", roster_binding_role_word(*(const enum roster_binding_role *)at));
		break;
	}
}

static void
put_fields(FILE *to, const struct sheet_field *fields, const void *base)
{
	for (; fields->word != NULL; fields++)
		put_field(to, fields, base);
}

static void
put_binding(FILE *to, const struct roster_sheet_binding *binding)
{
	put_fields(to, sheet_binding_fields, binding);
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		if (!binding->spec.binds[pin])
			continue;
		put_field(to, &sheet_pin_fields[pin][0], binding);
		if (binding->spec.format[pin].is_set)
			put_fields(to, &sheet_pin_fields[pin][1], binding);
	}
}

static void
put_lines(FILE *to, const struct roster_sheet *sheet)
{
	fprintf(to, "format %d\n", SHEET_FORMAT);
	put_fields(to, sheet_head_fields, sheet);
	for (unsigned g = 0; g < sheet->generations; g++) {
		const struct roster_sheet_generation *generation = &sheet->generation[g];

		put_fields(to, sheet_generation_fields, generation);
		if (generation->has_older)
			put_fields(to, sheet_older_fields, generation);
		for (unsigned i = 0; i < generation->cards; i++)
			put_fields(to, sheet_card_fields, &generation->card[i]);
	}
	for (size_t i = 0; i < sheet->bindings; i++)
		put_binding(to, &sheet->binding[i]);
}

enum err
sheet_check_of(const char *lines, size_t len, char out[SHEET_CHECK], struct err_trace *trace)
{
	struct roster_hash hash;
	const enum err err = sha256(lines, len, hash.bytes, trace);

	if (err == ERR_OK)
		hex_encode(hash.bytes, SHEET_CHECK / 2, out);
	return err;
}

enum err
roster_sheet_block(const struct roster_sheet *sheet, char **out, struct err_trace *trace)
{
	char check[SHEET_CHECK] = "";
	char *lines = NULL, *block = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&lines, &len);
	enum err err = ERR_OK;

	if (to == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the sheet");
	put_lines(to, sheet);
	if (fclose(to) != 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for the sheet");
	if (err == ERR_OK)
		err = sheet_check_of(lines, len, check, trace);
	if (err == ERR_OK &&
	    asprintf(&block, SHEET_BEGIN "\n%scheck %s\n" SHEET_END "\n", lines, check) < 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for the sheet");
	free(lines);
	if (err == ERR_OK)
		*out = block;
	return err;
}
