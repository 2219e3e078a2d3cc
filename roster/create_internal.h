/* SPDX-License-Identifier: BSD-2-Clause */
/* Making a roster's file, whatever it begins with. Internal to roster/. */
#ifndef ROSTER_CREATE_INTERNAL_H
#define ROSTER_CREATE_INTERNAL_H

#include "roster/roster.h"
#include "roster/roster_internal.h"

struct making {
	struct roster_paths paths;
	struct roster_clock clock;
	const char *group;
	/*
	 * Makes the tables and the first events. The roster has an empty database and a writer of
	 * its own; `fill` sets its identity and who acts. `after_death`: an attempt died before.
	 */
	enum err (*fill)(
	    struct roster *roster, const void *context, bool after_death, struct err_trace *trace);
	const void *context;
};

/* As roster_create: whole or not there, and opened for writing as the person who acts. */
MUST_CHECK enum err
create_roster(const struct making *making, struct roster **out, struct err_trace *trace);

#endif
