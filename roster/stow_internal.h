/* SPDX-License-Identifier: BSD-2-Clause */
/* Stowings, as other files of roster/ need them. Internal to roster/. */
#ifndef ROSTER_STOW_INTERNAL_H
#define ROSTER_STOW_INTERNAL_H

#include "roster/card_internal.h"
#include "roster/event.h"
#include "roster/stow.h"

/* What stow_read reads; the kinds are those of enum roster_thing_kind. */
#define STOW_COLUMNS                                                                               \
	"SELECT s.kind, s.thing, CASE s.kind WHEN 0 THEN " CARD_NAME_SQL(                          \
	    "c.") " WHEN 1 THEN b.name ELSE i.name END, s.bag, s.place, s.stowed, s.unstowed, "    \
		  "s.found_bag, s.intact, s.suspected, s.stower, s.stow_witness, s.opener, "       \
		  "s.open_witness FROM stow s LEFT JOIN card c ON c.id = s.thing "                 \
		  "LEFT JOIN binding b ON b.id = s.thing LEFT JOIN item i ON i.id = s.thing "
bool stow_read(const struct db_rows *rows, void *item);

/* As roster_stow_last, of those begun by then; ERR_ABSENT without words. */
MUST_CHECK enum err stow_last_until(struct roster *roster, const struct roster_thing *thing,
    int64_t at, struct roster_stow *out, struct err_trace *trace);

extern const struct event_type stow_events[];

#endif
