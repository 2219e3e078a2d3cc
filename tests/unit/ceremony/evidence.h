/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence of a small ceremony, made by hand: a record of a few lines, an output, two cards. */
#ifndef TESTS_UNIT_CEREMONY_EVIDENCE_H
#define TESTS_UNIT_CEREMONY_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "ceremony/bundle.h"
#include "ceremony/bundle_card.h"

enum { EVIDENCE_CARDS_MADE = 2 };

struct evidence {
	char folder[64];   /* the ceremony's */
	char evidence[80]; /* in it */
	char previous[65]; /* a head in hex; empty: none */
	const char *name;  /* what the script says: two ceremonies differ in it */
	bool practice;
	uint8_t head[SHA256_SIZE]; /* once frozen */
	EVP_PKEY *key[EVIDENCE_CARDS_MADE];
	struct bundle_card card[EVIDENCE_CARDS_MADE]; /* root/1 of alice, root/2 of bob */
};

/* Everything up to the frozen record, in a new folder; `name` and `previous` as they are. */
void evidence_make(struct evidence *evidence);

/* The manifest. */
void evidence_freeze(struct evidence *evidence);

/* The card signs the head (line 0), or that line of the addendum. */
void evidence_sign(const struct evidence *evidence, unsigned card, unsigned line);

void evidence_remove(struct evidence *evidence);

/* Writes, reads (free() it) and removes a file of the evidence. */
void evidence_put(const struct evidence *evidence, const char *path, const char *text, size_t len);
char *evidence_get(const struct evidence *evidence, const char *path, size_t *len);
void evidence_drop(const struct evidence *evidence, const char *path);

/* How many findings are of that kind. */
size_t evidence_count(const struct bundle_verdict *verdict, enum bundle_finding_kind kind);

#endif
