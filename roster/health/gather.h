/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of facts_gather. Internal to roster/. */
#ifndef ROSTER_HEALTH_GATHER_H
#define ROSTER_HEALTH_GATHER_H

#include "roster/health/facts.h"

/* The live generations with their shares: cards, custodians, proofs. */
MUST_CHECK enum err
gather_shares(struct roster *roster, struct facts *facts, struct err_trace *trace);

/* Records on cards of generations that were given up. */
MUST_CHECK enum err
gather_leftovers(struct roster *roster, struct facts *facts, struct err_trace *trace);

/* What other installations told and know, and whether cards ever signed the head. After
 * gather_shares. */
MUST_CHECK enum err
gather_news(struct roster *roster, struct facts *facts, struct err_trace *trace);

/* The keys that were made in the quorum's primary tokens, with what is known of their backups. */
MUST_CHECK enum err
gather_keys(struct roster *roster, struct facts *facts, struct err_trace *trace);

#endif
