/* SPDX-License-Identifier: BSD-2-Clause */
/* What can be stowed: a card, a token (by its binding) or an item, as people name it. */
#ifndef ROSTER_THING_H
#define ROSTER_THING_H

#include "roster/roster.h"

enum roster_thing_kind {
	ROSTER_THING_CARD,
	ROSTER_THING_TOKEN,
	ROSTER_THING_ITEM,
	ROSTER_THING__COUNT
};

/* "card", "token", "item" */
const char *roster_thing_word(enum roster_thing_kind kind);

struct roster_thing {
	enum roster_thing_kind kind;
	struct roster_id id; /* of the card, the binding, the item */
	char name[ROSTER_SHORT_NAME];
};

/*
 * "root/2" is a card; any other name a token's binding or an item in use. Where both have the name,
 * it is said as token:NAME or item:NAME: ERR_ARGUMENT. ERR_ABSENT: nothing has it.
 */
MUST_CHECK enum err roster_thing_find(
    struct roster *roster, const char *name, struct roster_thing *out, struct err_trace *trace);

#endif
