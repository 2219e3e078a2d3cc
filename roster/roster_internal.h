/* SPDX-License-Identifier: BSD-2-Clause */
/* What an open roster is. Internal to roster/ (and to its tests, which damage it). */
#ifndef ROSTER_ROSTER_INTERNAL_H
#define ROSTER_ROSTER_INTERNAL_H

#include "roster/db.h"
#include "roster/event.h"
#include "roster/roster.h"

/* What changes with each event and goes back with a rollback. */
struct roster {
	struct db *db;
	char *file;
	char *state_dir;
	int lock; /* -1: none */
	bool writable;
	bool state_behind;  /* the last commit's head is not in the state folder yet */
	bool is_immutable;  /* opened so: what is read may be torn if the file changes */
	int64_t changed[3]; /* the file's time, its nanoseconds and size when it was opened so */
	struct roster_clock clock;
	struct roster_id identity;
	bool practice;
	struct roster_standing standing;
	struct roster_id by;
	unsigned depth;          /* of roster_begin */
	struct event_head own;   /* this installation's last event */
	int64_t last_time;       /* of the newest event */
	struct event_head saved; /* both, before the open transaction */
	int64_t saved_time;
};

/* ERR_NOT_NOW when another command changed the file under this reader. */
MUST_CHECK enum err roster_check_unchanged(const struct roster *roster, struct err_trace *trace);

#endif
