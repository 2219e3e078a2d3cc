/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why and when an activation ends. One loop waits for everything that may end it and lets clients
 * in meanwhile; the first reason is the one that is told.
 */
#ifndef AGENT_ENDS_H
#define AGENT_ENDS_H

#include <stdint.h>

#include "base/err.h"

struct activation;
struct agent_event;
struct serve;
struct watch;

struct ends {
	int link;
	int signals; /* signalfd of ends_block_signals */
	struct serve *serve;
	const struct activation *activation;
	const struct watch *watch; /* NULL: no card keeps it open */
};

/* Before any thread starts: SIGTERM, SIGINT and SIGHUP arrive at *fd and nowhere else. */
MUST_CHECK enum err ends_block_signals(int *fd, struct err_trace *trace);

/* Serves until something ends it; fills `end` and `text` of *out. */
void ends_wait(const struct ends *ends, struct agent_event *out);

#endif
