/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards and readers of a sandbox, by hand: $QUORATE_SANDBOX/cards/NAME.card are the cards,
 * $QUORATE_SANDBOX/readers has a line "INDEX PORT READER-NAME" for each reader, and
 * $QUORATE_SANDBOX/inserted/INDEX says "PID NAME" of the process that serves the card there. That
 * process holds a lock on the file: one without a lock is left over, and its reader is free.
 */
#ifndef VIRTUAL_CARDS_RACK_H
#define VIRTUAL_CARDS_RACK_H

#include <stdint.h>

#include "base/err.h"

enum { RACK_READERS = 16, RACK_NAME = 64, RACK_PATH = 512 };

struct rack_reader {
	unsigned index;
	uint16_t port;
	char name[RACK_NAME];
	char card[RACK_NAME]; /* the card that is in it; empty: none */
	long server;          /* the process that serves it */
};

struct rack {
	const char *folder; /* $QUORATE_SANDBOX, borrowed */
	unsigned count;
	struct rack_reader reader[RACK_READERS];
};

/* Reads which readers there are and what is in them. ERR_NOT_NOW outside of a sandbox. */
MUST_CHECK enum err rack_load(struct rack *out, struct err_trace *trace);

/* The card's file; ERR_ABSENT when there is no such card. */
MUST_CHECK enum err rack_card_file(
    const struct rack *rack, const char *name, char out[RACK_PATH], struct err_trace *trace);

/*
 * Puts a card into a reader, named by its index or by its name, or into the first free one (NULL).
 * When it returns the reader has the card; pcscd sees it within half a second.
 */
MUST_CHECK enum err
rack_insert(const struct rack *rack, const char *name, const char *reader, struct err_trace *trace);

/* Pulls it, and waits until it is gone. */
MUST_CHECK enum err rack_eject(const struct rack *rack, const char *name, struct err_trace *trace);

/* Calls `show` for each card, sorted by name; `reader` is NULL for one that is in none. */
typedef void
rack_show(const char *name, const char *card_file, const struct rack_reader *reader, void *context);
MUST_CHECK enum err
rack_each(const struct rack *rack, rack_show *show, void *context, struct err_trace *trace);

#endif
