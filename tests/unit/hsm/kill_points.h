/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes the place of the C library's calls that change files (ftruncate, fwrite, fflush, write,
 * fsync, rename), for this program and for every library it loads, counts them, and kills the
 * process with SIGKILL before or after the one asked for. Each fwrite reaches the file at once, so
 * that a kill leaves every prefix that a small buffer could.
 */
#ifndef TESTS_UNIT_HSM_KILL_POINTS_H
#define TESTS_UNIT_HSM_KILL_POINTS_H

#include <stdbool.h>

struct kill_points {
	bool armed;
	unsigned count;
	unsigned kill_at; /* 1 is the first; 0 only counts */
	bool after;
};

/* In memory that a forked child shares with its parent. */
extern struct kill_points *kill_points;

void kill_points_start(void);

#endif
