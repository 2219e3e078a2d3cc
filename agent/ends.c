/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/ends.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "agent/client.h"
#include "agent/serve.h"
#include "agent/watch.h"
#include "base/clock.h"
#include "custody/agent_link.h"

enum { TICK_MS = 1000, SLEPT_MS = 2000 };

/* What is polled; a negative descriptor is skipped by poll. */
enum { LINK, SIGNALS, CARD, TOKEN, DOOR, POLLED };

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

/* How far the clock that counts sleep is ahead of the one that does not. */
static int64_t
slept_ms(void)
{
	struct timespec awake;

	clock_gettime(CLOCK_MONOTONIC, &awake);
	return clock_boot_ms() - (awake.tv_sec * 1000 + awake.tv_nsec / 1000000);
}

static bool
ended_by_clock(const struct ends *ends, int64_t slept_before, struct agent_event *out)
{
	int64_t deadline = ends->activation->uses.deadline_ms;

	if (slept_ms() - slept_before > SLEPT_MS)
		return ended(out, AGENT_END_SUSPEND, "the machine was suspended");
	if (deadline != 0 && clock_boot_ms() >= deadline)
		return ended(out, AGENT_END_TIME, "its time was over");
	return false;
}

static int
until_next_look(const struct ends *ends)
{
	int64_t deadline = ends->activation->uses.deadline_ms;
	int64_t left = deadline == 0 ? TICK_MS : deadline - clock_boot_ms();

	if (left < 0)
		return 0;
	return left < TICK_MS ? (int)left : TICK_MS;
}

static bool
ended_by_event(const struct ends *ends, const struct pollfd *polled, struct agent_event *out)
{
	if (polled[CARD].revents != 0)
		return ended(out, AGENT_END_CARD, watch_text(ends->watch));
	if (polled[SIGNALS].revents != 0)
		return ended_by_signal(ends->signals, out);
	if (polled[LINK].revents != 0)
		return ended(out, AGENT_END_COMMAND, "its command ended");
	if (polled[TOKEN].revents != 0)
		return ended(out, AGENT_END_TOKEN, "the token went away, or logged itself out");
	return false;
}

void
ends_wait(const struct ends *ends, struct agent_event *out)
{
	struct pollfd polled[POLLED] = {
		[LINK] = { .fd = ends->link, .events = POLLIN | POLLRDHUP },
		[SIGNALS] = { .fd = ends->signals, .events = POLLIN },
		[CARD] = { .fd = ends->watch == NULL ? -1 : watch_fd(ends->watch),
		    .events = POLLIN },
		[TOKEN] = { .fd = ends->activation->token_gone_fd, .events = POLLIN },
		[DOOR] = { .fd = serve_fd(ends->serve), .events = POLLIN },
	};
	int64_t slept_before = slept_ms();

	for (;;) {
		if (poll(polled, POLLED, until_next_look(ends)) < 0)
			continue;
		if (ended_by_event(ends, polled, out) || ended_by_clock(ends, slept_before, out))
			return;
		if (polled[DOOR].revents != 0)
			serve_accept(ends->serve);
	}
}
