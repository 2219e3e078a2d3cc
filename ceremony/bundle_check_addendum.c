/* SPDX-License-Identifier: BSD-2-Clause */
/* What was added later: its chain, and the files that came with it. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "ceremony/bundle_check.h"
#include "ceremony/folder.h"
#include "ceremony/timestamp.h"
#include "roster/ceremony.h"

static void
check_attached(struct bundle_check *check, const struct addendum_line *line, unsigned number)
{
	const json_t *named = json_object_get(line->json, "file");
	const char *path = json_string_value(json_object_get(named, "file"));
	const struct bundle_file *file = path == NULL ? NULL : bundle_tree_find(&check->tree, path);
	uint8_t hash[SHA256_SIZE];

	if (path == NULL)
		return;
	if (file == NULL)
		bundle_found(check, BUNDLE_MISSING,
		    "%.200s: line %u of the addendum names it, and it is not there", path, number);
	else if (json_get_hex(named, "sha256", hash, sizeof(hash), NULL) != ERR_OK ||
		 !sha256_equal(hash, file->hash))
		bundle_found(check, BUNDLE_CHANGED,
		    "%s: its bytes are not those of line %u of the addendum", path, number);
}

/* A stamp is worth something only over this head. */
static void
check_stamp(struct bundle_check *check, const struct addendum_line *line, unsigned number)
{
	const json_t *named = json_object_get(line->json, "file");
	const char *path = json_string_value(json_object_get(named, "file"));
	struct timestamp stamp;
	size_t len = 0;
	char *bytes = bundle_take(check, path, TIMESTAMP_MAX, &len);

	if (bytes == NULL)
		return;
	if (timestamp_read(bytes, len, &stamp, NULL) != ERR_OK)
		bundle_found(check, BUNDLE_BROKEN, "%s: it is no time stamp", path);
	else if (!sha256_equal(stamp.imprint, check->verdict.head))
		bundle_found(check, BUNDLE_SPLICED, "%s: it stamps other evidence", path);
	else if (stamp.time != json_integer_value(json_object_get(line->json, "stamped")))
		bundle_found(
		    check, BUNDLE_BROKEN, "%s: its time is not that of line %u", path, number);
	free(bytes);
}

static bool
is_attached(const struct bundle_check *check, const char *path)
{
	for (size_t i = 0; i < check->addendum.count; i++) {
		const json_t *named = json_object_get(check->addendum.line[i].json, "file");
		const char *file = json_string_value(json_object_get(named, "file"));

		if (file != NULL && strcmp(file, path) == 0)
			return true;
	}
	return false;
}

static void
look_at_addendum(struct bundle_check *check)
{
	for (size_t i = 0; i < check->addendum.count; i++) {
		const struct addendum_line *line = &check->addendum.line[i];
		struct bundle_card card;

		check_attached(check, line, (unsigned)i + 1);
		if (line->kind == ADDENDUM_TIMESTAMP)
			check_stamp(check, line, (unsigned)i + 1);
		if (line->kind != ADDENDUM_CARD)
			continue;
		if (bundle_card_read(line->json, &card, NULL) == ERR_OK)
			bundle_add_card(check, &card);
		else
			bundle_found(check, BUNDLE_BROKEN,
			    "line %zu of the addendum has no key of a card", i + 1);
	}
	for (size_t i = 0; i < check->tree.count; i++) {
		const char *path = check->tree.file[i].path;

		if (bundle_path_lies_in(path, EVIDENCE_ADDENDUM) && !is_attached(check, path))
			bundle_found(check, BUNDLE_ADDED,
			    "%s: it is there, and no line of the addendum names it", path);
	}
	check->verdict.additions = check->addendum.count;
}

enum err
bundle_check_addendum(struct bundle_check *check, struct err_trace *trace)
{
	struct err_trace why = { .count = 0 };
	size_t len = 0;
	char *text = bundle_take(check, EVIDENCE_ADDENDUM ".jsonl", ADDENDUM_MAX, &len);
	enum err err = ERR_OK;

	if (text != NULL)
		err = addendum_parse(
		    &(struct part){ text, len }, check->verdict.head, &check->addendum, &why);
	free(text);
	if (err == ERR_NOMEM)
		return FAIL(trace, ERR_NOMEM, "no memory to read the addendum");
	if (err != ERR_OK)
		bundle_found_why(check, BUNDLE_BROKEN, EVIDENCE_ADDENDUM ".jsonl", &why);
	look_at_addendum(check);
	return ERR_OK;
}

/* ---- how long it was ----------------------------------------------------------------------- */

/* Its chain says nothing about lines that were taken away from its end. */
void
bundle_tell_length(struct bundle_check *check)
{
	const struct addendum *addendum = &check->addendum;
	char hex[2 * SHA256_SIZE + 1];

	if (!check->frozen)
		return;
	if (addendum->count == 0) {
		bundle_found(check, BUNDLE_UNSEEN,
		    "the addendum has no lines, as far as is seen here: whether some were taken "
		    "away, a roster knows, or who wrote their number down");
		return;
	}
	hex_encode(addendum->line[addendum->count - 1].hash, SHA256_SIZE, hex);
	bundle_found(check, BUNDLE_UNSEEN,
	    "the addendum ends with line %zu, hash %s: whether later lines were taken away, a "
	    "roster knows, or who wrote their number down",
	    addendum->count, hex);
}

static void
compare_length(struct bundle_check *check, const struct roster_addendum *known)
{
	const struct addendum *addendum = &check->addendum;

	if (known->lines > (int64_t)addendum->count)
		bundle_found(check, BUNDLE_CUT,
		    "the addendum was cut off, or this is a copy from before: the roster knows "
		    "%lld lines, and here are %zu",
		    (long long)known->lines, addendum->count);
	else if (!sha256_equal(addendum->line[known->lines - 1].hash, known->last.bytes))
		bundle_found(check, BUNDLE_CUT,
		    "the addendum was cut off and written anew: the roster knows another line %lld",
		    (long long)known->lines);
}

void
bundle_check_length(struct bundle_check *check)
{
	struct roster_addendum *known = NULL;
	struct roster_hash head;
	size_t count = 0;
	int64_t lines = 0;

	memcpy(head.bytes, check->verdict.head, sizeof(head.bytes));
	if (!check->frozen)
		return;
	if (roster_addendum_list(check->question->roster, &head, &known, &count, NULL) != ERR_OK) {
		bundle_found(
		    check, BUNDLE_CUT, "what the roster knows of the addendum is not read");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		lines = known[i].lines > lines ? known[i].lines : lines;
		compare_length(check, &known[i]);
	}
	free(known);
	if ((int64_t)check->addendum.count > lines)
		bundle_found(check, BUNDLE_UNNOTED,
		    "the roster knows %lld lines of the addendum, and here are %zu: the next "
		    "addition tells it",
		    (long long)lines, check->addendum.count);
}
