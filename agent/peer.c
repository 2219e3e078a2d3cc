/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/peer.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/witness.h"
#include "custody/use_record.h"

enum { PROC_PATH = 32, COMM = 20 };

/* "(name)", for a process whose program may not be seen. */
static bool
read_name(pid_t pid, char out[PEER_PROGRAM])
{
	char path[PROC_PATH], name[COMM];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, name, sizeof(name) - 1);
	close(fd);
	if (len <= 1)
		return false;
	name[len - 1] = '\0'; /* its newline */
	snprintf(out, PEER_PROGRAM, "(%s)", name);
	return true;
}

void
peer_look_at_program(pid_t pid, char out[PEER_PROGRAM])
{
	char path[PROC_PATH];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	len = readlink(path, out, PEER_PROGRAM - 1);
	if (len > 0)
		out[len] = '\0';
	else if (!read_name(pid, out))
		snprintf(out, PEER_PROGRAM, "?");
}

void
peer_find_program(pid_t pid, char out[PEER_PROGRAM])
{
	if (!witness_ask(pid, out))
		peer_look_at_program(pid, out);
}

enum err
peer_of(int fd, struct peer *out, struct err_trace *trace)
{
	struct ucred credentials;
	socklen_t len = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) != 0)
		return FAIL_ERRNO(trace, "who connected is not known");
	out->uid = credentials.uid;
	out->pid = credentials.pid;
	peer_find_program(credentials.pid, out->program);
	return ERR_OK;
}

json_t *
peer_json(const struct peer *peer)
{
	return json_pack("{s:I, s:I, s:o}", "uid", (json_int_t)peer->uid, "pid",
	    (json_int_t)peer->pid, "program", chain_text(peer->program));
}
