/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of signing.c. Internal to roster/. */
#ifndef ROSTER_SIGNING_INTERNAL_H
#define ROSTER_SIGNING_INTERNAL_H

#include "roster/event.h"

extern const struct event_type signing_events[];

#endif
