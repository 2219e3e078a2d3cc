/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a threshold: availability (ready cards minus M is the margin) and exposure (shares
 * that people or cards outside have, per live generation with its own M). Reasons are structured
 * and have words; the level is that of the worst of them.
 *
 * A date in the future is judged by what is planned today. For one in the past, ask the roster that
 * roster_past (past.h) makes.
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
	/* availability */
	ROSTER_REASON_NOT_LIVE,          /* no generation opens anything */
	ROSTER_REASON_BELOW_THRESHOLD,   /* fewer than M cards are ready */
	ROSTER_REASON_MARGIN,            /* fewer spare cards than the policy wants */
	ROSTER_REASON_NOT_DELIVERED,     /* a share waits for its custodian */
	ROSTER_REASON_NOT_SEEN,          /* an adopted quorum: not all its cards were seen */
	ROSTER_REASON_ROLL_CALL_DUE,     /* within the grace */
	ROSTER_REASON_ROLL_CALL_OVERDUE, /* the card does not count as ready */
	ROSTER_REASON_TRIES,             /* one try left */
	ROSTER_REASON_BLOCKED,           /* none left */
	ROSTER_REASON_PIN_UNKNOWN,       /* its custodian does not know the PIN */
	ROSTER_REASON_CARD_REPORTED,     /* lost, stolen, suspected, damaged, destroyed */
	ROSTER_REASON_AWAY,              /* a custodian is, for now */
	/* exposure */
	ROSTER_REASON_EXPOSED,          /* M or more shares outside */
	ROSTER_REASON_EXPOSURE,         /* one or more shares outside */
	ROSTER_REASON_DECIDE,           /* a card is outstanding: the hours in which to decide */
	ROSTER_REASON_DECISION_OVERDUE, /* they are over, and no re-key has begun */
	ROSTER_REASON_PERSON_GONE,      /* a custodian departed; a re-key is due */
	ROSTER_REASON_REKEY_OVERDUE,    /* by the policy */
	ROSTER_REASON_COPY_LEFT,        /* of a software token, from before a switch */
	ROSTER_REASON_COPY_OPENS,       /* a copy of a token opens with an older generation */
	ROSTER_REASON_RECORD_LEFT,      /* cards keep records of a generation that was given up */
	ROSTER_REASON_TOKEN_SUSPECTED,  /* it came out of another bag, or one that was not whole */
	ROSTER_REASON_ADVISORY,         /* the card's firmware is known to be bad */
	/* placement */
	ROSTER_REASON_PERSON_ALONE,  /* one person alone takes it below M */
	ROSTER_REASON_PERSON_SHARES, /* more shares than the policy allows one person */
	ROSTER_REASON_PLACE_ALONE,   /* one site, employer, line or model takes it below M */
	ROSTER_REASON_PLACE_SHARES,  /* and has more shares than the policy allows */
	/* tokens and operations */
	ROSTER_REASON_OPERATION_PENDING,
	ROSTER_REASON_OLD_GENERATION, /* a token still opens with an older generation */
	ROSTER_REASON_SOFTWARE_TOKEN,
	ROSTER_REASON_NO_TOKEN, /* nothing is bound */
	/* dates */
	ROSTER_REASON_ACKNOWLEDGEMENT, /* lapsed */
	ROSTER_REASON_RECOVERY_TEST,   /* due */
	ROSTER_REASON_KEY_BACKUP,      /* none, or none verified lately, of a key */
	ROSTER_REASON_DATE_NEAR,       /* a date of the calendar is near, or a soft one past */
	ROSTER_REASON_DATE_PASSED,     /* a hard one is past */
	/* the roster itself, the same for every quorum */
	ROSTER_REASON_NO_CHECKPOINT,
	ROSTER_REASON_STALE_NEWS,       /* another installation was long not heard of */
	ROSTER_REASON_ONE_INSTALLATION, /* no other one knows of the newest generation */
	ROSTER_REASON__COUNT
};
const char *roster_reason_word(enum roster_reason_kind kind); /* "roll-call-due" */
enum roster_level roster_reason_level(enum roster_reason_kind kind);
/* True when it is about the roster itself, so that once is enough where many quorums are told. */
bool roster_reason_is_common(enum roster_reason_kind kind);

enum { ROSTER_WORDS = 400, ROSTER_LIVE_MAX = 8, ROSTER_NIGHT_MAX = 6 };

struct roster_reason {
	enum roster_reason_kind kind;
	enum roster_level level;
	struct roster_id card;             /* where it is about one */
	struct roster_id person;           /* likewise */
	char card_name[ROSTER_SHORT_NAME]; /* likewise; else empty */
	char person_name[ROSTER_NAME];
	unsigned generation; /* likewise, 0 for none */
	int64_t since;       /* 0 where it has no date */
	int64_t due;         /* by when something is to be done, likewise */
	char words[ROSTER_WORDS];
	char next[ROSTER_WORDS]; /* what to do, a command where there is one; or empty */
};

/* What one share's card of the newest live generation is good for. */
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

/* From `at` on, until the next one. */
struct roster_health_change {
	int64_t at;
	enum roster_level level;
	int margin;
	unsigned ready;
	unsigned exposure;
	size_t reasons; /* those that are new then, the worst first */
	struct roster_reason *reason;
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
	size_t reasons; /* the worst first */
	struct roster_reason *reason;
	unsigned nights; /* what to do tonight about a card that is outstanding, in order */
	char night[ROSTER_NIGHT_MAX][ROSTER_WORDS];
	size_t changes; /* when level, margin or exposure will change, within ROSTER_HORIZON_DAYS */
	struct roster_health_change *change;
};

enum { ROSTER_HORIZON_DAYS = 731 };

struct advisories;

/* Zeroed members ask nothing: today, as things are. Arrays are borrowed. */
struct roster_question {
	int64_t at;                     /* 0: now */
	bool timeline;                  /* wanted */
	const struct roster_id *depart; /* as if these people departed at `at`, cards outstanding */
	size_t departs;
	const struct roster_id *away; /* as if these were away from `at` on */
	size_t aways;
	const struct roster_id *lost; /* as if these cards were lost at `at` */
	size_t losses;
	const struct advisories *advisories; /* advisory.h; NULL: none known */
};

/* One quorum at a time; `question` may be NULL. roster_health_free() *out. */
MUST_CHECK enum err roster_health(struct roster *roster, const struct roster_id *quorum,
    const struct roster_question *question, struct roster_health **out, struct err_trace *trace);
void roster_health_free(struct roster_health *health);

#endif
