/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which version of a program was used, as it says itself. Only programs of the system that are
 * known to answer are asked, by the argument that is known; whatever else a script names is never
 * started for it. What is not known is "unknown", never guessed.
 */
#ifndef CEREMONY_VERSION_H
#define CEREMONY_VERSION_H

#include <stdbool.h>

enum { VERSION_TEXT = 160, VERSION_WAIT_MS = 2000 };

#define VERSION_UNKNOWN "unknown"

/* The argument that the program at `path` tells its version for; NULL: it is not to be asked. */
const char *version_argument(const char *path);

/*
 * The first line that `path argument` prints, without what a terminal should not get. False, and
 * "unknown", when it cannot be started, fails, names no number, or takes longer than `wait_ms`.
 */
bool version_ask(const char *path, const char *argument, unsigned wait_ms, char out[VERSION_TEXT]);

/* Of a program that a script names, both together. Returns `out`. */
const char *version_of_program(const char *path, char out[VERSION_TEXT]);

#endif
