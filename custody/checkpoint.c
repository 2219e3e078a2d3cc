/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/checkpoint.h"

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
