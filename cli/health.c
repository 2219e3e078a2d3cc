/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/health.h"

static const int statuses[] = {
	[ROSTER_LEVEL_OK] = 0,
	[ROSTER_LEVEL_WARNING] = 1,
	[ROSTER_LEVEL_UNKNOWN] = 3,
	[ROSTER_LEVEL_CRITICAL] = 2,
};
_Static_assert(sizeof(statuses) / sizeof(*statuses) == ROSTER_LEVEL__COUNT, "a status each");

int
health_status(enum roster_level level)
{
	return statuses[level];
}
