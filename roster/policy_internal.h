/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of policy.c. Internal to roster/. */
#ifndef ROSTER_POLICY_INTERNAL_H
#define ROSTER_POLICY_INTERNAL_H

#include "roster/event.h"

extern const struct event_type policy_events[];

#endif
