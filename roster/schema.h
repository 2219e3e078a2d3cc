/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables. `event` and `content` are the truth; all others are projections, which one function
 * makes anew from the events and roster_verify compares row by row. Internal to roster/.
 */
#ifndef ROSTER_SCHEMA_H
#define ROSTER_SCHEMA_H

#include "roster/db.h"

/*
 * SCHEMA_VERSION is that of the projections: one more whenever a table, or what an event does to
 * one, changes. A file with an older one gets its projections anew when it is opened.
 */
enum { SCHEMA_VERSION = 19, SCHEMA_APPLICATION = 0x51524154 /* "QRAT" */ };

struct schema_table {
	const char *name;
	const char *create;
	bool is_truth; /* not a projection: the same in every version */
	bool of_truth; /* an index of a table that is the truth */
	/* For projections only: */
	const char *clear;   /* "DELETE FROM …" */
	const char *compare; /* "SELECT * FROM … ORDER BY …" by its primary key */
};

/* In an order that suits foreign keys; the last has a NULL name. */
const struct schema_table *schema_tables(void);

MUST_CHECK enum err schema_make(struct db *db, struct err_trace *trace);

/*
 * ERR_FORMAT: not a roster, or tables that were changed from outside. ERR_UNSUPPORTED: newer. With
 * *is_old only what is the truth was looked at: the projections are of an older version.
 */
MUST_CHECK enum err schema_check(struct db *db, bool *is_old, struct err_trace *trace);

/* Puts empty projections of this version in the place of all others, in an open transaction. */
MUST_CHECK enum err schema_renew(struct db *db, struct err_trace *trace);

/* Empties every projection. */
MUST_CHECK enum err schema_clear_projections(struct db *db, struct err_trace *trace);

#endif
