/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/close.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/shell_word.h"
#include "ceremony/bundle.h"
#include "ceremony/bundle_tree.h"
#include "ceremony/close_internal.h"
#include "ceremony/folder.h"
#include "ceremony/outputs.h"
#include "custody/attendant.h"
#include "roster/ceremony.h"
#include "roster/roster.h"

/* ---- what is there ------------------------------------------------------------------------- */

static enum err
read_scripts(struct closing *closing, struct err_trace *trace)
{
	char *script = NULL, *sheet = NULL;
	enum err err = folder_path(closing->evidence, FOLDER_SCRIPT, &script, trace);

	if (err == ERR_OK)
		err = folder_path(closing->evidence, FOLDER_SHEET, &sheet, trace);
	if (err == ERR_OK)
		err = script_read(script, &closing->script, trace);
	if (err == ERR_OK)
		err = sheet_read(sheet, &closing->sheet, trace);
	free(sheet);
	free(script);
	return err;
}

/* The roster that is open must be the one that the ceremony was held with. */
static enum err
check_roster(struct closing *closing, struct err_trace *trace)
{
	const struct roster *roster = closing->input->custody->roster;
	const json_t *named;
	const char *id;
	char ours[ROSTER_ID_TEXT];

	if (closing->record.count == 0)
		return FAIL(trace, ERR_FORMAT, "the record has no first line");
	named = json_object_get(closing->record.lines[0].json, "roster");
	id = json_string_value(json_object_get(named, "id"));
	closing->out.practice = roster_is_practice(roster);
	roster_id_format(roster_identity(roster), ours);
	if (id != NULL && strcmp(id, ours) == 0)
		return ERR_OK;
	err_next(trace, "Name the roster that the ceremony was held with: --roster FILE.");
	return FAIL(trace, ERR_DENIED, "this ceremony was held with another roster than %s",
	    roster_path(roster));
}

static enum err
load(struct closing *closing, struct err_trace *trace)
{
	enum err err =
	    folder_path(closing->input->folder, FOLDER_EVIDENCE, &closing->evidence, trace);

	if (err == ERR_OK && access(closing->evidence, F_OK) != 0) {
		err_next(trace, "Begin it: quorate ceremony run %s --by %s",
		    shell_word(closing->input->folder).text, shell_word(closing->input->by).text);
		err = FAIL(trace, ERR_ABSENT, "the ceremony in %s was never begun",
		    closing->input->folder);
	}
	if (err == ERR_OK)
		err = close_read_record(closing, trace);
	if (err == ERR_OK)
		err = check_roster(closing, trace);
	return err == ERR_OK ? read_scripts(closing, trace) : err;
}

/* ---- freezing ------------------------------------------------------------------------------ */

static enum err
freeze(struct closing *closing, struct err_trace *trace)
{
	enum err err;

	bundle_sweep(closing->evidence);
	err = bundle_head(closing->evidence, closing->out.head, NULL);
	if (err != ERR_ABSENT)
		return err == ERR_OK ? ERR_OK : FAIL(trace, err, "the manifest is not read");
	err = close_keys(closing, trace);
	return err == ERR_OK ? bundle_freeze(closing->evidence, closing->out.head, trace) : err;
}

/* Before people say that all was followed, and before a manifest would name what is not so. */
static enum err
check_outputs(const struct closing *closing, struct err_trace *trace)
{
	const enum err err = outputs_check(closing->evidence, &closing->record, trace);

	if (err == ERR_FORMAT)
		err_next(trace,
		    "Keep the ceremony's folder as it is, and find out what changed the file. With "
		    "the file as it was: quorate ceremony close %s --by %s",
		    shell_word(closing->input->folder).text, shell_word(closing->input->by).text);
	return err;
}

/* Nobody signs what is not whole. */
static enum err
check_well(struct closing *closing, struct err_trace *trace)
{
	const struct bundle_question question = { .evidence = closing->evidence,
		.roster = closing->input->custody->roster,
		.being_closed = true };
	struct bundle_verdict verdict;
	enum err err = bundle_verify(&question, &verdict, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < verdict.finding_count && err == ERR_OK; i++) {
		const struct bundle_finding *finding = &verdict.findings[i];

		if (bundle_finding_is_note(finding->kind) || finding->kind == BUNDLE_CHAIN)
			continue;
		err_next(trace,
		    "Put back what was frozen (from a copy), or look at all of it: 'quorate "
		    "ceremony verify %s'.",
		    closing->input->folder);
		err = FAIL(trace, ERR_FORMAT, "the evidence is not what was frozen: %s: %.150s",
		    bundle_finding_word(finding->kind), finding->what);
	}
	bundle_verdict_free(&verdict);
	return err;
}

