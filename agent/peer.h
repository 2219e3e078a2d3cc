/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is at the other end of a socket: the user and process that connected, as the kernel says, and
 * which program that process ran at that moment. A process of another user does not show its
 * program to everybody; then it is known by the name that it gives itself, in brackets.
 */
#ifndef AGENT_PEER_H
#define AGENT_PEER_H

#include <sys/types.h>

#include <jansson.h>

#include "base/err.h"

enum { PEER_PROGRAM = 256 };

struct peer {
	uid_t uid;
	pid_t pid;
	char program[PEER_PROGRAM]; /* "/usr/bin/openssl", "(openssl)" or "?"; cut to fit */
};

/* Of a connected Unix socket. */
MUST_CHECK enum err peer_of(int fd, struct peer *out, struct err_trace *trace);

/* Which program a process runs: asked of the witness (agent/witness.h), or looked up. */
void peer_find_program(pid_t pid, char out[PEER_PROGRAM]);
void peer_look_at_program(pid_t pid, char out[PEER_PROGRAM]);

/* {"uid":1000,"pid":4711,"program":"/usr/bin/openssl"} */
json_t *peer_json(const struct peer *peer);

#endif
