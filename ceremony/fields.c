/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/command_words.h"
#include "ceremony/near.h"
#include "ceremony/script.h"

enum { TEXT_MAX = 4096, NAME_MAX_LEN = 32 };

void
fields_fault(const struct fields_reader *reader, struct yaml_place place, const char *fmt, ...)
{
	char text[ERR_TEXT];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	(void)FAIL(reader->trace, ERR_FORMAT, "%s:%u:%u: %s", reader->file, place.line,
	    place.column, text);
}

/* As fields_refuse, for a value of the wrong kind. */
#define refuse_kind(reader, node, wanted) (kind_fault((reader), (node), (wanted)), ERR_FORMAT)

static void
kind_fault(const struct fields_reader *reader, const struct yaml_node *node, const char *wanted)
{
	static const char *const is[] = { "a text", "a list", "a mapping" };

	fields_fault(reader, node->place, "%s%s%s must be %s, and is %s",
	    node->name == NULL ? "this" : "'", node->name == NULL ? "" : node->name,
	    node->name == NULL ? "" : "'", wanted, is[node->kind]);
}

enum err
field_room(const struct fields_reader *reader, size_t count, size_t size, void **out)
{
	void *room = arena_take(reader->arena, count * size);

	if (room == NULL)
		return FAIL(reader->trace, ERR_NOMEM, "no memory");
	*out = room;
	return ERR_OK;
}

/* ---- texts ----------------------------------------------------------------------------------- */

static bool
is_nothing(const struct yaml_node *node)
{
	return node->plain && (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
				  strcmp(node->text, "null") == 0);
}

enum err
field_text(const struct fields_reader *reader, const struct yaml_node *node, const char **out)
{
	if (node->kind != YAML_TEXT)
		return refuse_kind(reader, node, "a text");
	if (is_nothing(node) || node->text[0] == '\0')
		return fields_refuse(
		    reader, node->place, "there is no value; leave the key out, or say it");
	if (strlen(node->text) > TEXT_MAX)
		return fields_refuse(reader, node->place, "the text is longer than 4096 bytes");
	*out = node->text;
	return ERR_OK;
}

bool
field_is_name(const char *text)
{
	const size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len >= 1 && len <= NAME_MAX_LEN && text[len] == '\0' && text[0] != '-';
}

bool
field_is_seat(const char *text)
{
	char name[NAME_MAX_LEN + 1];
	const size_t len = strcspn(text, ".");
	const char *number = text + len + 1;

	if (len > NAME_MAX_LEN)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	return field_is_name(name) &&
	       (text[len] == '\0' || (number[0] >= '1' && number[0] <= '9' && strlen(number) <= 3 &&
					 strspn(number, "0123456789") == strlen(number)));
}

enum err
field_name(const struct fields_reader *reader, const struct yaml_node *node, const char **out)
{
	const char *text = "";
	const enum err err = field_text(reader, node, &text);

	if (err != ERR_OK)
		return err;
	if (!field_is_name(text))
		return fields_refuse(reader, node->place,
		    "'%.60s' is no name: a to z, 0 to 9 and -, at most 32, and no - first", text);
	*out = text;
	return ERR_OK;
}

/* NAME, or NAME.N with N from 1. */
static enum err
field_seat(const struct fields_reader *reader, const struct yaml_node *node, const char **out)
{
	const char *text = "";
	const enum err err = field_text(reader, node, &text);

	if (err != ERR_OK)
		return err;
	if (!field_is_seat(text))
		return fields_refuse(reader, node->place,
		    "'%.60s' is no role, and no role with a number, as custodian.2", text);
	*out = text;
	return ERR_OK;
}

typedef enum err
read_word(const struct fields_reader *reader, const struct yaml_node *node, const char **out);

static enum err
read_words(const struct fields_reader *reader, const struct yaml_node *node, read_word *read,
    struct script_words *out)
{
	struct script_words words = { .count = node->kind == YAML_LIST ? node->count : 1 };
	const struct yaml_node *member = node->kind == YAML_LIST ? node->first : node;
	enum err err;

	if (words.count == 0)
		return fields_refuse(reader, node->place, "the list is empty");
	err = field_room(reader, words.count, sizeof(*words.word), (void **)&words.word);
	for (size_t i = 0; i < words.count && err == ERR_OK; i++, member = member->next)
		err = read(reader, member, &words.word[i]);
	if (err == ERR_OK)
		*out = words;
	return err;
}

/* ---- one row ----------------------------------------------------------------------------------
 */

