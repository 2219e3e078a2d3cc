/* SPDX-License-Identifier: BSD-2-Clause */
/* An approval as it is given: the statement, the card's signature over it, the event. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"
#include "ceremony/approval.h"
#include "ceremony/bundle_sign.h"
#include "custody/sign_round.h"
#include "pcsc/card.h"
#include "roster/person.h"
#include "roster/point.h"

enum { STATEMENT_VERSION = 1 };

static enum err
make_statement(const struct custody *custody, const struct approval_request *request, char **out,
    struct err_trace *trace)
{
	char script[2 * SHA256_SIZE + 1], roster[ROSTER_ID_TEXT], id[ROSTER_ID_TEXT];
	char date[CLOCK_TEXT];
	struct roster_person person;
	json_t *json;
	enum err err = roster_person_get(custody->roster, request->person, &person, trace);

	if (err != ERR_OK)
		return err;
	hex_encode(request->script->hash, SHA256_SIZE, script);
	roster_id_format(roster_identity(custody->roster), roster);
	roster_id_format(request->person, id);
	clock_format(clock_utc(), date);
	json = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "v", STATEMENT_VERSION,
	    "kind", "approval", "script", script, "title", request->script->title, "role",
	    request->role, "name", person.name, "person", id, "roster", roster, "date", date);
	if (json == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a statement");
	err = json_canonical(json, out, trace);
	json_decref(json);
	return err;
}

struct signing {
	uint8_t message[BUNDLE_MESSAGE_MAX];
	size_t len;
	struct card_signature signature;
};

static enum err
sign(void *context, struct card *card, const struct roster_card *known, struct err_trace *trace)
{
	struct signing *signing = context;
	uint8_t digest[SHA256_SIZE];
	enum err err = sha256(signing->message, signing->len, digest, trace);

	if (err == ERR_OK)
		err = card_sign(card, digest, &signing->signature, trace);
	if (err == ERR_OK)
		err = point_verify(known->sig,
		    &(struct point_signed){ signing->message, signing->len, signing->signature.der,
			signing->signature.len },
		    trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "card %s did not sign the approval", known->name);
	return ERR_OK;
}

static enum err
find_card(struct roster *roster, const struct approval_request *request, struct sign_card *out,
    struct err_trace *trace)
{
	struct roster_person person;
	enum err err = roster_card_by_name(roster, request->card, &out->card, trace);

	if (err == ERR_OK)
		err = roster_person_get(roster, request->person, &person, trace);
	if (err != ERR_OK)
		return err;
	if (!bundle_card_is_fit(&out->card, request->person)) {
		err_next(trace, "'quorate card list' shows whose each card is, and its state; on "
				"the printed page: --paper.");
		return FAIL(trace, ERR_DENIED, "card %s is not one that %s can sign with",
		    request->card, person.name);
	}
	snprintf(out->custodian, sizeof(out->custodian), "%s", person.name);
	return ERR_OK;
}

static enum err
hold_round(struct custody *custody, const struct approval_request *request, struct signing *signing,
    struct roster_id *card, struct err_trace *trace)
{
	struct sign_round *round = calloc(1, sizeof(*round));
	enum err err;

	if (round == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a round of cards");
	round->purpose = "approve the script of a ceremony";
	round->signers = round->wanted = round->least = 1;
	round->sign = sign;
	round->context = signing;
	err = find_card(custody->roster, request, &round->signer[0], trace);
	if (err == ERR_OK)
		err = sign_round_hold(custody, round, trace);
	*card = round->signer[0].card.id;
	free(round);
	return err;
}

static enum err
sign_by_card(struct custody *custody, const struct approval_request *request,
    struct roster_ceremony *event, struct err_trace *trace)
{
	struct signing signing = { .len = 0 };
	uint8_t hash[SHA256_SIZE];
	char *statement = NULL;
	enum err err = make_statement(custody, request, &statement, trace);

	if (err == ERR_OK && strlen(statement) >= sizeof(event->statement))
		err = FAIL(trace, ERR_ARGUMENT, "the script's title is too long to be signed");
	if (err == ERR_OK)
		err = sha256(statement, strlen(statement), hash, trace);
	if (err == ERR_OK) {
		signing.len = bundle_message(
		    &(struct bundle_message){ .practice = roster_is_practice(custody->roster),
			.hash = hash,
			.approval = true },
		    signing.message);
		snprintf(event->statement, sizeof(event->statement), "%s", statement);
		err = hold_round(custody, request, &signing, &event->card, trace);
	}
	free(statement);
	if (err == ERR_OK) {
		memcpy(event->signature, signing.signature.der, signing.signature.len);
		event->signature_len = signing.signature.len;
	}
	return err;
}

enum err
approval_give(
    struct custody *custody, const struct approval_request *request, struct err_trace *trace)
{
	struct roster_ceremony event = { .kind = ROSTER_CEREMONY_APPROVED,
		.person = *request->person };
	enum err err = ERR_OK;

	memcpy(event.script.bytes, request->script->hash, sizeof(event.script.bytes));
	snprintf(event.role, sizeof(event.role), "%s", request->role);
	snprintf(event.name, sizeof(event.name), "%s", request->script->name);
	snprintf(event.text, sizeof(event.text), "%s", request->card == NULL ? "paper" : "card");
	if (request->card != NULL)
		err = sign_by_card(custody, request, &event, trace);
	return err == ERR_OK ? roster_ceremony_add(custody->roster, &event, trace) : err;
}
