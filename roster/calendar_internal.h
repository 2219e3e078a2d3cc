/* SPDX-License-Identifier: BSD-2-Clause */
/* Internal to roster/. */
#ifndef ROSTER_CALENDAR_INTERNAL_H
#define ROSTER_CALENDAR_INTERNAL_H

#include "roster/event.h"

extern const struct event_type calendar_events[];

#endif
