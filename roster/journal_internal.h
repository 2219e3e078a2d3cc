/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of journal.c. Internal to roster/. */
#ifndef ROSTER_JOURNAL_INTERNAL_H
#define ROSTER_JOURNAL_INTERNAL_H

#include "roster/event.h"

extern const struct event_type journal_events[];

#endif
