/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/agent_wire.h"

#include <errno.h>
#include <poll.h>
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

static enum err
receive_all(int fd, int64_t deadline, uint8_t *out, size_t len, struct err_trace *trace)
{
	while (len > 0) {
		enum err err = wait_readable(fd, deadline, trace);
		ssize_t got;

		if (err != ERR_OK)
			return err;
		got = recv(fd, out, len, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != ECONNRESET)
			return FAIL_ERRNO(trace, "the link to the other process broke");
		if (got <= 0)
			return FAIL(trace, ERR_ABSENT, "the other side closed the link");
		out += got;
		len -= (size_t)got;
	}
	return ERR_OK;
}

enum err
agent_wire_send(int fd, json_t *message, struct err_trace *trace)
{
	enum err err;
	char *line = message == NULL ? NULL : json_dumps(message, JSON_COMPACT);

	json_decref(message);
	if (line == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a message");
	err = strlen(line) >= AGENT_LINK_LINE
		  ? FAIL(trace, ERR_UNSUPPORTED, "%zu bytes are more than the link takes",
			strlen(line))
		  : send_all(fd, line, strlen(line), trace);
	if (err == ERR_OK)
		err = send_all(fd, "\n", 1, trace);
	free(line);
	return err;
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
