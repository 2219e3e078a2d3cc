/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the shares of one generation would lie: how many with one person, at one site, with one
 * employer, in one reporting line and on one model of card, against the policy's limits. What is
 * not known of a person counts nowhere.
 */
#ifndef ROSTER_PLACEMENT_H
#define ROSTER_PLACEMENT_H

#include "roster/policy.h"
#include "roster/roster.h"

struct roster_placing {
	unsigned threshold;
	unsigned cards; /* at most ROSTER_CARDS_MAX */
	struct roster_id card[ROSTER_CARDS_MAX];
};

/* More shares in one place than a limit allows. */
struct roster_crowd {
	enum roster_policy limit;
	char where[ROSTER_NAME]; /* the person, site, employer, line or model */
	unsigned shares;
	unsigned allowed;
};

struct roster_placement {
	unsigned crowds;
	struct roster_crowd crowd[ROSTER_CARDS_MAX]; /* the first of them */
};

/* Every place that is too full, by the limits at that time (0: now); none is fine. */
MUST_CHECK enum err
roster_placement_find(struct roster *roster, const struct roster_placing *placing, int64_t at,
    struct roster_placement *out, struct err_trace *trace);

/* "3 shares at the site 'Bern', where 2 are allowed" */
enum { ROSTER_CROWD_TEXT = 256 };
void roster_crowd_format(const struct roster_crowd *crowd, char out[ROSTER_CROWD_TEXT]);

/*
 * ERR_DENIED for the first place that is too full, and the policy remembers that it refused. In a
 * practice roster all cards may be of one model: virtual ones are.
 */
MUST_CHECK enum err roster_placement_check(
    struct roster *roster, const struct roster_placing *placing, struct err_trace *trace);

#endif
