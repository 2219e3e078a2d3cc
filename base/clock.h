/* SPDX-License-Identifier: BSD-2-Clause */
/* Times: seconds of UTC in the roster, milliseconds since boot for waits and bounds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Seconds since 1970 UTC. */
int64_t clock_utc(void);

/* CLOCK_BOOTTIME: goes on in suspend, cannot be set. */
int64_t clock_boot_ms(void);

enum { CLOCK_TEXT = 21, CLOCK_DATE = 11 };

/* "2026-11-23T11:51:46Z" */
void clock_format(int64_t utc, char out[CLOCK_TEXT]);

/* "2026-11-23" */
void clock_format_date(int64_t utc, char out[CLOCK_DATE]);

/* Accepts exactly these two forms (a date is its midnight UTC), years 1970 to 9999; false
 * otherwise. */
bool clock_parse(const char *text, int64_t *utc);

/* Which days are taken, each named by any of its seconds; 0: without a bound. */
struct clock_days {
	int64_t first;
	int64_t last;
};

enum { CLOCK_DAY = 86400 };

/*
 * A day that a person typed, YYYY-MM-DD and nothing else, as its midnight UTC. ERR_ARGUMENT says
 * what is wrong with `what` ("--until"): not a date, or outside of `days` (NULL: any).
 */
MUST_CHECK enum err clock_read_day(const char *text, const char *what,
    const struct clock_days *days, int64_t *out, struct err_trace *trace);

#endif
