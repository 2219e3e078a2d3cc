/* SPDX-License-Identifier: BSD-2-Clause */
/* The options that say who and what is not in this sitting, for the commands that take them. */
#ifndef CLI_ATTENDANCE_OPTIONS_H
#define CLI_ATTENDANCE_OPTIONS_H

#include "cli/command.h"
#include "custody/attendance.h"

struct attendance_values {
	struct names later;
	struct names away;
	struct names people;
};

#define ATTENDANCE_LATER(type, member)                                                             \
	{                                                                                          \
		.name = "later", .kind = OPTION_NAMES, .metavar = "NAME,NAME,...",                 \
		.help = "who is not here and gets the share at the next visit",                    \
		.offset = offsetof(type, member.later)                                             \
	}
#define ATTENDANCE_AWAY(type, member)                                                              \
	{                                                                                          \
		.name = "away", .kind = OPTION_NAMES, .metavar = "TOKEN,TOKEN,...",                \
		.help = "tokens to leave as they are for now",                                     \
		.offset = offsetof(type, member.away)                                              \
	}
#define ATTENDANCE_PEOPLE(type, member)                                                            \
	{                                                                                          \
		.name = "people", .kind = OPTION_NAMES, .metavar = "NAME,NAME",                    \
		.help = "two who compare the enrolment receipts of those who come later",          \
		.offset = offsetof(type, member.people)                                            \
	}

struct attendance attendance_values_read(const struct attendance_values *values);

#endif
