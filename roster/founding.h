/* SPDX-License-Identifier: BSD-2-Clause */
/* The first two events: that there is a roster, and who its first person is. Internal to roster/.
 */
#ifndef ROSTER_FOUNDING_H
#define ROSTER_FOUNDING_H

#include "roster/event.h"
#include "roster/roster_internal.h"

/* Makes the tables too. The roster has its ids, `by` (to be the first person), and an empty db. */
MUST_CHECK enum err founding_write(
    struct roster *roster, const struct roster_founding *founding, struct err_trace *trace);

extern const struct event_type founding_events[];

#endif
