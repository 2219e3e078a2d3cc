/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/serve.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "virtual-cards/slot.h"
#include "virtual-cards/vpcd.h"

enum { RECONNECT_MS = 50, INSERT_MS = 5000 };

/* The reader may not be there yet, or not any more: it is waited for. */
static int
connect_patiently(uint16_t port)
{
	const struct timespec pause = { .tv_nsec = RECONNECT_MS * 1000000L };
	int fd = -1;

	while (vpcd_connect(port, &fd, NULL) != ERR_OK)
		nanosleep(&pause, NULL);
	return fd;
}

/* `connected` gets one byte at the first connection, and is closed. */
static void
serve_slot(struct slot *slot, uint16_t port, int connected)
{
	do {
		int fd = connect_patiently(port);

		if (connected >= 0) {
			(void)!write(connected, "+", 1);
			close(connected);
			connected = -1;
		}
		if (vpcd_serve(fd, slot) == VPCD_PULLED)
			return;
	} while (slot_reset(slot, NULL) == ERR_OK);
}

enum err
serve(const struct serve_order *order, struct err_trace *trace)
{
	struct slot *slot = NULL;
	enum err err = slot_open(order->card_file, &slot, trace);

	if (err != ERR_OK)
		return err;
	serve_slot(slot, order->port, -1);
	slot_close(slot);
	return ERR_OK;
}

/* What the starter had open (a lock, the end of somebody's pipe) is not the server's to hold. */
static bool
keep_only(unsigned a, unsigned b)
{
	unsigned low = a < b ? a : b, high = a < b ? b : a;

	return (low <= 3 || close_range(3, low - 1, 0) == 0) &&
	       (high - low <= 1 || close_range(low + 1, high - 1, 0) == 0) &&
	       close_range(high + 1, ~0U, 0) == 0;
}

/* A session of its own and no terminal: an interrupt there is not for the card. */
static bool
detach(const struct serve_order *order)
{
	int nothing = open("/dev/null", O_RDWR);
	sigset_t none;

	sigemptyset(&none);
	return nothing >= 0 && setsid() >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
	       dup2(nothing, STDOUT_FILENO) >= 0 && dup2(nothing, STDERR_FILENO) >= 0 &&
	       sigprocmask(SIG_SETMASK, &none, NULL) == 0 &&
	       ftruncate(order->inserted_fd, 0) == 0 &&
	       dprintf(order->inserted_fd, "%ld %s\n", (long)getpid(), order->name) > 0;
}

static _Noreturn void
be_server(const struct serve_order *order, struct slot *slot, int connected)
{
	if (!detach(order) || !keep_only((unsigned)order->inserted_fd, (unsigned)connected))
		_exit(1);
	serve_slot(slot, order->port, connected);
	_exit(0); /* the file stays, unlocked: the card was pulled */
}

static bool
has_connected(int from)
{
	struct pollfd wait = { .fd = from, .events = POLLIN };
	char byte;

	return poll(&wait, 1, INSERT_MS) == 1 && read(from, &byte, 1) == 1;
}

static enum err
start_server(const struct serve_order *order, struct slot *slot, struct err_trace *trace)
{
	int connected[2];
	enum err err = ERR_OK;
	pid_t child;

	if (pipe2(connected, O_CLOEXEC) != 0)
		return FAIL_ERRNO(trace, "no pipe for the card's process");
	child = fork();
	if (child == 0)
		be_server(order, slot, connected[1]);
	close(connected[1]);
	if (child < 0)
		err = FAIL_ERRNO(trace, "no process for the card");
	if (child > 0 && !has_connected(connected[0])) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
		err_next(
		    trace, "The sandbox's pcscd may have ended: see $QUORATE_SANDBOX/pcscd.log.");
		err = FAIL(trace, ERR_TIMEOUT, "no virtual reader answers on port %u",
		    (unsigned)order->port);
	}
	close(connected[0]);
	return err;
}

enum err
serve_in_background(const struct serve_order *order, struct err_trace *trace)
{
	struct slot *slot = NULL;
	enum err err = slot_open(order->card_file, &slot, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "the card '%s' does not answer", order->name);
	err = start_server(order, slot, trace);
	slot_close(slot);
	return err;
}
