/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of item.c. Internal to roster/. */
#ifndef ROSTER_ITEM_INTERNAL_H
#define ROSTER_ITEM_INTERNAL_H

#include "roster/event.h"

extern const struct event_type item_events[];

#endif
