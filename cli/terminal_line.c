/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/terminal_line.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/secret.h"

/* What the signal handler can reach: readable once Control-C was typed. */
static int interrupted = -1;

static void
on_interrupt(int signal)
{
	const uint64_t one = 1;
	int saved = errno;

	(void)signal;
	(void)!write(interrupted, &one, sizeof(one));
	errno = saved;
}

/* Once: after it the signal does what it did before there was a terminal. */
static bool
take_interrupt(void)
{
	uint64_t count;

	return read(interrupted, &count, sizeof(count)) == (ssize_t)sizeof(count);
}

static bool
watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

enum err
terminal_line_open(int fd, struct terminal_line *out, struct err_trace *trace)
{
	struct terminal_line line = { .fd = fd };
	const struct sigaction action = { .sa_handler = on_interrupt,
		.sa_flags = (int)(SA_RESETHAND | SA_RESTART) };

	interrupted = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	line.either = epoll_create1(EPOLL_CLOEXEC);
	if (interrupted < 0 || line.either < 0 || !watch(line.either, fd) ||
	    !watch(line.either, interrupted) || sigaction(SIGINT, &action, &line.before) != 0) {
		enum err err = FAIL_ERRNO(trace, "the terminal cannot be watched");

		close(line.either);
		close(interrupted);
		return err;
	}
	*out = line;
	return ERR_OK;
}

void
terminal_line_close(struct terminal_line *line)
{
	sigaction(SIGINT, &line->before, NULL);
	close(line->either);
	close(interrupted);
	interrupted = -1;
}

/* One byte of a finished line. */
static enum err
read_byte(struct terminal_line *line, char *byte, struct err_trace *trace)
{
	for (;;) {
		struct pollfd fd = { .fd = line->either, .events = POLLIN };
		ssize_t got;

		if (poll(&fd, 1, -1) < 0 && errno != EINTR)
			return FAIL_ERRNO(trace, "the terminal cannot be read");
		if (take_interrupt())
			return FAIL(trace, ERR_CANCELLED, "stopped with Control-C");
		if (fd.revents == 0)
			continue;
		got = read(line->fd, byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return FAIL(trace, ERR_CANCELLED, "the terminal was closed");
		return ERR_OK;
	}
}

enum err
terminal_line_read(struct terminal_line *line, char *text, size_t size, struct err_trace *trace)
{
	size_t len = 0;
	char byte;

	for (;;) {
		enum err err = read_byte(line, &byte, trace);

		if (err != ERR_OK)
			return err;
		if (byte == '\n')
			break;
		if (len + 1 < size)
			text[len++] = byte;
	}
	text[len] = '\0';
	return ERR_OK;
}

enum err
terminal_line_read_unseen(
    struct terminal_line *line, struct secret *secret, struct err_trace *trace)
{
	struct termios before, unseen;
	enum err err = ERR_OK;
	bool fits = true;
	char byte = 0;

	if (tcgetattr(line->fd, &before) != 0)
		return FAIL_ERRNO(trace, "the terminal cannot hide what is typed");
	unseen = before;
	unseen.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	tcsetattr(line->fd, TCSAFLUSH, &unseen);
	while (err == ERR_OK) {
		err = read_byte(line, &byte, trace);
		if (err == ERR_OK && byte == '\n')
			break;
		if (err == ERR_OK && secret_append(secret, &byte, 1, NULL) != ERR_OK)
			fits = false; /* its end is not the next answer */
	}
	secret_wipe(&byte, sizeof(byte));
	tcsetattr(line->fd, TCSAFLUSH, &before);
	return err != ERR_OK || fits
		   ? err
		   : FAIL(trace, ERR_ARGUMENT, "what was typed is longer than any PIN");
}
