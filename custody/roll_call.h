/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Roll-call: the dated proof that cards, their PINs and the sealed shares on them still work, one
 * card after another and in any order. Nothing is rebuilt: one card, one PIN, no quorum.
 *
 * A card that fails is named with what is wrong with it, nothing is recorded as proven, and the
 * others go on. Each card that passes signs a checkpoint of the roster's head, with its proof in
 * it. A roll-call trusts the machine that it runs on, as an activation does (docs/roll-call.md).
 */
#ifndef CUSTODY_ROLL_CALL_H
#define CUSTODY_ROLL_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "custody/custody.h"
#include "custody/visit.h"
#include "roster/card.h"

enum roll_call_outcome {
	ROLL_CALL_MISSING, /* did not come */
	ROLL_CALL_PROVEN,
	ROLL_CALL_TODAY,    /* had its roll-call today already, and was not asked again */
	ROLL_CALL_GAVE_WAY, /* its custodian gave way to another card instead of a PIN */
	ROLL_CALL_FAILED,   /* `words` say why */
	ROLL_CALL_OUTCOME__COUNT
};

struct roll_call_line {
	struct roster_card card;
	char custodian[ROSTER_NAME];
	enum roll_call_outcome outcome;
	bool has_share;  /* else its keys and its PIN alone were proven */
	bool signs;      /* it signed the roster's head */
	unsigned tries;  /* left, where it was seen */
	enum err failed; /* and `words` and `next` say how */
	char words[ERR_TEXT];
	char next[ERR_NEXT];
};

enum { ROLL_CALL_CARDS_MAX = 32 };

struct roll_call {
	size_t count;
	struct roll_call_line line[ROLL_CALL_CARDS_MAX];
};

/* Which cards: named ones, or those of a quorum. */
struct roll_call_cards {
	const char *const *names; /* short names, root/2 */
	size_t name_count;
	const char *quorum; /* where no names are given */
	bool all;           /* every card of the quorum; else any one of them */
	bool again;         /* with `all`: also those that had their roll-call today */
};

/*
 * Asks for the cards and checks them; *out (free() it) tells how it went for each, also on failure
 * once the cards are known: else it is NULL. ERR_ABSENT: no such card or quorum; ERR_CANCELLED,
 * ERR_TIMEOUT: not all came; else the failure of the first card that failed.
 */
MUST_CHECK enum err roll_call(struct custody *custody, const struct roll_call_cards *request,
    struct roll_call **out, struct err_trace *trace);

#endif
