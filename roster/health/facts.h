/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that a quorum's health depends on, gathered once from the projections. What is judged is a
 * function of these facts and of a date and of nothing else, so that the years ahead cost no
 * question to the roster. Internal to roster/.
 */
#ifndef ROSTER_HEALTH_FACTS_H
#define ROSTER_HEALTH_FACTS_H

#include "roster/absence.h"
#include "roster/binding.h"
#include "roster/calendar.h"
#include "roster/card.h"
#include "roster/departure.h"
#include "roster/health.h"
#include "roster/operation.h"
#include "roster/person.h"
#include "roster/policy.h"

/* Behind every date that a roster can have. */
#define FACT_FOR_EVER (INT64_MAX / 2)

enum { FACT_SHARES_MAX = ROSTER_LIVE_MAX * ROSTER_CARDS_MAX };

/* The places that shares can pile up in. */
enum fact_place { FACT_SITE, FACT_EMPLOYER, FACT_LINE, FACT_MODEL, FACT_PLACE__COUNT };

struct fact_share {
	unsigned generation; /* index into facts->generation */
	int64_t delivered;   /* 0: not yet */
	int64_t begun;       /* since when the card may hold it, proven or not; 0: it does not */
	struct roster_card card;
	int64_t proven;         /* the last proof for this generation, 0: none */
	int64_t former_exposed; /* since when a card that had the share before is exposed, or 0 */
	struct roster_person custodian;
	struct roster_card_fate fate; /* as it was said at a departure; `stated` 0: nothing was */
	size_t absences;
	struct roster_absence *absence;
};

struct fact_generation {
	unsigned number;
	unsigned threshold;
	unsigned size;
	unsigned shares; /* known: fewer than `size` where an adoption did not see all cards */
	int64_t live;
	bool known_elsewhere; /* another installation has seen it sealed */
};

struct fact_binding {
	char name[ROSTER_BINDING_NAME];
	bool software;
	bool copy_left;    /* of a switch that is over */
	int64_t suspected; /* since when, by the bag that it came out of; 0: it is not */
	unsigned opens[ROSTER_TOKEN_PIN__COUNT];
};

/* A copy of a token, which opens for ever with what the token had then. */
struct fact_copy {
	char name[ROSTER_BINDING_NAME];
	char place[ROSTER_TEXT];
	unsigned generation; /* the oldest that it opens with */
};

/* A key that was made in a primary token, and is to be found again when that is lost. */
struct fact_key {
	char label[ROSTER_TEXT];
	char name[ROSTER_BINDING_NAME];
	char
	    backup[ROSTER_BINDING_NAME]; /* where the last backup is; empty: the maker's, or none */
	bool backed_up;
	int64_t made;
	int64_t verified; /* the last proof of any backup; 0: never */
};

struct facts {
	struct roster_id quorum;
	char name[ROSTER_NAME];
	bool practice;
	int64_t policy[ROSTER_POLICY__COUNT];
	size_t generations; /* live ones, oldest first */
	struct fact_generation *generation;
	size_t shares; /* by generation and position */
	struct fact_share *share;
	size_t bindings;
	struct fact_binding *binding;
	size_t copies; /* not destroyed */
	struct fact_copy *copy;
	size_t keys;
	struct fact_key *key;
	size_t dates;
	struct roster_date *date;
	unsigned records_left; /* on cards, of generations that were given up */
	bool pending;
	enum roster_operation_kind operation; /* when pending */
	int64_t begun;
	int64_t checkpoints; /* 0: none was ever signed */
	size_t others;       /* other installations */
	int64_t oldest_news; /* of the one that was longest not heard of; 0: there is none */
	const struct advisories *advisories;
};

/* facts_free() *out. */
MUST_CHECK enum err facts_gather(struct roster *roster, const struct roster_id *quorum,
    struct facts **out, struct err_trace *trace);
void facts_free(struct facts *facts);

/* As if what the question supposes had happened at `at`; takes its advisories too. */
MUST_CHECK enum err facts_suppose(struct facts *facts, const struct roster_question *question,
    int64_t at, struct err_trace *trace);

#endif
