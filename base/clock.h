/* SPDX-License-Identifier: BSD-2-Clause */
/* Times: seconds of UTC in the roster, milliseconds since boot for waits and bounds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

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

#endif
