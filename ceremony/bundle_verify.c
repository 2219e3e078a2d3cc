/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ceremony/bundle_check.h"
#include "ceremony/folder.h"

/* ---- findings ------------------------------------------------------------------------------ */

static const char *const words[] = {
	[BUNDLE_CHANGED] = "changed",
	[BUNDLE_MISSING] = "missing",
	[BUNDLE_ADDED] = "added",
	[BUNDLE_BROKEN] = "broken",
	[BUNDLE_SPLICED] = "spliced",
	[BUNDLE_SIGNATURE] = "signature",
	[BUNDLE_STRANGER] = "stranger",
	[BUNDLE_CHAIN] = "chain",
	[BUNDLE_OPEN] = "open",
	[BUNDLE_ODD] = "odd",
	[BUNDLE_CUT] = "cut",
	[BUNDLE_UNSIGNED] = "unsigned",
	[BUNDLE_DISSENT] = "dissent",
	[BUNDLE_DEVIATES] = "deviates",
	[BUNDLE_STOPPED] = "stopped",
	[BUNDLE_UNSEEN] = "unseen",
	[BUNDLE_UNNOTED] = "unnoted",
};
_Static_assert(sizeof(words) / sizeof(words[0]) == BUNDLE_FINDING__COUNT, "a word for each");

const char *
bundle_finding_word(enum bundle_finding_kind kind)
{
	return words[kind];
}

bool
bundle_finding_is_note(enum bundle_finding_kind kind)
{
	return kind >= BUNDLE_UNSIGNED;
}

static struct bundle_finding *
next_finding(struct bundle_check *check)
{
	struct bundle_verdict *verdict = &check->verdict;
	const size_t room = check->room == 0 ? 16 : 2 * check->room;
	struct bundle_finding *larger;

	if (verdict->finding_count == BUNDLE_FINDINGS_MAX) {
		verdict->left_out++;
		return NULL;
	}
	if (verdict->finding_count < check->room)
		return &verdict->findings[verdict->finding_count++];
	larger = reallocarray(verdict->findings, room, sizeof(*larger));
	if (larger == NULL) {
		check->no_memory = true;
		return NULL;
	}
	verdict->findings = larger;
	check->room = room;
	return &verdict->findings[verdict->finding_count++];
}

void
bundle_found(struct bundle_check *check, enum bundle_finding_kind kind, const char *fmt, ...)
{
	struct bundle_finding *finding = next_finding(check);
	va_list args;

	if (!bundle_finding_is_note(kind))
		check->verdict.well = false;
	if (finding == NULL)
		return;
	finding->kind = kind;
	va_start(args, fmt);
	vsnprintf(finding->what, sizeof(finding->what), fmt, args);
	va_end(args);
}

void
bundle_found_why(struct bundle_check *check, enum bundle_finding_kind kind, const char *what,
    const struct err_trace *trace)
{
	const char *first = trace->count > 0 ? trace->frame[trace->count - 1].text : "";
	const char *last = trace->count > 1 ? trace->frame[0].text : "";

	bundle_found(check, kind, "%s: %s%s%s", what, first, last[0] == '\0' ? "" : ": ", last);
}

char *
bundle_take(struct bundle_check *check, const char *path, size_t max, size_t *len)
{
	struct err_trace trace = { .count = 0 };
	char *whole = NULL, *text = NULL;
	enum err err;

	if (bundle_tree_find(&check->tree, path) == NULL)
		return NULL;
	err = folder_path(check->question->evidence, path, &whole, &trace);
	if (err == ERR_OK)
		err = file_read(whole, max, &text, len, &trace);
	if (err == ERR_NOMEM)
		check->no_memory = true;
	else if (err != ERR_OK)
		bundle_found_why(check, BUNDLE_BROKEN, path, &trace);
	free(whole);
	return err == ERR_OK ? text : NULL;
}

/* ---- files --------------------------------------------------------------------------------- */

