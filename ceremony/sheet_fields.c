/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "ceremony/rows.h"
#include "ceremony/script_fields.h"

/* ---- people ---------------------------------------------------------------------------------- */

static const struct field_row person_rows[] = {
	{ ROW("name", TEXT, sheet_person, name), NEEDED },
	{ ROW("deputy", TEXT, sheet_person, deputy) },
	END,
};

static const struct field_table person_table = {
	.what = "a person",
	.size = sizeof(struct sheet_person),
	.rows = person_rows,
	.place_offset = offsetof(struct sheet_person, place),
};

/* A name, or a name with a deputy. */
static enum err
read_person(const struct fields_reader *reader, const struct yaml_node *node, const char *role,
    struct sheet_person *out)
{
	enum err err;

	if (node->kind == YAML_MAP) {
		err = fields_read(reader, &person_table, node, out);
	} else {
		err = field_text(reader, node, &out->name);
		out->place = node->place;
	}
	out->role = role;
	return err;
}

static size_t
count_people(const struct yaml_node *roles)
{
	size_t count = 0;

	for (const struct yaml_node *role = roles->first; role != NULL; role = role->next)
		count += role->kind == YAML_LIST ? role->count : 1;
	return count;
}

/* One role's: one person, or a list. */
static enum err
read_role(const struct fields_reader *reader, const struct yaml_node *role, struct sheet *sheet)
{
	const struct yaml_node *member = role->kind == YAML_LIST ? role->first : role;
	const size_t count = role->kind == YAML_LIST ? role->count : 1;
	enum err err = ERR_OK;

	if (!field_is_name(role->name))
		return fields_refuse(
		    reader, role->name_place, "'%.60s' is no name of a role", role->name);
	for (size_t i = 0; i < count && err == ERR_OK; i++, member = member->next)
		err =
		    read_person(reader, member, role->name, &sheet->people[sheet->person_count++]);
	return err;
}

static enum err
read_people(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	struct sheet *sheet = &((struct sheet_draft *)item)->sheet;
	enum err err;

	if (node->kind != YAML_MAP || node->count == 0)
		return fields_refuse(
		    reader, node->place, "'people' must be a mapping from roles to names");
	err = field_room(
	    reader, count_people(node) + 1, sizeof(*sheet->people), (void **)&sheet->people);
	for (const struct yaml_node *role = node->first; role != NULL && err == ERR_OK;
	     role = role->next)
		err = read_role(reader, role, sheet);
	return err;
}

/* ---- tokens, media, values ------------------------------------------------------------------- */

static const struct field_row token_rows[] = {
	{ ROW("uri", TEXT, sheet_token, uri), NEEDED },
	{ ROW("serial", TEXT, sheet_token, serial) },
	{ ROW("model", TEXT, sheet_token, model) },
	{ ROW("firmware", TEXT, sheet_token, firmware) },
	{ ROW("fips", TEXT, sheet_token, fips) },
	{ ROW("certificate", TEXT, sheet_token, certificate) },
	{ ROW("item", TEXT, sheet_token, item) },
	END,
};

static const struct field_table token_table = {
	.what = "a token",
	.size = sizeof(struct sheet_token),
	.rows = token_rows,
	.place_offset = offsetof(struct sheet_token, place),
	.name_offset = offsetof(struct sheet_token, name),
};

static enum err
check_medium(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	const struct sheet_medium *medium = item;

	if (medium->path[0] == '/')
		return ERR_OK;
	return fields_refuse(reader, node->place,
	    "the path of a medium begins with /; '%.60s' does not", medium->path);
}

static const struct field_row medium_rows[] = {
	{ ROW("path", TEXT, sheet_medium, path), NEEDED },
	{ ROW("label", TEXT, sheet_medium, label) },
	{ ROW("copy", FLAG, sheet_medium, takes_copy) },
	END,
};

static const struct field_table medium_table = {
	.what = "a medium",
	.size = sizeof(struct sheet_medium),
	.rows = medium_rows,
	.place_offset = offsetof(struct sheet_medium, place),
	.name_offset = offsetof(struct sheet_medium, name),
	.finish = check_medium,
};

