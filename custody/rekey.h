/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The re-key (design.md, rule 3): a new secret, new shares, new PINs. What it would take and what
 * it would change is forecast first; carrying it out is the machine of custody/issuing.h.
 */
#ifndef CUSTODY_REKEY_H
#define CUSTODY_REKEY_H

#include "custody/attendance.h"
#include "custody/custody.h"
#include "roster/operation.h"

struct rekey_request {
	const char *quorum;
	const char *const *remove; /* custodians who get no share any more */
	size_t remove_count;
	const char *const *add; /* who get one; each with an enrolled card */
	size_t add_count;
	unsigned threshold; /* M from now on; 0: as it is */
	struct attendance attendance;
};

enum rekey_change { REKEY_STAYS, REKEY_JOINS, REKEY_LEAVES, REKEY_CHANGE__COUNT };
const char *rekey_change_word(enum rekey_change change); /* "leaves" */

struct rekey_person {
	char custodian[ROSTER_NAME];
	char card[ROSTER_SHORT_NAME];
	enum rekey_change change;
	bool opens; /* has a card of before that may be among the M that open what stands */
	bool later; /* gets the share at the next visit */
};

struct rekey_token {
	char name[ROSTER_BINDING_NAME];
	char label[33];
	bool away;  /* keeps its PINs, and with them the generation of before live */
	bool twice; /* it was away before: the cards' records of what opens it give way */
};

struct rekey_forecast {
	char quorum[ROSTER_NAME];
	unsigned former;
	unsigned former_threshold;
	unsigned former_size;
	unsigned openers; /* cards of before that may come; former_threshold of them must */
	unsigned needed;  /* new cards to be proven before a token switches */
	unsigned blanks;  /* cards of those who join: enrolled before */
	int margin_before;
	int margin_after; /* once everybody here has a share */
	unsigned exposure_before;
	unsigned exposure_after; /* shares of live generations with people who leave or left */
	unsigned minutes;        /* a rough guess */
	size_t people;
	struct rekey_person person[2 * ROSTER_CARDS_MAX];
	size_t tokens;
	struct rekey_token token[ROSTER_TOKENS_MAX];
	struct roster_plan plan; /* the new generation: number, threshold, cards, tokens */
};

/*
 * Checks everything that can be checked before a card is touched, and says what it takes. Nothing
 * is written. free() *out.
 */
MUST_CHECK enum err rekey_plan(struct custody *custody, const struct rekey_request *request,
    struct rekey_forecast **out, struct err_trace *trace);

/* Writes the plan down and carries it out. */
MUST_CHECK enum err rekey_carry_out(struct custody *custody, const struct rekey_forecast *forecast,
    const struct attendance *attendance, struct err_trace *trace);

#endif
