/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/control.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/peer.h"
#include "custody/agent_wire.h"

enum { ASK_MS = 2000 };

struct control {
	struct control_order order;
	pthread_t thread;
	int cancel; /* eventfd, written by control_stop */
	int asked;  /* eventfd, written by the thread after `text` */
	char text[ERR_TEXT];
};

int
control_asked_fd(const struct control *control)
{
	return control->asked;
}

const char *
control_asked_text(const struct control *control)
{
	return control->text;
}

static void
answer(int fd, json_t *message)
{
	enum err err = agent_wire_send(fd, message, NULL);

	(void)err; /* who asked is gone */
}

/* True when the connection is to stay open. */
static bool
answer_question(struct control *control, int fd, const struct peer *peer, const char *ask)
{
	if (strcmp(ask, "status") == 0) {
		answer(fd, control->order.status(control->order.context));
		return false;
	}
	if (strcmp(ask, "end") == 0) {
		snprintf(control->text, sizeof(control->text),
		    "user %u said so (process %d, %.100s)", (unsigned)peer->uid, (int)peer->pid,
		    peer->program);
		answer(fd, json_pack("{s:b}", "ending", 1));
		(void)eventfd_write(control->asked, 1);
		return true;
	}
	answer(fd, json_pack("{s:s}", "failed", "not understood"));
	return false;
}

static bool
serve_one(struct control *control, int fd)
{
	const struct timeval limit = { .tv_sec = ASK_MS / 1000 };
	json_t *question = NULL;
	struct peer peer;
	const char *ask;
	bool stays = false;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0 ||
	    peer_of(fd, &peer, NULL) != ERR_OK || (peer.uid != 0 && peer.uid != geteuid()) ||
	    agent_wire_receive(fd, ASK_MS, &question, NULL) != ERR_OK)
		return false;
	ask = json_string_value(json_object_get(question, "ask"));
	stays = ask != NULL && answer_question(control, fd, &peer, ask);
	json_decref(question);
	return stays;
}

static void *
run_control(void *argument)
{
	struct control *control = argument;
	struct pollfd polled[2] = { { .fd = control->order.door, .events = POLLIN },
		{ .fd = control->cancel, .events = POLLIN } };
	bool ending = false;

	while (!ending) {
		int fd;

		if (poll(polled, 2, -1) < 0)
			continue;
		if (polled[1].revents != 0)
			return NULL;
		fd = accept4(control->order.door, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		ending = serve_one(control, fd);
		if (!ending)
			close(fd);
	}
	return NULL;
}

static void
control_free(struct control *control)
{
	if (control->cancel >= 0)
		close(control->cancel);
	if (control->asked >= 0)
		close(control->asked);
	free(control);
}

enum err
control_start(const struct control_order *order, struct control **out, struct err_trace *trace)
{
	struct control *control = calloc(1, sizeof(*control));
	enum err err = ERR_OK;

	if (control == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the control socket");
	control->order = *order;
	control->cancel = eventfd(0, EFD_CLOEXEC);
	control->asked = eventfd(0, EFD_CLOEXEC);
	if (control->cancel < 0 || control->asked < 0)
		err = FAIL_ERRNO(trace, "cannot serve the control socket");
	if (err == ERR_OK && pthread_create(&control->thread, NULL, run_control, control) != 0)
		err = FAIL(trace, ERR_NOMEM, "cannot serve the control socket");
	if (err == ERR_OK)
		*out = control;
	else
		control_free(control);
	return err;
}

void
control_stop(struct control *control)
{
	if (control == NULL)
		return;
	(void)eventfd_write(control->cancel, 1);
	pthread_join(control->thread, NULL);
	control_free(control);
}
