/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/card_share.h"

#include "base/secret.h"
#include "quorum/share.h"

enum err
card_share_open(struct card *card, const struct card_share_of *of, const struct record *record,
    struct secret **share, struct err_trace *trace)
{
	uint8_t card_point[CARD_POINT], enc[P256_POINT];
	struct secret *shared_x = NULL;
	struct share_opening opening = {
		.quorum_id = of->quorum_id, .card_point = card_point, .practice = of->practice
	};
	enum share_fault fault;
	enum err err = secret_new(CARD_ECDH, &shared_x, trace);

	if (err == ERR_OK)
		err = record_point(record, enc, trace);
	if (err == ERR_OK)
		err = card_public_key(card, CARD_KEY_DEC, card_point, trace);
	if (err == ERR_OK)
		err = card_ecdh(card, enc, shared_x, trace);
	opening.shared_x = shared_x;
	if (err == ERR_OK)
		err = share_open(record, &opening, &fault, share, trace);
	secret_free(shared_x);
	return err;
}
