/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/addendum.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/chain.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "ceremony/bundle_card.h"
#include "ceremony/folder.h"

#define ADDENDUM_FILE EVIDENCE_ADDENDUM ".jsonl"

enum { TRAILER = sizeof("{\"sha256\":\"\"}\n") - 1 + 2 * SHA256_SIZE };

/* ---- what a line must have ----------------------------------------------------------------- */

enum member_kind { TEXT, NUMBER, HASH, POINT, FILE_INSIDE, FILE_OUTSIDE };

struct wanted {
	const char *name; /* NULL ends the row */
	enum member_kind kind;
};

static const struct {
	const char *word;
	struct wanted wanted[6];
} kinds[] = {
	[ADDENDUM_BAG] = { "bag", { { "number", TEXT }, { "holds", TEXT } } },
	[ADDENDUM_SAFE] = { "safe", { { "safe", TEXT }, { "holds", TEXT } } },
	[ADDENDUM_ACCESS_LOG] = { "access-log", { { "text", TEXT } } },
	[ADDENDUM_SCAN] = { "scan", { { "file", FILE_INSIDE } } },
	[ADDENDUM_VIDEO] = { "video",
	    { { "outside", FILE_OUTSIDE }, { "begins", TEXT }, { "ends", TEXT } } },
	[ADDENDUM_TIMESTAMP] = { "timestamp", { { "file", FILE_INSIDE }, { "stamped", NUMBER } } },
	[ADDENDUM_STATEMENT] = { "statement", { { "person", TEXT }, { "text", TEXT } } },
	[ADDENDUM_CARD] = { "card", { { "card", TEXT }, { "person", TEXT }, { "fingerprint", HASH },
					{ "dec", POINT }, { "sig", POINT } } },
	[ADDENDUM_OTHER] = { "other", { { "text", TEXT } } },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == ADDENDUM_KIND__COUNT, "a row for each kind");

const char *
addendum_kind_word(enum addendum_kind kind)
{
	return kinds[kind].word;
}

static enum err
check_file(const json_t *line, const struct wanted *wanted, struct err_trace *trace)
{
	const json_t *file = json_object_get(line, wanted->name);
	const char *name = NULL;
	uint8_t hash[SHA256_SIZE];
	int64_t bytes = 0;
	enum err err =
	    json_get_text(file, wanted->kind == FILE_INSIDE ? "file" : "name", &name, trace);

	if (err == ERR_OK)
		err = json_get_hex(file, "sha256", hash, sizeof(hash), trace);
	if (err == ERR_OK)
		err = json_get_int(file, "bytes", 0, INT64_MAX, &bytes, trace);
	if (err == ERR_OK && wanted->kind == FILE_INSIDE &&
	    strncmp(name, EVIDENCE_ADDENDUM "/", sizeof(EVIDENCE_ADDENDUM)) != 0)
		err = FAIL(trace, ERR_FORMAT, "its file is not in %s", EVIDENCE_ADDENDUM);
	return err;
}

static enum err
check_member(const json_t *line, const struct wanted *wanted, struct err_trace *trace)
{
	uint8_t bytes[BUNDLE_POINT];
	const char *text = NULL;
	int64_t number = 0;

	switch (wanted->kind) {
	case TEXT:
		return json_get_text(line, wanted->name, &text, trace);
	case NUMBER:
		return json_get_int(line, wanted->name, 0, INT64_MAX, &number, trace);
	case HASH:
		return json_get_hex(line, wanted->name, bytes, SHA256_SIZE, trace);
	case POINT:
		return json_get_hex(line, wanted->name, bytes, BUNDLE_POINT, trace);
	case FILE_INSIDE:
	case FILE_OUTSIDE:
		return check_file(line, wanted, trace);
	}
	return FAIL(trace, ERR_INTERNAL, "a member of no kind");
}

static enum err
check_line(const json_t *line, enum addendum_kind *kind, struct err_trace *trace)
{
	static const struct wanted always[] = { { "by", TEXT }, { "time", NUMBER },
		{ NULL, TEXT } };
	static const struct wanted file = { "file", FILE_INSIDE };
	const char *word = NULL;
	int64_t version = 0;
	size_t found = 0;
	enum err err = json_get_int(line, "v", ADDENDUM_VERSION, ADDENDUM_VERSION, &version, trace);

	if (err == ERR_OK)
		err = json_get_text(line, "kind", &word, trace);
	while (
	    err == ERR_OK && found < ADDENDUM_KIND__COUNT && strcmp(kinds[found].word, word) != 0)
		found++;
	if (err == ERR_OK && found == ADDENDUM_KIND__COUNT)
		err = FAIL(trace, ERR_FORMAT, "'%.32s' is no kind of addition", word);
	for (size_t i = 0; err == ERR_OK && always[i].name != NULL; i++)
		err = check_member(line, &always[i], trace);
	for (size_t i = 0; err == ERR_OK && kinds[found].wanted[i].name != NULL; i++)
		err = check_member(line, &kinds[found].wanted[i], trace);
	if (err == ERR_OK && json_object_get(line, "file") != NULL)
		err = check_member(line, &file, trace);
	if (err == ERR_OK)
		*kind = (enum addendum_kind)found;
	return err;
}

