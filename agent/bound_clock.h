/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock that bounds are kept by: CLOCK_BOOTTIME, which nobody can set and which goes on while
 * the machine sleeps, beside CLOCK_MONOTONIC, which does not. Tests put their own in place.
 */
#ifndef AGENT_BOUND_CLOCK_H
#define AGENT_BOUND_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct bound_clock {
	int64_t (*boot_ms)(void);
	int64_t (*awake_ms)(void);
};

/* The system's. */
struct bound_clock bound_clock(void);

/* What both bounds of an activation need to know: when it ends, and how long the machine slept. */
struct bound_time {
	struct bound_clock clock;
	int64_t deadline_ms; /* on boot_ms; 0: none */
	int64_t slept_ms;    /* before it began */
};

/* Begins now; `for_ms` 0 is no bound. */
struct bound_time bound_time(const struct bound_clock *clock, int64_t for_ms);

/* Milliseconds until its end, 0 when it is over, -1 without a bound. */
int64_t bound_time_left(const struct bound_time *time);

/* True once the machine was suspended, for two seconds or more, since it began. */
bool bound_time_slept(const struct bound_time *time);

#endif
