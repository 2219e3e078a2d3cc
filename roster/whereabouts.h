/* SPDX-License-Identifier: BSD-2-Clause */
/* Who has what, and where, at a time: cards with their custodians, and what lies in bags. */
#ifndef ROSTER_WHEREABOUTS_H
#define ROSTER_WHEREABOUTS_H

#include "roster/card.h"
#include "roster/stow.h"

struct roster_whereabouts {
	struct roster_thing thing;
	struct roster_id custodian; /* of a card */
	bool is_stowed;
	struct roster_stow stow;   /* the last stowing until then, over or not; all zero: none */
	int64_t since;             /* it was put there, taken out, or first known */
	enum roster_report report; /* the last one of a card until then, or NONE */
	bool suspected;            /* by report or by bag */
};

/* Cards, tokens and items, each by name, as far as in use at that time (0: now); free() *out. */
MUST_CHECK enum err roster_whereabouts(struct roster *roster, int64_t at,
    struct roster_whereabouts **out, size_t *count, struct err_trace *trace);

#endif
