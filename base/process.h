/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process does to itself before it may hold a secret, and how it starts another. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* No core dumps, not dumpable or traceable, umask 077, SIGPIPE ignored. First thing in main. */
MUST_CHECK enum err process_harden(struct err_trace *trace);

/* Gives back the umask from before, for what a program of the user's own will write. */
void process_restore_umask(void);

/* True when any swap is in use by the system (/proc/swaps lists a device or file). */
bool process_swap_is_on(void);

/* The same of a file like /proc/swaps, for tests; false when it is not there. */
bool process_swap_is_on_in(const char *file);

struct process_start {
	const char *const
	    *argv; /* NULL-terminated; argv[0] is looked up in PATH unless it has a '/' */
	const char *const *env; /* NAME=value to set beside the present environment, or NULL */
	int pass_fd;            /* kept open in the child under the same number, or -1 */
	const char *folder;     /* where it works; NULL: here */
	const int *streams;     /* three files for its stdin, stdout and stderr; NULL: as ours */
	bool new_group;         /* its own process group */
	bool new_session;       /* its own session, away from the terminal */
	bool users_umask;       /* a program of the user's own: the umask from before hardening */
	bool die_with_parent;   /* PR_SET_PDEATHSIG SIGTERM */
	int64_t file_max;       /* bytes of any file that it writes, RLIMIT_FSIZE; 0: no bound */
};

/*
 * Starts a program: fork, then exec at once. `to_child` and `from_child` receive the ends of pipes
 * to its stdin and from its stdout; NULL leaves the stream as ours. Everything else is
 * close-on-exec. An exec that fails is reported here, not by the child.
 */
MUST_CHECK enum err process_spawn(const struct process_start *start, pid_t *pid, int *to_child,
    int *from_child, struct err_trace *trace);

/*
 * As process_wait, but no longer than `timeout_ms`: then ERR_TIMEOUT, and the process goes on.
 */
MUST_CHECK enum err
process_wait_for(pid_t pid, int64_t timeout_ms, int *status, struct err_trace *trace);

/* Waits; *status is the exit status, or 128 + signal. */
MUST_CHECK enum err process_wait(pid_t pid, int *status, struct err_trace *trace);

/* The folder in which this program lies. */
MUST_CHECK enum err process_folder(char *out, size_t out_size, struct err_trace *trace);

/*
 * The path of another program of the same build or installation as this one: beside it, in
 * libexec/quorate, or in `folder` of the build tree. Never looked up in PATH: such programs are
 * given PINs, or decide what may be seen. ERR_ABSENT when the installation is not whole.
 */
MUST_CHECK enum err process_sibling(
    const char *folder, const char *name, char *out, size_t out_size, struct err_trace *trace);

#endif
