/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Absences: from one time to another a person cannot be reached, so that their card does not count
 * as ready. They may be planned, and may overlap.
 */
#ifndef ROSTER_ABSENCE_H
#define ROSTER_ABSENCE_H

#include "roster/roster.h"

struct roster_absence {
	struct roster_id person;
	int64_t from;  /* away from here on, */
	int64_t until; /* back here: the first second, or midnight of the first day, of presence */
};

/* ERR_ARGUMENT unless it ends after its beginning and after now; ERR_ABSENT for somebody who left
 * by then. `from` 0 is now. */
MUST_CHECK enum err roster_person_away(
    struct roster *roster, const struct roster_absence *absence, struct err_trace *trace);

/* Ends the absence of now, or, with `planned`, takes back those that have not begun. ERR_NOT_NOW
 * when there is none. */
MUST_CHECK enum err roster_person_back(
    struct roster *roster, const struct roster_id *person, bool planned, struct err_trace *trace);

/* One person's (NULL: everybody's), past ones too, by beginning; free() *out. */
MUST_CHECK enum err roster_absences(struct roster *roster, const struct roster_id *person_or_null,
    struct roster_absence **out, size_t *count, struct err_trace *trace);

/* Whether one of them covers that time; *until is then the end of the last that joins on to it. */
bool
roster_is_away(const struct roster_absence *absences, size_t count, int64_t at, int64_t *until);

#endif
