/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/agent_wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"

static enum err
send_all(int fd, const void *bytes, size_t len, struct err_trace *trace)
{
	const uint8_t *at = bytes;

	while (len > 0) {
		ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return FAIL_ERRNO(trace, "the link to the other process broke");
		at += sent;
		len -= (size_t)sent;
	}
	return ERR_OK;
}

static enum err
wait_readable(int fd, int64_t deadline, struct err_trace *trace)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left = deadline - clock_boot_ms();
		int ready = poll(&poll_fd, 1, left < 0 ? 0 : (int)left);

		if (ready > 0)
			return ERR_OK;
		if (ready == 0)
			return FAIL(trace, ERR_TIMEOUT, "nothing came over the link in time");
		if (errno != EINTR)
			return FAIL_ERRNO(trace, "cannot wait on the link");
	}
}

/* At least one byte. */
static enum err
receive_some(int fd, int64_t deadline, void *out, size_t room, size_t *got, struct err_trace *trace)
{
	for (;;) {
		enum err err = wait_readable(fd, deadline, trace);
		ssize_t now;

		if (err != ERR_OK)
			return err;
		now = recv(fd, out, room, 0);
		if (now < 0 && errno == EINTR)
			continue;
		if (now < 0 && errno != ECONNRESET)
			return FAIL_ERRNO(trace, "the link to the other process broke");
		if (now <= 0)
			return FAIL(trace, ERR_ABSENT, "the other side closed the link");
		*got = (size_t)now;
		return ERR_OK;
	}
}

static enum err
receive_all(int fd, int64_t deadline, uint8_t *out, size_t len, struct err_trace *trace)
{
	while (len > 0) {
		size_t got = 0;
		enum err err = receive_some(fd, deadline, out, len, &got, trace);

		if (err != ERR_OK)
			return err;
		out += got;
		len -= got;
	}
	return ERR_OK;
}

static enum err
send_line(int fd, json_t *message, size_t max, struct err_trace *trace)
{
	enum err err;
	char *line = message == NULL ? NULL : json_dumps(message, JSON_COMPACT);

	json_decref(message);
	if (line == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a message");
	err = strlen(line) >= max ? FAIL(trace, ERR_UNSUPPORTED,
					"%zu bytes are more than the link takes", strlen(line))
				  : send_all(fd, line, strlen(line), trace);
	if (err == ERR_OK)
		err = send_all(fd, "\n", 1, trace);
	free(line);
	return err;
}

enum err
agent_wire_send(int fd, json_t *message, struct err_trace *trace)
{
	return send_line(fd, message, AGENT_LINK_LINE, trace);
}

enum err
agent_wire_send_job(int fd, json_t *message, struct err_trace *trace)
{
	return send_line(fd, message, AGENT_LINK_JOB, trace);
}

enum err
agent_wire_receive(int fd, int timeout_ms, json_t **out, struct err_trace *trace)
{
	int64_t deadline = clock_boot_ms() + timeout_ms;
	enum err err = ERR_INTERNAL;
	size_t len = 0;
	char *line = malloc(AGENT_LINK_LINE);

	if (line == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a message");
	for (;;) {
		if (len == AGENT_LINK_LINE) {
			err = FAIL(trace, ERR_FORMAT, "a line on the link is too long");
			goto out;
		}
		err = receive_all(fd, deadline, (uint8_t *)line + len, 1, trace);
		if (err != ERR_OK)
			goto out;
		if (line[len] == '\n')
			break;
		len++;
	}
	err = json_parse(line, len, AGENT_LINK_LINE, out, trace);
out:
	free(line);
	return err;
}

/* What came of a line so far. */
struct block_line {
	char *text;
	size_t len, room;
};

static enum err
make_room(struct block_line *line, struct err_trace *trace)
{
	const size_t room = line->room == 0 ? AGENT_LINK_LINE : 2 * line->room;
	char *text;

	if (line->len < line->room)
		return ERR_OK;
	if (room > AGENT_LINK_JOB)
		return FAIL(trace, ERR_FORMAT, "a line on the link is too long");
	text = realloc(line->text, room);
	if (text == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a message");
	line->text = text;
	line->room = room;
	return ERR_OK;
}

/* Its end is the end of what was received. */
static enum err
receive_block(
    int fd, int64_t deadline, struct block_line *line, bool *ends, struct err_trace *trace)
{
	const char *end;
	size_t got = 0;
	enum err err = make_room(line, trace);

	if (err == ERR_OK)
		err = receive_some(
		    fd, deadline, line->text + line->len, line->room - line->len, &got, trace);
	if (err != ERR_OK)
		return err;
	end = memchr(line->text + line->len, '\n', got);
	line->len += got;
	if (end != NULL && end + 1 != line->text + line->len)
		return FAIL(trace, ERR_FORMAT, "there is something behind a line on the link");
	*ends = end != NULL;
	return ERR_OK;
}

static enum err
check_marks(const struct block_line *line, struct err_trace *trace)
{
	size_t marks = 0;

	for (size_t i = 0; i < line->len; i++)
		marks += line->text[i] == ',' || line->text[i] == '{' || line->text[i] == '[';
	return marks <= AGENT_LINK_MARKS
		   ? ERR_OK
		   : FAIL(trace, ERR_FORMAT, "a line on the link has too many values");
}

enum err
agent_wire_receive_job(int fd, int timeout_ms, json_t **out, struct err_trace *trace)
{
	const int64_t deadline = clock_boot_ms() + timeout_ms;
	struct block_line line = { .text = NULL };
	bool ends = false;
	enum err err = ERR_OK;

	while (err == ERR_OK && !ends)
		err = receive_block(fd, deadline, &line, &ends, trace);
	if (err == ERR_OK)
		err = check_marks(&line, trace);
	if (err == ERR_OK)
		err = json_parse(line.text, line.len - 1, AGENT_LINK_JOB, out, trace);
	free(line.text);
	return err;
}

enum err
agent_wire_send_secret(int fd, const struct secret *secret, struct err_trace *trace)
{
	size_t len = secret_len(secret);
	uint8_t prefix[4] = { 0, 0, (uint8_t)(len >> 8), (uint8_t)len };
	enum err err;

	if (len > AGENT_PIN_MAX)
		return FAIL(trace, ERR_ARGUMENT, "the secret is too long");
	err = send_all(fd, prefix, sizeof(prefix), trace);
	if (err == ERR_OK)
		err = send_all(fd, secret_bytes(secret), len, trace);
	return err;
}

enum err
agent_wire_receive_secret(int fd, int timeout_ms, struct secret **out, struct err_trace *trace)
{
	int64_t deadline = clock_boot_ms() + timeout_ms;
	struct secret *secret = NULL;
	uint8_t prefix[4];
	uint8_t *room;
	size_t len;
	enum err err = receive_all(fd, deadline, prefix, sizeof(prefix), trace);

	if (err != ERR_OK)
		return err;
	len = (size_t)prefix[2] << 8 | prefix[3];
	if (prefix[0] != 0 || prefix[1] != 0 || len == 0 || len > AGENT_PIN_MAX)
		return FAIL(trace, ERR_FORMAT, "the secret on the link has an impossible length");
	err = secret_new(len, &secret, trace);
	if (err != ERR_OK)
		return err;
	room = secret_extend(secret, len);
	err = room == NULL ? FAIL(trace, ERR_INTERNAL, "no room for the secret")
			   : receive_all(fd, deadline, room, len, trace);
	if (err == ERR_OK)
		*out = secret;
	else
		secret_free(secret);
	return err;
}
