/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/checkpoint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "custody/card_header.h"
#include "roster/checkpoint.h"
#include "roster/quorum.h"

_Static_assert((int)ROSTER_SIGNATURE_MAX >= (int)CARD_SIGNATURE_MAX, "a signature fits the roster");

/* What the card itself remembers of the checkpoint. */
static enum err
note_in_header(
    struct card *card, const struct roster_checkpoint_request *request, struct err_trace *trace)
{
	struct header header;
	const enum err err = card_header_load(card, &header, trace);

	if (err != ERR_OK)
		return err;
	header.checkpoint = request->number;
	memcpy(header.checkpoint_head, request->head.bytes, sizeof(header.checkpoint_head));
	return card_header_store(card, &header, trace);
}

enum err
checkpoint_sign(struct custody *custody, struct card *card, const struct roster_card *known,
    const struct roster_checkpoint_request *request, struct err_trace *trace)
{
	struct roster_signature signature = { .card = known->id };
	struct card_signature signed_by_card;
	enum err err = card_sign(card, request->digest.bytes, &signed_by_card, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "card %s did not sign the checkpoint", known->name);
	signature.len = signed_by_card.len;
	memcpy(signature.der, signed_by_card.der, signed_by_card.len);
	err = roster_checkpoint_sign(custody->roster, request, &signature, trace);
	return err == ERR_OK ? note_in_header(card, request, trace) : err;
}

enum err
checkpoint_by_card(struct custody *custody, struct card *card, const struct roster_card *known,
    struct err_trace *trace)
{
	struct roster_checkpoint_request request;
	const enum err err = roster_checkpoint_request(custody->roster, &request, trace);

	return err == ERR_OK ? checkpoint_sign(custody, card, known, &request, trace) : err;
}

/* ERR_NOT_NOW in words for people who hold a roster that is not the newest. */
static enum err PRINTF_LIKE(2, 3) is_older(struct err_trace *trace, const char *fmt, ...)
{
	char text[ERR_TEXT];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_next(trace,
	    "Find the roster that this card last worked with: a newer copy, a backup, "
	    "or another installation's pack ('quorate roster take PACK --by NAME'). Nothing was "
	    "changed on card or token.");
	return FAIL(trace, ERR_NOT_NOW, "%s", text);
}

/* An operation that was broken off signs no checkpoint, but has written a generation. */
static enum err
check_generation(const struct custody *custody, const struct header *header, const char *card,
    struct err_trace *trace)
{
	const struct header_share *newest = header_newest(header);
	struct roster_quorum quorum;
	struct roster_id id;

	memcpy(id.bytes, header->quorum_id, sizeof(id.bytes));
	if (newest == NULL || roster_quorum_get(custody->roster, &id, &quorum, NULL) != ERR_OK ||
	    newest->generation <= quorum.newest)
		return ERR_OK;
	return is_older(trace,
	    "this roster is older than card %s: the card holds a share of generation %u of '%s', "
	    "and the roster knows %u at most",
	    card, newest->generation, quorum.name, quorum.newest);
}

enum err
checkpoint_check_header(const struct custody *custody, const struct header *header,
    const char *card, struct err_trace *trace)
{
	unsigned highest = 0;
	bool known = false;
	enum err err = check_generation(custody, header, card, trace);

	if (err != ERR_OK || header->checkpoint == 0)
		return err;
	err = roster_checkpoint_knows(
	    custody->roster, header->checkpoint, header->checkpoint_head, &known, &highest, trace);
	if (err != ERR_OK || known)
		return err;
	if (highest < header->checkpoint)
		return is_older(trace,
		    "this roster is older than card %s: the card signed checkpoint %u, and the "
		    "roster knows %u at most",
		    card, header->checkpoint, highest);
	return is_older(trace,
	    "card %s signed another checkpoint %u than this roster has: the two went different "
	    "ways",
	    card, header->checkpoint);
}
