/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A layer below SQLite that counts every durable act (write, sync, truncate, delete) and, from a
 * chosen one on, refuses them as a full disk or a failing one would, or kills the process there.
 */
#ifndef TESTS_UNIT_ROSTER_FAULT_VFS_H
#define TESTS_UNIT_ROSTER_FAULT_VFS_H

enum fault_kind { FAULT_NONE, FAULT_FULL, FAULT_IO, FAULT_KILL };

/* Becomes SQLite's default; once a program. */
void fault_vfs_install(void);

/* The act number `at` from now on, from 1, is the first that fails; the count begins anew. */
void fault_vfs_arm(enum fault_kind kind, unsigned at);

/* No faults from here on; how many acts there were since it was armed. */
unsigned fault_vfs_disarm(void);

#endif
