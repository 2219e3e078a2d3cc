/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of closing. Internal. */
#ifndef CEREMONY_CLOSE_INTERNAL_H
#define CEREMONY_CLOSE_INTERNAL_H

#include "ceremony/close.h"
#include "ceremony/record.h"
#include "ceremony/script.h"
#include "ceremony/sheet.h"
#include "custody/custody.h"

struct closing {
	const struct close_input *input;
	struct close_outcome out;
	char *evidence;
	struct script *script;
	struct sheet *sheet;
	struct record record; /* as it was read last */
};

/* Reads the record anew. */
MUST_CHECK enum err close_read_record(struct closing *closing, struct err_trace *trace);

/* Every step done, or the ceremony stopped; the key inventory; statements; the last line. */
MUST_CHECK enum err close_record(struct closing *closing, struct err_trace *trace);

/* The public keys of the people's cards, into the evidence. */
MUST_CHECK enum err close_keys(const struct closing *closing, struct err_trace *trace);

/* The cards of those who said so sign the head; who did already is not asked again. */
MUST_CHECK enum err close_signatures(struct closing *closing, struct err_trace *trace);

/* Whether a card is still to sign. */
bool close_waits_for_cards(struct closing *closing);

/* Whether one of the media has a copy: nothing is copied before people have seen the head. */
bool close_has_copy(struct closing *closing);

/* One copy on each medium, read back; what is there and agrees stays. */
MUST_CHECK enum err close_copies(struct closing *closing, struct err_trace *trace);

/* The inventory of the sheet's tokens, as a line of the record. NULL: no memory. */
json_t *close_inventory(const struct closing *closing);

#endif
