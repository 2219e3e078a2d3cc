/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/member.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

/* Like strftime's formats, each kind has one check; `value` is the member's. */
typedef enum err (*member_checker)(
    const struct member *member, const json_t *value, struct err_trace *trace);

bool
member_has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		const unsigned char byte = (unsigned char)text[0];

		if (byte < 0x20 || byte == 0x7F)
			return true;
		/* U+0080 to U+009F: a terminal takes some of them for the beginning of a command.
		 */
		if (byte == 0xC2 && (unsigned char)text[1] < 0xA0)
			return true;
	}
	return false;
}

static bool
is_within(const struct member *member, size_t len)
{
	return len >= (size_t)member->min && len <= (size_t)member->max;
}

static enum err
check_text(const struct member *member, const json_t *value, struct err_trace *trace)
{
	if (!json_is_string(value))
		return FAIL(trace, ERR_FORMAT, "\"%s\" is not a text", member->name);
	if (!is_within(member, json_string_length(value)))
		return FAIL(trace, ERR_FORMAT,
		    "\"%s\" has %zu bytes, not from %" PRId64 " to %" PRId64, member->name,
		    json_string_length(value), member->min, member->max);
	if (member_has_control(json_string_value(value)))
		return FAIL(trace, ERR_FORMAT, "\"%s\" has a control character", member->name);
	return ERR_OK;
}

static enum err
check_integer(const struct member *member, const json_t *value, struct err_trace *trace)
{
	const json_int_t number = json_integer_value(value);

	if (!json_is_integer(value))
		return FAIL(trace, ERR_FORMAT, "\"%s\" is not an integer", member->name);
	if (number < member->min || number > member->max)
		return FAIL(trace, ERR_FORMAT,
		    "\"%s\" is %" JSON_INTEGER_FORMAT ", not from %" PRId64 " to %" PRId64,
		    member->name, number, member->min, member->max);
	return ERR_OK;
}

static enum err
check_bool(const struct member *member, const json_t *value, struct err_trace *trace)
{
	if (!json_is_boolean(value))
		return FAIL(trace, ERR_FORMAT, "\"%s\" is not true or false", member->name);
	return ERR_OK;
}

static enum err
check_hex(const struct member *member, const json_t *value, struct err_trace *trace)
{
	const char *text = json_string_value(value);

	if (text == NULL)
		return FAIL(trace, ERR_FORMAT, "\"%s\" is not a text", member->name);
	const size_t len = json_string_length(value);
	if (len % 2 != 0 || strspn(text, "0123456789abcdef") != len || !is_within(member, len / 2))
		return FAIL(trace, ERR_FORMAT,
		    "\"%s\" is not %" PRId64 " to %" PRId64 " bytes in hexadecimal", member->name,
		    member->min, member->max);
	return ERR_OK;
}

static enum err
check_word(const struct member *member, const json_t *value, struct err_trace *trace)
{
	const char *text = json_string_value(value);

	if (text == NULL || member_word_at(member->words, text) < 0)
		return FAIL(
		    trace, ERR_FORMAT, "\"%s\" is none of the words it may be", member->name);
	return ERR_OK;
}

static enum err
check_count(const struct member *member, const json_t *value, struct err_trace *trace)
{
	if (!json_is_array(value))
		return FAIL(trace, ERR_FORMAT, "\"%s\" is not a list", member->name);
	if (!is_within(member, json_array_size(value)))
		return FAIL(trace, ERR_FORMAT,
		    "\"%s\" has %zu entries, not from %" PRId64 " to %" PRId64, member->name,
		    json_array_size(value), member->min, member->max);
	return ERR_OK;
}

static enum err
check_list(const struct member *member, const json_t *value, struct err_trace *trace)
{
	enum err err = check_count(member, value, trace);

	for (size_t i = 0; err == ERR_OK && i < json_array_size(value); i++) {
		err = member_check(member->of, json_array_get(value, i), trace);
		if (err != ERR_OK)
			err = FAIL(trace, err, "\"%s\", entry %zu", member->name, i + 1);
	}
	return err;
}

static enum err
check_object(const struct member *member, const json_t *value, struct err_trace *trace)
{
	const enum err err = member_check(member->of, value, trace);

	return err == ERR_OK ? ERR_OK : FAIL(trace, err, "in \"%s\"", member->name);
}

