/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/witness.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/calls.h"

static int asking = -1;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* Above all not the link: the command sees by its end that the agent is gone. */
static void
close_all_but(int fd)
{
	if (fd > 0)
		(void)close_range(0, (unsigned)fd - 1, 0);
	(void)close_range((unsigned)fd + 1, ~0U, 0);
}

static void
answer(int fd)
{
	char program[PEER_PROGRAM];
	pid_t pid;

	while (recv(fd, &pid, sizeof(pid), 0) == sizeof(pid)) {
		memset(program, 0, sizeof(program));
		peer_look_at_program(pid, program);
		if (send(fd, program, sizeof(program), MSG_NOSIGNAL) < 0)
			return;
	}
}

/* Only calls that are safe behind a fork of a process with one thread. */
static void
be_witness(int fd)
{
	(void)prctl(PR_SET_NAME, "quorate-witness", 0, 0, 0);
	close_all_but(fd);
	if (calls_confine_to_looking(NULL) == ERR_OK)
		answer(fd);
	_exit(EXIT_SUCCESS);
}

enum err
witness_start(struct err_trace *trace)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return FAIL_ERRNO(trace, "no socket to a witness");
	pid = fork();
	if (pid == 0)
		be_witness(ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return FAIL_ERRNO(trace, "no process for a witness");
	}
	asking = ends[0];
	return ERR_OK;
}

bool
witness_ask(pid_t pid, char out[PEER_PROGRAM])
{
	char program[PEER_PROGRAM];
	bool told;

	if (asking < 0)
		return false;
	pthread_mutex_lock(&one_at_a_time);
	told = send(asking, &pid, sizeof(pid), MSG_NOSIGNAL) == sizeof(pid) &&
	       recv(asking, program, sizeof(program), 0) == sizeof(program);
	pthread_mutex_unlock(&one_at_a_time);
	if (told)
		memcpy(out, program, sizeof(program));
	return told;
}
