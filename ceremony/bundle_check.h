/* SPDX-License-Identifier: BSD-2-Clause */
/* What bundle_verify looks at, a part each. Internal. */
#ifndef CEREMONY_BUNDLE_CHECK_H
#define CEREMONY_BUNDLE_CHECK_H

#include "ceremony/addendum.h"
#include "ceremony/bundle.h"
#include "ceremony/bundle_card.h"
#include "ceremony/bundle_manifest.h"
#include "ceremony/bundle_tree.h"
#include "ceremony/record.h"

struct bundle_check {
	const struct bundle_question *question;
	struct bundle_verdict verdict;
	size_t room; /* for findings */
	bool no_memory;
	bool frozen; /* there is a manifest, so that there is a head */
	struct bundle_tree tree;
	struct bundle_manifest manifest;
	bool has_record; /* it was read whole */
	struct record record;
	struct bundle_card *cards; /* of the evidence and of the addendum */
	size_t card_count;
	struct addendum addendum;
};

/* Adds a finding, its text cut to fit. */
void bundle_found(struct bundle_check *check, enum bundle_finding_kind kind, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* The same with the innermost words of a trace: "what: why". */
void bundle_found_why(struct bundle_check *check, enum bundle_finding_kind kind, const char *what,
    const struct err_trace *trace);

/*
 * The whole of a file that the walk saw, at most `max` bytes; free() it. NULL: there is none, which
 * is not told here, or it could not be read, which is.
 */
char *bundle_take(struct bundle_check *check, const char *path, size_t max, size_t *len);

/* A key that signatures may be by. */
void bundle_add_card(struct bundle_check *check, const struct bundle_card *card);

/* A card of this fingerprint was that person's, whatever became of it. There is a roster. */
bool bundle_roster_knows(
    const struct bundle_check *check, const char *person, const uint8_t fingerprint[SHA256_SIZE]);

/* Whether lines at the addendum's end are missing, which only a roster knows; else that is said. */
void bundle_check_length(struct bundle_check *check);
void bundle_tell_length(struct bundle_check *check);

/* Only ERR_NOMEM and the like; what is wrong with the evidence is found, not failed for. */
MUST_CHECK enum err bundle_check_record(struct bundle_check *check, struct err_trace *trace);
MUST_CHECK enum err bundle_check_cards(struct bundle_check *check, struct err_trace *trace);
MUST_CHECK enum err bundle_check_approvals(struct bundle_check *check, struct err_trace *trace);
MUST_CHECK enum err bundle_check_addendum(struct bundle_check *check, struct err_trace *trace);
MUST_CHECK enum err bundle_check_signatures(struct bundle_check *check, struct err_trace *trace);
MUST_CHECK enum err bundle_check_previous(struct bundle_check *check, struct err_trace *trace);

#endif
