/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calendar: dates that people must keep, of one quorum or of all. What makes such a date (a
 * certificate that ends, a list that must be renewed, a recovery that was rehearsed) sets it here;
 * health tells of it in time. Setting a date again moves it.
 */
#ifndef ROSTER_CALENDAR_H
#define ROSTER_CALENDAR_H

#include "roster/roster.h"

enum roster_date_kind {
	ROSTER_DATE_RECOVERY_TEST, /* the day of the last one: the policy says when the next is due
				    */
	ROSTER_DATE_CRL,           /* a revocation list's nextUpdate */
	ROSTER_DATE_RENEWAL,       /* a certificate of the PKI ends */
	ROSTER_DATE_FIRMWARE,      /* a firmware is no longer supported */
	ROSTER_DATE_CERTIFICATE,   /* a device's own certificate (FIPS 140, Common Criteria) ends */
	ROSTER_DATE__COUNT
};

struct roster_date_row {
	const char *word;  /* "crl" */
	const char *what;  /* "the revocation list" */
	int64_t near_days; /* told of this long before */
	bool is_hard;      /* relying parties fail when it has passed */
	const char *todo;
};
const struct roster_date_row *roster_date_row(enum roster_date_kind kind);

struct roster_date {
	struct roster_id quorum; /* not set: of all quorums */
	enum roster_date_kind kind;
	char subject[ROSTER_TEXT]; /* which one: a name, a number; 1 byte or more */
	int64_t date;              /* seconds UTC */
};

/* A date of 0 takes it out. ERR_ARGUMENT: no subject, or a quorum that is not there. */
MUST_CHECK enum err
roster_calendar_set(struct roster *roster, const struct roster_date *date, struct err_trace *trace);

/* Those of one quorum and those of all, the earliest first; free() *out. */
MUST_CHECK enum err roster_calendar_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_date **out, size_t *count, struct err_trace *trace);

#endif
