/* SPDX-License-Identifier: BSD-2-Clause */
/* The chain of ceremonies: whether the evidence before this one is the one that was named. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ceremony/bundle_check.h"
#include "ceremony/folder.h"
#include "ceremony/sheet.h"

/* Where the sheet says that it lies; free() it. NULL: nowhere. */
static char *
from_sheet(struct bundle_check *check)
{
	struct sheet *sheet = NULL;
	char *place = NULL;
	size_t len = 0;
	char *text = bundle_take(check, FOLDER_SHEET, BUNDLE_MANIFEST_MAX, &len);

	if (text != NULL && sheet_parse(FOLDER_SHEET, text, len, &sheet, NULL) == ERR_OK &&
	    sheet->previous != NULL) {
		if (sheet->previous[0] == '/')
			place = strdup(sheet->previous);
		else if (asprintf(&place, "%s/../%s", check->question->evidence, sheet->previous) <
			 0)
			place = NULL;
		check->no_memory |= place == NULL;
	}
	sheet_free(sheet);
	free(text);
	return place;
}

static void
compare(struct bundle_check *check, const char *place, const uint8_t wanted[SHA256_SIZE])
{
	const struct bundle_question question = { .evidence = place,
		.roster = check->question->roster };
	struct bundle_verdict verdict = { .well = false };
	struct err_trace why = { .count = 0 };
	uint8_t head[SHA256_SIZE];
	enum err err = bundle_head(place, head, &why);

	if (err == ERR_OK && !sha256_equal(head, wanted)) {
		bundle_found(check, BUNDLE_CHAIN,
		    "%.300s: its head is not the one that the record names", place);
		return;
	}
	if (err == ERR_OK)
		err = bundle_verify(&question, &verdict, &why);
	if (err != ERR_OK)
		bundle_found_why(check, BUNDLE_CHAIN, "the previous ceremony's evidence", &why);
	else if (!verdict.well)
		bundle_found(check, BUNDLE_CHAIN,
		    "%.300s: it is the evidence that was named, and does not verify itself", place);
	bundle_verdict_free(&verdict);
}

enum err
bundle_check_previous(struct bundle_check *check, struct err_trace *trace)
{
	const char *given = check->question->previous;
	const json_t *named;
	uint8_t wanted[SHA256_SIZE];
	char *place = NULL, *whole = NULL;

	if (!check->has_record || check->record.count == 0)
		return ERR_OK;
	named = json_object_get(check->record.lines[0].json, "previous");
	if (json_get_hex(named, "head", wanted, sizeof(wanted), NULL) != ERR_OK) {
		if (given != NULL)
			bundle_found(check, BUNDLE_CHAIN,
			    "the record names no previous ceremony's evidence");
		return ERR_OK;
	}
	place = given == NULL ? from_sheet(check) : strdup(given);
	if (place != NULL && folder_evidence(place, &whole, NULL) == ERR_OK)
		compare(check, whole, wanted);
	else if (given != NULL)
		bundle_found(check, BUNDLE_CHAIN, "%.300s: there is no such folder", given);
	else
		bundle_found(check, BUNDLE_UNSEEN,
		    "the previous ceremony's evidence is not here: 'quorate ceremony verify FOLDER "
		    "--previous EVIDENCE' compares it");
	free(whole);
	free(place);
	(void)trace;
	return ERR_OK;
}
