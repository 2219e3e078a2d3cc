/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/attendance_options.h"

struct attendance
attendance_values_read(const struct attendance_values *values)
{
	return (struct attendance){ .later = values->later.name,
		.later_count = values->later.count,
		.away = values->away.name,
		.away_count = values->away.count,
		.people = values->people.name,
		.people_count = values->people.count };
}
