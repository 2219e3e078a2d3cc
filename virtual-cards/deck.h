/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the robot knows of the sandbox's cards: which there are, whose each is, which reader holds
 * it, and how often its PIN was changed. Cards are put in and taken out as by hand, with the
 * program virtual-card.
 */
#ifndef VIRTUAL_CARDS_DECK_H
#define VIRTUAL_CARDS_DECK_H

#include "base/err.h"

enum { DECK_DIR = 200, DECK_CARDS = 64, DECK_READERS = 16, DECK_NAME = 64, DECK_HOLDER = 136 };

struct deck_card {
	char name[DECK_NAME];     /* "card2" */
	char serial[DECK_NAME];   /* "FFFE:00000002", as the roster writes it */
	char holder[DECK_HOLDER]; /* the custodian; "" for a blank */
	char label[DECK_NAME];    /* its short name in the roster: "root/1" */
	int reader;               /* its index; -1: in nobody's reader */
	unsigned changes;         /* of its PIN */
};

struct deck {
	char dir[DECK_DIR];                   /* $QUORATE_SANDBOX */
	char reader[DECK_READERS][DECK_NAME]; /* names, by index */
	unsigned readers;
	struct deck_card card[DECK_CARDS];
	unsigned cards;
};

/* Reads everything anew: between two asks, a person or a test may have moved cards. */
MUST_CHECK enum err deck_load(struct deck *deck, struct err_trace *trace);

/* Writes holders and changes. */
MUST_CHECK enum err deck_save(const struct deck *deck, struct err_trace *trace);

/* NULL when there is none. */
struct deck_card *deck_find(struct deck *deck, const char *name);
struct deck_card *deck_find_serial(struct deck *deck, const char *serial);

/*
 * Puts the card into a free reader; when there is none, some other card is taken out first, and
 * everything is read anew; a card keeps its place in the deck. With `fault` (virtual-cards/fault.h;
 * NULL: none) the card will fail in that way.
 */
MUST_CHECK enum err
deck_insert(struct deck *deck, struct deck_card *card, const char *fault, struct err_trace *trace);
MUST_CHECK enum err deck_eject(struct deck_card *card, struct err_trace *trace);

#endif