/* ---- reading ------------------------------------------------------------------------------- */

static enum err
check_chain(const json_t *line, const struct chain_place *before, struct err_trace *trace)
{
	uint8_t prev[SHA256_SIZE];
	int64_t n = 0;
	enum err err = json_get_int(line, "n", 1, ADDENDUM_LINES_MAX, &n, trace);

	if (err == ERR_OK)
		err = json_get_hex(line, "prev", prev, sizeof(prev), trace);
	if (err == ERR_OK && (n != before->n + 1 || !sha256_equal(prev, before->head)))
		err = FAIL(trace, ERR_FORMAT, "it does not follow from %s",
		    before->n == 0 ? "this evidence's head" : "the line before");
	return err;
}

static enum err
parse_line(const struct part *text, struct chain_place *place, struct addendum_line *out,
    struct err_trace *trace)
{
	json_t *json = NULL;
	enum err err = json_parse_canonical(text->bytes, text->len, CHAIN_LINE_MAX, &json, trace);

	if (err == ERR_OK)
		err = check_line(json, &out->kind, trace);
	if (err == ERR_OK)
		err = check_chain(json, place, trace);
	if (err == ERR_OK)
		err = sha256(text->bytes, text->len, out->hash, trace);
	if (err == ERR_OK)
		err = json_get_int(json, "time", 0, INT64_MAX, &out->time, trace);
	if (err != ERR_OK) {
		json_decref(json);
		return FAIL(
		    trace, err, "line %lld of the addendum does not hold", (long long)place->n + 1);
	}
	place->n++;
	memcpy(place->head, out->hash, sizeof(place->head));
	out->json = json;
	return ERR_OK;
}

