/* SPDX-License-Identifier: BSD-2-Clause */
/* A re-key while it is planned: who and what takes part. For custody/rekey.c. */
#ifndef CUSTODY_REKEY_INTERNAL_H
#define CUSTODY_REKEY_INTERNAL_H

#include "custody/rekey.h"

struct rekeying {
	struct custody *custody;
	const struct rekey_request *request;
	struct roster_quorum quorum;
	struct roster_generation *former;
	struct rekey_forecast *out;
};

/* Who stays, joins and leaves, and the cards of the plan. */
MUST_CHECK enum err rekey_plan_people(struct rekeying *rekeying, struct err_trace *trace);

/* The bound tokens that switch, and those that are away. */
MUST_CHECK enum err rekey_plan_tokens(struct rekeying *rekeying, struct err_trace *trace);

#endif
