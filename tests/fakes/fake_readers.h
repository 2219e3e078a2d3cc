/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The readers of the in-process pcscd: in the folder $QUORATE_FAKE_CARDS each entry readerN is a
 * reader. A symbolic link to a card's file (named *.card), or a file that holds its path, says
 * which card is in it; an empty file, that none is. The folder is read anew whenever something
 * asks, so another process inserts and ejects by renaming an entry into place. No folder: no pcscd.
 */
#ifndef TESTS_FAKES_FAKE_READERS_H
#define TESTS_FAKES_FAKE_READERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "virtual-cards/slot.h"

enum { FAKE_READERS = 8, FAKE_NAME = 32, FAKE_PATH = 512 };

/* Which file it is: a rename over it, or a new link, makes another one. */
struct fake_stamp {
	ino_t inode;
	struct timespec time;
};

struct fake_reader {
	bool there;
	char name[FAKE_NAME];
	char card_file[FAKE_PATH]; /* "": no card */
	struct fake_stamp entry;   /* a card that was exchanged is another insertion */
	unsigned events;           /* changes with each insertion and removal; odd: in */
	unsigned resets;           /* what connections did not do themselves */

	struct slot *slot;      /* the card, while someone is connected to it */
	struct fake_stamp left; /* the card's file as we left it */
	unsigned connections;
	bool exclusive;
	int share_lock; /* held while connected */
	int turn_lock;  /* held for a transaction */
};

/* False: there is no pcscd. */
bool fake_readers_refresh(void);

/* NULL when there is no reader of that name. */
struct fake_reader *fake_readers_find(const char *name);
struct fake_reader *fake_readers_at(unsigned index); /* FAKE_READERS of them, there or not */

/* Powers the card; false when it does not answer. */
bool fake_reader_power(struct fake_reader *reader);

/* Takes the reader for this process, or for all who share; false when another has it. */
bool fake_reader_take(struct fake_reader *reader, bool exclusive);

/* The last connection closed. */
void fake_reader_leave(struct fake_reader *reader);

/* Waits for its turn; false: another process used the card since, and it was reset. */
bool fake_reader_begin(struct fake_reader *reader);
void fake_reader_end(struct fake_reader *reader);

/* What this process did to the card's file is no news to it. */
void fake_reader_remember(struct fake_reader *reader);

/* A card that was pulled: its entry becomes an empty file. */
void fake_reader_pull(struct fake_reader *reader);

/* The ATR of the card that is in it, connected or not; 0: mute. */
size_t fake_reader_atr(const struct fake_reader *reader, uint8_t out[VCARD_ATR_MAX]);

#endif
