/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/agent_link.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/process.h"
#include "base/secret.h"
#include "custody/agent_wire.h"

enum {
	START_MS = 60000, /* an HSM over a network may take its time to log in */
	END_MS = 15000,   /* for C_Logout and C_Finalize */
	KILLED_MS = 5000, /* for the kernel to bury a killed process */
	PATH_SIZE = 1024,
};

struct agent {
	pid_t pid; /* 0: waited for */
	int link;
	struct agent_event event;
	char ready_text[ERR_TEXT];
	char address[PATH_SIZE];
	char control[PATH_SIZE];
	const char *environment[2];
};

static enum err
spawn_agent(const char *program, struct agent *agent, struct err_trace *trace)
{
	char found[PATH_SIZE], number[16];
	const char *argv[] = { program, "--link", number, NULL };
	struct process_start start = { .argv = argv };
	int ends[2];
	enum err err;

	if (program == NULL) {
		err = process_sibling("agent", "quorate-agent", found, sizeof(found), trace);
		if (err != ERR_OK)
			return err;
		argv[0] = found;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return FAIL_ERRNO(trace, "cannot make the link to quorate-agent");
	snprintf(number, sizeof(number), "%d", ends[1]);
	start.pass_fd = ends[1];
	/*
	 * Ctrl-C at the command is the command's to answer, and a terminal that closes is no reason
	 * for an activation that was left to itself to end: the agent must be told, not shot.
	 */
	start.new_session = true;
	err = process_spawn(&start, &agent->pid, NULL, NULL, trace);
	close(ends[1]);
	agent->link = ends[0];
	return err;
}

static enum err
receive_ready(struct agent *agent, const json_t *message, struct err_trace *trace)
{
	const char *path, *control, *text;
	enum err err = json_get_text(message, "socket", &path, trace);

	if (err == ERR_OK)
		err = json_get_text(message, "control", &control, trace);
	if (err == ERR_OK)
		err = json_get_text(message, "text", &text, trace);
	if (err != ERR_OK)
		return err;
	snprintf(
	    agent->address, sizeof(agent->address), "P11_KIT_SERVER_ADDRESS=unix:path=%s", path);
	snprintf(agent->control, sizeof(agent->control), "%s", control);
	agent->environment[0] = agent->address;
	snprintf(agent->ready_text, sizeof(agent->ready_text), "%s", text);
	return ERR_OK;
}

/* The next line from the agent, which must have `member`; a failure it reports becomes ours. */
static enum err
expect(struct agent *agent, const char *member, json_t **out, struct err_trace *trace)
{
	json_t *message;
	enum err err = agent_wire_receive(agent->link, START_MS, &message, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, ERR_IO, "quorate-agent died before it could serve");
	if (err != ERR_OK)
		return err;
	if (json_object_get(message, member) != NULL) {
		*out = message;
		return ERR_OK;
	}
	err = json_object_get(message, "failed") != NULL
		  ? agent_failure_from_json(message, trace)
		  : FAIL(trace, ERR_FORMAT, "quorate-agent did not say '%s'", member);
	json_decref(message);
	return err;
}

static enum err
hand_over(struct agent *agent, const struct agent_order *order, const struct agent_secrets *secrets,
    struct err_trace *trace)
{
	json_t *message = NULL;
	enum err err = agent_order_to_json(order, &message, trace);

	if (err == ERR_OK)
		err = agent_wire_send(agent->link, message, trace);
	if (err == ERR_OK)
		err = expect(agent, "asks", &message, trace);
	if (err != ERR_OK)
		return err;
	json_decref(message);
	for (size_t i = 0; err == ERR_OK && i < secrets->count; i++)
		err = agent_wire_send_secret(agent->link, secrets->secret[i], trace);
	if (err == ERR_OK)
		err = expect(agent, "ready", &message, trace);
	if (err != ERR_OK)
		return err;
	err = receive_ready(agent, message, trace);
	json_decref(message);
	return err;
}

enum err
agent_start(const struct agent_order *order, const struct agent_secrets *secrets,
    struct agent **out, struct err_trace *trace)
{
	struct agent *agent = calloc(1, sizeof(*agent));
	enum err err;

	if (agent == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for an activation");
	agent->link = -1;
	err = spawn_agent(order->program, agent, trace);
	if (err == ERR_OK)
		err = hand_over(agent, order, secrets, trace);
	if (err == ERR_OK)
		*out = agent;
	else
		agent_free(agent);
	return err;
}

int
agent_fd(const struct agent *agent)
{
	return agent->link;
}

static void
note_end(struct agent *agent, const json_t *message)
{
	if (message == NULL || agent_event_from_json(message, &agent->event, NULL) != ERR_OK)
		agent->event = (struct agent_event){ .end = AGENT_END_FAULT,
			.text = "quorate-agent died; the token's sessions ended with it" };
}

enum err
agent_wait_event(
    struct agent *agent, int timeout_ms, struct agent_event *out, struct err_trace *trace)
{
	json_t *message = NULL;
	enum err err;

	if (agent->event.end == AGENT_END_NONE) {
		err = agent_wire_receive(agent->link, timeout_ms, &message, trace);
		if (err == ERR_TIMEOUT)
			return err;
		err_clear(trace);
		note_end(agent, err == ERR_OK ? message : NULL);
		json_decref(message);
	}
	*out = agent->event;
	return ERR_OK;
}

static bool
gone_within(struct agent *agent, int timeout_ms)
{
	int64_t deadline = clock_boot_ms() + timeout_ms;

	while (agent->pid != 0) {
		pid_t got = waitpid(agent->pid, NULL, WNOHANG);

		if (got == agent->pid || (got < 0 && errno != EINTR))
			agent->pid = 0;
		else if (clock_boot_ms() >= deadline)
			return false;
		else
			poll(NULL, 0, 10);
	}
	return true;
}

static enum err
bury(struct agent *agent, struct err_trace *trace)
{
	if (gone_within(agent, END_MS))
		return ERR_OK;
	kill(agent->pid, SIGKILL);
	if (!gone_within(agent, KILLED_MS))
		err_next(trace, "Stop process %d yourself.", (int)agent->pid);
	return FAIL(trace, ERR_TIMEOUT,
	    "quorate-agent did not end in time and was killed; the token's sessions died with it");
}

enum err
agent_leave(struct agent *agent, struct err_trace *trace)
{
	json_t *ended = NULL;
	enum err err = agent_wire_send(agent->link, json_pack("{s:b}", "leave", 1), trace);

	/* It closes the link when it has understood; a line in its place says why it ended. */
	if (err == ERR_OK)
		err = agent_wire_receive(agent->link, END_MS, &ended, NULL);
	json_decref(ended);
	if (err != ERR_ABSENT)
		return FAIL(trace, ERR_IO, "quorate-agent ended before it could be left to itself");
	close(agent->link);
	free(agent);
	return ERR_OK;
}

enum err
agent_end(struct agent *agent, struct agent_event *out, struct err_trace *trace)
{
	struct agent_event event;
	enum err err;

	shutdown(agent->link, SHUT_WR);
	err = agent_wait_event(agent, END_MS, &event, NULL);
	if (err != ERR_OK)
		note_end(agent, NULL);
	err = bury(agent, trace);
	*out = agent->event;
	return err;
}

void
agent_free(struct agent *agent)
{
	if (agent == NULL)
		return;
	if (agent->link >= 0)
		close(agent->link);
	if (agent->pid != 0)
		(void)bury(agent, NULL);
	free(agent);
}

const char *
agent_ready_text(const struct agent *agent)
{
	return agent->ready_text;
}

const char *const *
agent_client_environment(const struct agent *agent)
{
	return agent->environment;
}

const char *
agent_client_module(void)
{
	return P11_KIT_CLIENT_MODULE;
}
