/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of activation.c. Internal to roster/. */
#ifndef ROSTER_ACTIVATION_INTERNAL_H
#define ROSTER_ACTIVATION_INTERNAL_H

#include "roster/event.h"

extern const struct event_type activation_events[];

#endif
