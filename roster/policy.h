/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy: the limits that the organisation sets. Defaults, kinds and bounds are one table; each
 * change is an event, so that the value of any day can be told.
 */
#ifndef ROSTER_POLICY_H
#define ROSTER_POLICY_H

#include "roster/roster.h"

enum roster_policy {
	ROSTER_POLICY_ROLL_CALL_DAYS,
	ROSTER_POLICY_ROLL_CALL_GRACE_DAYS,
	ROSTER_POLICY_MARGIN,
	ROSTER_POLICY_REKEY_DAYS,
	ROSTER_POLICY_REKEY_DECISION_HOURS,
	ROSTER_POLICY_RECOVERY_TEST_DAYS,
	ROSTER_POLICY_ACKNOWLEDGEMENT_DAYS,
	ROSTER_POLICY_PIN_LENGTH,
	ROSTER_POLICY_ACTIVATION_MINUTES,
	ROSTER_POLICY_SESSION_MINUTES,
	ROSTER_POLICY_SHARES_PER_PERSON,
	ROSTER_POLICY_SHARES_PER_SITE,     /* 0: M − 1 */
	ROSTER_POLICY_SHARES_PER_EMPLOYER, /* 0: M − 1 */
	ROSTER_POLICY_SHARES_PER_LINE,     /* 0: M − 1 */
	ROSTER_POLICY_SHARES_PER_MODEL,    /* 0: M − 1 */
	ROSTER_POLICY_STALE_NEWS_DAYS,
	ROSTER_POLICY_SOFTWARE_TOKEN,           /* 0 no, 1 allowed but marked */
	ROSTER_POLICY_ALL_OF_N,                 /* M = N: 0 no, 1 allowed */
	ROSTER_POLICY_EXTRACTABLE_AFTER_BACKUP, /* of enum roster_extractable */
	ROSTER_POLICY__COUNT
};

/* Where a key may still leave its token, wrapped, once its backup was verified. */
enum roster_extractable {
	ROSTER_EXTRACTABLE_NOWHERE,
	ROSTER_EXTRACTABLE_BACKUP, /* of the backup's token: it can be verified and restored again
				    */
	ROSTER_EXTRACTABLE_EVERYWHERE,
};

/* Which of two values allows more. */
enum roster_policy_looser {
	ROSTER_LOOSER_HIGHER,
	ROSTER_LOOSER_LOWER,
	ROSTER_LOOSER_SHARES, /* higher, and 0, which is M − 1, may be more than any */
};

/* What a limit governs while it lasts, and is not loosened meanwhile. */
enum roster_policy_held {
	ROSTER_HOLDS_ISSUE = 1 << 0,      /* a pending operation on a quorum */
	ROSTER_HOLDS_ACTIVATION = 1 << 1, /* an open activation */
};

/* A limit that refused an operation is not loosened for this long: it is slept over. */
enum { ROSTER_POLICY_COOLING_HOURS = 24 };

struct roster_policy_row {
	const char *name; /* "roll-call-days" */
	const char *unit; /* "days"; "" for a plain number */
	const char *meaning;
	int64_t standard;
	int64_t min;
	int64_t max;
	const char *const *words; /* for values from 0 on, NULL-terminated; NULL: a number */
	enum roster_policy_looser looser;
	unsigned holds; /* of enum roster_policy_held */
};

const struct roster_policy_row *roster_policy_row(enum roster_policy which);

/* ERR_ARGUMENT lists the names. */
MUST_CHECK enum err
roster_policy_find(const char *name, enum roster_policy *out, struct err_trace *trace);

/* The value on that day (seconds UTC; 0: now). */
MUST_CHECK enum err roster_policy_get(struct roster *roster, enum roster_policy which, int64_t at,
    int64_t *out, struct err_trace *trace);

/* All of them, as roster_policy_get has each. */
MUST_CHECK enum err roster_policy_all(
    struct roster *roster, int64_t at, int64_t out[ROSTER_POLICY__COUNT], struct err_trace *trace);

/* A value as people write it: "180", "allowed", "M-1". ERR_ARGUMENT says which there are. */
MUST_CHECK enum err roster_policy_parse(
    enum roster_policy which, const char *text, int64_t *out, struct err_trace *trace);
enum { ROSTER_POLICY_TEXT = 24 };
void roster_policy_format(enum roster_policy which, int64_t value, char out[ROSTER_POLICY_TEXT]);

/* How many shares such a limit allows of a quorum with that threshold: 0 stands for M − 1. */
int64_t roster_policy_shares(int64_t limit, unsigned threshold);

struct roster_policy_change {
	enum roster_policy which;
	int64_t value;
	const char *reason;         /* 1 to 256 bytes */
	struct roster_id people[2]; /* two different ones, present */
};

/*
 * ERR_ARGUMENT when nothing would change. ERR_NOT_NOW when the limit would be loosened while it
 * holds something back: an operation or an activation that it governs is under way, or it refused
 * one in the last ROSTER_POLICY_COOLING_HOURS.
 */
MUST_CHECK enum err roster_policy_set(
    struct roster *roster, const struct roster_policy_change *change, struct err_trace *trace);

/*
 * Notes that this limit just refused an operation, so that it is not loosened to let it pass. What
 * cannot be noted (a roster that is only read) is not.
 */
void roster_policy_refused(struct roster *roster, enum roster_policy which);

/* The last change of a limit up to a day; ERR_ABSENT: never, the default holds. */
struct roster_policy_last {
	int64_t time;
	char reason[ROSTER_TEXT];
	struct roster_id people[2];
};
MUST_CHECK enum err roster_policy_last(struct roster *roster, enum roster_policy which, int64_t at,
    struct roster_policy_last *out, struct err_trace *trace);

#endif
