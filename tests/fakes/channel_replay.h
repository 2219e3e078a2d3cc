/* SPDX-License-Identifier: BSD-2-Clause */
/* A card channel that plays a recorded conversation: this command, then that answer. */
#ifndef TESTS_FAKES_CHANNEL_REPLAY_H
#define TESTS_FAKES_CHANNEL_REPLAY_H

#include <stddef.h>

#include "base/err.h"
#include "pcsc/channel.h"

struct replay_step {
	const char *command; /* hex, spaces allowed; NULL: whatever comes */
	const char *answer;  /* hex with the status word; less than two bytes is allowed */
};

struct replay {
	const struct replay_step *steps; /* the caller's, as is the struct itself */
	size_t count;
	size_t at;   /* steps played */
	bool closed; /* the card was given back */
};

/* A command that is not the next one fails with ERR_INTERNAL; after the last one the card is gone.
 */
void channel_replay(struct replay *replay, struct channel *out);

/* Hex with spaces into bytes; the length. For tests that want bytes in this form elsewhere. */
size_t replay_bytes(const char *hex, uint8_t *out, size_t capacity);

#endif
