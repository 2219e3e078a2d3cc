/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How an operation talks to the people in the room. A terminal, a program that speaks JSON lines
 * and the sandbox's robot (which is such a program) are implementations of it:
 * docs/formats/attendant.md.
 *
 * An operation asks and tells; it never prints and never reads. Every question states the same
 * facts, so that people who meet rarely can tell where they are: what is being done, how far it is,
 * who and which card is wanted, and why it is asked again.
 */
#ifndef CUSTODY_ATTENDANT_H
#define CUSTODY_ATTENDANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct secret;

/* One card that would do. Any of the three may be NULL: a blank card has no serial yet. */
struct attendant_wanted {
	const char *custodian; /* "alice" */
	const char *card;      /* "root/1" */
	const char *serial;    /* "FFFE:00000001" */
};

/* A reader with a card in it, as seen before the question. */
struct attendant_present {
	const char *reader;
	const char *serial; /* NULL: not read, or not a card that we know how to read */
};

struct attendant_card_ask {
	const char *quorum;         /* NULL where none is meant */
	uint32_t generation;        /* 0: none yet */
	const char *purpose;        /* "activate root", "deliver a share" */
	unsigned done;              /* cards that are through */
	unsigned total;             /* cards that are needed in all */
	const char *const *through; /* whose cards are through: names */
	size_t through_count;
	bool blank; /* a card without an owner is wanted */
	bool any;   /* any card of the quorum that was not there yet; `wanted` is empty */
	const struct attendant_wanted *wanted;
	size_t wanted_count;
	const struct attendant_present *present; /* more than one: the answer names the reader */
	size_t present_count;
	const char *reason; /* why it is asked again; NULL the first time */
};

struct attendant_card_answer {
	char reader[128]; /* the reader that is meant; empty: whichever gets a card */
};

enum attendant_pin_for {
	ATTENDANT_PIN_VERIFY,     /* the present PIN of a custodian's card */
	ATTENDANT_PIN_NEW,        /* a PIN to be set; the attendant makes sure that it was meant */
	ATTENDANT_PIN_ADMIN,      /* a card's present admin PIN */
	ATTENDANT_PIN_TOKEN_USER, /* a token's present user PIN */
	ATTENDANT_PIN_TOKEN_SO,   /* a token's present SO PIN */
	ATTENDANT_PIN__COUNT
};

struct attendant_pin_ask {
	enum attendant_pin_for purpose;
	const char *custodian; /* each may be NULL */
	const char *card;
	const char *serial;
	const char *token;
	unsigned tries; /* left; 0: not known */
	unsigned min;   /* characters */
	unsigned max;
	const char *reason; /* why it is asked again */
};

/* What may follow a refused PIN, and other decisions. The words are those of the protocol. */
enum attendant_choice {
	ATTENDANT_AGAIN,    /* try once more */
	ATTENDANT_LAST_TRY, /* the explicit word for the last try */
	ATTENDANT_OTHER,    /* someone else's card */
	ATTENDANT_UNBLOCK,  /* unblock with those present */
	ATTENDANT_STOP,
	ATTENDANT_CHOICE__COUNT
};

enum attendant_expect { ATTENDANT_EXPECT_SERIAL, ATTENDANT_EXPECT_LABEL, ATTENDANT_EXPECT_TEXT };

/* What may be done now: a word to type and what it does. */
struct attendant_menu_row {
	const char *word;
	const char *help;
};

struct attendant_menu {
	const char *text;
	const struct attendant_menu_row *of; /* the first is what is usual */
	size_t count;
};

struct attendant_fill {
	const char *text;
	const char *example; /* what it looks like; a rehearsal writes it down; NULL: none */
};

struct attendant {
	void *context;

	/*
	 * Asks for a card. A terminal shows the question and returns at once (the operation then
	 * waits for the reader); a program answers when it has put a card in. ERR_CANCELLED: stop.
	 */
	enum err (*card)(void *context, const struct attendant_card_ask *ask,
	    struct attendant_card_answer *answer, struct err_trace *trace);

	/*
	 * A card that would do was found and its work begins. `asked`: the question was shown
	 * before; else the card was in its reader already, and `ask` is what it would have been.
	 * NULL: it is not told.
	 */
	void (*arrived)(void *context, const struct attendant_card_ask *ask,
	    const struct attendant_present *card, bool asked);

	/* *pin is NULL when the person declined; else the caller frees it. ERR_CANCELLED: stop. */
	enum err (*pin)(void *context, const struct attendant_pin_ask *ask, struct secret **pin,
	    struct err_trace *trace);

	/* `people`: NULL, or the two names (NULL-terminated) who both must agree. */
	enum err (*confirm)(void *context, const char *text, const char *const *people, bool *yes,
	    struct err_trace *trace);

	/* `of` is a bit set of 1 << enum attendant_choice; *taken is one of them. */
	enum err (*choice)(void *context, const char *text, unsigned of,
	    enum attendant_choice *taken, struct err_trace *trace);

	/* A line typed by the person, without the newline. */
	enum err (*type)(void *context, const char *text, enum attendant_expect expect, char *line,
	    size_t line_size, struct err_trace *trace);

	/* One of the rows, as its index. */
	enum err (*menu)(void *context, const struct attendant_menu *menu, size_t *taken,
	    struct err_trace *trace);

	/* As type, for what is written down by hand. */
	enum err (*fill)(void *context, const struct attendant_fill *fill, char *line,
	    size_t line_size, struct err_trace *trace);

	/* Progress of long work, and something to be read; neither is answered. */
	void (*progress)(void *context, const char *text, unsigned done, unsigned total);
	void (*note)(void *context, const char *text);

	/* The card in this reader may be taken out now. */
	void (*remove)(void *context, const char *reader, const char *text);

	/*
	 * While the operation waits for a card: a descriptor that becomes readable when the person
	 * does something, and the call that then tells whether it was "stop". -1: there is none.
	 */
	int cancel_fd;
	bool (*stopped)(void *context);

	/* Ends it and frees what belongs to it. */
	void (*close)(struct attendant *attendant);

	/* How long to wait for a card after `card` returned, in milliseconds. */
	int card_wait_ms;
};

/* The protocol's words. */
const char *attendant_pin_word(enum attendant_pin_for purpose);
const char *attendant_choice_word(enum attendant_choice choice);
const char *attendant_expect_word(enum attendant_expect expect);

/* Closes it; NULL is fine. */
void attendant_close(struct attendant *attendant);

/*
 * Starts PROGRAM (looked up in PATH) and speaks the protocol with it. Closing ends its input and
 * waits for it.
 */
MUST_CHECK enum err
attendant_program_start(const char *program, struct attendant **out, struct err_trace *trace);

#endif
