/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of an adoption. Internal to roster/. */
#ifndef ROSTER_ADOPT_INTERNAL_H
#define ROSTER_ADOPT_INTERNAL_H

#include "roster/event.h"

extern const struct event_type adopt_events[];

#endif
