/* SPDX-License-Identifier: BSD-2-Clause */
/* Cards at the end of a ceremony: their keys into the evidence, their signatures over its head. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "ceremony/bundle_sign.h"
#include "ceremony/close_internal.h"
#include "ceremony/folder.h"
#include "custody/attendant.h"
#include "custody/sign_round.h"
#include "roster/checkpoint.h"

static enum err
put_text(const struct closing *closing, const char *name, const char *text, struct err_trace *trace)
{
	char *path = NULL;
	enum err err = folder_path(closing->evidence, name, &path, trace);

	if (err == ERR_OK)
		err = file_replace(path, text, strlen(text), trace);
	free(path);
	return err;
}

static enum err
put_key(const struct closing *closing, const struct bundle_card *card, struct err_trace *trace)
{
	char path[BUNDLE_CARD_FILE], pem[BUNDLE_CARD_TEXT];
	json_t *json = bundle_card_json(card);
	char *text = NULL;
	enum err err = json == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a card's key")
				    : json_canonical(json, &text, trace);

	bundle_card_path(EVIDENCE_CARDS "/", card->name, ".json", path);
	if (err == ERR_OK)
		err = put_text(closing, path, text, trace);
	bundle_card_path(EVIDENCE_CARDS "/", card->name, ".pem", path);
	bundle_card_pem(card, pem);
	if (err == ERR_OK)
		err = put_text(closing, path, pem, trace);
	free(text);
	json_decref(json);
	return err;
}

static const char *
person_of(const struct record_line *line)
{
	const char *person = json_string_value(json_object_get(line->json, "person"));

	return person == NULL ? "" : person;
}

enum err
close_keys(const struct closing *closing, struct err_trace *trace)
{
	struct roster *roster = closing->input->custody->roster;
	struct bundle_card key;
	struct roster_card card;
	char *folder = NULL;
	enum err err = folder_path(closing->evidence, EVIDENCE_CARDS, &folder, trace);

	for (size_t i = 0; i < closing->record.count && err == ERR_OK; i++) {
		const struct record_line *line = &closing->record.lines[i];

		if (line->kind != RECORD_PERSON ||
		    bundle_card_of_person(roster, person_of(line), &card, NULL) != ERR_OK)
			continue;
		err = bundle_card_of(roster, &card, &key, trace);
		if (err == ERR_OK)
			err = file_make_folder(folder, trace);
		if (err == ERR_OK)
			err = put_key(closing, &key, trace);
	}
	free(folder);
	return err;
}

static bool
said_paper(const struct closing *closing, const char *person)
{
	for (size_t i = 0; i < closing->input->on_paper_count; i++)
		if (strcmp(closing->input->on_paper[i], person) == 0)
			return true;
	return false;
}

/* Those who said that they sign with a card, and have not yet; and how many have. */
static void
list_signers(struct closing *closing, struct sign_round *round)
{
	struct roster *roster = closing->input->custody->roster;

	closing->out.signatures = 0;
	for (size_t i = 0; i < closing->record.count; i++) {
		const struct record_line *line = &closing->record.lines[i];
		const char *how = json_string_value(json_object_get(line->json, "how"));
		struct sign_card *signer = &round->signer[round->signers];

		if (line->kind != RECORD_STATEMENT || how == NULL || strcmp(how, "card") != 0 ||
		    round->signers == VISIT_WANTED_MAX)
			continue;
		if (bundle_card_of_person(roster, person_of(line), &signer->card, NULL) != ERR_OK)
			continue;
		snprintf(signer->custodian, sizeof(signer->custodian), "%s", person_of(line));
		if (bundle_has_signature(closing->evidence, signer->card.name, 0))
			closing->out.signatures++;
		else if (!said_paper(closing, person_of(line)))
			round->signers++;
	}
	round->wanted = (unsigned)round->signers;
}

static enum err
hold(struct closing *closing, struct sign_round *round, struct err_trace *trace)
{
	struct roster_checkpoint_request checkpoint;
	struct bundle_signing signing = { .custody = closing->input->custody,
		.evidence = closing->evidence,
		.what = { .practice = closing->out.practice, .hash = closing->out.head },
		.checkpoint = &checkpoint };
	enum err err =
	    roster_checkpoint_request(closing->input->custody->roster, &checkpoint, trace);

	if (err != ERR_OK)
		return err;
	round->purpose = "sign the evidence of this ceremony";
	round->sign = bundle_sign;
	round->context = &signing;
	err = sign_round_hold(closing->input->custody, round, trace);
	round->context = NULL;
	return err;
}

static void
tell_missing(const struct closing *closing, const struct sign_round *round)
{
	const struct attendant *people = closing->input->custody->attendant;
	char text[400];

	for (size_t i = 0; i < round->signers; i++) {
		if (round->signer[i].has_signed)
			continue;
		snprintf(text, sizeof(text),
		    "Card %.40s of %.128s did not sign: they sign on paper, under the head's "
		    "words.",
		    round->signer[i].card.name, round->signer[i].custodian);
		people->note(people->context, text);
	}
}

bool
close_waits_for_cards(struct closing *closing)
{
	struct sign_round *round = calloc(1, sizeof(*round));
	bool waits = true;

	if (round != NULL) {
		list_signers(closing, round);
		waits = round->signers > 0;
	}
	free(round);
	return waits;
}

/* As long as there are more than fit in one round. */
enum err
close_signatures(struct closing *closing, struct err_trace *trace)
{
	struct sign_round *round = NULL;
	bool more = true;
	enum err err = ERR_OK;

	while (err == ERR_OK && more) {
		round = calloc(1, sizeof(*round));
		if (round == NULL)
			return FAIL(trace, ERR_NOMEM, "no memory for a round of cards");
		list_signers(closing, round);
		if (round->signers > 0)
			err = hold(closing, round, trace);
		if (err == ERR_OK)
			tell_missing(closing, round);
		closing->out.signatures += round->signed_so_far;
		more = round->signers == VISIT_WANTED_MAX && round->signed_so_far > 0;
		free(round);
	}
	return err;
}
