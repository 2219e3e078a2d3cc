/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests: soak MODULE SIGNATURES CLIENTS ASKED SEEN. That many clients, each a process, sign
 * digests that are never the same, until so many were answered in all; meanwhile they are killed at
 * random, and others take their places. Each digest is a line of ASKED before it is asked for, and
 * of SEEN when its signature came. Prints "killed K, left L": clients that were killed, and that
 * left because the other side did. The status is 1 when the other side left before all were signed.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/encode.h"
#include "tests/softhsm/agent/signer.h"

enum { CLIENTS_MAX = 64, KILL_EVERY_MS = 25, LINE = 2 * SIGNER_DIGEST + 1 };

struct soak {
	const char *module;
	long wanted;
	int count;
	int asked, seen;          /* files, appended to by all */
	atomic_long *signed_ones; /* shared by all */
	pid_t client[CLIENTS_MAX];
	long killed, left;
	uint32_t number; /* the last one drawn; never 0 */
};

static void
add_line(int fd, const CK_BYTE digest[SIGNER_DIGEST])
{
	char line[LINE + 1];

	hex_encode(digest, SIGNER_DIGEST, line);
	line[LINE - 1] = '\n';
	if (write(fd, line, LINE) != LINE)
		exit(1);
}

/* Until it is killed, or all are signed; 1 when the other side is gone. */
static int
sign_on(const struct soak *soak)
{
	struct signer signer = signer_connect(soak->module);
	CK_BYTE digest[SIGNER_DIGEST] = { 0 };
	const pid_t self = getpid();

	memcpy(digest, &self, sizeof(self));
	for (unsigned i = 0; atomic_load(soak->signed_ones) < soak->wanted; i++) {
		memcpy(digest + sizeof(self), &i, sizeof(i));
		add_line(soak->asked, digest);
		if (signer_sign(&signer, digest) != CKR_OK)
			return 1;
		add_line(soak->seen, digest);
		atomic_fetch_add(soak->signed_ones, 1);
	}
	return 0;
}

static void
start(const struct soak *soak, pid_t *client)
{
	*client = fork();
	if (*client == 0)
		_exit(sign_on(soak));
}

/* False when it ended by itself, and badly. */
static bool
bury(struct soak *soak, pid_t client)
{
	int status = 0;

	waitpid(client, &status, 0);
	if (WIFSIGNALED(status)) {
		soak->killed++;
		return true;
	}
	soak->left += WEXITSTATUS(status) != 0;
	return WEXITSTATUS(status) == 0;
}

/* Marsaglia's xorshift: the seed that is printed draws the same again. */
static uint32_t
draw(struct soak *soak)
{
	soak->number ^= soak->number << 13;
	soak->number ^= soak->number >> 17;
	soak->number ^= soak->number << 5;
	return soak->number;
}

static bool
replace_one(struct soak *soak)
{
	pid_t *client = &soak->client[draw(soak) % (unsigned)soak->count];

	kill(*client, SIGKILL);
	if (!bury(soak, *client)) {
		*client = 0;
		return false;
	}
	start(soak, client);
	return true;
}

static bool
run(struct soak *soak)
{
	bool there = true;

	for (int i = 0; i < soak->count; i++)
		start(soak, &soak->client[i]);
	while (there && atomic_load(soak->signed_ones) < soak->wanted) {
		poll(NULL, 0, (int)(draw(soak) % (2 * KILL_EVERY_MS)));
		there = replace_one(soak);
	}
	for (int i = 0; i < soak->count; i++)
		if (soak->client[i] != 0)
			there &= bury(soak, soak->client[i]);
	return there;
}

int
main(int argc, char **argv)
{
	struct soak soak = { 0 };
	uint32_t seed = (uint32_t)time(NULL) | 1;
	bool whole;

	if (argc != 6)
		return 2;
	soak.module = argv[1];
	soak.wanted = strtol(argv[2], NULL, 10);
	soak.count = (int)strtol(argv[3], NULL, 10);
	soak.asked = open(argv[4], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	soak.seen = open(argv[5], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	soak.signed_ones = mmap(NULL, sizeof(*soak.signed_ones), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (soak.count < 1 || soak.count > CLIENTS_MAX || soak.asked < 0 || soak.seen < 0 ||
	    soak.signed_ones == MAP_FAILED)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	soak.number = seed;
	whole = run(&soak);
	printf("killed %ld, left %ld, seed %u\n", soak.killed, soak.left, seed);
	return whole ? 0 : 1;
}
