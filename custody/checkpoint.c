/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "custody/card_header.h"
#include "roster/checkpoint.h"

_Static_assert((int)ROSTER_SIGNATURE_MAX >= (int)CARD_SIGNATURE_MAX, "a signature fits the roster");

enum err
checkpoint_by_card(struct custody *custody, struct card *card, const struct roster_card *known,
    struct err_trace *trace)
{
	struct roster_checkpoint_request request;
	struct roster_signature signature = { .card = known->id };
	struct card_signature signed_by_card;
	struct header header;
	enum err err = roster_checkpoint_request(custody->roster, &request, trace);

	if (err != ERR_OK)
		return err;
	err = card_sign(card, request.digest.bytes, &signed_by_card, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "card %s did not sign the checkpoint", known->name);
	signature.len = signed_by_card.len;
	memcpy(signature.der, signed_by_card.der, signed_by_card.len);
	err = roster_checkpoint_sign(custody->roster, &request, &signature, trace);
	if (err != ERR_OK)
		return err;
	err = card_header_load(card, &header, trace);
	if (err != ERR_OK)
		return err;
	header.checkpoint = request.number;
	memcpy(header.checkpoint_head, request.head.bytes, sizeof(header.checkpoint_head));
	return card_header_store(card, &header, trace);
}

/* Whether one of them is the card's, and the highest number among them. */
static bool
find_checkpoint(const struct roster_checkpoint *all, size_t count, const struct header *header,
    unsigned *highest)
{
	bool found = false;

	*highest = 0;
	for (size_t i = 0; i < count; i++) {
		if (all[i].number > *highest)
			*highest = all[i].number;
		found = found || (all[i].number == header->checkpoint &&
				     memcmp(all[i].head.bytes, header->checkpoint_head,
					 sizeof(header->checkpoint_head)) == 0);
	}
	return found;
}

enum err
checkpoint_check_header(const struct custody *custody, const struct header *header,
    const char *card, struct err_trace *trace)
{
	struct roster_checkpoint *all = NULL;
	size_t count = 0;
	unsigned highest;
	enum err err;

	if (header->checkpoint == 0)
		return ERR_OK;
	err = roster_checkpoint_list(custody->roster, &all, &count, trace);
	if (err != ERR_OK)
		return err;
	if (!find_checkpoint(all, count, header, &highest)) {
		err_next(trace,
		    "Find the roster that this card last worked with: a newer copy, a backup. "
		    "Nothing was "
		    "changed on card or token.");
		err = highest < header->checkpoint
			  ? FAIL(trace, ERR_NOT_NOW,
				"this roster is older than card %s: the card signed checkpoint %u, "
				"and the roster knows %u at most",
				card, header->checkpoint, highest)
			  : FAIL(trace, ERR_NOT_NOW,
				"card %s signed another checkpoint %u than this roster has: the "
				"two went different ways",
				card, header->checkpoint);
	}
	free(all);
	return err;
}
