/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ceremonies, by the hash of their script: that it passed a dry run, who approved it, when one was
 * begun and closed. What happened in it is in its evidence (docs/formats/ceremony-record.md); by
 * the evidence's head, how long its addendum was.
 */
#ifndef ROSTER_CEREMONY_H
#define ROSTER_CEREMONY_H

#include "roster/roster.h"

enum roster_ceremony_kind {
	ROSTER_CEREMONY_DRY_RUN,
	ROSTER_CEREMONY_APPROVED,
	ROSTER_CEREMONY_BEGUN,
	ROSTER_CEREMONY_CLOSED,
	ROSTER_CEREMONY__COUNT
};

enum {
	ROSTER_CEREMONY_NAME = 33,
	ROSTER_CEREMONY_STATEMENT = 2048, /* what a card signs to approve, with its NUL */
	ROSTER_CEREMONY_SIGNATURE = 80,   /* bytes of a signature in DER, at most */
};

struct roster_ceremony {
	enum roster_ceremony_kind kind;
	struct roster_hash script; /* SHA-256 of the script's bytes */
	struct roster_hash hash;   /* begun: of the sheet; closed: the evidence's head; else zero */
	char name[ROSTER_CEREMONY_NAME]; /* approved, begun, closed: the script's */
	char text[ROSTER_TEXT];          /* dry run: the build; begun: the mode; closed: the result;
					    approved: "card" or "paper" */
	bool passed;                     /* dry run */
	int64_t steps, practised, seconds; /* dry run: steps done, of them by a stand-in */
	struct roster_id person;           /* approved: who */
	char role[ROSTER_CEREMONY_NAME];   /* approved: in which role of the script */
	/* Approved by card: which, and what it signed (docs/formats/ceremony-evidence.md). The
	 * statement is of its person, and "" when that was erased. */
	struct roster_id card;
	char statement[ROSTER_CEREMONY_STATEMENT];
	uint8_t signature[ROSTER_CEREMONY_SIGNATURE];
	size_t signature_len;
	int64_t time;
};

MUST_CHECK enum err roster_ceremony_add(
    struct roster *roster, const struct roster_ceremony *ceremony, struct err_trace *trace);

/* All about one script, the oldest first; free() *out. */
MUST_CHECK enum err roster_ceremony_list(struct roster *roster, const struct roster_hash *script,
    struct roster_ceremony **out, size_t *count, struct err_trace *trace);

/* The same about all scripts of that name: of older bytes, too. Dry runs are not among them. */
MUST_CHECK enum err roster_ceremony_list_named(struct roster *roster, const char *name,
    struct roster_ceremony **out, size_t *count, struct err_trace *trace);

/* ---- what was added to evidence ------------------------------------------------------------ */

struct roster_addendum {
	struct roster_hash head; /* of the evidence */
	int64_t lines;
	struct roster_hash last; /* of line `lines` */
};

MUST_CHECK enum err roster_addendum_add(
    struct roster *roster, const struct roster_addendum *addendum, struct err_trace *trace);

/* All that was ever noted of one, the oldest first: each must still hold. free() *out. */
MUST_CHECK enum err roster_addendum_list(struct roster *roster, const struct roster_hash *head,
    struct roster_addendum **out, size_t *count, struct err_trace *trace);

#endif
