/* SPDX-License-Identifier: BSD-2-Clause */
/* The walls of the sandbox: which namespaces, and who one is inside. */
#ifndef VIRTUAL_CARDS_SANDBOX_NAMESPACES_H
#define VIRTUAL_CARDS_SANDBOX_NAMESPACES_H

#include "base/err.h"

/*
 * Moves the calling, single-threaded process into new mount, network and IPC namespaces; its next
 * child is the first process of a new PID namespace. Without the right to do that it makes a user
 * namespace too, in which the person keeps their own number. Must come before anything makes the
 * process non-dumpable: such a process cannot write its own uid_map. ERR_IO when the system
 * refuses, with words on why that may be.
 */
MUST_CHECK enum err namespaces_enter(struct err_trace *trace);

/* Brings up the loopback interface: the only network there is inside. */
MUST_CHECK enum err namespaces_loopback_up(struct err_trace *trace);

#endif
