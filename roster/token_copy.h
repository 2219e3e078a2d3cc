/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of a token that were made outside: a vendor's backup, a snapshot, a copy of its folder. A
 * copy opens for ever with the PINs that the token had when it was made, so each keeps those
 * generations live until its destruction is recorded.
 */
#ifndef ROSTER_TOKEN_COPY_H
#define ROSTER_TOKEN_COPY_H

#include "roster/binding.h"
#include "roster/roster.h"

enum roster_copy_kind {
	ROSTER_COPY_BACKUP,   /* by the maker's own means */
	ROSTER_COPY_SNAPSHOT, /* of the machine or disk that holds it */
	ROSTER_COPY_FOLDER,   /* of a software token's files */
	ROSTER_COPY_KIND__COUNT
};
const char *roster_copy_kind_word(enum roster_copy_kind kind);
bool roster_copy_kind_parse(const char *word, enum roster_copy_kind *kind);

struct roster_token_copy {
	struct roster_id id;
	struct roster_id binding;
	char name[ROSTER_BINDING_NAME]; /* the binding's, for display */
	struct roster_id quorum;        /* the binding's */
	enum roster_copy_kind kind;
	char place[ROSTER_TEXT]; /* where it is kept */
	unsigned
	    opens[ROSTER_TOKEN_PIN__COUNT]; /* the generation by enum roster_token_pin; 0: none */
	int64_t made;
	int64_t destroyed;     /* 0: it is there */
	char how[ROSTER_TEXT]; /* it was destroyed */
};

struct roster_token_copy_add {
	struct roster_id binding; /* present or unbound since */
	enum roster_copy_kind kind;
	const char *place;
	unsigned generation; /* whose PINs it has; 0: those that the token opens with now */
	int64_t made;        /* 0: now */
};

/* ERR_ABSENT: no such binding or generation; ERR_NOT_NOW: the token opens with nothing yet. */
MUST_CHECK enum err roster_token_copy_add(struct roster *roster,
    const struct roster_token_copy_add *add, struct roster_id *out, struct err_trace *trace);

/* ERR_NOT_NOW when its destruction is recorded already. */
MUST_CHECK enum err roster_token_copy_destroyed(
    struct roster *roster, const struct roster_id *copy, const char *how, struct err_trace *trace);

/* By the first 8 or more hex digits of the id. */
MUST_CHECK enum err roster_token_copy_find(
    struct roster *roster, const char *id, struct roster_token_copy *out, struct err_trace *trace);

/* Of a quorum's tokens, or all with NULL; the destroyed too; in order of recording; free() *out. */
MUST_CHECK enum err roster_token_copy_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_token_copy **out, size_t *count, struct err_trace *trace);

/*
 * What still opens with a generation: PINs of bound tokens, and copies that are not destroyed. It
 * is dead when both are 0 (design.md, 2), unless it was adopted and what opens with it is unsure.
 */
struct roster_openers {
	unsigned pins;
	unsigned copies;
	bool unsure; /* tokens that were not here when it was adopted may open with it */
};
MUST_CHECK enum err roster_generation_openers(struct roster *roster, const struct roster_id *quorum,
    unsigned generation, struct roster_openers *out, struct err_trace *trace);

#endif