static enum err
format_trailer(const struct part *text, char out[TRAILER + 1], struct err_trace *trace)
{
	uint8_t hash[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	const enum err err = sha256(text->bytes, text->len, hash, trace);

	if (err != ERR_OK)
		return err;
	hex_encode(hash, sizeof(hash), hex);
	snprintf(out, TRAILER + 1, "{\"sha256\":\"%s\"}\n", hex);
	return ERR_OK;
}

/* The lines without the last, which must be their hash. */
static enum err
split_trailer(const struct part *text, struct part *lines, struct err_trace *trace)
{
	char trailer[TRAILER + 1];
	enum err err;

	if (text->len < TRAILER)
		return FAIL(trace, ERR_FORMAT, "the addendum is cut off");
	*lines = (struct part){ text->bytes, text->len - TRAILER };
	err = format_trailer(lines, trailer, trace);
	if (err == ERR_OK && strncmp((const char *)text->bytes + lines->len, trailer, TRAILER) != 0)
		err = FAIL(trace, ERR_FORMAT,
		    "the last line of the addendum is not the hash of those before it");
	return err;
}

static enum err
parse_lines(struct part lines, const uint8_t head[SHA256_SIZE], struct addendum *out,
    struct err_trace *trace)
{
	struct chain_place place = { .n = 0 };
	enum err err = ERR_OK;

	memcpy(place.head, head, sizeof(place.head));
	while (err == ERR_OK && lines.len > 0) {
		const char *at = lines.bytes;
		const char *end = memchr(at, '\n', lines.len);
		const struct part line = { at, end == NULL ? lines.len : (size_t)(end - at) };
		struct addendum_line *more = reallocarray(out->line, out->count + 1, sizeof(*more));

		if (more == NULL)
			return FAIL(trace, ERR_NOMEM, "no memory for an addendum");
		out->line = more;
		if (end == NULL)
			return FAIL(trace, ERR_FORMAT, "the addendum is cut off");
		err = parse_line(&line, &place, &out->line[out->count], trace);
		out->count += err == ERR_OK;
		lines = (struct part){ end + 1, lines.len - line.len - 1 };
	}
	return err;
}

enum err
addendum_parse(const struct part *text, const uint8_t head[SHA256_SIZE], struct addendum *out,
    struct err_trace *trace)
{
	struct part lines = { NULL, 0 };
	enum err split, err;

	*out = (struct addendum){ .count = 0 };
	split = split_trailer(text, &lines, trace);
	err = lines.bytes == NULL ? ERR_OK
				  : parse_lines(lines, head, out, split == ERR_OK ? trace : NULL);
	return split != ERR_OK ? split : err;
}

void
addendum_free(struct addendum *addendum)
{
	for (size_t i = 0; i < addendum->count; i++)
		json_decref(addendum->line[i].json);
	free(addendum->line);
	*addendum = (struct addendum){ .count = 0 };
}

static enum err
read_text(const char *evidence, char **out, size_t *len, struct err_trace *trace)
{
	char *path = NULL;
	enum err err = folder_path(evidence, ADDENDUM_FILE, &path, trace);

	if (err == ERR_OK && access(path, F_OK) != 0 && errno == ENOENT) {
		*out = NULL;
		*len = 0;
	} else if (err == ERR_OK) {
		err = file_read(path, ADDENDUM_MAX, out, len, trace);
	}
	free(path);
	return err;
}

enum err
addendum_read(const char *evidence, const uint8_t head[SHA256_SIZE], struct addendum *out,
    struct err_trace *trace)
{
	char *text = NULL;
	size_t len = 0;
	enum err err = read_text(evidence, &text, &len, trace);

	*out = (struct addendum){ .count = 0 };
	if (err == ERR_OK && text != NULL)
		err = addendum_parse(&(struct part){ text, len }, head, out, trace);
	free(text);
	return err;
}

/* ---- adding -------------------------------------------------------------------------------- */

static enum err
write_text(
    const char *evidence, const struct part *lines, const char *line, struct err_trace *trace)
{
	const size_t len = strlen(line);
	char *path = NULL, *whole = malloc(lines->len + len + TRAILER + 1);
	struct part part = { whole, lines->len + len };
	enum err err = whole == NULL ? FAIL(trace, ERR_NOMEM, "no memory for an addendum")
				     : folder_path(evidence, ADDENDUM_FILE, &path, trace);

	if (err == ERR_OK) {
		memcpy(whole, lines->bytes == NULL ? "" : lines->bytes, lines->len);
		snprintf(whole + lines->len, len + TRAILER + 1, "%s", line);
		err = format_trailer(&part, whole + part.len, trace);
	}
	if (err == ERR_OK && part.len + TRAILER > ADDENDUM_MAX)
		err = FAIL(trace, ERR_UNSUPPORTED, "the addendum would be too long");
	if (err == ERR_OK)
		err = file_replace(path, whole, part.len + TRAILER, trace);
	free(whole);
	free(path);
	return err;
}

/* The place behind what is there. */
static enum err
find_place(const struct part *text, const struct addendum_place *place, struct chain_place *out,
    struct err_trace *trace)
{
	struct addendum before = { .count = 0 };
	enum err err = ERR_OK;

	memcpy(out->head, place->head, sizeof(out->head));
	if (text->bytes != NULL)
		err = addendum_parse(text, place->head, &before, trace);
	if (err == ERR_OK && before.count >= ADDENDUM_LINES_MAX)
		err = FAIL(trace, ERR_UNSUPPORTED, "the addendum has too many lines");
	if (err == ERR_OK && before.count > 0)
		memcpy(out->head, before.line[before.count - 1].hash, sizeof(out->head));
	out->n = (int64_t)before.count;
	addendum_free(&before);
	return err;
}

enum err
addendum_add(const struct addendum_place *place, enum addendum_kind kind, json_t *body,
    struct err_trace *trace)
{
	struct chain_place at = { .n = 0 };
	struct part before = { NULL, 0 };
	char *text = NULL, *line = NULL;
	size_t len = 0, line_len = 0;
	enum addendum_kind found;
	enum err err = read_text(place->evidence, &text, &len, trace);

	if (err == ERR_OK)
		err = find_place(&(struct part){ text, len }, place, &at, trace);
	if (err == ERR_OK &&
	    json_object_set_new(body, "v", json_integer(ADDENDUM_VERSION)) +
		    json_object_set_new(body, "kind", json_string(kinds[kind].word)) !=
		0)
		err = FAIL(trace, ERR_NOMEM, "no memory for an addition");
	if (err != ERR_OK) {
		json_decref(body);
		free(text);
		return err;
	}
	if (text != NULL)
		before = (struct part){ text, len - TRAILER };
	json_incref(body);
	err = chain_line(&at, body, &line, &line_len, trace);
	if (err == ERR_OK)
		err = check_line(body, &found, trace);
	if (err == ERR_OK)
		err = write_text(place->evidence, &before, line, trace);
	json_decref(body);
	free(line);
	free(text);
	return err;
}
