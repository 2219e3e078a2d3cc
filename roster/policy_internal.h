/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy, as other files of roster/ need it. Internal to roster/. */
#ifndef ROSTER_POLICY_INTERNAL_H
#define ROSTER_POLICY_INTERNAL_H

#include "roster/event.h"
#include "roster/policy.h"

/* ERR_DENIED, and the refusal noted, where a limit of "refused" or "allowed" says "refused". */
MUST_CHECK enum err policy_check_allowed(
    struct roster *roster, enum roster_policy which, const char *what, struct err_trace *trace);

extern const struct event_type policy_events[];

#endif
