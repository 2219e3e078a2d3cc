/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose card a serial is, as far as the roster knows: for messages that name people, not numbers.
 */
#ifndef CUSTODY_WHOSE_H
#define CUSTODY_WHOSE_H

#include <stdbool.h>

#include "roster/card.h"
#include "roster/person.h"

struct whose {
	bool known;
	bool enrolled; /* not only begun */
	bool missing;  /* roster_card_is_missing */
	char custodian[ROSTER_NAME];
	char card[ROSTER_SHORT_NAME]; /* "root/2" */
	char quorum[ROSTER_NAME];     /* the name that it was enrolled for */
};

/* `roster` may be NULL: then nobody is known. */
void whose_card(struct roster *roster, const char *serial, struct whose *out);

/* The name of a person, or "(unknown)". */
void whose_name(struct roster *roster, const struct roster_id *person, char out[ROSTER_NAME]);

#endif
