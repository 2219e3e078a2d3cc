/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "x509/profile_value.h"

static const char *const kind_words[PROFILE_KIND__COUNT] = { "root", "intermediate" };
static const char *const rules_words[PROFILE_RULES__COUNT] = { "public", "private" };

#define CA_USAGE "keyCertSign,cRLSign"

/* 25 years are the most that public roots may have (BR 7.1.2.1.1), less a day for the leap years.
 */
static const struct profile built_in[] = {
	{ .name = "root",
	    .kind = PROFILE_ROOT,
	    .rules = PROFILE_PUBLIC,
	    .days = 9131,
	    .path_length = PROFILE_NO_LIMIT,
	    .key_usage = CA_USAGE },
	{ .name = "private",
	    .kind = PROFILE_ROOT,
	    .rules = PROFILE_PRIVATE,
	    .days = 7305,
	    .path_length = PROFILE_NO_LIMIT,
	    .key_usage = CA_USAGE },
	{ .name = "intermediate",
	    .kind = PROFILE_INTERMEDIATE,
	    .rules = PROFILE_PRIVATE,
	    .days = 3652,
	    .path_length = 0,
	    .key_usage = CA_USAGE },
};

const char *
profile_kind_word(enum profile_kind kind)
{
	return kind_words[kind];
}

const char *
profile_rules_word(enum profile_rules rules)
{
	return rules_words[rules];
}

enum err
profile_built_in(const char *name, struct profile *out, struct err_trace *trace)
{
	for (size_t i = 0; i < sizeof(built_in) / sizeof(*built_in); i++)
		if (strcmp(built_in[i].name, name) == 0) {
			*out = built_in[i];
			return ERR_OK;
		}
	err_next(trace, "Built in are root, private and intermediate; a file is named with its "
			"folder or ending: ./issuing.profile");
	return FAIL(trace, ERR_ABSENT, "there is no certificate profile '%.64s'", name);
}

/* Where a line of the file stands. */
struct place {
	const char *file;
	unsigned line;
};

/* The keys that were given, a bit each. */
struct reading {
	struct profile profile;
	unsigned seen;
	unsigned kind, rules;
};

struct key {
	const char *name;
	const char *(*take)(const struct profile_field *field, const char *value);
	size_t offset;
	const char *const *words; /* of those that take a word */
	int64_t min, max;         /* of those that take a number */
	const char *before;       /* of lists: what OpenSSL wants before each value */
	bool many;                /* may be given again */
	bool required;
};

#define AT(member) offsetof(struct reading, member)

static const struct key keys[] = {
	{ .name = "kind",
	    .take = profile_take_word,
	    .offset = AT(kind),
	    .words = kind_words,
	    .max = PROFILE_KIND__COUNT,
	    .required = true },
	{ .name = "rules",
	    .take = profile_take_word,
	    .offset = AT(rules),
	    .words = rules_words,
	    .max = PROFILE_RULES__COUNT,
	    .required = true },
	{ .name = "days",
	    .take = profile_take_number,
	    .offset = AT(profile.days),
	    .min = 1,
	    .max = 36525,
	    .required = true },
	{ .name = "subject", .take = profile_take_name, .offset = AT(profile.subject) },
	{ .name = "path-length",
	    .take = profile_take_number,
	    .offset = AT(profile.path_length),
	    .max = 16 },
	{ .name = "key-usage", .take = profile_take_usage, .offset = AT(profile.key_usage) },
	{ .name = "extended-key-usage",
	    .take = profile_take_purpose,
	    .offset = AT(profile.extended_usage) },
	{ .name = "policy",
	    .take = profile_take_oid,
	    .offset = AT(profile.policies),
	    .many = true },
	{ .name = "permit",
	    .take = profile_take_constraint,
	    .offset = AT(profile.constraints),
	    .before = "permitted;",
	    .many = true },
	{ .name = "exclude",
	    .take = profile_take_constraint,
	    .offset = AT(profile.constraints),
	    .before = "excluded;",
	    .many = true },
	{ .name = "crl-url",
	    .take = profile_take_url,
	    .offset = AT(profile.crl_urls),
	    .before = "URI:",
	    .many = true },
	{ .name = "issuer-url",
	    .take = profile_take_url,
	    .offset = AT(profile.access),
	    .before = "caIssuers;URI:",
	    .many = true },
	{ .name = "ocsp-url",
	    .take = profile_take_url,
	    .offset = AT(profile.access),
	    .before = "OCSP;URI:",
	    .many = true },
};
enum { KEYS = sizeof(keys) / sizeof(*keys) };