/*
 * The roster learns the head before the cards sign the roster's head in the same visit as the
 * evidence's: so it is pinned, too.
 */
static enum err
note_in_roster(const struct closing *closing, struct err_trace *trace)
{
	struct roster *roster = closing->input->custody->roster;
	struct roster_ceremony event = { .kind = ROSTER_CEREMONY_CLOSED };
	struct roster_ceremony *known = NULL;
	size_t count = 0;
	bool noted = false;
	enum err err;

	memcpy(event.script.bytes, closing->script->hash, sizeof(event.script.bytes));
	memcpy(event.hash.bytes, closing->out.head, sizeof(event.hash.bytes));
	snprintf(event.name, sizeof(event.name), "%s", closing->script->name);
	snprintf(
	    event.text, sizeof(event.text), "%s", closing->out.stopped ? "stopped" : "complete");
	err = roster_ceremony_list(roster, &event.script, &known, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		noted |= known[i].kind == ROSTER_CEREMONY_CLOSED &&
			 roster_hash_equal(&known[i].hash, &event.hash);
	free(known);
	return err != ERR_OK || noted ? err : roster_ceremony_add(roster, &event, trace);
}

/* ---- the head ------------------------------------------------------------------------------ */

static enum err
show_head(struct closing *closing, struct err_trace *trace)
{
	enum { BEGIN = 16 };
	const struct attendant *people = closing->input->custody->attendant;
	char hex[2 * SHA256_SIZE + 1], words[WORDS_SIZE(BEGIN)], text[900];
	bool yes = false;
	enum err err;

	hex_encode(closing->out.head, SHA256_SIZE, hex);
	words_encode(closing->out.head, BEGIN, words);
	snprintf(text, sizeof(text),
	    "The record is frozen%s. Its head is\n  %s\nand begins with the words\n  %s\nRead them "
	    "aloud. Everybody who signs writes them by hand on the signature page, and who has no "
	    "card signs below them. Is that done?",
	    closing->out.practice ? " (PRACTICE)" : "", hex, words);
	err = people->confirm(people->context, text, NULL, &yes, trace);
	if (err == ERR_OK && !yes) {
		err_next(trace, "Close again when the head is on the signature pages.");
		err = FAIL(trace, ERR_CANCELLED, "the head is not on the signature pages yet");
	}
	return err;
}

/* Nothing but copies is left to do: nobody is asked again. */
static bool
is_signed(struct closing *closing)
{
	const struct attendant *people = closing->input->custody->attendant;
	char hex[2 * SHA256_SIZE + 1], text[512];

	if (close_waits_for_cards(closing) || !close_has_copy(closing))
		return false;
	hex_encode(closing->out.head, SHA256_SIZE, hex);
	snprintf(text, sizeof(text),
	    "This record was frozen before, and its head seen and signed. It is\n  %s\nNobody is "
	    "asked again: copies are looked at, and made where they are missing or older.",
	    hex);
	people->note(people->context, text);
	return true;
}

static enum err
close_all(struct closing *closing, struct err_trace *trace)
{
	enum err err = load(closing, trace);

	if (err == ERR_OK)
		err = check_outputs(closing, trace);
	if (err == ERR_OK)
		err = close_record(closing, trace);
	if (err == ERR_OK)
		err = freeze(closing, trace);
	if (err == ERR_OK)
		err = check_well(closing, trace);
	if (err == ERR_OK)
		err = note_in_roster(closing, trace);
	if (err == ERR_OK)
		closing->out.before = is_signed(closing);
	if (err == ERR_OK && !closing->out.before)
		err = show_head(closing, trace);
	if (err == ERR_OK)
		err = close_signatures(closing, trace);
	return err == ERR_OK ? close_copies(closing, trace) : err;
}

enum err
close_ceremony(const struct close_input *input, struct close_outcome *out, struct err_trace *trace)
{
	struct closing closing = { .input = input };
	enum err err = close_all(&closing, trace);

	if (err == ERR_OK)
		*out = closing.out;
	record_free(&closing.record);
	sheet_free(closing.sheet);
	script_free(closing.script);
	free(closing.evidence);
	return err;
}
