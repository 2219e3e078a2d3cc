/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/bound_clock.h"

#include <time.h>

#include "base/clock.h"

/* Less is what the two clocks may differ by between two readings. */
enum { SLEPT_MS = 2000 };

static int64_t
awake_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct bound_clock
bound_clock(void)
{
	return (struct bound_clock){ .boot_ms = clock_boot_ms, .awake_ms = awake_ms };
}

static int64_t
slept_ms(const struct bound_clock *clock)
{
	return clock->boot_ms() - clock->awake_ms();
}

struct bound_time
bound_time(const struct bound_clock *clock, int64_t for_ms)
{
	return (struct bound_time){ .clock = *clock,
		.deadline_ms = for_ms == 0 ? 0 : clock->boot_ms() + for_ms,
		.slept_ms = slept_ms(clock) };
}

int64_t
bound_time_left(const struct bound_time *time)
{
	int64_t left;

	if (time->deadline_ms == 0)
		return -1;
	left = time->deadline_ms - time->clock.boot_ms();
	return left > 0 ? left : 0;
}

bool
bound_time_slept(const struct bound_time *time)
{
	return slept_ms(&time->clock) - time->slept_ms >= SLEPT_MS;
}
