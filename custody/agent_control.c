/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/agent_control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "custody/agent_wire.h"

enum { ANSWER_MS = 5000, END_MS = 15000 };

static enum err
connect_to(const char *path, int *out, struct err_trace *trace)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	enum err err;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return FAIL(trace, ERR_ARGUMENT, "'%s' is too long for a socket", path);
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return FAIL_ERRNO(trace, "cannot make a socket");
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		*out = fd;
		return ERR_OK;
	}
	err = errno == ECONNREFUSED || errno == ENOENT
		  ? FAIL(trace, ERR_ABSENT, "nobody listens at '%s'", path)
		  : FAIL_ERRNO(trace, "cannot connect to '%s'", path);
	close(fd);
	return err;
}

/* One question on a connection of its own; *fd stays open after ERR_OK. */
static enum err
ask(const char *path, const char *what, int *fd, json_t **answer, struct err_trace *trace)
{
	int opened = -1;
	enum err err = connect_to(path, &opened, trace);

	if (err != ERR_OK)
		return err;
	err = agent_wire_send(opened, json_pack("{s:s}", "ask", what), trace);
	if (err == ERR_OK)
		err = agent_wire_receive(opened, ANSWER_MS, answer, trace);
	if (err == ERR_OK)
		*fd = opened;
	else
		close(opened);
	return err;
}

enum err
agent_control_status(const char *path, json_t **out, struct err_trace *trace)
{
	json_t *answer = NULL;
	int fd = -1;
	enum err err = ask(path, "status", &fd, &answer, trace);

	if (err != ERR_OK)
		return err;
	close(fd);
	*out = json_incref(json_object_get(answer, "status"));
	json_decref(answer);
	return *out == NULL ? FAIL(trace, ERR_FORMAT, "the agent's answer is not understood")
			    : ERR_OK;
}

enum err
agent_control_end(const char *path, struct err_trace *trace)
{
	json_t *answer = NULL;
	int fd = -1;
	enum err err = ask(path, "end", &fd, &answer, trace);

	if (err != ERR_OK)
		return err;
	json_decref(answer);
	answer = NULL;
	err = agent_wire_receive(fd, END_MS, &answer, NULL);
	json_decref(answer);
	close(fd);
	if (err == ERR_ABSENT)
		return ERR_OK;
	return FAIL(trace, ERR_TIMEOUT, "the agent was told to end and is still there");
}
