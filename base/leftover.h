/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a command leaves running, even in a session of its own: between leftover_watch and
 * leftover_end, whatever loses its parent becomes a child of this process, and is ended there.
 */
#ifndef BASE_LEFTOVER_H
#define BASE_LEFTOVER_H

#include "base/err.h"

struct leftover;

/* Children that are there already are left alone. */
MUST_CHECK enum err leftover_watch(struct leftover **out, struct err_trace *trace);

/*
 * Ends and reaps what came since; frees. NULL is fine. ERR_TIMEOUT: something cannot be ended (it
 * runs as another user).
 */
MUST_CHECK enum err leftover_end(struct leftover *leftover, struct err_trace *trace);

#endif
