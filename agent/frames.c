/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/frames.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/grammar.h"
#include "base/bytes.h"
#include "base/clock.h"

enum { HEADER = 12, REFUSAL_BODY = 17, FOREVER = -1 };

/* How one step went. */
enum outcome { DONE, CLOSED, STALLED, MALFORMED };

static const enum frames_end end_of[] = {
	[CLOSED] = FRAMES_BROKEN,
	[STALLED] = FRAMES_STALLED,
	[MALFORMED] = FRAMES_MALFORMED,
};

struct frame {
	uint32_t code;
	size_t options_len;
	size_t body_len;
	uint8_t *bytes; /* header, options, body */
};

static enum outcome
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };

	for (;;) {
		int64_t left = deadline == FOREVER ? FOREVER : deadline - clock_boot_ms();
		int ready;

		if (deadline != FOREVER && left <= 0)
			return STALLED;
		ready = poll(&poll_fd, 1, (int)left);
		if (ready > 0)
			return DONE;
		if (ready == 0)
			return STALLED;
		if (errno != EINTR)
			return CLOSED;
	}
}

static bool
is_only_later(ssize_t result)
{
	return result < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK);
}

static enum outcome
read_bytes(int fd, uint8_t *out, size_t len, int64_t deadline)
{
	while (len > 0) {
		ssize_t got = recv(fd, out, len, MSG_DONTWAIT);

		if (is_only_later(got)) {
			enum outcome outcome = wait_for(fd, POLLIN, deadline);

			if (outcome != DONE)
				return outcome;
			continue;
		}
		if (got <= 0)
			return CLOSED;
		out += got;
		len -= (size_t)got;
	}
	return DONE;
}

static enum outcome
write_bytes(int fd, const uint8_t *bytes, size_t len, int64_t deadline)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (is_only_later(sent)) {
			enum outcome outcome = wait_for(fd, POLLOUT, deadline);

			if (outcome != DONE)
				return outcome;
			continue;
		}
		if (sent < 0)
			return CLOSED;
		bytes += sent;
		len -= (size_t)sent;
	}
	return DONE;
}

static bool
read_header(const uint8_t header[HEADER], size_t max, struct frame *frame)
{
	struct cursor cursor = cursor_over(header, HEADER);
	uint32_t options, body;

	if (!cursor_u32(&cursor, &frame->code) || !cursor_u32(&cursor, &options) ||
	    !cursor_u32(&cursor, &body))
		return false;
	frame->options_len = options;
	frame->body_len = body;
	return frame->code != 0 && frame->options_len <= FRAMES_OPTIONS &&
	       frame->body_len <= max - FRAMES_OPTIONS - HEADER;
}

/* The rest of a frame whose header came; room is made only for lengths that were checked. */
static enum outcome
read_frame(int fd, size_t max, int64_t deadline, struct frame *frame)
{
	uint8_t header[HEADER];
	enum outcome outcome = read_bytes(fd, header, sizeof(header), deadline);

	if (outcome != DONE)
		return outcome;
	if (!read_header(header, max, frame))
		return MALFORMED;
	frame->bytes = malloc(HEADER + frame->options_len + frame->body_len);
	if (frame->bytes == NULL)
		return MALFORMED;
	memcpy(frame->bytes, header, HEADER);
	return read_bytes(
	    fd, frame->bytes + HEADER, frame->options_len + frame->body_len, deadline);
}

static size_t
frame_len(const struct frame *frame)
{
	return HEADER + frame->options_len + frame->body_len;
}

/* p11-kit's error answer: call number 0, signature "u", the code as eight bytes. */
static enum outcome
answer_refusal(const struct frames *frames, const struct frame *request, CK_RV rv)
{
	uint8_t bytes[HEADER + REFUSAL_BODY];
	struct writer writer = writer_into(bytes, sizeof(bytes));

	writer_u32(&writer, request->code);
	writer_u32(&writer, 0);
	writer_u32(&writer, REFUSAL_BODY);
	writer_u32(&writer, 0);
	writer_u32(&writer, 1);
	writer_text(&writer, "u");
	writer_u32(&writer, (uint32_t)((uint64_t)rv >> 32));
	writer_u32(&writer, (uint32_t)rv);
	return write_bytes(frames->client, bytes, writer.len, clock_boot_ms() + frames->stall_ms);
}

/* The token may take its time; our own side of the socket is not hurried. */
static enum outcome
ask_server(const struct frames *frames, const struct frame *request)
{
	struct frame answer = { 0 };
	enum outcome outcome =
	    write_bytes(frames->server, request->bytes, frame_len(request), FOREVER);

	if (outcome == DONE)
		outcome = read_frame(frames->server, FRAMES_ANSWER, FOREVER, &answer);
	if (outcome == DONE)
		outcome = write_bytes(frames->client, answer.bytes, frame_len(&answer),
		    clock_boot_ms() + frames->stall_ms);
	free(answer.bytes);
	return outcome;
}

static enum outcome
relay_request(const struct frames *frames, struct frame *request)
{
	enum outcome outcome =
	    read_frame(frames->client, FRAMES_MAX, clock_boot_ms() + frames->stall_ms, request);
	const uint8_t *body;
	CK_RV refusal;

	if (outcome != DONE)
		return outcome;
	body = request->bytes + HEADER + request->options_len;
	switch (grammar_check(body, request->body_len, &refusal)) {
	case GRAMMAR_PASS:
		return ask_server(frames, request);
	case GRAMMAR_REFUSE:
		if (frames->refused != NULL)
			frames->refused(
			    frames->context, grammar_call_name(body, request->body_len), refusal);
		return answer_refusal(frames, request, refusal);
	case GRAMMAR_CUT:
		break;
	}
	return MALFORMED;
}

/*
 * Each side's first byte is the newest version of the protocol that it speaks. This one reads
 * version 0 only and says so to both.
 */
static enum outcome
greet(const struct frames *frames)
{
	static const uint8_t version = 0;
	int64_t deadline = clock_boot_ms() + frames->stall_ms;
	uint8_t theirs, ours;
	enum outcome outcome = read_bytes(frames->client, &theirs, 1, deadline);

	if (outcome == DONE)
		outcome = write_bytes(frames->server, &version, 1, FOREVER);
	if (outcome == DONE)
		outcome = read_bytes(frames->server, &ours, 1, FOREVER);
	if (outcome == DONE)
		outcome = write_bytes(frames->client, &version, 1, deadline);
	return outcome;
}

/* Idle is fine; true when the next frame begins, false when the client left. */
static bool
next_frame_begins(int fd)
{
	uint8_t byte;
	ssize_t got;

	do {
		if (wait_for(fd, POLLIN, FOREVER) != DONE)
			return false;
		got = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	} while (is_only_later(got));
	return got > 0;
}

enum frames_end
frames_relay(const struct frames *frames)
{
	enum outcome outcome = greet(frames);

	while (outcome == DONE) {
		struct frame request = { 0 };

		if (!next_frame_begins(frames->client))
			return FRAMES_LEFT;
		outcome = relay_request(frames, &request);
		free(request.bytes);
	}
	return end_of[outcome];
}
