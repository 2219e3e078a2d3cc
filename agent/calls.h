/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which system calls a process may make from now on (seccomp). A refused one fails with EPERM: a
 * library that tries goes on without it. Holds for all threads at once, and for ever.
 */
#ifndef AGENT_CALLS_H
#define AGENT_CALLS_H

#include <stdbool.h>

#include "base/err.h"

struct profile;

/* `readers`: pcscd is asked again after it was away, over a socket of this machine. */
MUST_CHECK enum err
calls_confine(const struct profile *profile, bool readers, struct err_trace *trace);

/* Reading and writing what is open, opening for reading, following links and ending; no more. */
MUST_CHECK enum err calls_confine_to_looking(struct err_trace *trace);

#endif
