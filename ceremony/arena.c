/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/arena.h"

#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	max_align_t bytes[];
};

struct arena {
	struct block *first;
};

enum err
arena_new(struct arena **out, struct err_trace *trace)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	*out = arena;
	return ERR_OK;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	for (struct block *block = arena->first, *next; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

void *
arena_take(struct arena *arena, size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (block == NULL)
		return NULL;
	block->next = arena->first;
	arena->first = block;
	return block->bytes;
}

char *
arena_text(struct arena *arena, const char *bytes, size_t len)
{
	char *text = arena_take(arena, len + 1);

	if (text != NULL && len > 0)
		memcpy(text, bytes, len);
	return text;
}
