/* SPDX-License-Identifier: BSD-2-Clause */
/* The roster's side of a roll-call at a distance: asking, and verifying what comes back. */
#include "custody/roll_call_distant.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "custody/checkpoint.h"
#include "custody/roll_call_card.h"
#include "custody/whose.h"
#include "roster/quorum.h"
#include "roster/roll_call.h"

enum { DAY = 24 * 3600 };

_Static_assert((int)ROLL_CALL_KNOWN_MAX >= (int)RECORDS_MAX, "a request has what a card can hold");

/* ---- Asking -------------------------------------------------------------------------------- */

/* A request shows what the card must hold, and nothing of what it held once. */
static enum err
keep_due_alone(struct roll_call_want *want, const char *card, struct err_trace *trace)
{
	size_t count = 0;

	for (size_t i = 0; i < want->count; i++)
		if (want->record[i].due)
			want->record[count++] = want->record[i];
	if (count > RECORDS_MAX)
		return FAIL(
		    trace, ERR_INTERNAL, "card %s holds shares of %zu generations", card, count);
	want->count = count;
	want->all_known = false;
	return ERR_OK;
}

static enum err
record_request(struct custody *custody, const struct roster_card *card,
    const struct roll_call_request *request, const struct secret *nonce, struct err_trace *trace)
{
	struct roster_roll_call record = { .card = card->id,
		.generation = request->want.subject.generation,
		.expires = request->expires };
	enum err err =
	    sha256(secret_bytes(nonce), secret_len(nonce), record.nonce_hash.bytes, trace);

	memcpy(record.quorum.bytes, request->want.subject.quorum_id, sizeof(record.quorum.bytes));
	return err == ERR_OK ? roster_roll_call_ask(custody->roster, &record, trace) : err;
}

enum err
roll_call_ask(struct custody *custody, const struct roll_call_asking *asking,
    struct roll_call_request *out, struct err_trace *trace)
{
	struct roster *roster = custody->roster;
	struct roll_call_request request = { .made = roster_now(roster) };
	struct secret *nonce = NULL;
	struct roster_card card;
	enum err err = roster_card_by_name(roster, asking->card, &card, trace);

	if (err == ERR_OK && card.state != ROSTER_CARD_ENROLLED)
		err = FAIL(trace, ERR_NOT_NOW, "card %s is not enrolled", card.name);
	if (err == ERR_OK)
		err = roll_call_want_of(roster, &card, &request.want, trace);
	if (err == ERR_OK)
		err = keep_due_alone(&request.want, card.name, trace);
	if (err != ERR_OK)
		return err;
	request.expires = request.made + (int64_t)asking->days * DAY;
	whose_name(roster, &card.custodian, request.custodian);
	snprintf(request.quorum, sizeof(request.quorum), "%s", card.quorum);
	snprintf(request.card, sizeof(request.card), "%s", card.name);
	snprintf(request.serial, sizeof(request.serial), "%s", card.serial);
	err = roll_call_new_nonce(&request.want.subject, card.dec, &request.sealed, &nonce, trace);
	if (err == ERR_OK)
		err = record_request(custody, &card, &request, nonce, trace);
	secret_free(nonce);
	if (err == ERR_OK)
		*out = request;
	return err;
}

/* ---- Importing ----------------------------------------------------------------------------- */

struct importing {
	struct custody *custody;
	const struct roll_call_signed *what;
	struct roster_roll_call request;
	struct roster_card card;
	char custodian[ROSTER_NAME];
	struct roll_call_want want;
};

static enum err
find_request(struct importing *importing, struct err_trace *trace)
{
	const struct roll_call_statement *statement = &importing->what->statement;
	struct roster *roster = importing->custody->roster;
	struct roster_hash nonce_hash;
	enum err err;

	if (statement->subject.practice != roster_is_practice(roster))
		return FAIL(trace, ERR_DENIED, "the statement is %s, and this roster is %s",
		    statement->subject.practice ? "PRACTICE" : "real",
		    statement->subject.practice ? "real" : "for practice");
	err = sha256(statement->nonce, sizeof(statement->nonce), nonce_hash.bytes, trace);
	if (err == ERR_OK)
		err = roster_roll_call_find(roster, &nonce_hash, &importing->request, trace);
	if (err == ERR_ABSENT) {
		err_next(trace,
		    "Is it the right roster, and the newest copy of it? Else ask anew: "
		    "quorate card check %s --request FILE --by NAME",
		    statement->card);
		return FAIL(trace, err, "the statement answers a nonce that was never asked for");
	}
	if (err == ERR_OK)
		err = roster_card_get(roster, &importing->request.card, &importing->card, trace);
	if (err == ERR_OK)
		whose_name(roster, &importing->card.custodian, importing->custodian);
	return err;
}

