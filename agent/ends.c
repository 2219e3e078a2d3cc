/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/ends.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent/bound_clock.h"
#include "agent/control.h"
#include "custody/agent_link.h"
#include "custody/agent_wire.h"

enum { TICK_MS = 1000, LINK_MS = 1000 };

/* What is polled; a negative descriptor is skipped by poll. */
enum { LINK, SIGNALS, CARD, TOKEN, RECORD, ASKED, DOOR, POLLED };

enum err
ends_block_signals(int *fd, struct err_trace *trace)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return FAIL(trace, ERR_INTERNAL, "cannot block signals");
	*fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (*fd < 0)
		return FAIL_ERRNO(trace, "cannot receive signals");
	return ERR_OK;
}

static bool
ended(struct agent_event *out, enum agent_end end, const char *text)
{
	out->end = end;
	snprintf(out->text, sizeof(out->text), "%s", text);
	return true;
}

static bool
ended_by_signal(int fd, struct agent_event *out)
{
	struct signalfd_siginfo info = { 0 };
	ssize_t got = read(fd, &info, sizeof(info));

	out->end = AGENT_END_SIGNAL;
	snprintf(out->text, sizeof(out->text), "signal %s from process %u",
	    got == (ssize_t)sizeof(info) ? sigabbrev_np((int)info.ssi_signo) : "?", info.ssi_pid);
	return true;
}

static bool
ended_by_clock(const struct ends *ends, struct agent_event *out)
{
	if (bound_time_slept(ends->time))
		return ended(out, AGENT_END_SUSPEND, "the machine was suspended");
	if (bound_time_left(ends->time) == 0)
		return ended(out, AGENT_END_TIME, "its time was over");
	return false;
}

static int
until_next_look(const struct ends *ends)
{
	int64_t left = bound_time_left(ends->time);

	return left < 0 || left > TICK_MS ? TICK_MS : (int)left;
}

/* Nobody will read what a module has to say; the terminal is not ours to hold. */
static void
let_go_of_stderr(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0)
		return;
	(void)dup2(null, STDERR_FILENO);
	close(null);
}

/* The command is gone, unless it says first that the agent goes on alone. */
static bool
ended_by_command(struct ends *ends, struct agent_event *out)
{
	json_t *message = NULL;
	bool leaves = agent_wire_receive(ends->link, LINK_MS, &message, NULL) == ERR_OK &&
		      json_is_true(json_object_get(message, "leave"));

	json_decref(message);
	if (!leaves)
		return ended(out, AGENT_END_COMMAND, "its command ended");
	let_go_of_stderr();
	close(ends->link);
	ends->link = -1;
	return false;
}

static bool
ended_by_event(struct ends *ends, const struct pollfd *polled, struct agent_event *out)
{
	if (polled[CARD].revents != 0)
		return ended(out, AGENT_END_CARD, ends->card_text(ends->context));
	if (polled[SIGNALS].revents != 0)
		return ended_by_signal(ends->signals, out);
	if (polled[RECORD].revents != 0)
		return ended(out, AGENT_END_RECORD, "the record of its uses could not be written");
	if (polled[ASKED].revents != 0)
		return ended(out, AGENT_END_ASKED, control_asked_text(ends->control));
	if (polled[TOKEN].revents != 0)
		return ended(out, AGENT_END_TOKEN, "the token went away, or logged itself out");
	if (polled[LINK].revents != 0)
		return ended_by_command(ends, out);
	return false;
}

static bool
ended_by_look(const struct ends *ends, struct agent_event *out)
{
	if (ended_by_clock(ends, out))
		return true;
	if (!ends->door_stands(ends->context))
		return ended(out, AGENT_END_SOCKET, "its socket was removed or replaced");
	return false;
}

void
ends_wait(struct ends *ends, struct agent_event *out)
{
	struct pollfd polled[POLLED] = {
		[SIGNALS] = { .fd = ends->signals, .events = POLLIN },
		[CARD] = { .fd = ends->card, .events = POLLIN },
		[TOKEN] = { .fd = ends->token, .events = POLLIN },
		[RECORD] = { .fd = ends->record, .events = POLLIN },
		[ASKED] = { .fd = ends->control == NULL ? -1 : control_asked_fd(ends->control),
		    .events = POLLIN },
		[DOOR] = { .fd = ends->door, .events = POLLIN },
	};

	for (;;) {
		polled[LINK] = (struct pollfd){ .fd = ends->link, .events = POLLIN | POLLRDHUP };
		if (poll(polled, POLLED, until_next_look(ends)) < 0)
			continue;
		if (ended_by_event(ends, polled, out) || ended_by_look(ends, out))
			return;
		if (polled[DOOR].revents != 0)
			ends->let_in(ends->context);
	}
}
