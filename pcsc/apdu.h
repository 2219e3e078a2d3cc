/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * APDUs (ISO/IEC 7816-4, 5): a command goes out short, chained or extended, whatever the card can;
 * 61xx and 6Cxx are followed; an answer of fewer than two bytes is a card that went away. What goes
 * over the wire can be watched, headers only: the body may be a PIN.
 */
#ifndef PCSC_APDU_H
#define PCSC_APDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "pcsc/channel.h"

enum {
	APDU_SHORT_COMMAND = 255,
	APDU_SHORT_ANSWER = 256,
	APDU_COMMAND_MAX = 1024, /* the longest body that we ever send, chained or extended */
	APDU_ANSWER_MAX = 2048,  /* the longest answer that we ever take */
};

struct apdu {
	uint8_t cla;
	uint8_t ins;
	uint8_t p1;
	uint8_t p2;
	struct cursor body; /* may be secret */
	size_t expect;      /* Le: the most that may come back, 0 for nothing */
};

/* What was sent, one line each. A chained command is as many APDUs as it has parts. */
struct apdu_counts {
	unsigned sent;         /* everything but GET RESPONSE */
	unsigned get_response; /* GET RESPONSE (INS C0), counted apart */
};

/* One APDU as a watcher may see it: no body of either direction. */
struct apdu_note {
	uint8_t cla;
	uint8_t ins;
	uint8_t p1;
	uint8_t p2;
	size_t sent;     /* Lc */
	size_t received; /* bytes before the status word */
	uint16_t sw;     /* 0 when the card went away */
};

typedef void apdu_watch(void *context, const struct apdu_note *note);

/* "00 20 00 82 Lc 6 -> 63C2", into `out`. */
enum { APDU_NOTE_TEXT = 64 };
void apdu_note_text(const struct apdu_note *note, char out[APDU_NOTE_TEXT]);

/* What the card can take; short APDUs without chaining until the card has said more. */
struct apdu_limits {
	bool chaining;
	bool extended;
	size_t command; /* greatest extended body */
	size_t answer;  /* greatest extended answer */
};

struct apdu_link {
	struct channel channel;
	struct apdu_limits limits;
	struct apdu_counts counts;
	apdu_watch *watch; /* NULL: nobody */
	void *watch_context;
};

/*
 * Sends one command and appends the answer's data to `answer` (NULL: an answer with data is
 * ERR_FORMAT). *sw is the final status word, whatever it says: judging it is the caller's.
 * ERR_IO: the card or reader went away; the command may or may not have been obeyed.
 */
MUST_CHECK enum err apdu_send(struct apdu_link *link, const struct apdu *command,
    struct writer *answer, uint16_t *sw, struct err_trace *trace);

/* The words for a status word: "a PIN is needed first"; never NULL. */
const char *apdu_sw_words(uint16_t sw);

/* The error that a refusing status word amounts to; ERR_OK for 9000. */
enum err apdu_sw_err(uint16_t sw);

/* FAIL with the words and the raw number: "the card refused to write its header: …" */
#define APDU_FAIL(trace, sw, doing)                                                                \
	FAIL_RAW((trace), apdu_sw_err(sw), ERR_ORIGIN_SW, (sw), "the card refused to %s: %s",      \
	    (doing), apdu_sw_words(sw))

#endif
