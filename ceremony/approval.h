/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who approved exactly these bytes of a script, in which role: on the printed page, or with their
 * own card, which signs a statement (docs/formats/ceremony-evidence.md). The roster keeps them; the
 * record's first lines have them, so that the evidence can be checked without it.
 */
#ifndef CEREMONY_APPROVAL_H
#define CEREMONY_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "ceremony/script.h"
#include "ceremony/sheet.h"
#include "custody/custody.h"
#include "roster/ceremony.h"

enum { APPROVAL_WHY = 200 };

struct approval {
	char person[ROSTER_NAME];
	char role[ROSTER_CEREMONY_NAME];
	char card[ROSTER_SHORT_NAME]; /* empty: on paper */
	int64_t time;
	char wrong[APPROVAL_WHY]; /* why it does not count; empty: it does */
	json_t *line;             /* as the record has it: RECORD_APPROVED */
};

/* The newest of each person in each role that the sheet gives them, the oldest first. */
struct approvals {
	struct approval *one;
	size_t count;
	char stale[APPROVAL_WHY];  /* roles that approved only other bytes of it: "auditor, …" */
	char others[APPROVAL_WHY]; /* who approved it in a role that the sheet gives to somebody
				      else: "carl (auditor), …" */
};

/* What is approved, and by whom it may be. */
struct approval_wanted {
	const struct script *script;
	const struct sheet *sheet;
};

/* Looks at each signature again. approvals_free(out). */
MUST_CHECK enum err approvals_read(struct roster *roster, const struct approval_wanted *wanted,
    struct approvals *out, struct err_trace *trace);
void approvals_free(struct approvals *approvals);

/* One that counts; NULL: that role has not approved it. */
const struct approval *approvals_of(const struct approvals *approvals, const char *role);

/* "by card root/1", "on paper" */
void approval_how(const struct approval *approval, char *out, size_t size);

/*
 * Who has approved it, or what is wrong: roles that sign and have not, approvals of other bytes,
 * signatures that do not verify. True: nothing is.
 */
bool approvals_look(
    const struct approvals *approvals, const struct script *script, char *out, size_t size);

/*
 * A line of the record, or one that is to be: its statement is of this script and roster, says what
 * the line says, and is signed with the card's key that is in the line. ERR_FORMAT, ERR_DENIED.
 */
struct approval_question {
	const uint8_t *script; /* SHA256_SIZE */
	const char *roster;    /* its id, in hex */
	bool practice;
};
MUST_CHECK enum err approval_verify(
    const json_t *line, const struct approval_question *question, struct err_trace *trace);

/* ---- approval_sign.c ---- */

struct approval_request {
	const struct script *script;
	const char *role;
	const struct roster_id *person;
	const char *card; /* its name; NULL: on paper */
};

/*
 * Has the person's card sign, where there is one, and tells the roster. ERR_DENIED: the card is not
 * this person's, or cannot sign.
 */
MUST_CHECK enum err approval_give(
    struct custody *custody, const struct approval_request *request, struct err_trace *trace);

#endif
