/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A round of cards that sign, one after another: each is asked for, its PIN verified, and handed to
 * whoever knows what is signed. The roster's head (checkpoint.h) and a ceremony's evidence are.
 */
#ifndef CUSTODY_SIGN_ROUND_H
#define CUSTODY_SIGN_ROUND_H

#include <stdbool.h>

#include "custody/custody.h"
#include "custody/visit.h"
#include "roster/card.h"

struct sign_card {
	struct roster_card card;
	char custodian[ROSTER_NAME];
	bool passed; /* it signed, or its custodian gave way to another */
	bool has_signed;
};

struct sign_round {
	const char *quorum;  /* for the question; NULL: none is meant */
	unsigned generation; /* 0: none is meant */
	const char *purpose; /* "sign the roster's head" */
	struct sign_card signer[VISIT_WANTED_MAX];
	size_t signers;
	unsigned wanted; /* the round ends with so many signatures */
	unsigned least;  /* ERR_DENIED as soon as fewer than these are possible */
	unsigned signed_so_far;
	/* CARD_PIN_USER and CARD_PIN_SIGN are verified. What was signed is kept when it returns. */
	enum err (*sign)(void *context, struct card *card, const struct roster_card *known,
	    struct err_trace *trace);
	void *context;
};

/* A round that is broken off leaves what was signed in it. */
MUST_CHECK enum err
sign_round_hold(struct custody *custody, struct sign_round *round, struct err_trace *trace);

#endif
