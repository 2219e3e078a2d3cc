/* SPDX-License-Identifier: BSD-2-Clause */
/* Departures, as other files of roster/ need them. Internal to roster/. */
#ifndef ROSTER_DEPARTURE_INTERNAL_H
#define ROSTER_DEPARTURE_INTERNAL_H

#include "roster/departure.h"

/* ERR_NOT_NOW unless they have left, and no card with a share that still opens something is
 * outstanding with them. */
MUST_CHECK enum err departure_check_over(
    struct roster *roster, const struct roster_person *person, struct err_trace *trace);

#endif
