/* SPDX-License-Identifier: BSD-2-Clause */
/* Installations and the seat, as other files of roster/ need them. Internal to roster/. */
#ifndef ROSTER_SEAT_INTERNAL_H
#define ROSTER_SEAT_INTERNAL_H

#include "roster/event.h"
#include "roster/seat.h"

/* The installation that writes the founding is the first, and has the seat. */
MUST_CHECK enum err seat_found(struct db *db, const struct event *event, struct err_trace *trace);

/* The first event of this installation in a roster that another one founded. */
MUST_CHECK enum err seat_join(struct roster *roster, const char *name, struct err_trace *trace);

extern const struct event_type seat_events[];

#endif
