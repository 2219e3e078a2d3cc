/* SPDX-License-Identifier: BSD-2-Clause */
/* The custodian's side of a roll-call at a distance. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/pin_entry.h"
#include "custody/roll_call_card.h"
#include "custody/roll_call_distant.h"
#include "custody/visit.h"

_Static_assert((int)ROSTER_SIGNATURE_MAX >= (int)CARD_SIGNATURE_MAX, "a signature fits a file");

static enum err
check_date(const struct roll_call_request *request, struct err_trace *trace)
{
	const int64_t now = clock_utc();
	char expires[CLOCK_TEXT], here[CLOCK_TEXT];

	if (now < request->expires)
		return ERR_OK;
	clock_format(request->expires, expires);
	clock_format(now, here);
	err_next(trace, "Ask for a new request. If this machine's clock is wrong, set it first.");
	return FAIL(trace, ERR_NOT_NOW,
	    "the request expired at %s, and this machine's clock says %s", expires, here);
}

/* What is asked, before any card goes in. */
static void
tell_request(struct custody *custody, const struct roll_call_request *request)
{
	const bool has_share = request->want.subject.generation != 0;
	char made[CLOCK_TEXT], expires[CLOCK_TEXT], share[64] = "which holds no share yet";
	char text[ROSTER_NAME * 2 + ROSTER_TEXT + 512];

	clock_format(request->made, made);
	clock_format(request->expires, expires);
	if (has_share)
		snprintf(share, sizeof(share), "whose share of generation %u stays sealed",
		    request->want.subject.generation);
	snprintf(text, sizeof(text),
	    "%sRoll-call of %s's card %s, serial %s, of quorum '%s', %s. Asked for at %s, until "
	    "%s. The card opens one random number and signs that it did.",
	    request->want.subject.practice ? "PRACTICE: " : "", request->custodian, request->card,
	    request->serial, request->quorum, share, made, expires);
	custody->attendant->note(custody->attendant->context, text);
}

/* The nonce and the records, from the card; its PIN was verified. */
static enum err
fill_statement(struct card *card, const struct roll_call_request *request,
    struct roll_call_statement *out, struct err_trace *trace)
{
	struct secret *nonce = NULL;
	enum err err =
	    roll_call_open_nonce(card, &request->want.subject, &request->sealed, &nonce, trace);

	if (err == ERR_OK && secret_len(nonce) != ROLL_CALL_NONCE)
		err = FAIL(trace, ERR_FORMAT, "the request holds no nonce");
	if (err == ERR_OK)
		memcpy(out->nonce, secret_bytes(nonce), ROLL_CALL_NONCE);
	secret_free(nonce);
	if (err != ERR_OK)
		return FAIL(trace, err, "the request does not open");
	return roll_call_check_records(card, &request->want, &out->found, trace);
}

static enum err
sign_statement(struct card *card, struct roll_call_signed *what, struct err_trace *trace)
{
	struct card_signature signature;
	uint8_t digest[SHA256_SIZE];
	enum err err = roll_call_statement_message(
	    &what->statement, &what->message, &what->message_len, trace);

	if (err == ERR_OK)
		err = sha256(what->message, what->message_len, digest, trace);
	if (err == ERR_OK)
		err = card_sign(card, digest, &signature, trace);
	if (err != ERR_OK)
		return err;
	memcpy(what->signature, signature.der, signature.len);
	what->signature_len = signature.len;
	return ERR_OK;
}

static enum err
use_card(struct custody *custody, struct card *card, const struct roll_call_request *request,
    struct roll_call_signed *out, struct err_trace *trace)
{
	const struct pin_entry entry = { .owner = { request->custodian, request->card },
		.also_sign = true };
	struct roll_call_statement *statement = &out->statement;
	struct header header;
	bool verified = false;
	enum err err = roll_call_check_card(card, &request->want, &header, trace);

	if (err == ERR_OK)
		err = pin_entry_verify(custody, card, &entry, &verified, trace);
	if (err == ERR_OK && !verified)
		err = FAIL(trace, ERR_DENIED, "no PIN was given");
	if (err != ERR_OK)
		return err;
	*statement = (struct roll_call_statement){ .subject = request->want.subject,
		.tries = card_tries_left(card, CARD_PIN_USER),
		.checkpoint = header.checkpoint,
		.time = clock_utc() };
	memcpy(statement->checkpoint_head, header.checkpoint_head, HEADER_CHECKPOINT_HEAD);
	snprintf(statement->card, sizeof(statement->card), "%s", request->card);
	snprintf(statement->serial, sizeof(statement->serial), "%s", card_facts(card)->serial);
	snprintf(statement->firmware, sizeof(statement->firmware), "%s", roll_call_firmware(card));
	err = fill_statement(card, request, statement, trace);
	return err == ERR_OK ? sign_statement(card, out, trace) : err;
}

static enum err
visit_card(struct custody *custody, const struct roll_call_request *request,
    struct visit_seen *seen, struct roll_call_signed *out, struct err_trace *trace)
{
	const struct visit_wanted wanted = { request->custodian, request->card, request->serial,
		NULL };
	const struct visit_ask ask = { .quorum = request->quorum,
		.generation = request->want.subject.generation,
		.purpose = "answer a roll-call",
		.total = 1,
		.wanted = &wanted,
		.wanted_count = 1 };
	struct visit visit = { 0 };
	enum err err = visit_begin(custody, &ask, seen, &visit, trace);

	if (err != ERR_OK)
		return err;
	err = use_card(custody, visit.card, request, out, trace);
	visit_end(custody, &visit,
	    err == ERR_OK ? "The card has answered; take it out." : "Take the card out.");
	if (err == ERR_OK || err == ERR_IO)
		return err;
	err_next(trace, "Send no answer; tell who asked what is written here.");
	return FAIL(trace, err, "%s's card %s did not answer", request->custodian, request->card);
}

enum err
roll_call_answer(struct custody *custody, const struct roll_call_request *request, char **line,
    struct err_trace *trace)
{
	struct roll_call_signed *made = calloc(1, sizeof(*made));
	struct visit_seen seen = { 0 };
	unsigned breaks = 0;
	enum err err;

	if (made == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = check_date(request, trace);
	if (err == ERR_OK)
		tell_request(custody, request);
	while (err == ERR_OK && made->signature_len == 0) {
		free(made->message);
		made->message = NULL;
		err = visit_card(custody, request, &seen, made, trace);
		if (visit_broke_off(custody, err, &breaks, trace))
			err = ERR_OK;
	}
	visit_seen_release(&seen);
	if (err == ERR_OK)
		err = roll_call_statement_write(made, line, trace);
	free(made->message);
	free(made);
	return err;
}
