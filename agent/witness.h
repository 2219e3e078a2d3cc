/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small process of the agent's own that says which program a client is. Landlock lets a process
 * that it confines look at none outside, /proc/PID/exe included; so this one is made before, and
 * before there is a secret: it holds none, does nothing else, and ends with the agent.
 */
#ifndef AGENT_WITNESS_H
#define AGENT_WITNESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "agent/peer.h"
#include "base/err.h"

/* Once, while the process has one thread and holds nothing secret. */
MUST_CHECK enum err witness_start(struct err_trace *trace);

/* As peer_find_program; false when there is none to ask. Any thread may ask. */
bool witness_ask(pid_t pid, char out[PEER_PROGRAM]);

#endif
