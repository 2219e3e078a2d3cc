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

void
robot_repeat(const char *text)
{
	if (text[0] != '\0')
		fprintf(stderr, "quorate says: %s\n", text);
}
