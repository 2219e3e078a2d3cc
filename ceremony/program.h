/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A step's command: a program with its words, never a shell. What it prints is kept whole in two
 * files, whatever it is; it is bounded in time and in what it prints (64 MiB, or what the disk has
 * room for beside the record), and ends with who began it.
 */
#ifndef CEREMONY_PROGRAM_H
#define CEREMONY_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct program_call {
	const char *const *argv; /* NULL-terminated */
	const char *folder;      /* where it works */
	const char *out, *err;   /* new files for what it prints */
	unsigned timeout_s;
	bool own_group; /* it has no terminal, and is ended with those beside it */
	bool leaves_on; /* what it began may go on without it, in a session of its own, too */
};

struct program_output {
	int64_t bytes;
	uint8_t hash[SHA256_SIZE];
};

struct program_end {
	int status;     /* 128 + signal; 127 when it could not be started */
	bool timed_out; /* it was ended for it */
	bool too_much;  /* likewise: what it printed until then is kept */
	int64_t seconds;
	struct program_output out, err;
};

/*
 * ERR_OK however the program ended, also when it could not be started (the error file then says
 * why). Others: the disk is full, a file is there already.
 */
MUST_CHECK enum err
program_run(const struct program_call *call, struct program_end *end, struct err_trace *trace);

/*
 * The beginning of a file for people: at most `lines` lines and `size` bytes, with a "?" for what
 * is no text. *whole: nothing was left out. A file that is not there is empty. free() *out.
 */
MUST_CHECK enum err
program_peek(const char *path, unsigned lines, char **out, bool *whole, struct err_trace *trace);

#endif
