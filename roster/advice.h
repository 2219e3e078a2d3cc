/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What M and N are good for: the probabilities that a set is lost or exposed within a time, in the
 * model of docs/advice.md, computed exactly. Pure: no roster, no clock, no chance.
 */
#ifndef ROSTER_ADVICE_H
#define ROSTER_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
	ADVICE_YEAR = 365, /* days */
	ADVICE_DAYS_MAX = 30 * ADVICE_YEAR,
	ADVICE_BILLION = 1000000000,
	ADVICE_YEARLY_MAX = 900000000, /* parts per billion: 90 % */
	ADVICE_ROLL_CALL_MAX = 3660,   /* days */
	ADVICE_REKEY_MAX = 366,        /* days */
	ADVICE_SIZE_MAX = 16,
};

struct advice_model {
	unsigned days;       /* the horizon: 1 to ADVICE_DAYS_MAX */
	uint32_t attrition;  /* a custodian leaves within a year: parts per billion */
	uint32_t failure;    /* a card fails within a year: parts per billion */
	unsigned roll_call;  /* days between roll-calls, from 1 */
	unsigned rekey_days; /* from notice to a finished re-key, from 0 */
};

struct advice_set {
	unsigned threshold; /* 2 to size */
	unsigned size;      /* at most ADVICE_SIZE_MAX */
};

/* Probabilities from 0 to 1. */
struct advice_risk {
	double lost;    /* fewer than M cards are usable before a re-key can mend it */
	double exposed; /* M or more shares are with people who left before a re-key kills them */
};

/* ERR_ARGUMENT names the value that is out of bounds. */
MUST_CHECK enum err advice_check(const struct advice_model *model, struct err_trace *trace);

/* ERR_ARGUMENT: as advice_check, or no such set. */
MUST_CHECK enum err advice_risk_of(const struct advice_model *model, struct advice_set set,
    struct advice_risk *out, struct err_trace *trace);

/*
 * The sets of the fewest cards of which neither risk is greater than `target`, fewest M first:
 * M from 2 to N − 1, or N where `all_of_n`. *count is 0 when no set of ADVICE_SIZE_MAX cards does.
 */
struct advice_found {
	size_t count;
	struct advice_set set[ADVICE_SIZE_MAX];
	struct advice_risk risk[ADVICE_SIZE_MAX];
};
MUST_CHECK enum err advice_smallest(const struct advice_model *model, double target, bool all_of_n,
    struct advice_found *out, struct err_trace *trace);

#endif