static enum err
read_number(const struct fields_reader *reader, const struct field_row *row,
    const struct yaml_node *node, unsigned *out)
{
	unsigned long value = 0;
	char *end = NULL;

	if (node->kind != YAML_TEXT)
		return refuse_kind(reader, node, "a number");
	if (node->plain && strspn(node->text, "0123456789") == strlen(node->text))
		value = strtoul(node->text, &end, 10);
	if (end == NULL || end == node->text || strlen(node->text) > 9 || value < row->least ||
	    value > row->most)
		return fields_refuse(reader, node->place, "'%s' must be a number from %u to %u",
		    row->name, row->least, row->most);
	*out = (unsigned)value;
	return ERR_OK;
}

static enum err
read_duration(const struct fields_reader *reader, const struct field_row *row,
    const struct yaml_node *node, unsigned *out)
{
	static const struct {
		char letter;
		unsigned seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
	unsigned long value = 0;
	char *end = NULL;

	if (node->kind != YAML_TEXT)
		return refuse_kind(reader, node, "a time such as 15m");
	if (node->text[0] >= '0' && node->text[0] <= '9' && strlen(node->text) <= 7)
		value = strtoul(node->text, &end, 10);
	for (size_t i = 0; end != NULL && i < sizeof(units) / sizeof(*units); i++) {
		const unsigned long seconds = value * units[i].seconds;

		if (end[0] != units[i].letter || end[1] != '\0' || seconds % row->unit != 0 ||
		    seconds / row->unit < row->least || seconds / row->unit > row->most)
			continue;
		*out = (unsigned)(seconds / row->unit);
		return ERR_OK;
	}
	return fields_refuse(reader, node->place,
	    "'%s' must be a time such as 90s, 15m or 2h, from %u to %u %s", row->name, row->least,
	    row->most, row->unit == 60 ? "minutes" : "seconds");
}

static enum err
read_flag(const struct fields_reader *reader, const struct field_row *row,
    const struct yaml_node *node, bool *out)
{
	const bool yes = node->kind == YAML_TEXT && node->plain && strcmp(node->text, "true") == 0;

	if (!yes && (node->kind != YAML_TEXT || !node->plain || strcmp(node->text, "false") != 0))
		return fields_refuse(reader, node->place, "'%s' must be true or false", row->name);
	*out = yes;
	return ERR_OK;
}

static enum err
read_choice(const struct fields_reader *reader, const struct field_row *row,
    const struct yaml_node *node, unsigned *out)
{
	char list[160] = "";
	size_t len = 0;
	const char *text = "";
	const enum err err = field_text(reader, node, &text);

	if (err != ERR_OK)
		return err;
	for (unsigned i = 0; row->words[i] != NULL; i++) {
		if (strcmp(row->words[i], text) == 0) {
			*out = i;
			return ERR_OK;
		}
		if (len < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
			    i == 0 ? "" : ", ", row->words[i]);
	}
	return fields_refuse(
	    reader, node->place, "'%s' cannot be '%.40s'; it is one of: %s", row->name, text, list);
}

static enum err
read_one_of(const struct fields_reader *reader, const struct field_row *row,
    const struct yaml_node *node, const char **out)
{
	unsigned index = 0;
	const enum err err = read_choice(reader, row, node, &index);

	if (err == ERR_OK)
		*out = row->words[index];
	return err;
}

enum err
field_list(const struct fields_reader *reader, const struct field_table *table,
    const struct yaml_node *node, void **out, size_t *count)
{
	const struct yaml_node *member = node->first;
	enum err err = ERR_OK;
	char *items = NULL;

	if (node->kind != YAML_LIST)
		return refuse_kind(reader, node, "a list");
	if (node->count == 0)
		return fields_refuse(reader, node->place, "the list is empty");
	err = field_room(reader, node->count, table->size, (void **)&items);
	for (size_t i = 0; i < node->count && err == ERR_OK; i++, member = member->next)
		err = fields_read(reader, table, member, items + i * table->size);
	if (err != ERR_OK)
		return err;
	*out = items;
	*count = node->count;
	return ERR_OK;
}

/* A mapping whose keys are names of the writer's own. */
static enum err
read_map(const struct fields_reader *reader, const struct field_table *table,
    const struct yaml_node *node, void **out, size_t *count)
{
	const struct yaml_node *member = node->first;
	enum err err = ERR_OK;
	char *items = NULL;

	if (node->kind != YAML_MAP)
		return refuse_kind(reader, node, "a mapping");
	if (node->count > 0)
		err = field_room(reader, node->count, table->size, (void **)&items);
	for (size_t i = 0; i < node->count && err == ERR_OK; i++, member = member->next) {
		char *item = items + i * table->size;

		if (!field_is_name(member->name))
			return fields_refuse(reader, member->name_place,
			    "'%.60s' is no name: a to z, 0 to 9 and -, at most 32, and no - first",
			    member->name);
		err = fields_read(reader, table, member, item);
		*(const char **)(void *)(item + table->name_offset) = member->name;
		if (table->place_offset != FIELDS_NONE)
			*(struct yaml_place *)(void *)(item + table->place_offset) =
			    member->name_place;
	}
	if (err != ERR_OK)
		return err;
	*out = items;
	*count = node->count;
	return ERR_OK;
}

static enum err
read_row(const struct fields_reader *reader, const struct field_row *row,
    const struct yaml_node *node, char *item)
{
	void *field = item + row->offset;

	switch (row->kind) {
	case FIELD_TEXT:
		return field_text(reader, node, field);
	case FIELD_NAME:
		return field_name(reader, node, field);
	case FIELD_NAMES:
		return read_words(reader, node, field_name, field);
	case FIELD_SEATS:
		return read_words(reader, node, field_seat, field);
	case FIELD_WORDS:
		return read_words(reader, node, field_text, field);
	case FIELD_COMMAND:
		if (node->kind == YAML_TEXT)
			return command_words_split(reader, node, field);
		return read_words(reader, node, field_text, field);
	case FIELD_NUMBER:
		return read_number(reader, row, node, field);
	case FIELD_DURATION:
		return read_duration(reader, row, node, field);
	case FIELD_FLAG:
		return read_flag(reader, row, node, field);
	case FIELD_WORD:
		return read_choice(reader, row, node, field);
	case FIELD_ONE_OF:
		return read_one_of(reader, row, node, field);
	case FIELD_GROUP:
		return fields_read(reader, row->table, node, item);
	case FIELD_LIST:
		return field_list(
		    reader, row->table, node, field, (size_t *)(void *)(item + row->count_offset));
	case FIELD_MAP:
		return read_map(
		    reader, row->table, node, field, (size_t *)(void *)(item + row->count_offset));
	case FIELD_CUSTOM:
		return row->read(reader, node, item);
	}
	return ERR_INTERNAL;
}

/* ---- a mapping --------------------------------------------------------------------------------
 */

static const struct field_row *
find_row(const struct field_table *table, const char *key)
{
	for (const struct field_row *row = table->rows; row->name != NULL; row++)
		if (strcmp(row->name, key) == 0)
			return row;
	return NULL;
}

static enum err
refuse_key(const struct fields_reader *reader, const struct field_table *table,
    const struct yaml_node *node)
{
	struct near near = near_to(node->name);

	for (const struct field_row *row = table->rows; row->name != NULL; row++)
		near_offer(&near, row->name);
	if (near.best == NULL)
		return fields_refuse(
		    reader, node->name_place, "%s has no key '%.40s'", table->what, node->name);
	return fields_refuse(reader, node->name_place, "%s has no key '%.40s'; nearest: '%s'",
	    table->what, node->name, near.best);
}

static enum err
check_required(const struct fields_reader *reader, const struct field_table *table,
    const struct yaml_node *node)
{
	for (const struct field_row *row = table->rows; row->name != NULL; row++) {
		const struct yaml_node *member = node->first;

		while (row->required && member != NULL && strcmp(member->name, row->name) != 0)
			member = member->next;
		if (row->required && member == NULL)
			return fields_refuse(
			    reader, node->place, "%s needs '%s'", table->what, row->name);
	}
	return ERR_OK;
}

enum err
fields_read(const struct fields_reader *reader, const struct field_table *table,
    const struct yaml_node *node, void *item)
{
	enum err err = ERR_OK;

	if (node->kind != YAML_MAP)
		return refuse_kind(reader, node, "a mapping");
	if (table->standard != NULL)
		memcpy(item, table->standard, table->size);
	if (table->place_offset != FIELDS_NONE)
		*(struct yaml_place *)(void *)((char *)item + table->place_offset) = node->place;
	for (const struct yaml_node *member = node->first; member != NULL && err == ERR_OK;
	     member = member->next) {
		const struct field_row *row = find_row(table, member->name);

		err = row == NULL ? refuse_key(reader, table, member)
				  : read_row(reader, row, member, item);
	}
	if (err == ERR_OK)
		err = check_required(reader, table, node);
	if (err == ERR_OK && table->finish != NULL)
		err = table->finish(reader, node, item);
	return err;
}
