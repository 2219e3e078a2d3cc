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
	ROSTER_POLICY_SOFTWARE_TOKEN, /* 0 no, 1 allowed but marked */
	ROSTER_POLICY_ALL_OF_N,       /* M = N: 0 no, 1 allowed */
	ROSTER_POLICY__COUNT
};

struct roster_policy_row {
	const char *name; /* "roll-call-days" */
	const char *unit; /* "days"; "" for a plain number */
	const char *meaning;
	int64_t standard;
	int64_t min;
	int64_t max;
};

const struct roster_policy_row *roster_policy_row(enum roster_policy which);

/* ERR_ARGUMENT lists the names. */
MUST_CHECK enum err
roster_policy_find(const char *name, enum roster_policy *out, struct err_trace *trace);

/* The value on that day (seconds UTC; 0: now). */
MUST_CHECK enum err roster_policy_get(struct roster *roster, enum roster_policy which, int64_t at,
    int64_t *out, struct err_trace *trace);

struct roster_policy_change {
	enum roster_policy which;
	int64_t value;
	const char *reason;
	struct roster_id people[2]; /* two different ones */
};
MUST_CHECK enum err roster_policy_set(
    struct roster *roster, const struct roster_policy_change *change, struct err_trace *trace);

#endif
