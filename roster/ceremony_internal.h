/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of ceremony.c. Internal to roster/. */
#ifndef ROSTER_CEREMONY_INTERNAL_H
#define ROSTER_CEREMONY_INTERNAL_H

#include "roster/event.h"

extern const struct event_type ceremony_events[];

#endif
