/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Departures. Somebody leaves on a day, and each card that they hold has a fate, which is always
 * asked for and never guessed. Before the day the fate is what is expected; on the day the card
 * counts as outstanding until the fate is stated again.
 */
#ifndef ROSTER_DEPARTURE_H
#define ROSTER_DEPARTURE_H

#include "roster/person.h"
#include "roster/roster.h"

enum roster_fate {
	ROSTER_FATE_OUTSTANDING, /* still with them, or nobody knows */
	ROSTER_FATE_RETURNED,
	ROSTER_FATE_DESTROYED,
	ROSTER_FATE__COUNT
};
const char *roster_fate_word(enum roster_fate fate); /* "outstanding" */
bool roster_fate_parse(const char *word, enum roster_fate *out);

struct roster_card_fate {
	struct roster_id card;
	enum roster_fate fate; /* as said */
	int64_t stated;        /* when it was said; 0 in what is to be said */
};

struct roster_departure {
	struct roster_id person;
	int64_t on; /* midnight UTC of the first day without them; 0: today, or the day known */
	const struct roster_card_fate *card; /* one for each card that they hold */
	size_t cards;
};

/*
 * States or plans a departure, moves a planned one, or states the fates after it. ERR_ARGUMENT
 * unless exactly the cards of roster_cards_held are named. ERR_NOT_NOW when they left on another
 * day. ERR_DENIED for the last administrator.
 */
MUST_CHECK enum err roster_person_depart(
    struct roster *roster, const struct roster_departure *departure, struct err_trace *trace);

/* Takes a planned departure back. ERR_NOT_NOW when none is planned or the day has come. */
MUST_CHECK enum err
roster_person_stay(struct roster *roster, const struct roster_id *person, struct err_trace *trace);

/* The cards that a person holds as far as is known: enrolled or being enrolled for them, and not
 * reported lost, stolen or destroyed. In order of their names; free() *out. */
MUST_CHECK enum err roster_cards_held(struct roster *roster, const struct roster_id *person,
    struct roster_id **out, size_t *count, struct err_trace *trace);

/* What was said of a person's cards, the last word on each; free() *out. */
MUST_CHECK enum err roster_fates(struct roster *roster, const struct roster_id *person,
    struct roster_card_fate **out, size_t *count, struct err_trace *trace);

/*
 * What holds for a card of somebody who has left at that time: as said on the day of leaving or
 * after it (and not after `at`); all else counts as outstanding. `said` may be NULL.
 */
enum roster_fate
roster_fate_at(const struct roster_person *person, const struct roster_card_fate *said, int64_t at);

#endif
