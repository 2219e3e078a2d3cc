/* SPDX-License-Identifier: BSD-2-Clause */
/* Cards that sign evidence: which, with which key, and where the signature goes. */
#ifndef CEREMONY_BUNDLE_SIGN_H
#define CEREMONY_BUNDLE_SIGN_H

#include "ceremony/bundle_card.h"
#include "roster/card.h"

struct card;
struct custody;
struct roster;

/* As it lies in evidence: with the name of the person whose card it is. */
MUST_CHECK enum err bundle_card_of(struct roster *roster, const struct roster_card *card,
    struct bundle_card *out, struct err_trace *trace);

/* Whether it is this person's, and can sign: enrolled, and neither missing nor broken. */
bool bundle_card_is_fit(const struct roster_card *card, const struct roster_id *person);

/* The card that a person signs with: their newest that is fit for it. ERR_ABSENT: they have none.
 */
MUST_CHECK enum err bundle_card_of_person(
    struct roster *roster, const char *person, struct roster_card *out, struct err_trace *trace);

/* What is signed in one round. `sign` of a struct sign_round; its context is a bundle_signing. */
struct bundle_signing {
	struct custody *custody;
	const char *evidence;
	struct bundle_message what;
	unsigned line; /* of the addendum; 0: the head */
	/* The roster's head, which each card signs in the same visit; NULL: not. */
	const struct roster_checkpoint_request *checkpoint;
};
MUST_CHECK enum err bundle_sign(
    void *signing, struct card *card, const struct roster_card *known, struct err_trace *trace);

/* Whether the card's signature is there, both files. */
bool bundle_has_signature(const char *evidence, const char *card, unsigned line);

#endif
