/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of key.c. Internal to roster/. */
#ifndef ROSTER_KEY_INTERNAL_H
#define ROSTER_KEY_INTERNAL_H

#include "roster/event.h"

extern const struct event_type key_events[];

#endif
