/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "roster/binding_internal.h"

enum { NAME_MAX_LENGTH = 32, BITS_MIN = 64, BITS_MAX = 384 };

const char *const binding_pin_words[] = { "user", "so", NULL };
_Static_assert(
    sizeof(binding_pin_words) / sizeof(binding_pin_words[0]) == ROSTER_TOKEN_PIN__COUNT + 1,
    "a word for each PIN of a token");

static const char *const role_words[] = { "primary", "backup", "test", NULL };
_Static_assert(sizeof(role_words) / sizeof(role_words[0]) == ROSTER_BINDING_ROLE__COUNT + 1,
    "a word for each role of a binding");

static const char *const format_members_by_pin[] = { "user-format", "so-format" };

const char *
roster_binding_role_word(enum roster_binding_role role)
{
	return role_words[role];
}

bool
roster_binding_role_parse(const char *word, enum roster_binding_role *role)
{
	const int at = member_word_at(role_words, word);

	if (at < 0)
		return false;
	*role = (enum roster_binding_role)at;
	return true;
}

bool
roster_is_plain_name(const char *name)
{
	const size_t len = strlen(name);

	return len >= 1 && len <= NAME_MAX_LENGTH &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* Different printable ASCII characters. */
static enum err
check_alphabet(const char *alphabet, struct err_trace *trace)
{
	const size_t len = strlen(alphabet);

	if (len < 2 || len > 94)
		return FAIL(
		    trace, ERR_ARGUMENT, "a PIN's alphabet has 2 to 94 characters, not %zu", len);
	for (const char *at = alphabet; *at != '\0'; at++) {
		if (*at < '!' || *at > '~')
			return FAIL(trace, ERR_ARGUMENT,
			    "a PIN's alphabet is of printable ASCII characters");
		if (strchr(at + 1, *at) != NULL)
			return FAIL(trace, ERR_ARGUMENT, "a PIN's alphabet has '%c' twice", *at);
	}
	return ERR_OK;
}

enum err
roster_pin_format_check(const struct roster_pin_format *format, struct err_trace *trace)
{
	if (!format->is_set)
		return ERR_OK;
	const enum err err = check_alphabet(format->alphabet, trace);

	if (err != ERR_OK)
		return err;
	for (const char *at = format->prefix; *at != '\0'; at++) {
		if (*at < '!' || *at > '~')
			return FAIL(
			    trace, ERR_ARGUMENT, "a PIN's prefix is of printable ASCII characters");
	}
	const double bits = (double)format->length * log2((double)strlen(format->alphabet));
	if (bits < BITS_MIN || bits > BITS_MAX)
		return FAIL(trace, ERR_ARGUMENT,
		    "%u characters of an alphabet of %zu are %.0f bits, not %d to %d",
		    format->length, strlen(format->alphabet), bits, BITS_MIN, BITS_MAX);
	return ERR_OK;
}

enum err
binding_spec_check(const struct roster_binding_spec *spec, struct err_trace *trace)
{
	if (!roster_is_plain_name(spec->name))
		return FAIL(trace, ERR_ARGUMENT,
		    "a binding's name has 1 to 32 of the characters a-z, 0-9 and '-'");
	if (!spec->binds[ROSTER_USER_PIN] && !spec->binds[ROSTER_SO_PIN])
		return FAIL(trace, ERR_ARGUMENT,
		    "binding '%s' is of the user PIN, the SO PIN or both", spec->name);
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		const enum err err = roster_pin_format_check(&spec->format[pin], trace);

		if (err != ERR_OK)
			return FAIL(trace, err, "the format of the %s PIN of '%s'",
			    binding_pin_words[pin], spec->name);
	}
	return ERR_OK;
}

json_t *
binding_token_pack(const struct roster_token *token)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "uri", token->uri, "label",
	    token->label, "serial", token->serial, "manufacturer", token->manufacturer, "model",
	    token->model, "module", token->module, "software", token->software ? 1 : 0);
}

static json_t *
pack_pins(const struct roster_binding_spec *spec)
{
	json_t *list = json_array();

	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		if (spec->binds[pin])
			json_array_append_new(list, json_string(binding_pin_words[pin]));
	}
	return list;
}

