/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/robot_say.h"

#include <stdarg.h>
#include <stdio.h>

void
robot_say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("robot: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
}
