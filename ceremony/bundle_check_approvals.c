/* SPDX-License-Identifier: BSD-2-Clause */
/* Who approved the script, as the record says. */
#include <string.h>

#include "base/json.h"
#include "ceremony/approval.h"
#include "ceremony/bundle_check.h"
#include "ceremony/folder.h"

static bool
is_same(const json_t *one, const json_t *other)
{
	static const char *const members[] = { "person", "role", "how", "at" };

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (!json_equal(
			json_object_get(one, members[i]), json_object_get(other, members[i])))
			return false;
	return true;
}

/* Where it stands: once, and not before it was given. */
static void
check_place(struct bundle_check *check, size_t at, const char *what)
{
	const struct record_line *lines = check->record.lines;

	if (json_integer_value(json_object_get(lines[at].json, "at")) > lines[at].time)
		bundle_found(
		    check, BUNDLE_BROKEN, "%s: it was given after the line was written", what);
	for (size_t i = 0; i < at; i++)
		if (lines[i].kind == RECORD_APPROVED && is_same(lines[i].json, lines[at].json))
			bundle_found(check, BUNDLE_BROKEN, "%s: it stands in line %lld, too", what,
			    (long long)lines[i].n);
}

/* Whose key it is, a roster knows; without one, whether the same card signed with another. */
static void
check_whose(struct bundle_check *check, const struct bundle_card *card, const char *what)
{
	if (check->question->roster != NULL) {
		if (!bundle_roster_knows(check, card->person, card->fingerprint))
			bundle_found(check, BUNDLE_STRANGER,
			    "%s: the roster does not know card %s of %.128s as such", what,
			    card->name, card->person);
		return;
	}
	for (size_t i = 0; i < check->card_count; i++)
		if (strcmp(check->cards[i].name, card->name) == 0 &&
		    !sha256_equal(check->cards[i].fingerprint, card->fingerprint))
			bundle_found(check, BUNDLE_UNSEEN,
			    "%s: card %s signed the evidence with another key; whether both were "
			    "of %.128s, a roster knows",
			    what, card->name, card->person);
}

enum err
bundle_check_approvals(struct bundle_check *check, struct err_trace *trace)
{
	const json_t *open =
	    check->has_record && check->record.count > 0 ? check->record.lines[0].json : NULL;
	struct approval_question question = { .practice = check->verdict.practice,
		.roster =
		    json_string_value(json_object_get(json_object_get(open, "roster"), "id")) };
	uint8_t script[SHA256_SIZE];

	(void)trace;
	if (open == NULL || json_get_hex(open, "script", script, sizeof(script), NULL) != ERR_OK)
		return ERR_OK; /* told already */
	question.script = script;
	for (size_t i = 0; i < check->record.count; i++) {
		const struct record_line *line = &check->record.lines[i];
		struct err_trace why = { .count = 0 };
		struct bundle_card card;
		char what[64];

		if (line->kind != RECORD_APPROVED)
			continue;
		snprintf(what, sizeof(what), "%s: the approval in line %lld", EVIDENCE_RECORD,
		    (long long)line->n);
		check_place(check, i, what);
		if (approval_verify(line->json, &question, &why) != ERR_OK)
			bundle_found_why(check, BUNDLE_SIGNATURE, what, &why);
		else if (bundle_card_read(json_object_get(line->json, "card"), &card, NULL) ==
			 ERR_OK)
			check_whose(check, &card, what);
	}
	return ERR_OK;
}
