/* SPDX-License-Identifier: BSD-2-Clause */
/* A process that holds one virtual card in one reader until it is told to pull it (SIGTERM). */
#ifndef VIRTUAL_CARDS_SERVE_H
#define VIRTUAL_CARDS_SERVE_H

#include <stdint.h>

#include "base/err.h"

struct serve_order {
	const char *card_file;
	uint16_t port;

	/* In the background only: */
	const char *name;          /* the card's */
	const char *inserted_file; /* gets "PID NAME"; unlocked, once the card is pulled */
	int inserted_fd;           /* open on it and locked; the server keeps it */
};

/* Serves until a fault pulls the card, reconnecting when pcscd comes and goes. */
MUST_CHECK enum err serve(const struct serve_order *order, struct err_trace *trace);

/* Starts a process that does so, and waits until it has reached the reader. */
MUST_CHECK enum err serve_in_background(const struct serve_order *order, struct err_trace *trace);

#endif
