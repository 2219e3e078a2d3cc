/* SPDX-License-Identifier: BSD-2-Clause */
/* The record: whole, frozen, of this script and sheet, and with the outputs that it tells of. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "ceremony/bundle_check.h"
#include "ceremony/folder.h"

static void
check_hash(struct bundle_check *check, const char *member, const char *path)
{
	const json_t *open = check->record.lines[0].json;
	const struct bundle_file *file = bundle_tree_find(&check->tree, path);
	uint8_t hash[SHA256_SIZE];

	if (json_get_hex(open, member, hash, sizeof(hash), NULL) != ERR_OK)
		bundle_found(check, BUNDLE_BROKEN, "%s: its first line does not name the %s",
		    EVIDENCE_RECORD, member);
	else if (file == NULL)
		bundle_found(check, BUNDLE_MISSING, "%s: the record was made by it", path);
	else if (!sha256_equal(file->hash, hash))
		bundle_found(
		    check, BUNDLE_SPLICED, "%s: the record was made by another %s", path, member);
}

/* A file that the record tells of: {"file", "sha256", …}. The last word on it is what counts. */
static void
check_mention(struct bundle_check *check, const json_t *mention, json_t *seen)
{
	const char *path = json_string_value(json_object_get(mention, "file"));
	const struct bundle_file *file;
	uint8_t hash[SHA256_SIZE];

	if (path == NULL || json_object_get(seen, path) != NULL ||
	    json_get_hex(mention, "sha256", hash, sizeof(hash), NULL) != ERR_OK)
		return;
	if (json_object_set_new(seen, path, json_true()) != 0) {
		check->no_memory = true;
		return;
	}
	file = bundle_tree_find(&check->tree, path);
	if (file == NULL)
		bundle_found(check, BUNDLE_SPLICED,
		    "%.200s: the record tells of it, and it is not there", path);
	else if (!sha256_equal(file->hash, hash))
		bundle_found(check, BUNDLE_SPLICED,
		    "%s: its bytes are not those that the record tells of", path);
}

enum { DEPTH_MAX = 8 };

static void
check_mentions(struct bundle_check *check, const json_t *json, json_t *seen, unsigned depth)
{
	const char *name;
	const json_t *value;
	json_t *walked = (json_t *)(uintptr_t)json; /* jansson's walk takes no const */
	size_t i;

	if (depth > DEPTH_MAX)
		return;
	if (json_is_array(json))
		for (i = 0; i < json_array_size(json); i++)
			check_mentions(check, json_array_get(json, i), seen, depth + 1);
	if (!json_is_object(json))
		return;
	check_mention(check, json, seen);
	for (void *at = json_object_iter(walked); at != NULL;
	     at = json_object_iter_next(walked, at)) {
		name = json_object_iter_key(at);
		value = json_object_iter_value(at);
		if (name != NULL)
			check_mentions(check, value, seen, depth + 1);
	}
}

static void
check_outputs(struct bundle_check *check)
{
	json_t *seen = json_object();

	if (seen == NULL) {
		check->no_memory = true;
		return;
	}
	for (size_t i = check->record.count; i > 0; i--)
		check_mentions(check, check->record.lines[i - 1].json, seen, 0);
	json_decref(seen);
}

/* ---- what it tells of the ceremony --------------------------------------------------------- */

static const char *
text_of(const struct record_line *line, const char *member)
{
	const char *text = json_string_value(json_object_get(line->json, member));

	return text == NULL ? "?" : text;
}

