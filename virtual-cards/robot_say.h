/* SPDX-License-Identifier: BSD-2-Clause */
/* What the robot says of its doings, on stderr, for those who watch. */
#ifndef VIRTUAL_CARDS_ROBOT_SAY_H
#define VIRTUAL_CARDS_ROBOT_SAY_H

#include "base/err.h"

/* One line, "robot: …". Never a PIN. */
void robot_say(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* What quorate said to the people, for those who watch; nothing for an empty text. */
void robot_repeat(const char *text);

#endif
