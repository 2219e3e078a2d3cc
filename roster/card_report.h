/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people report of a card, and what its visits show of its tries. A report tells what became
 * of the card from then on; that it was out of trusted hands once is never taken back: such a card
 * counts as exposed until nothing opens with what is on it.
 */
#ifndef ROSTER_CARD_REPORT_H
#define ROSTER_CARD_REPORT_H

#include "roster/card.h"

/* Each report, as typed: "lost". Adds PIN unknown, which is of the PIN and not of the card. */
const char *roster_report_word(enum roster_report report);
/* ERR_ARGUMENT lists the words. */
MUST_CHECK enum err
roster_report_parse(const char *word, enum roster_report *out, struct err_trace *trace);

struct roster_card_report {
	enum roster_report report;
	int64_t happened;          /* when, seconds UTC: the day that it was lost */
	struct roster_id reporter; /* who said so */
	char words[ROSTER_TEXT];   /* how it came; empty for none, "(erased)" when it was */
	/* Where it is read back: */
	struct roster_id by; /* who was at the keyboard; none: a broken bag said so */
	int64_t time;        /* of the event */
};

/*
 * Takes a report in. ERR_ARGUMENT: it would happen in the future, before the card was there, or
 * its words are too long; ERR_NOT_NOW: the card is not enrolled, or `damaged` of a destroyed one.
 */
MUST_CHECK enum err roster_card_report(struct roster *roster, const struct roster_id *card,
    const struct roster_card_report *report, struct err_trace *trace);

/* In the order of their coming; free() *out. */
MUST_CHECK enum err roster_card_reports(struct roster *roster, const struct roster_id *card,
    struct roster_card_report **out, size_t *count, struct err_trace *trace);

/* The tries left as a visit saw them; 0 is blocked. An event only where the roster knew another
 * number. */
struct roster_card_tries {
	unsigned user;
	unsigned admin;
};
MUST_CHECK enum err roster_card_note_tries(struct roster *roster, const struct roster_id *card,
    const struct roster_card_tries *tries, struct err_trace *trace);

#endif
