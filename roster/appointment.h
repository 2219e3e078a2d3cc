/* SPDX-License-Identifier: BSD-2-Clause */
/* Appointments: by whom, on what paper, after which checks, and how long the signed acknowledgement
 * of the duties holds. */
#ifndef ROSTER_APPOINTMENT_H
#define ROSTER_APPOINTMENT_H

#include "roster/roster.h"

struct roster_appointment {
	int64_t time;                 /* when it was recorded */
	char by[ROSTER_TEXT];         /* who appoints; empty when erased, as all texts here */
	char identity[ROSTER_TEXT];   /* the reference of the proof of identity */
	char background[ROSTER_TEXT]; /* of the background check */
	char training[ROSTER_TEXT];
	bool has_document;
	struct roster_hash document; /* SHA-256 of the signed paper */
	int64_t acknowledged;        /* the day of the signature; 0: none with this one */
	int64_t acknowledged_until;
};

/* Texts NULL for none; `by` is needed. */
struct roster_appoint {
	struct roster_id person;
	const char *by;
	const char *identity;
	const char *background;
	const char *training;
	const struct roster_hash *document;
	int64_t acknowledged;       /* not in the future; 0: none */
	int64_t acknowledged_until; /* 0: as long as the policy allows from the signature */
};

/* ERR_DENIED when the acknowledgement would hold longer than the policy allows. ERR_ABSENT for
 * somebody who left. */
MUST_CHECK enum err roster_person_appoint(
    struct roster *roster, const struct roster_appoint *appoint, struct err_trace *trace);

/* A person's, oldest first; free() *out. */
MUST_CHECK enum err roster_appointments(struct roster *roster, const struct roster_id *person,
    struct roster_appointment **out, size_t *count, struct err_trace *trace);

#endif
