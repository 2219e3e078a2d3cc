/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a threshold: availability (ready cards minus M is the margin) and exposure (shares
 * that people or cards outside have, per live generation with its own M). Reasons are structured
 * and have words; the level is that of the worst of them.
 */
#ifndef ROSTER_HEALTH_H
#define ROSTER_HEALTH_H

#include "roster/operation.h"
#include "roster/quorum.h"
#include "roster/roster.h"

/* Ordered by how bad; cli/ maps them to 0, 1, 2 and 3. UNKNOWN is worse than OK and WARNING. */
enum roster_level {
	ROSTER_LEVEL_OK,
	ROSTER_LEVEL_WARNING,
	ROSTER_LEVEL_UNKNOWN,
	ROSTER_LEVEL_CRITICAL,
	ROSTER_LEVEL__COUNT
};
const char *roster_level_word(enum roster_level level); /* "WARNING" */

enum roster_reason_kind {
	ROSTER_REASON_NOT_LIVE,          /* no generation opens anything */
	ROSTER_REASON_BELOW_THRESHOLD,   /* fewer than M cards are ready */
	ROSTER_REASON_MARGIN,            /* fewer spare cards than the policy wants */
	ROSTER_REASON_NOT_DELIVERED,     /* a share waits for its custodian */
	ROSTER_REASON_ROLL_CALL_DUE,     /* within the grace */
	ROSTER_REASON_ROLL_CALL_OVERDUE, /* the card does not count as ready */
	ROSTER_REASON_TRIES,             /* one try left, or none */
	ROSTER_REASON_EXPOSED,           /* M or more shares outside */
	ROSTER_REASON_EXPOSURE,          /* one or more shares outside */
	ROSTER_REASON_PERSON_GONE,       /* a custodian departed */
	ROSTER_REASON_PERSON_ALONE,      /* one person alone takes it below M */
	ROSTER_REASON_OPERATION_PENDING,
	ROSTER_REASON_OLD_GENERATION, /* a token still opens with an older generation */
	ROSTER_REASON_SOFTWARE_TOKEN,
	ROSTER_REASON_NO_TOKEN, /* nothing is bound */
	ROSTER_REASON_NO_CHECKPOINT,
	ROSTER_REASON__COUNT
};
const char *roster_reason_word(enum roster_reason_kind kind); /* "roll-call-due" */

enum { ROSTER_WORDS = 320, ROSTER_REASONS_MAX = 48, ROSTER_LIVE_MAX = 8 };

struct roster_reason {
	enum roster_reason_kind kind;
	enum roster_level level;
	struct roster_id card;   /* where it is about one */
	struct roster_id person; /* likewise */
	int64_t since;           /* or due, 0 where it has no date */
	char words[ROSTER_WORDS];
	char next[ROSTER_WORDS]; /* a command, or empty */
};

/* What one share's card is good for today. */
struct roster_health_card {
	struct roster_id card;
	struct roster_id custodian;
	char name[ROSTER_SHORT_NAME];
	char person[ROSTER_NAME];
	bool ready;
	bool exposed;
	int64_t proven;
	int64_t due; /* the next roll-call */
};

struct roster_health_generation {
	unsigned number;
	unsigned threshold;
	unsigned size;
	unsigned exposure; /* shares outside */
	unsigned pins;     /* token PINs that open with it */
};

struct roster_health {
	struct roster_id quorum;
	char name[ROSTER_NAME];
	int64_t at;
	enum roster_level level;
	unsigned generation; /* the newest live one, 0 for none */
	unsigned threshold;
	unsigned size;
	unsigned ready;
	int margin;        /* ready − M; meaningless without a live generation */
	unsigned exposure; /* the greatest of the live generations' */
	bool pending;
	enum roster_operation_kind operation; /* when pending */
	int64_t oldest_proof;                 /* of the newest live generation, 0 for none */
	int64_t next_due;
	unsigned cards;
	struct roster_health_card card[ROSTER_CARDS_MAX];
	unsigned generations;
	struct roster_health_generation live[ROSTER_LIVE_MAX];
	unsigned reasons;
	struct roster_reason reason[ROSTER_REASONS_MAX];
};

/* One quorum at a time (0: now). free() *out. */
MUST_CHECK enum err roster_health(struct roster *roster, const struct roster_id *quorum, int64_t at,
    struct roster_health **out, struct err_trace *trace);

#endif