/* Names to texts of the writer's own. */
static enum err
read_values(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	struct sheet *sheet = &((struct sheet_draft *)item)->sheet;
	enum err err;

	if (node->kind != YAML_MAP || node->count == 0)
		return fields_refuse(
		    reader, node->place, "'values' must be a mapping from names to texts");
	err = field_room(reader, node->count, sizeof(*sheet->values), (void **)&sheet->values);
	for (const struct yaml_node *member = node->first; member != NULL && err == ERR_OK;
	     member = member->next) {
		struct sheet_value *value = &sheet->values[sheet->value_count++];

		if (!field_is_name(member->name))
			return fields_refuse(reader, member->name_place,
			    "'%.60s' is no name of a value", member->name);
		value->name = member->name;
		value->place = member->name_place;
		err = field_text(reader, member, &value->value);
	}
	return err;
}

/* ---- the sheet ------------------------------------------------------------------------------- */

static enum err
read_date(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	struct sheet *sheet = &((struct sheet_draft *)item)->sheet;
	const char *text = NULL;
	int64_t date = 0;
	const enum err err = field_text(reader, node, &text);

	if (err != ERR_OK)
		return err;
	if (strlen(text) != CLOCK_DATE - 1 || !clock_parse(text, &date))
		return fields_refuse(
		    reader, node->place, "'%.40s' is no day such as 2027-01-31", text);
	sheet->date = date;
	return ERR_OK;
}

static enum err
read_start(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	struct sheet *sheet = &((struct sheet_draft *)item)->sheet;
	const char *text = NULL;
	const enum err err = field_text(reader, node, &text);

	if (err != ERR_OK)
		return err;
	if (strlen(text) != 5 || strspn(text, "0123456789:") != 5 || text[2] != ':' ||
	    memchr(text + 3, ':', 2) != NULL || memchr(text, ':', 2) != NULL ||
	    strncmp(text, "23", 2) > 0 || text[3] > '5')
		return fields_refuse(reader, node->place, "'%.40s' is no time such as 09:30", text);
	sheet->start = text;
	return ERR_OK;
}

static enum err
check_previous(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	const struct sheet *sheet = &((const struct sheet_draft *)item)->sheet;
	uint8_t head[SHA256_SIZE];

	if (hex_decode(sheet->previous_head, head, sizeof(head)))
		return ERR_OK;
	return fields_refuse(reader, node->place, "'head' must be 64 hexadecimal digits");
}

static const struct field_row previous_rows[] = {
	{ ROW("evidence", TEXT, sheet_draft, sheet.previous), NEEDED },
	{ ROW("head", TEXT, sheet_draft, sheet.previous_head), NEEDED },
	END,
};

static const struct field_table previous_table = {
	.what = "the previous ceremony",
	.rows = previous_rows,
	.place_offset = FIELDS_NONE,
	.finish = check_previous,
};

static const struct field_row sheet_rows[] = {
	{ ROW("quorate-sheet", NUMBER, sheet_draft, version), NEEDED, .least = SHEET_VERSION,
	    .most = SHEET_VERSION },
	{ ROW("ceremony", NAME, sheet_draft, sheet.ceremony), NEEDED },
	{ ROW("date", CUSTOM, sheet_draft, sheet.date), NEEDED, .read = read_date },
	{ ROW("start", CUSTOM, sheet_draft, sheet.start), .read = read_start },
	{ ROW("place", TEXT, sheet_draft, sheet.place_name), NEEDED },
	{ ROW("people", CUSTOM, sheet_draft, sheet.people), NEEDED, .table = &person_table,
	    .read = read_people },
	{ ROW("tokens", MAP, sheet_draft, sheet.tokens),
	    ITEMS(sheet_draft, sheet.token_count, token_table) },
	{ ROW("media", MAP, sheet_draft, sheet.media),
	    ITEMS(sheet_draft, sheet.medium_count, medium_table) },
	{ ROW("values", CUSTOM, sheet_draft, sheet.values), .read = read_values },
	{ ROW("network", WORDS, sheet_draft, sheet.network) },
	{ ROW("previous", GROUP, sheet_draft, sheet.previous), .table = &previous_table },
	END,
};

const struct field_table sheet_fields = {
	.what = "a sheet",
	.size = sizeof(struct sheet_draft),
	.rows = sheet_rows,
	.place_offset = FIELDS_NONE,
};
