/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a card is good for at a time. What is known of it (its enrolment, what people reported, its
 * tries, its last proof) becomes one word by one table; health, lists and prompts all ask here.
 */
#ifndef ROSTER_CARD_CONDITION_H
#define ROSTER_CARD_CONDITION_H

#include "roster/card.h"

/* In the order in which they are looked for: the first that holds is the card's. */
enum roster_condition {
	ROSTER_CONDITION_ENDED,     /* enrolment given up, or the card was enrolled anew */
	ROSTER_CONDITION_BEGUN,     /* enrolment not finished */
	ROSTER_CONDITION_DESTROYED, /* reported so */
	ROSTER_CONDITION_LOST,      /* reported lost or stolen, and not found since */
	ROSTER_CONDITION_SUSPECTED, /* was out of its custodian's hands, or its bag was not whole */
	ROSTER_CONDITION_DAMAGED,   /* reported so */
	ROSTER_CONDITION_BLOCKED,   /* seen without a try left */
	ROSTER_CONDITION_PIN_UNKNOWN, /* its custodian does not know the PIN any more */
	ROSTER_CONDITION_STALE,       /* not proven for longer than the policy allows, or never
					 since it was unblocked */
	ROSTER_CONDITION_READY,
	ROSTER_CONDITION__COUNT
};

/* "pin-unknown", for machines; and "PIN unknown", for people. */
const char *roster_condition_word(enum roster_condition condition);
const char *roster_condition_words(enum roster_condition condition);

/* Reported lost, stolen or destroyed: where it turns up, that is reported first. */
bool roster_card_is_missing(const struct roster_card *card);

/*
 * At a time: a proof at `card->proven` counts for `lasts` seconds. Pure; who judges one generation
 * puts the last proof for that generation into a copy of the card.
 */
enum roster_condition
roster_condition_of(const struct roster_card *card, int64_t lasts, int64_t at);

/* How long a proof counts by the policy of a time (0: now): roll-call-days and the grace, in
 * seconds. */
MUST_CHECK enum err
roster_proof_lasts(struct roster *roster, int64_t at, int64_t *seconds, struct err_trace *trace);

#endif
