/* SPDX-License-Identifier: BSD-2-Clause */
/* Two processes around CMD: one waits outside, the other is the sandbox's first process. */
#ifndef VIRTUAL_CARDS_SANDBOX_RUN_H
#define VIRTUAL_CARDS_SANDBOX_RUN_H

#include <sys/types.h>

#include "base/err.h"

/* Keeps signals for run_command and run_wait to read; call before the first fork. */
MUST_CHECK enum err run_hold_signals(struct err_trace *trace);

/*
 * In the first process: starts CMD, buries every orphan, passes signals on, and returns when CMD
 * has ended. *status is its exit status, or 128 + signal.
 */
MUST_CHECK enum err run_command(const char *const *argv, int *status, struct err_trace *trace);

/* Outside: waits for the first process, passing signals on; the kernel ends all others with it. */
int run_wait(pid_t first);

#endif
