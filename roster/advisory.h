/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Card firmware that is known to be bad (docs/formats/advisories.md): a small file that the maker
 * of this program or the organisation writes.
 */
#ifndef ROSTER_ADVISORY_H
#define ROSTER_ADVISORY_H

#include "roster/card.h"

enum { ADVISORIES_MAX = 256, ADVISORY_FILE_MAX = 256 * 1024 };

struct advisory {
	char id[ROSTER_SHORT_NAME]; /* "YSA-2024-03" */
	char model[ROSTER_TEXT];    /* as the roster has it for cards: "Yubico" */
	unsigned from[4];           /* the first firmware that is affected */
	unsigned below[4];          /* the first that is not */
	char says[ROSTER_TEXT];     /* what is wrong, one sentence */
	char todo[ROSTER_TEXT];     /* what to do, one sentence */
};

struct advisories;

/* ERR_FORMAT says which entry and member is wrong. advisories_free() *out. */
MUST_CHECK enum err
advisories_parse(const char *text, size_t len, struct advisories **out, struct err_trace *trace);
/* As advisories_parse; ERR_ABSENT: no such file. */
MUST_CHECK enum err
advisories_read(const char *path, struct advisories **out, struct err_trace *trace);
void advisories_free(struct advisories *advisories); /* NULL is fine */

size_t advisories_count(const struct advisories *advisories); /* 0 for NULL */
const struct advisory *advisories_at(const struct advisories *advisories, size_t index);

/* The first that is about this card's model and firmware; false where there is none. */
bool
advisory_find(const struct advisories *advisories, const struct roster_card *card, size_t *index);

#endif
