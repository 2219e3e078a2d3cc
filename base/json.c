/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

enum { DEPTH_MAX = 64 };
static const json_int_t INTEGER_MAX = 9007199254740991; /* 2^53 - 1, RFC 8785, 3.2.2.3 */

struct canonical {
	FILE *to; /* memory; its errors are looked at once, when it is closed */
	struct err_trace *trace;
};

static enum err write_value(struct canonical *canonical, const json_t *value, unsigned depth);

/* RFC 8785, 3.2.2.2: two-letter escapes where there is one, \u00xx in lower case else. */
static void
write_character(FILE *to, char character)
{
	static const char named[] = "\b\t\n\f\r\"\\";
	static const char names[] = "btnfr\"\\";
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(named, character);
	const unsigned char byte = (unsigned char)character;

	if (at != NULL) {
		fputc('\\', to);
		fputc(names[at - named], to);
	} else if (byte < 0x20) {
		fputs("\\u00", to);
		fputc(digits[byte >> 4], to);
		fputc(digits[byte & 0xF], to);
	} else {
		fputc(byte, to);
	}
}

static void
write_text(FILE *to, const char *text)
{
	fputc('"', to);
	while (*text != '\0')
		write_character(to, *text++);
	fputc('"', to);
}

/* jansson lets no text in that is not UTF-8; a NUL in one would cut it short for its readers. */
static enum err
write_string(struct canonical *canonical, const json_t *value)
{
	const char *text = json_string_value(value);

	if (strlen(text) != json_string_length(value))
		return FAIL(canonical->trace, ERR_ARGUMENT, "a text has a NUL in it");
	write_text(canonical->to, text);
	return ERR_OK;
}

static enum err
write_integer(struct canonical *canonical, const json_t *value)
{
	const json_int_t number = json_integer_value(value);
	char text[24];

	if (number > INTEGER_MAX || number < -INTEGER_MAX)
		return FAIL(canonical->trace, ERR_ARGUMENT,
		    "the integer %" JSON_INTEGER_FORMAT " is beyond 2^53 - 1", number);
	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, number);
	fputs(text, canonical->to);
	return ERR_OK;
}

static enum err
write_array(struct canonical *canonical, const json_t *array, unsigned depth)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		fputc(i == 0 ? '[' : ',', canonical->to);
		const enum err err = write_value(canonical, json_array_get(array, i), depth);

		if (err != ERR_OK)
			return err;
	}
	fputs(json_array_size(array) == 0 ? "[]" : "]", canonical->to);
	return ERR_OK;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
name_is_ascii(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '\0' || (unsigned char)name[i] > 0x7F)
			return false;
	}
	return true;
}

/* The names of the members, sorted; for ASCII, bytes sort as RFC 8785's UTF-16 units do. */
static enum err
sorted_names(json_t *object, const char ***out, struct err_trace *trace)
{
	const char **names = calloc(json_object_size(object) + 1, sizeof(*names));
	size_t count = 0;

	if (names == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for JSON");
	for (void *at = json_object_iter(object); at != NULL;
	     at = json_object_iter_next(object, at)) {
		names[count] = json_object_iter_key(at);
		if (!name_is_ascii(names[count], json_object_iter_key_len(at))) {
			free(names);
			return FAIL(trace, ERR_ARGUMENT, "a member's name is not ASCII");
		}
		count++;
	}
	qsort(names, count, sizeof(*names), compare_names);
	*out = names;
	return ERR_OK;
}

static enum err
write_object(struct canonical *canonical, json_t *object, unsigned depth)
{
	const size_t count = json_object_size(object);
	const char **names = NULL;
	enum err err = sorted_names(object, &names, canonical->trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		fputc(i == 0 ? '{' : ',', canonical->to);
		write_text(canonical->to, names[i]);
		fputc(':', canonical->to);
		err = write_value(canonical, json_object_get(object, names[i]), depth);
	}
	fputs(count == 0 ? "{}" : "}", canonical->to);
	free(names);
	return err;
}

static enum err
write_value(struct canonical *canonical, const json_t *value, unsigned depth)
{
	if (value == NULL)
		return FAIL(canonical->trace, ERR_INTERNAL, "no JSON value");
	if (depth == DEPTH_MAX && (json_is_object(value) || json_is_array(value)))
		return FAIL(
		    canonical->trace, ERR_ARGUMENT, "JSON deeper than %d levels", DEPTH_MAX);
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		/* jansson's iterators want a pointer that is not const, and change nothing. */
		return write_object(canonical, (json_t *)(uintptr_t)value, depth + 1);
	case JSON_ARRAY:
		return write_array(canonical, value, depth + 1);
	case JSON_STRING:
		return write_string(canonical, value);
	case JSON_INTEGER:
		return write_integer(canonical, value);
	case JSON_TRUE:
		fputs("true", canonical->to);
		return ERR_OK;
	case JSON_FALSE:
		fputs("false", canonical->to);
		return ERR_OK;
	case JSON_NULL:
		fputs("null", canonical->to);
		return ERR_OK;
	case JSON_REAL:
		return FAIL(canonical->trace, ERR_ARGUMENT, "a number is not an integer");
	}
	return FAIL(canonical->trace, ERR_INTERNAL, "a JSON value of no known type");
}

