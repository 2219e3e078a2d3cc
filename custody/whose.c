/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/whose.h"

#include <stdio.h>

#include "roster/card_condition.h"

void
whose_name(struct roster *roster, const struct roster_id *person, char out[ROSTER_NAME])
{
	struct roster_person found;

	if (roster_person_get(roster, person, &found, NULL) == ERR_OK)
		snprintf(out, ROSTER_NAME, "%s", found.name);
	else
		snprintf(out, ROSTER_NAME, "(unknown)");
}

void
whose_card(struct roster *roster, const char *serial, struct whose *out)
{
	struct roster_card card;

	*out = (struct whose){ .known = false };
	if (roster == NULL || serial[0] == '\0')
		return;
	if (roster_card_by_serial(roster, serial, &card, NULL) != ERR_OK)
		return;
	out->known = true;
	out->enrolled = card.state == ROSTER_CARD_ENROLLED;
	out->missing = roster_card_is_missing(&card);
	snprintf(out->card, sizeof(out->card), "%s", card.name);
	snprintf(out->quorum, sizeof(out->quorum), "%s", card.quorum);
	whose_name(roster, &card.custodian, out->custodian);
}