/* Who is at the sign-off without a card's signature, and who does not agree. */
static void
tell_statement(struct bundle_check *check, const struct record_line *line)
{
	const char *person = text_of(line, "person"), *role = text_of(line, "role");

	if (strcmp(text_of(line, "says"), "not-agreed") == 0)
		bundle_found(check, BUNDLE_DISSENT,
		    "%.128s (%.32s) does NOT agree: line %lld of the record", person, role,
		    (long long)line->n);
	else if (strcmp(text_of(line, "says"), "followed-with-deviations") == 0)
		bundle_found(check, BUNDLE_DEVIATES,
		    "%.128s (%.32s) says that it was followed with deviations: %.200s", person,
		    role, text_of(line, "text"));
	if (strcmp(text_of(line, "how"), "paper") == 0)
		bundle_found(check, BUNDLE_UNSIGNED,
		    "%.128s (%.32s) signs on paper: compare the head on the signature page", person,
		    role);
}

static void
tell_exception(struct bundle_check *check, const struct record_line *line)
{
	bundle_found(check, BUNDLE_DEVIATES,
	    "at step %lld there was an exception (%.20s, decided by %.64s, confirmed by %.64s): "
	    "expected %.100s; happened: %.150s",
	    (long long)json_integer_value(json_object_get(line->json, "step")),
	    text_of(line, "outcome"), text_of(line, "decided"), text_of(line, "confirmed"),
	    text_of(line, "expected"), text_of(line, "happened"));
}

static void
tell_stopped(struct bundle_check *check, const struct record_line *line)
{
	bundle_found(check, BUNDLE_STOPPED,
	    "the ceremony was stopped at step %lld by %.128s and did not reach its end: %.200s",
	    (long long)json_integer_value(json_object_get(line->json, "step")), text_of(line, "by"),
	    text_of(line, "reason"));
}

static void
tell_lines(struct bundle_check *check)
{
	static void (*const tell[RECORD_KIND__COUNT])(
	    struct bundle_check *, const struct record_line *) = {
		[RECORD_STATEMENT] = tell_statement,
		[RECORD_EXCEPTION] = tell_exception,
		[RECORD_STOPPED] = tell_stopped,
	};

	for (size_t i = 0; i < check->record.count; i++) {
		const struct record_line *line = &check->record.lines[i];

		if (tell[line->kind] != NULL)
			tell[line->kind](check, line);
	}
}

static void
look_at_record(struct bundle_check *check)
{
	const struct record *record = &check->record;
	const json_t *roster;

	check->verdict.lines = record->count;
	if (record->torn)
		bundle_found(check, BUNDLE_BROKEN, "%s: its last line is cut off", EVIDENCE_RECORD);
	if (record->count == 0 || record->lines[0].kind != RECORD_OPEN) {
		bundle_found(check, BUNDLE_BROKEN, "%s: it has no first line", EVIDENCE_RECORD);
		return;
	}
	roster = json_object_get(record->lines[0].json, "roster");
	check->verdict.practice = json_is_true(json_object_get(roster, "practice"));
	if (!record->frozen)
		bundle_found(check, BUNDLE_OPEN, "%s: it was never frozen, or its end was cut off",
		    EVIDENCE_RECORD);
	check_hash(check, "script", FOLDER_SCRIPT);
	check_hash(check, "sheet", FOLDER_SHEET);
	check_outputs(check);
	tell_lines(check);
}

enum err
bundle_check_record(struct bundle_check *check, struct err_trace *trace)
{
	struct err_trace why = { .count = 0 };
	char *path = NULL;
	enum err err;

	if (bundle_tree_find(&check->tree, EVIDENCE_RECORD) == NULL) {
		bundle_found(check, BUNDLE_MISSING, "%s: there is no record", EVIDENCE_RECORD);
		return ERR_OK;
	}
	err = folder_path(check->question->evidence, EVIDENCE_RECORD, &path, trace);
	if (err != ERR_OK)
		return err;
	err = record_read(path, &check->record, &why);
	free(path);
	if (err == ERR_NOMEM)
		return FAIL(trace, ERR_NOMEM, "no memory to read the record");
	if (err != ERR_OK) {
		bundle_found_why(check, BUNDLE_BROKEN, EVIDENCE_RECORD, &why);
		return ERR_OK;
	}
	check->has_record = true;
	look_at_record(check);
	return ERR_OK;
}
