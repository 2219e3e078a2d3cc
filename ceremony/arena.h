/* SPDX-License-Identifier: BSD-2-Clause */
/* What was read from one file, freed as a whole: allocations live until arena_free. */
#ifndef CEREMONY_ARENA_H
#define CEREMONY_ARENA_H

#include <stddef.h>

#include "base/err.h"

struct arena;

MUST_CHECK enum err arena_new(struct arena **out, struct err_trace *trace);
void arena_free(struct arena *arena); /* NULL is fine */

/* Zeroed, and fit for any type; NULL when there is no memory. */
MUST_CHECK void *arena_take(struct arena *arena, size_t size);

/* A copy of `len` bytes with a NUL behind them; NULL when there is no memory. */
MUST_CHECK char *arena_text(struct arena *arena, const char *bytes, size_t len);

#endif