static const struct key *
find_key(const char *name)
{
	for (size_t i = 0; i < KEYS; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static char *
trimmed(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

static enum err
take_value(struct reading *to, const struct key *key, const char *value, const struct place *place,
    size_t column, struct err_trace *trace)
{
	const struct profile_field field = { .at = (char *)to + key->offset,
		.words = key->words,
		.min = key->min,
		.max = key->max,
		.before = key->before };
	const char *wrong;

	if ((to->seen & 1U << (key - keys)) != 0 && !key->many)
		wrong = "is given twice";
	else
		wrong = *value == '\0' ? "has no value" : key->take(&field, value);
	if (wrong != NULL)
		return FAIL(trace, ERR_FORMAT, "%s:%u:%zu: %s %s", place->file, place->line, column,
		    key->name, wrong);
	to->seen |= 1U << (key - keys);
	return ERR_OK;
}

/* Cuts the line. */
static enum err
take_line(struct reading *to, char *line, const struct place *place, struct err_trace *trace)
{
	char *name = trimmed(line);
	char *equals = strchr(name, '=');
	const struct key *key;
	char *value;

	if (*name == '\0' || *name == '#')
		return ERR_OK;
	if (equals == NULL)
		return FAIL(trace, ERR_FORMAT, "%s:%u:%zu: this is no line 'key = value'",
		    place->file, place->line, (size_t)(name - line) + 1);
	*equals = '\0';
	value = trimmed(equals + 1);
	key = find_key(trimmed(name));
	if (key == NULL)
		return FAIL(trace, ERR_FORMAT, "%s:%u:%zu: a profile has no key '%.40s'",
		    place->file, place->line, (size_t)(name - line) + 1, name);
	return take_value(to, key, value, place, (size_t)(value - line) + 1, trace);
}

static enum err
take_lines(struct reading *to, const char *file, char *text, struct err_trace *trace)
{
	struct place place = { .file = file, .line = 1 };
	enum err err = ERR_OK;

	for (char *line = text, *next; err == ERR_OK && line != NULL; line = next, place.line++) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		err = take_line(to, line, &place, trace);
	}
	for (size_t i = 0; err == ERR_OK && i < KEYS; i++)
		if (keys[i].required && (to->seen & 1U << i) == 0)
			err = FAIL(
			    trace, ERR_FORMAT, "%s: the key '%s' is missing", file, keys[i].name);
	return err;
}

enum err
profile_parse(
    const char *file, const char *text, size_t len, struct profile *out, struct err_trace *trace)
{
	struct reading reading = { .profile = { .path_length = PROFILE_NO_LIMIT } };
	const char *slash = strrchr(file, '/');
	char *copy;
	enum err err;

	if (len > PROFILE_FILE_MAX || memchr(text, '\0', len) != NULL)
		return FAIL(trace, ERR_FORMAT, "%s: this is no text of at most %d bytes", file,
		    PROFILE_FILE_MAX);
	copy = strndup(text, len);
	if (copy == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a profile");
	err = take_lines(&reading, file, copy, trace);
	free(copy);
	if (err != ERR_OK) {
		err_next(trace, "docs/formats/profile.md lists the keys and what they take.");
		return err;
	}
	reading.profile.kind = (enum profile_kind)reading.kind;
	reading.profile.rules = (enum profile_rules)reading.rules;
	if (reading.profile.key_usage[0] == '\0')
		snprintf(reading.profile.key_usage, sizeof(reading.profile.key_usage), CA_USAGE);
	snprintf(reading.profile.name, sizeof(reading.profile.name), "%.*s", PROFILE_NAME - 1,
	    slash == NULL ? file : slash + 1);
	*out = reading.profile;
	return ERR_OK;
}

enum err
profile_load(const char *name_or_file, struct profile *out, struct err_trace *trace)
{
	char *text = NULL;
	size_t len = 0;
	enum err err;

	if (strpbrk(name_or_file, "/.") == NULL)
		return profile_built_in(name_or_file, out, trace);
	err = file_read(name_or_file, PROFILE_FILE_MAX, &text, &len, trace);
	if (err == ERR_OK)
		err = profile_parse(name_or_file, text, len, out, trace);
	free(text);
	return err;
}
