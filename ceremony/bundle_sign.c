/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/bundle_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ceremony/folder.h"
#include "custody/checkpoint.h"
#include "custody/whose.h"
#include "pcsc/card.h"
#include "roster/card_condition.h"
#include "roster/person.h"
#include "roster/point.h"

_Static_assert((int)BUNDLE_SIGNATURE_MAX >= (int)CARD_SIGNATURE_MAX, "a signature fits");

enum err
bundle_card_of(struct roster *roster, const struct roster_card *card, struct bundle_card *out,
    struct err_trace *trace)
{
	struct roster_person person;
	const enum err err = roster_person_get(roster, &card->custodian, &person, trace);

	if (err != ERR_OK)
		return err;
	*out = (struct bundle_card){ .name = "" };
	snprintf(out->name, sizeof(out->name), "%s", card->name);
	snprintf(out->person, sizeof(out->person), "%s", person.name);
	memcpy(out->fingerprint, card->fingerprint.bytes, sizeof(out->fingerprint));
	memcpy(out->dec, card->dec, sizeof(out->dec));
	memcpy(out->sig, card->sig, sizeof(out->sig));
	return ERR_OK;
}

bool
bundle_card_is_fit(const struct roster_card *card, const struct roster_id *person)
{
	return card->state == ROSTER_CARD_ENROLLED && roster_id_equal(&card->custodian, person) &&
	       !roster_card_is_missing(card) && card->report != ROSTER_REPORT_DAMAGED &&
	       card->report != ROSTER_REPORT_DESTROYED;
}

enum err
bundle_card_of_person(
    struct roster *roster, const char *person, struct roster_card *out, struct err_trace *trace)
{
	const struct roster_card *newest = NULL;
	struct roster_person found;
	struct roster_card *cards = NULL;
	size_t count = 0;
	enum err err = roster_person_find_any(roster, person, &found, trace);

	if (err == ERR_OK)
		err = roster_card_list(roster, NULL, &cards, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		if (bundle_card_is_fit(&cards[i], &found.id) &&
		    (newest == NULL || cards[i].enrolled > newest->enrolled))
			newest = &cards[i];
	if (err == ERR_OK && newest == NULL)
		err = FAIL(trace, ERR_ABSENT, "%s has no card that can sign", person);
	if (err == ERR_OK)
		*out = *newest;
	free(cards);
	return err;
}

static enum err
put(const char *evidence, const char *path, const struct part *bytes, struct err_trace *trace)
{
	char *whole = NULL;
	enum err err = folder_path(evidence, path, &whole, trace);

	if (err == ERR_OK)
		err = file_replace(whole, bytes->bytes, bytes->len, trace);
	free(whole);
	return err;
}

/* The .json comes last: with it the signature is there. */
static enum err
store(const struct bundle_signing *signing, const struct bundle_signed *what,
    const struct part *der, struct err_trace *trace)
{
	char path[BUNDLE_CARD_FILE];
	char *folder = NULL, *text = NULL;
	enum err err = folder_path(signing->evidence, EVIDENCE_SIGNATURES, &folder, trace);

	if (err == ERR_OK)
		err = file_make_folder(folder, trace);
	if (err == ERR_OK)
		err = bundle_signed_format(what, &text, trace);
	bundle_signed_path(what, ".sig", path);
	if (err == ERR_OK)
		err = put(signing->evidence, path, der, trace);
	bundle_signed_path(what, ".json", path);
	if (err == ERR_OK)
		err = put(signing->evidence, path, &(struct part){ text, strlen(text) }, trace);
	free(text);
	free(folder);
	return err;
}

static enum err
sign_message(const struct bundle_signing *signing, struct card *card,
    const struct roster_card *known, struct card_signature *out, struct err_trace *trace)
{
	uint8_t message[BUNDLE_MESSAGE_MAX], digest[SHA256_SIZE];
	const size_t len = bundle_message(&signing->what, message);
	enum err err = sha256(message, len, digest, trace);

	if (err == ERR_OK)
		err = card_sign(card, digest, out, trace);
	if (err == ERR_OK)
		err = point_verify(
		    known->sig, &(struct point_signed){ message, len, out->der, out->len }, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "card %s did not sign the evidence", known->name);
	return ERR_OK;
}

enum err
bundle_sign(
    void *context, struct card *card, const struct roster_card *known, struct err_trace *trace)
{
	const struct bundle_signing *signing = context;
	struct bundle_signed what = { .line = signing->line };
	struct card_signature signature;
	struct bundle_card whose;
	enum err err = bundle_card_of(signing->custody->roster, known, &whose, trace);

	if (err == ERR_OK)
		err = sign_message(signing, card, known, &signature, trace);
	if (err != ERR_OK)
		return err;
	snprintf(what.card, sizeof(what.card), "%s", whose.name);
	snprintf(what.person, sizeof(what.person), "%s", whose.person);
	memcpy(what.fingerprint, whose.fingerprint, sizeof(what.fingerprint));
	memcpy(what.hash, signing->what.hash, sizeof(what.hash));
	err = store(signing, &what, &(struct part){ signature.der, signature.len }, trace);
	if (err == ERR_OK && signing->checkpoint != NULL)
		err = checkpoint_sign(signing->custody, card, known, signing->checkpoint, trace);
	return err;
}

bool
bundle_has_signature(const char *evidence, const char *card, unsigned line)
{
	struct bundle_signed what = { .line = line };
	char name[BUNDLE_CARD_FILE];
	char *path = NULL;
	bool there;

	snprintf(what.card, sizeof(what.card), "%s", card);
	bundle_signed_path(&what, ".json", name);
	if (folder_path(evidence, name, &path, NULL) != ERR_OK)
		return false;
	there = access(path, F_OK) == 0;
	free(path);
	return there;
}
