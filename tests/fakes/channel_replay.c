/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fakes/channel_replay.h"

#include <string.h>

#include "base/encode.h"

enum { REPLAY_BYTES = 2100 };

size_t
replay_bytes(const char *hex, uint8_t *out, size_t capacity)
{
	size_t len = 0;

	while (*hex != '\0') {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		if (len == capacity ||
		    !hex_decode((const char[]){ hex[0], hex[1], '\0' }, out + len, 1))
			return 0;
		len++;
		hex += 2;
	}
	return len;
}

static enum err
transmit(void *context, struct cursor command, struct writer *answer, struct err_trace *trace)
{
	struct replay *replay = context;
	const struct replay_step *step;
	uint8_t bytes[REPLAY_BYTES];
	size_t len;

	if (replay->at == replay->count)
		return FAIL(trace, ERR_IO, "the recording ends here");
	step = &replay->steps[replay->at++];
	if (step->command != NULL) {
		len = replay_bytes(step->command, bytes, sizeof(bytes));
		if (len != command.left || memcmp(bytes, command.at, len) != 0)
			return FAIL(trace, ERR_INTERNAL, "command %zu is not %s, but %02X %02X ..",
			    replay->at, step->command, command.at[0], command.at[1]);
	}
	len = replay_bytes(step->answer, bytes, sizeof(bytes));
	writer_put(answer, bytes, len);
	return ERR_OK;
}

static void
give_back(void *context)
{
	struct replay *replay = context;

	replay->closed = true;
}

void
channel_replay(struct replay *replay, struct channel *out)
{
	static const struct channel_ops ops = { .transmit = transmit, .close = give_back };

	*out = (struct channel){ .ops = &ops, .context = replay };
}
