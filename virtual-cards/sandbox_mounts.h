/* SPDX-License-Identifier: BSD-2-Clause */
/* What the sandbox hides of the machine, and what it shows instead. */
#ifndef VIRTUAL_CARDS_SANDBOX_MOUNTS_H
#define VIRTUAL_CARDS_SANDBOX_MOUNTS_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Run by the first process of the new PID namespace: a /proc of its own, a /dev of a few harmless
 * nodes, an empty /run, and nothing in the folders where readers' drivers and PKCS#11 modules are
 * registered. ERR_IO when the system refuses.
 */
MUST_CHECK enum err mounts_hide_machine(struct err_trace *trace);

/* True when `path` (absolute, without links) would be hidden, so that it can hold no sandbox. */
bool mounts_would_hide(const char *path);

#endif
