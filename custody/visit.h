/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card's visit: asking the people for one of the cards that would do, waiting for it, and making
 * sure that it is one of them before anything else happens. A card that is not wanted is named and
 * given back, and the question is asked again with the reason.
 */
#ifndef CUSTODY_VISIT_H
#define CUSTODY_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "custody/custody.h"
#include "custody/visit_seen.h"

enum { VISIT_WANTED_MAX = 16, VISIT_REASON = 256 };

/* One card that would do. */
struct visit_wanted {
	const char *custodian;
	const char *card;         /* short name; NULL where it has none yet */
	const char *serial;       /* NULL: any blank card */
	const uint8_t *dec_point; /* 65 bytes: the card must have this key; NULL: not compared */
};

struct visit_ask {
	const char *quorum; /* NULL where none is meant */
	uint32_t generation;
	const char *purpose;
	unsigned done;
	unsigned total;
	const char *through[VISIT_WANTED_MAX]; /* whose cards are through */
	size_t through_count;
	bool blank; /* any card that suits; `wanted` holds its custodian alone */
	bool any;   /* whatever card comes: the caller looks whether it is of the quorum */
	const struct visit_wanted *wanted;
	size_t wanted_count;
};

struct visit {
	struct card *card;
	char reader[READER_NAME];
	uint32_t events; /* the reader's, with this card in it: tells a swap later */
	size_t which;    /* in `wanted` */
};

/*
 * Asks until one of the wanted cards is there. Of several cards present none is picked: they are
 * named and the people say which. `seen` is kept over the visits of one operation
 * and released at its end (visit_seen_release), also after a failure. ERR_CANCELLED: the people
 * stopped; ERR_TIMEOUT: no card came; ERR_ABSENT: no reader, no pcscd.
 */
MUST_CHECK enum err visit_begin(struct custody *custody, const struct visit_ask *ask,
    struct visit_seen *seen, struct visit *out, struct err_trace *trace);

/* Resets the card, gives it back and tells the people that it may be taken out. */
void visit_end(struct custody *custody, struct visit *visit, const char *text);

/* As visit_end, but the card is to stay where it is. */
void visit_end_and_stay(struct visit *visit);

/*
 * After a visit that failed because card or reader went away (ERR_IO): tells the people what
 * happened and that the card is wanted again, and returns true, a few times in one operation
 * (`breaks` begins at 0). Any other failure is passed on: false, and the trace is left alone.
 */
bool
visit_broke_off(struct custody *custody, enum err err, unsigned *breaks, struct err_trace *trace);

#endif
