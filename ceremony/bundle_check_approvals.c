/* SPDX-License-Identifier: BSD-2-Clause */
/* Who approved the script, as the record's first lines say. */
#include "base/json.h"
#include "ceremony/approval.h"
#include "ceremony/bundle_check.h"
#include "ceremony/folder.h"

void
bundle_check_approvals(struct bundle_check *check)
{
	const json_t *open = check->record.lines[0].json;
	struct approval_question question = { .practice = check->verdict.practice,
		.roster =
		    json_string_value(json_object_get(json_object_get(open, "roster"), "id")) };
	uint8_t script[SHA256_SIZE];

	if (json_get_hex(open, "script", script, sizeof(script), NULL) != ERR_OK)
		return; /* told already */
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
		if (approval_verify(line->json, &question, &why) != ERR_OK)
			bundle_found_why(check, BUNDLE_SIGNATURE, what, &why);
		else if (bundle_card_read(json_object_get(line->json, "card"), &card, NULL) ==
			     ERR_OK &&
			 check->question->roster != NULL &&
			 !bundle_roster_knows(check, card.person, card.fingerprint))
			bundle_found(check, BUNDLE_STRANGER,
			    "%s: the roster does not know card %s of %.128s as such", what,
			    card.name, card.person);
	}
}
