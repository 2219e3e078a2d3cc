/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Adopting a quorum whose roster is lost: M of its cards and its tokens are all there is. The cards
 * say who they are, give their shares back, and what these open is written down as the beginning of
 * a new roster, with a list of what is lost. In the middle of a re-key, cards hold shares of two
 * generations, and tokens open with either: each derived PIN is tried once.
 */
#ifndef CUSTODY_ADOPT_H
#define CUSTODY_ADOPT_H

#include "custody/custody.h"
#include "roster/sheet.h"

struct adopt_request {
	const char *name;                 /* of the quorum */
	const struct roster_sheet *sheet; /* NULL: none is there */
	const char *const *bindings;      /* names that people know beside; NULL: none */
	size_t binding_count;
	const char *module; /* of its tokens; NULL: the sheet's, else 'softhsm' */
};

enum { ADOPTED_LINES = 64, ADOPTED_LINE = 256 };

/* In words: what the new roster has, and what it cannot know. */
struct adopted {
	size_t found;
	size_t lost;
	char found_line[ADOPTED_LINES][ADOPTED_LINE];
	char lost_line[ADOPTED_LINES][ADOPTED_LINE];
};

/*
 * Into a roster that does not have the quorum, or that adopted it before and gets what is new. All
 * is written at once, at the end: before, nothing is changed on roster, card or token. ERR_ABSENT:
 * no token opens with these cards; ERR_EXISTS: the roster has the quorum, and made it. free() *out.
 */
MUST_CHECK enum err adopt_quorum(struct custody *custody, const struct adopt_request *request,
    struct adopted **out, struct err_trace *trace);

#endif