json_t *
binding_spec_pack(const struct roster_binding_spec *spec)
{
	json_t *json = json_pack("{s:s, s:s, s:b, s:o, s:o}", "name", spec->name, "role",
	    role_words[spec->role], "fresh", spec->fresh ? 1 : 0, "pins", pack_pins(spec), "token",
	    binding_token_pack(&spec->token));

	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT && json != NULL; pin++) {
		const struct roster_pin_format *format = &spec->format[pin];

		if (format->is_set &&
		    json_object_set_new(json, format_members_by_pin[pin],
			json_pack("{s:s, s:s, s:i}", "prefix", format->prefix, "alphabet",
			    format->alphabet, "length", (int)format->length)) != 0) {
			json_decref(json);
			json = NULL;
		}
	}
	return json;
}

/* Texts of checked objects are no longer than their place. */
#define UNPACK_TEXT(json, name, place)                                                             \
	snprintf((place), sizeof(place), "%s", member_text(json, name))

void
binding_token_unpack(const json_t *json, struct roster_token *out)
{
	*out = (struct roster_token){ .software = member_bool(json, "software") };
	UNPACK_TEXT(json, "uri", out->uri);
	UNPACK_TEXT(json, "label", out->label);
	UNPACK_TEXT(json, "serial", out->serial);
	UNPACK_TEXT(json, "manufacturer", out->manufacturer);
	UNPACK_TEXT(json, "model", out->model);
	UNPACK_TEXT(json, "module", out->module);
}

static void
unpack_format(const json_t *json, struct roster_pin_format *out)
{
	*out = (struct roster_pin_format){ .is_set = json != NULL };
	if (json == NULL)
		return;
	UNPACK_TEXT(json, "prefix", out->prefix);
	UNPACK_TEXT(json, "alphabet", out->alphabet);
	out->length = (unsigned)member_integer(json, "length");
}

void
binding_spec_unpack(const json_t *json, struct roster_binding_spec *out)
{
	const json_t *pins = json_object_get(json, "pins");

	*out = (struct roster_binding_spec){ .fresh = member_bool(json, "fresh"),
		.role = (enum roster_binding_role)member_word(json, "role", role_words) };
	UNPACK_TEXT(json, "name", out->name);
	for (size_t i = 0; i < json_array_size(pins); i++) {
		const int pin =
		    member_word_at(binding_pin_words, json_string_value(json_array_get(pins, i)));

		if (pin >= 0)
			out->binds[pin] = true;
	}
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		unpack_format(json_object_get(json, format_members_by_pin[pin]), &out->format[pin]);
	binding_token_unpack(json_object_get(json, "token"), &out->token);
}

const struct member binding_token_members[] = {
	MEMBER_A_TEXT("uri", 0, 1023),
	MEMBER_A_TEXT("label", 0, 32),
	MEMBER_A_TEXT("serial", 0, 16),
	MEMBER_A_TEXT("manufacturer", 0, 32),
	MEMBER_A_TEXT("model", 0, 16),
	MEMBER_A_TEXT("module", 0, ROSTER_TEXT - 1),
	MEMBER_A_BOOL("software"),
	MEMBER_END,
};

static const struct member format_members[] = {
	MEMBER_A_TEXT("prefix", 0, 32),
	MEMBER_A_TEXT("alphabet", 2, 94),
	MEMBER_A_NUMBER("length", 1, BITS_MAX),
	MEMBER_END,
};

static const struct member pin_item[] = { MEMBER_A_WORD("", binding_pin_words), MEMBER_END };

const struct member binding_spec_members[] = {
	MEMBER_A_TEXT("name", 1, NAME_MAX_LENGTH),
	MEMBER_A_WORD("role", role_words),
	MEMBER_A_BOOL("fresh"),
	MEMBER_MANY("pins", pin_item, 1, ROSTER_TOKEN_PIN__COUNT),
	{ .name = "user-format", .kind = MEMBER_OBJECT, .optional = true, .of = format_members },
	{ .name = "so-format", .kind = MEMBER_OBJECT, .optional = true, .of = format_members },
	{ .name = "token", .kind = MEMBER_OBJECT, .of = binding_token_members },
	MEMBER_END,
};
