/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/session.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "custody/agent_wire.h"
#include "custody/opened.h"
#include "roster/roster.h"

/* A key of 4096 bits takes some HSMs minutes. */
enum { JOB_MS = 10 * 60 * 1000, SECRET_MS = 10000 };

static bool
is_session(
    const struct opened *opened, const char *quorum, unsigned generation, struct session *out)
{
	const char *socket_path = json_string_value(json_object_get(opened->status, "socket"));
	json_int_t has = json_integer_value(json_object_get(opened->status, "generation"));

	if (!opened->commands || socket_path == NULL || strcmp(opened->quorum, quorum) != 0 ||
	    has != (json_int_t)generation || strlen(socket_path) >= sizeof(out->socket))
		return false;
	snprintf(out->socket, sizeof(out->socket), "%s", socket_path);
	out->generation = generation;
	return true;
}

bool
session_find(struct custody *custody, const char *quorum, unsigned generation, struct session *out)
{
	struct opened *opened = NULL;
	char roster[ROSTER_ID_TEXT];
	bool found = false;
	size_t count = 0;

	roster_id_format(roster_identity(custody->roster), roster);
	if (opened_list(custody->state_dir, roster, &opened, &count, NULL) != ERR_OK)
		return false;
	for (size_t i = 0; i < count && !found; i++)
		found = is_session(&opened[i], quorum, generation, out);
	opened_free(opened, count);
	return found;
}

static enum err
connect_to(const struct session *session, int *out, struct err_trace *trace)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, session->socket, strlen(session->socket));
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		*out = fd;
		return ERR_OK;
	}
	if (fd >= 0)
		close(fd);
	return FAIL_ERRNO(trace, "the open session does not answer");
}

static enum err
receive_result(
    int fd, const struct session_job *job, struct job_result *out, struct err_trace *trace)
{
	json_t *answer = NULL;
	/* A secret may come behind what is no job on a token. */
	enum err err = job->binding == NULL ? agent_wire_receive(fd, JOB_MS, &answer, trace)
					    : agent_wire_receive_job(fd, JOB_MS, &answer, trace);

	if (err == ERR_ABSENT) {
		err_next(trace, "See 'quorate status'; the next command gathers the cards again.");
		return FAIL(trace, ERR_IO, "the session ended while it worked");
	}
	if (err != ERR_OK)
		return err;
	if (json_is_true(json_object_get(answer, "secret")))
		err = agent_wire_receive_secret(fd, SECRET_MS, &out->secret, trace);
	if (!json_is_true(json_object_get(answer, "done")))
		err = agent_failure_from_json(answer, trace);
	if (err == ERR_OK)
		out->reply = json_incref(json_object_get(answer, "reply"));
	json_decref(answer);
	return err;
}

enum err
session_run(const struct session *session, const struct session_job *job, struct job_result *out,
    struct err_trace *trace)
{
	struct job_result result = { .reply = NULL };
	int fd = -1;
	enum err err = connect_to(session, &fd, trace);

	if (err != ERR_OK)
		return err;
	err = agent_wire_send_job(fd,
	    json_pack("{s:s, s:s*, s:s, s:i, s:O}", "job", job->name, "binding", job->binding, "on",
		job->on, "generation", (int)session->generation, "request", job->request),
	    trace);
	if (err == ERR_UNSUPPORTED)
		err_next(trace, "End the session ('quorate deactivate QUORUM'): without one, the "
				"command gathers the cards and does it itself.");
	if (err == ERR_OK)
		err = receive_result(fd, job, &result, trace);
	close(fd);
	if (err == ERR_OK)
		*out = result;
	else
		job_result_drop(&result);
	return err;
}
