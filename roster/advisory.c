/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/advisory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"

enum { PARTS = 4, PART_MAX = 65535 };

struct advisories {
	size_t count;
	struct advisory *advisory;
};

/* "5.7.0": up to four numbers; what is not said is 0. */
static bool
parse_version(const char *text, unsigned out[PARTS])
{
	unsigned version[PARTS] = { 0 };

	for (int part = 0; part < PARTS; part++) {
		unsigned number = 0;
		size_t digits = 0;

		for (; text[digits] >= '0' && text[digits] <= '9' && number <= PART_MAX; digits++)
			number = 10 * number + (unsigned)(text[digits] - '0');
		if (digits == 0 || number > PART_MAX)
			return false;
		version[part] = number;
		text += digits;
		if (*text == '\0') {
			memcpy(out, version, sizeof(version));
			return true;
		}
		if (*text++ != '.')
			return false;
	}
	return false;
}

static int
compare_versions(const unsigned a[PARTS], const unsigned b[PARTS])
{
	for (int part = 0; part < PARTS; part++) {
		if (a[part] != b[part])
			return a[part] < b[part] ? -1 : 1;
	}
	return 0;
}

static enum err
copy_text(const json_t *entry, const char *name, char *out, size_t size, struct err_trace *trace)
{
	const char *text = NULL;
	const enum err err = json_get_text(entry, name, &text, trace);

	if (err != ERR_OK)
		return err;
	const size_t len = strlen(text);

	if (len == 0 || len >= size)
		return FAIL(trace, ERR_FORMAT, "\"%s\" has 1 to %zu bytes", name, size - 1);
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
			return FAIL(trace, ERR_FORMAT, "\"%s\" has a control character", name);
	}
	memcpy(out, text, len + 1);
	return ERR_OK;
}

static enum err
get_version(const json_t *entry, const char *name, unsigned out[PARTS], struct err_trace *trace)
{
	const char *text = NULL;
	const enum err err = json_get_text(entry, name, &text, trace);

	if (err != ERR_OK)
		return err;
	if (!parse_version(text, out))
		return FAIL(trace, ERR_FORMAT, "\"%s\" is not a version such as 5.7.0", name);
	return ERR_OK;
}

static enum err
parse_entry(const json_t *entry, struct advisory *out, struct err_trace *trace)
{
	enum err err = copy_text(entry, "id", out->id, sizeof(out->id), trace);

	if (err == ERR_OK)
		err = copy_text(entry, "model", out->model, sizeof(out->model), trace);
	if (err == ERR_OK)
		err = get_version(entry, "from", out->from, trace);
	if (err == ERR_OK)
		err = get_version(entry, "below", out->below, trace);
	if (err == ERR_OK && compare_versions(out->from, out->below) >= 0)
		err = FAIL(trace, ERR_FORMAT, "\"from\" is not before \"below\"");
	if (err == ERR_OK)
		err = copy_text(entry, "says", out->says, sizeof(out->says), trace);
	if (err == ERR_OK)
		err = copy_text(entry, "do", out->todo, sizeof(out->todo), trace);
	return err;
}

static enum err
parse_list(const json_t *list, struct advisories *out, struct err_trace *trace)
{
	const size_t count = json_array_size(list);

	if (!json_is_array(list) || count > ADVISORIES_MAX)
		return FAIL(trace, ERR_FORMAT, "\"advisories\" is not a list of at most %d entries",
		    ADVISORIES_MAX);
	out->advisory = calloc(count + 1, sizeof(*out->advisory));
	if (out->advisory == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for advisories");
	for (size_t i = 0; i < count; i++) {
		const enum err err = parse_entry(json_array_get(list, i), &out->advisory[i], trace);

		if (err != ERR_OK)
			return FAIL(trace, err, "entry %zu of the advisories is not read", i + 1);
	}
	out->count = count;
	return ERR_OK;
}

static enum err
parse_document(const json_t *document, struct advisories *out, struct err_trace *trace)
{
	int64_t version = 0;
	const enum err err =
	    json_get_int(document, "quorate-advisories", 1, INT32_MAX, &version, trace);

	if (err != ERR_OK)
		return err;
	if (version > 1)
		return FAIL(trace, ERR_UNSUPPORTED,
		    "the advisories are of version %d; this Quorate knows version 1", (int)version);
	return parse_list(json_object_get(document, "advisories"), out, trace);
}

enum err
advisories_parse(const char *text, size_t len, struct advisories **out, struct err_trace *trace)
{
	json_t *document = NULL;
	struct advisories *advisories = calloc(1, sizeof(*advisories));
	enum err err = ERR_INTERNAL;

	if (advisories == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for advisories");
	err = json_parse(text, len, ADVISORY_FILE_MAX, &document, trace);
	if (err == ERR_OK)
		err = parse_document(document, advisories, trace);
	json_decref(document);
	if (err != ERR_OK) {
		advisories_free(advisories);
		return err == ERR_ARGUMENT ? ERR_FORMAT : err;
	}
	*out = advisories;
	return ERR_OK;
}

enum err
advisories_read(const char *path, struct advisories **out, struct err_trace *trace)
{
	char *text = NULL;
	size_t len = 0;
	enum err err = file_read(path, ADVISORY_FILE_MAX, &text, &len, trace);

	if (err == ERR_OK)
		err = advisories_parse(text, len, out, trace);
	free(text);
	if (err != ERR_OK)
		return FAIL(trace, err, "the advisories in '%s' were not taken", path);
	return ERR_OK;
}

void
advisories_free(struct advisories *advisories)
{
	if (advisories == NULL)
		return;
	free(advisories->advisory);
	free(advisories);
}

size_t
advisories_count(const struct advisories *advisories)
{
	return advisories == NULL ? 0 : advisories->count;
}

const struct advisory *
advisories_at(const struct advisories *advisories, size_t index)
{
	return &advisories->advisory[index];
}

bool
advisory_find(const struct advisories *advisories, const struct roster_card *card, size_t *index)
{
	unsigned firmware[PARTS];

	if (!parse_version(card->firmware, firmware))
		return false;
	for (size_t i = 0; i < advisories_count(advisories); i++) {
		const struct advisory *advisory = &advisories->advisory[i];

		if (strcmp(advisory->model, card->model) == 0 &&
		    compare_versions(firmware, advisory->from) >= 0 &&
		    compare_versions(firmware, advisory->below) < 0) {
			*index = i;
			return true;
		}
	}
	return false;
}