static enum err
check_nothing(const struct member *member, const json_t *value, struct err_trace *trace)
{
	(void)member;
	(void)value;
	(void)trace;
	return ERR_OK;
}

static enum err
check_items(const struct member *member, const json_t *value, struct err_trace *trace);

static const member_checker checkers[] = {
	[MEMBER_TEXT] = check_text,
	[MEMBER_INTEGER] = check_integer,
	[MEMBER_BOOL] = check_bool,
	[MEMBER_HEX] = check_hex,
	[MEMBER_CONTENT] = check_hex,
	[MEMBER_WORD] = check_word,
	[MEMBER_LIST] = check_list,
	[MEMBER_ITEMS] = check_items,
	[MEMBER_OBJECT] = check_object,
	[MEMBER_ANY] = check_nothing,
};

static enum err
check_items(const struct member *member, const json_t *value, struct err_trace *trace)
{
	enum err err = check_count(member, value, trace);

	for (size_t i = 0; err == ERR_OK && i < json_array_size(value); i++) {
		err = checkers[member->of->kind](member->of, json_array_get(value, i), trace);
		if (err != ERR_OK)
			err = FAIL(trace, err, "\"%s\", entry %zu", member->name, i + 1);
	}
	return err;
}

enum err
member_check(const struct member *members, const json_t *object, struct err_trace *trace)
{
	size_t known = 0;

	if (!json_is_object(object))
		return FAIL(trace, ERR_FORMAT, "not an object");
	for (const struct member *member = members; member->name != NULL; member++) {
		const json_t *value = json_object_get(object, member->name);

		if (value == NULL && member->optional)
			continue;
		if (value == NULL)
			return FAIL(trace, ERR_FORMAT, "member \"%s\" is missing", member->name);
		const enum err err = checkers[member->kind](member, value, trace);
		if (err != ERR_OK)
			return err;
		known++;
	}
	if (known != json_object_size(object))
		return FAIL(trace, ERR_FORMAT, "it has a member that its type does not know");
	return ERR_OK;
}

static enum err
visit_member(const struct member *member, const json_t *value, member_visit visit, void *context,
    struct err_trace *trace)
{
	struct roster_hash hash;
	enum err err = ERR_OK;

	if (member->kind == MEMBER_CONTENT) {
		if (!hex_decode(json_string_value(value), hash.bytes, sizeof(hash.bytes)))
			return FAIL(trace, ERR_INTERNAL, "a content hash was not checked");
		return visit(context, &hash, trace);
	}
	if (member->kind == MEMBER_OBJECT)
		return member_contents(member->of, value, visit, context, trace);
	if (member->kind != MEMBER_LIST)
		return ERR_OK;
	for (size_t i = 0; i < json_array_size(value) && err == ERR_OK; i++)
		err = member_contents(member->of, json_array_get(value, i), visit, context, trace);
	return err;
}

enum err
member_contents(const struct member *members, const json_t *object, member_visit visit,
    void *context, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (const struct member *member = members; member->name != NULL && err == ERR_OK;
	     member++) {
		const json_t *value = json_object_get(object, member->name);

		if (value != NULL)
			err = visit_member(member, value, visit, context, trace);
	}
	return err;
}

int
member_word_at(const char *const *words, const char *word)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

const char *
member_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

int64_t
member_integer(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

bool
member_bool(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

void
member_hex(const json_t *object, const char *name, void *out, size_t len)
{
	memset(out, 0, len);
	if (!hex_decode(member_text(object, name), out, len))
		memset(out, 0, len);
}

int
member_word(const json_t *object, const char *name, const char *const *words)
{
	return member_word_at(words, member_text(object, name));
}

json_t *
member_of_bytes(const void *bytes, size_t len)
{
	char *text = malloc(2 * len + 1);
	json_t *value;

	if (text == NULL)
		return NULL;
	hex_encode(bytes, len, text);
	value = json_string(text);
	free(text);
	return value;
}

json_t *
member_of_id(const struct roster_id *id)
{
	return member_of_bytes(id->bytes, sizeof(id->bytes));
}

json_t *
member_of_ids(const struct roster_id *ids, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		if (list != NULL && json_array_append_new(list, member_of_id(&ids[i])) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

json_t *
member_of_hash(const struct roster_hash *hash)
{
	return member_of_bytes(hash->bytes, sizeof(hash->bytes));
}
