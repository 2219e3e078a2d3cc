/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enrolment: a card becomes a custodian's. Its keys are made on it, its holder named, its PIN set
 * last and then verified; it signs a checkpoint, which pins its key. No secret of any quorum exists
 * yet, so enrolment may be done days before. Interrupted, the same command goes on: the roster
 * knows the card whose enrolment was begun, and making the keys again harms nothing.
 */
#ifndef CUSTODY_ENROL_H
#define CUSTODY_ENROL_H

#include "custody/custody.h"
#include "roster/card.h"

struct enrol_request {
	const char *custodian;
	const char
	    *quorum; /* the name that the card's short name begins with; need not exist yet */
	bool keep_admin_pin; /* no factory reset: the card's present admin PIN is asked for */
	bool erase;          /* a card with keys or data of others: after its serial was typed */
};

/*
 * *out is what the receipt says. ERR_DENIED: a card with foreign content and no `erase`;
 * ERR_NOT_NOW: it holds a live share.
 */
MUST_CHECK enum err enrol_card(struct custody *custody, const struct enrol_request *request,
    struct roster_card *out, struct err_trace *trace);

#endif
