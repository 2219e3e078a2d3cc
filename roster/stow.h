/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies in numbered bags in safes. A thing that comes out of another bag than it went into, or
 * of one that is not whole, was in unknown hands: it is suspected from then on, and counts as
 * exposed.
 */
#ifndef ROSTER_STOW_H
#define ROSTER_STOW_H

#include "roster/roster.h"
#include "roster/thing.h"

enum { ROSTER_BAG = 65, ROSTER_SAFE = 129 };

struct roster_stow {
	struct roster_thing thing;
	char bag[ROSTER_BAG];
	char place[ROSTER_SAFE];
	struct roster_id people[2]; /* who stowed it: two different ones */
	int64_t stowed;             /* 0: nobody recorded it */
	/* Where it is read back, and was taken out: */
	int64_t unstowed; /* 0: it is there */
	char found_bag[ROSTER_BAG];
	bool intact;
	struct roster_id openers[2];
	bool suspected;
};

/*
 * ERR_NOT_NOW: it is stowed already, with where, or a card that is reported lost or destroyed.
 * ERR_DENIED: a bag of that number was opened before, or lies in another place; a bag serves once.
 */
MUST_CHECK enum err
roster_stow(struct roster *roster, const struct roster_stow *stow, struct err_trace *trace);

struct roster_unstow {
	struct roster_thing thing;
	char bag[ROSTER_BAG]; /* the number on the bag that it came out of */
	bool intact;
	struct roster_id people[2];
};
/* *suspected: the bag was another, or not whole. ERR_NOT_NOW: it is not stowed. */
MUST_CHECK enum err roster_unstow(struct roster *roster, const struct roster_unstow *unstow,
    bool *suspected, struct err_trace *trace);

/* Its last stowing, over or not; ERR_ABSENT: it was never stowed. */
MUST_CHECK enum err roster_stow_last(struct roster *roster, const struct roster_thing *thing,
    struct roster_stow *out, struct err_trace *trace);

/* Every stowing of one thing, or of all with NULL, oldest first; free() *out. Things have their
 * names. */
MUST_CHECK enum err
roster_stow_list(struct roster *roster, const struct roster_thing *thing_or_null,
    struct roster_stow **out, size_t *count, struct err_trace *trace);

/* Since when a thing is suspected by the bag that it came out of, 0: it is not. Of a card, what
 * people reported counts too (roster_card's `exposed`). */
MUST_CHECK enum err roster_stow_suspected(struct roster *roster, const struct roster_thing *thing,
    int64_t *since, struct err_trace *trace);

#endif
