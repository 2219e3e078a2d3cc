/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why and when an activation ends. One loop waits for everything that may end it and lets clients
 * in meanwhile; the first reason is the one that is told.
 */
#ifndef AGENT_ENDS_H
#define AGENT_ENDS_H

#include <stdbool.h>

#include "base/err.h"

struct agent_event;
struct bound_time;
struct control;

/* What the loop waits for; a descriptor of -1 is not waited for. */
struct ends {
	int link;    /* of the command; -1 once it left the agent to itself */
	int signals; /* signalfd of ends_block_signals */
	int card;    /* watch_fd */
	int token;   /* readable when the token went */
	int record;  /* recorder_failed_fd */
	int door;    /* readable when a client wants in */
	const char *(*card_text)(void *context);
	bool (*door_stands)(void *context); /* false when the sockets are not ours any more */
	void (*let_in)(void *context);
	void *context;                 /* of these three */
	struct control *control;       /* may be told to end; NULL: there is none */
	const struct bound_time *time; /* bounds */
};

/* Before any thread starts: SIGTERM, SIGINT and SIGHUP arrive at *fd and nowhere else. */
MUST_CHECK enum err ends_block_signals(int *fd, struct err_trace *trace);

/* Serves until something ends it; fills `end` and `text` of *out, and ends->link. */
void ends_wait(struct ends *ends, struct agent_event *out);

#endif
