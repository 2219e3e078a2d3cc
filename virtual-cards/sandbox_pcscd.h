/* SPDX-License-Identifier: BSD-2-Clause */
/* The real pcscd, private to the sandbox, with virtual readers only. */
#ifndef VIRTUAL_CARDS_SANDBOX_PCSCD_H
#define VIRTUAL_CARDS_SANDBOX_PCSCD_H

#include "base/err.h"

#include "virtual-cards/sandbox.h"

/*
 * Configures four readers, writes DIR/readers, starts pcscd from PATH and waits until it answers
 * and each reader listens for its card, at most ten seconds. ERR_ABSENT names what is missing;
 * when pcscd ends early its last line is quoted.
 */
MUST_CHECK enum err pcscd_start(const struct sandbox *sandbox, struct err_trace *trace);

#endif