/* The card that was asked, and no other, signed these bytes. */
static enum err
check_signer(const struct importing *importing, struct err_trace *trace)
{
	const struct roll_call_signed *what = importing->what;
	const struct roster_card *card = &importing->card;
	const struct roster_signed message = { .card = card->id,
		.message = what->message,
		.message_len = what->message_len,
		.der = what->signature,
		.der_len = what->signature_len };

	if (memcmp(what->statement.subject.fingerprint, card->fingerprint.bytes,
		FINGERPRINT_SIZE) != 0)
		return FAIL(trace, ERR_DENIED,
		    "the statement is about another card, serial %.40s, than %s's card %s that was "
		    "asked",
		    what->statement.serial, importing->custodian, card->name);
	return roster_card_signed(importing->custody->roster, &message, trace);
}

static enum err
check_time(const struct importing *importing, struct err_trace *trace)
{
	const struct roster_roll_call *request = &importing->request;
	const char *name = importing->card.name;
	char date[CLOCK_TEXT];

	if (request->answered != 0) {
		clock_format(request->answered, date);
		err_next(trace, "Nothing is left to do: its proof is recorded.");
		return FAIL(
		    trace, ERR_EXISTS, "this statement of card %s was imported at %s", name, date);
	}
	if (importing->card.state != ROSTER_CARD_ENROLLED)
		return FAIL(trace, ERR_NOT_NOW, "card %s is not enrolled any more", name);
	if (!request->withdrawn && roster_now(importing->custody->roster) < request->expires)
		return ERR_OK;
	err_next(trace, "Ask anew: quorate card check %s --request FILE --by NAME", name);
	if (request->withdrawn)
		return FAIL(trace, ERR_NOT_NOW,
		    "card %s was asked anew since; only the last request can be answered", name);
	clock_format(request->expires, date);
	return FAIL(trace, ERR_NOT_NOW, "the request to card %s expired at %s", name, date);
}

/* What the card holds, against what the roster knows now and knew when it asked. */
static enum err
check_contents(struct importing *importing, struct err_trace *trace)
{
	const struct roll_call_statement *statement = &importing->what->statement;
	const struct roster_card *card = &importing->card;
	struct header header = { .checkpoint = statement->checkpoint };
	enum err err = roll_call_want_of(importing->custody->roster, card, &importing->want, trace);

	memcpy(header.checkpoint_head, statement->checkpoint_head, HEADER_CHECKPOINT_HEAD);
	if (err == ERR_OK)
		err = checkpoint_check_header(importing->custody, &header, card->name, trace);
	if (err == ERR_OK)
		err = roll_call_compare(&importing->want, &statement->found, trace);
	return err == ERR_OK ? ERR_OK
			     : FAIL(trace, err, "%s's card %s is not proven", importing->custodian,
				   card->name);
}

static enum err
record(struct importing *importing, struct err_trace *trace)
{
	const struct roster_proof proof = { .kind = ROSTER_PROOF_ROLL_CALL,
		.card = importing->card.id,
		.tries_left = importing->what->statement.tries,
		.firmware = importing->what->statement.firmware,
		.nonce = &importing->request.nonce_hash };

	return roll_call_record(importing->custody->roster, &importing->want, &proof, trace);
}

enum err
roll_call_import(struct custody *custody, const struct roll_call_signed *what,
    struct roll_call_imported *out, struct err_trace *trace)
{
	struct importing importing = { .custody = custody, .what = what };
	enum err err = find_request(&importing, trace);

	if (err == ERR_OK)
		err = check_signer(&importing, trace);
	if (err == ERR_OK)
		err = check_time(&importing, trace);
	if (err == ERR_OK)
		err = check_contents(&importing, trace);
	if (err == ERR_OK)
		err = record(&importing, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "the statement was not taken; the roster is unchanged");
	*out = (struct roll_call_imported){ .has_share = importing.want.subject.generation != 0,
		.tries = what->statement.tries,
		.answered = what->statement.time };
	snprintf(out->card, sizeof(out->card), "%s", importing.card.name);
	snprintf(out->custodian, sizeof(out->custodian), "%s", importing.custodian);
	return ERR_OK;
}
