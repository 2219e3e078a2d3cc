/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines typed at a terminal. While it is open Control-C is an answer like any other: it stops at
 * the question that stands, or at the next one, so that the operation can say what state things are
 * in. A second Control-C ends the process.
 */
#ifndef CLI_TERMINAL_LINE_H
#define CLI_TERMINAL_LINE_H

#include <signal.h>
#include <stddef.h>

#include "base/err.h"

struct secret;

struct terminal_line {
	int fd;     /* the terminal, borrowed */
	int either; /* readable: a line was typed, or Control-C */
	struct sigaction before;
};

MUST_CHECK enum err terminal_line_open(int fd, struct terminal_line *out, struct err_trace *trace);
void terminal_line_close(struct terminal_line *line);

/*
 * One line, without its newline. ERR_CANCELLED at Control-C and at the end of input. What is longer
 * than `size` is cut.
 */
MUST_CHECK enum err
terminal_line_read(struct terminal_line *line, char *text, size_t size, struct err_trace *trace);

/*
 * The same without echo, appended to `secret`. The terminal is as before in every case.
 * ERR_ARGUMENT: it does not fit; the whole line was read.
 */
MUST_CHECK enum err terminal_line_read_unseen(
    struct terminal_line *line, struct secret *secret, struct err_trace *trace);

#endif