enum err
json_canonical(const json_t *value, char **out, struct err_trace *trace)
{
	char *text = NULL;
	size_t len = 0;
	struct canonical canonical = { .to = open_memstream(&text, &len), .trace = trace };
	enum err err;

	if (canonical.to == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for JSON");
	err = write_value(&canonical, value, 0);
	const bool incomplete = ferror(canonical.to) != 0;
	if ((fclose(canonical.to) != 0 || incomplete) && err == ERR_OK)
		err = FAIL(trace, ERR_NOMEM, "no memory for JSON");
	if (err != ERR_OK) {
		free(text);
		return err;
	}
	*out = text;
	return ERR_OK;
}

enum err
json_parse(const char *text, size_t len, size_t max, json_t **out, struct err_trace *trace)
{
	json_error_t error = { 0 };
	json_t *value;

	if (len > max)
		return FAIL(
		    trace, ERR_FORMAT, "JSON of %zu bytes, more than the %zu allowed", len, max);
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (value == NULL) {
		/* jansson quotes what it read last; what that is, is not for an error text. */
		char *quoted = strstr(error.text, " near '");

		if (quoted != NULL)
			*quoted = '\0';
		return FAIL(trace, ERR_FORMAT, "not valid JSON at line %d, column %d: %s",
		    error.line, error.column, error.text);
	}
	*out = value;
	return ERR_OK;
}

enum err
json_parse_canonical(
    const char *text, size_t len, size_t max, json_t **out, struct err_trace *trace)
{
	json_t *value = NULL;
	char *again = NULL;
	enum err err = json_parse(text, len, max, &value, trace);

	if (err != ERR_OK)
		return err;
	err = json_canonical(value, &again, trace);
	if (err == ERR_ARGUMENT) {
		err = FAIL(trace, ERR_FORMAT, "JSON with values that have no canonical form");
	} else if (err == ERR_OK && (strlen(again) != len || memcmp(again, text, len) != 0)) {
		err = FAIL(trace, ERR_FORMAT, "JSON that is not in its canonical form");
	}
	free(again);
	if (err != ERR_OK) {
		json_decref(value);
		return err;
	}
	*out = value;
	return ERR_OK;
}

static enum err
get_member(const json_t *object, const char *name, const json_t **out, struct err_trace *trace)
{
	const json_t *member = json_object_get(object, name);

	if (member == NULL)
		return FAIL(trace, ERR_FORMAT, "member \"%s\" is missing", name);
	*out = member;
	return ERR_OK;
}

enum err
json_get_text(const json_t *object, const char *name, const char **out, struct err_trace *trace)
{
	const json_t *member = NULL;
	enum err err = get_member(object, name, &member, trace);

	if (err != ERR_OK)
		return err;
	if (!json_is_string(member))
		return FAIL(trace, ERR_FORMAT, "member \"%s\" is not a text", name);
	*out = json_string_value(member);
	return ERR_OK;
}

enum err
json_get_int(const json_t *object, const char *name, int64_t min, int64_t max, int64_t *out,
    struct err_trace *trace)
{
	const json_t *member = NULL;
	enum err err = get_member(object, name, &member, trace);

	if (err != ERR_OK)
		return err;
	if (!json_is_integer(member))
		return FAIL(trace, ERR_FORMAT, "member \"%s\" is not an integer", name);
	const int64_t value = json_integer_value(member);
	if (value < min || value > max)
		return FAIL(trace, ERR_FORMAT,
		    "member \"%s\" is %" PRId64 ", not from %" PRId64 " to %" PRId64, name, value,
		    min, max);
	*out = value;
	return ERR_OK;
}

enum err
json_get_hex(const json_t *object, const char *name, void *out, size_t len, struct err_trace *trace)
{
	const char *text = NULL;
	enum err err = json_get_text(object, name, &text, trace);

	if (err != ERR_OK)
		return err;
	if (strpbrk(text, "ABCDEF") == NULL && hex_decode(text, out, len))
		return ERR_OK;
	return FAIL(trace, ERR_FORMAT, "member \"%s\" is not %zu bytes in lower-case hexadecimal",
	    name, len);
}
