/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever a client sends, as long as the grammar lets it pass: p11-kit's server and the filter
 * stay up, no more signatures are made than the bound allows, and no session is left when the
 * client is gone. The input is request bodies, each after two bytes of length, big-endian.
 */
#define P11_KIT_FUTURE_UNSTABLE_API
#include <p11-kit/p11-kit.h>
#include <p11-kit/remote.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/client.h"
#include "agent/filter.h"
#include "agent/grammar.h"
#include "base/bytes.h"
#include "custody/agent_link.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/agent/fake_token.h"

/* What fits a socket's buffer without a reader, with the answers. */
enum { REQUESTS = 16, CONVERSATION = 32768, BOUND = 2 };

static size_t
write_frames(const uint8_t *bytes, size_t len, struct writer *out)
{
	struct cursor at = cursor_over(bytes, len);
	struct cursor body;
	size_t frames = 0;
	uint16_t size;
	CK_RV refusal;

	writer_u8(out, 0);
	while (frames < REQUESTS && cursor_u16(&at, &size) && cursor_take(&at, size, &body)) {
		if (grammar_check(body.at, body.left, &refusal) != GRAMMAR_PASS)
			continue;
		writer_u32(out, 1);
		writer_u32(out, 0);
		writer_u32(out, (uint32_t)body.left);
		writer_put(out, body.at, body.left);
		frames++;
	}
	return frames;
}

/* Answers may be a megabyte each: they go where they are read from by nobody. */
static void
serve(const uint8_t *conversation, size_t len)
{
	int ends[2];
	FILE *answers = fopen("/dev/null", "w");

	HOLDS(answers != NULL && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	HOLDS(write(ends[0], conversation, len) == (ssize_t)len);
	shutdown(ends[0], SHUT_WR);
	(void)p11_kit_remote_serve_module(filter_functions(), ends[1], fileno(answers));
	fclose(answers);
	close(ends[0]);
	close(ends[1]);
}

/* Numbers that an input can name: session 7, objects 1, 2 and so on. */
static void
fix_numbers(struct client *client)
{
	CK_SESSION_HANDLE number;

	HOLDS(client_open_session(client, &number) == CKR_OK);
	client->session[0].number = 7;
	for (size_t i = 0; i < client->activation->visible->count; i++)
		client->object_number[i] = i + 1;
}

static void
converse(struct activation *activation, const uint8_t *bytes, size_t len)
{
	uint8_t *buffer = malloc(CONVERSATION);
	struct writer writer = writer_into(buffer, CONVERSATION);
	struct client *client = client_new(activation, &(struct peer){ .uid = 0 });

	HOLDS(buffer != NULL && client != NULL);
	client_enter(client);
	fix_numbers(client);
	if (write_frames(bytes, len, &writer) > 0 && writer_done(&writer))
		serve(buffer, writer.len);
	client_free(client);
	client_enter(NULL);
	free(buffer);
}

static bool
log_has_room(void *context)
{
	(void)context;
	return true;
}

static enum err
log_write(void *context, json_t *line, struct err_trace *trace)
{
	(void)context;
	(void)trace;
	HOLDS(line != NULL);
	json_decref(line);
	return ERR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct agent_order order = { .label = "fuzz" };
	struct visible_source source = { .functions = fake_token_functions() };
	struct activation activation = { .functions = source.functions, .token_gone_fd = -1 };
	const struct bound_clock clock = bound_clock();
	struct visible *visible = NULL;

	p11_kit_be_quiet();
	fake_token_reset();
	HOLDS(source.functions->C_OpenSession(0, 0, NULL, NULL, &source.session) == CKR_OK);
	HOLDS(visible_read(&source, &order, &visible, NULL) == ERR_OK);
	activation.visible = visible;
	activation.uses.max = BOUND;
	activation.uses.time = bound_time(&clock, 0);
	activation.uses.log = (struct use_log){ NULL, log_has_room, log_write };
	converse(&activation, bytes, len);
	HOLDS(fake_token.signatures <= BOUND);
	HOLDS(fake_token.open_sessions == 1);
	visible_free(visible);
	return 0;
}