static enum err
note_odd(void *context, const char *what, struct err_trace *trace)
{
	(void)trace;
	bundle_found(context, BUNDLE_ODD, "%s", what);
	return ERR_OK;
}

static enum err
read_manifest(struct bundle_check *check, struct err_trace *trace)
{
	struct err_trace why = { .count = 0 };
	size_t len = 0;
	char *text = bundle_take(check, EVIDENCE_MANIFEST, BUNDLE_MANIFEST_MAX, &len);
	enum err err;

	if (text == NULL) {
		if (bundle_tree_find(&check->tree, EVIDENCE_MANIFEST) == NULL)
			bundle_found(check, BUNDLE_OPEN,
			    "there is no manifest: the ceremony was not closed, or it was taken "
			    "away");
		return ERR_OK;
	}
	check->frozen = true;
	err = bundle_manifest_parse(text, len, &check->manifest, &why);
	if (err == ERR_FORMAT)
		bundle_found(check, BUNDLE_BROKEN, "%s: %s", EVIDENCE_MANIFEST, why.frame[0].text);
	check->verdict.files = check->manifest.count;
	if (err == ERR_OK || err == ERR_FORMAT)
		err = sha256(text, len, check->verdict.head, trace);
	free(text);
	return err;
}

/* Both lists are sorted: what is on one side only, and what differs. */
static void
compare_files(struct bundle_check *check)
{
	const struct bundle_tree *tree = &check->tree;

	for (size_t i = 0; i < check->manifest.count; i++) {
		const struct bundle_line *line = &check->manifest.line[i];
		const struct bundle_file *file = bundle_tree_find(tree, line->path);

		if (file == NULL)
			bundle_found(check, BUNDLE_MISSING,
			    "%s: the manifest names it, and it is not there", line->path);
		else if (!sha256_equal(file->hash, line->hash))
			bundle_found(check, BUNDLE_CHANGED,
			    "%s: its bytes are not those that were frozen", line->path);
	}
	for (size_t i = 0; i < tree->count; i++) {
		const char *path = tree->file[i].path;

		if (!bundle_path_comes_later(path) &&
		    bundle_manifest_find(&check->manifest, path) == NULL)
			bundle_found(check, BUNDLE_ADDED,
			    "%s: it is there, and the manifest does not name it", path);
	}
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void
release(struct bundle_check *check)
{
	bundle_tree_free(&check->tree);
	bundle_manifest_free(&check->manifest);
	if (check->has_record)
		record_free(&check->record);
	addendum_free(&check->addendum);
	free(check->cards);
}

static enum err
check_all(struct bundle_check *check, struct err_trace *trace)
{
	static enum err (*const parts[])(struct bundle_check *, struct err_trace *) = {
		bundle_check_record,
		bundle_check_cards,
		bundle_check_approvals,
		bundle_check_addendum,
		bundle_check_signatures,
		bundle_check_previous,
	};
	const struct bundle_odd odd = { note_odd, check };
	enum err err = bundle_tree_read(check->question->evidence, &odd, &check->tree, trace);

	if (err == ERR_OK)
		err = read_manifest(check, trace);
	if (err == ERR_OK && check->frozen)
		compare_files(check);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && err == ERR_OK; i++)
		err = parts[i](check, trace);
	if (err == ERR_OK && check->no_memory)
		err = FAIL(trace, ERR_NOMEM, "no memory to verify the evidence");
	return err;
}

enum err
bundle_verify(
    const struct bundle_question *question, struct bundle_verdict *out, struct err_trace *trace)
{
	struct bundle_check check = { .question = question,
		.verdict = { .well = true, .has_roster = question->roster != NULL } };
	const enum err err = check_all(&check, trace);

	release(&check);
	if (err == ERR_OK)
		*out = check.verdict;
	else
		bundle_verdict_free(&check.verdict);
	return err;
}

void
bundle_verdict_free(struct bundle_verdict *verdict)
{
	free(verdict->findings);
	free(verdict->signatures);
	*verdict = (struct bundle_verdict){ .well = false };
}
