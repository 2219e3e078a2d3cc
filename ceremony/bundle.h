/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ceremony's evidence as one folder (docs/formats/ceremony-evidence.md): a manifest in the form
 * of sha256sum names every file that was there when the record was frozen; the manifest's SHA-256
 * is the head, which people write down by hand and cards sign. What comes later is an addendum,
 * chained to the head and signed in turn.
 *
 * A card signs ECDSA-SHA-256 (DER) over "quorate/1 evidence" ‖ head (32 bytes), for an addendum
 * over "quorate/1 addendum" ‖ the hash of its last line; practice puts "PRACTICE " after
 * "quorate/1 ".
 */
#ifndef CEREMONY_BUNDLE_H
#define CEREMONY_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

/* Writes EVIDENCE/manifest over everything in it; ERR_EXISTS when there is one. */
MUST_CHECK enum err
bundle_freeze(const char *evidence, uint8_t head[SHA256_SIZE], struct err_trace *trace);

enum bundle_finding_kind {
	BUNDLE_CHANGED,   /* a file's bytes are not those of the manifest */
	BUNDLE_MISSING,   /* named, and not there */
	BUNDLE_ADDED,     /* there, and not named */
	BUNDLE_BROKEN,    /* record or addendum: a line that does not hold */
	BUNDLE_SPLICED,   /* parts of different ceremonies */
	BUNDLE_SIGNATURE, /* a signature that does not verify */
	BUNDLE_STRANGER,  /* signed by a card that the roster does not know */
	BUNDLE_UNSIGNED,  /* said, not an error by itself: what no card signed */
	BUNDLE_CHAIN,     /* the previous ceremony's evidence is not the one that was named */
	BUNDLE_OPEN,      /* never frozen: a ceremony that was not closed */
	BUNDLE_FINDING__COUNT
};

struct bundle_finding {
	enum bundle_finding_kind kind;
	char what[512]; /* which file, line or card, and what is wrong with it */
};

struct bundle_signature {
	char card[65];
	char person[129];
	char role[33];
	uint8_t fingerprint[SHA256_SIZE];
	bool over_addendum;
	bool known; /* the roster has this card, and it is this person's */
};

struct bundle_verdict {
	uint8_t head[SHA256_SIZE];
	bool practice;
	bool well; /* no finding but what no card signed */
	struct bundle_finding *findings;
	size_t finding_count;
	struct bundle_signature *signatures;
	size_t signature_count;
	size_t files;
	size_t lines;
};

struct roster;

/* `roster`: who the cards belong to; NULL: not known, and said so. bundle_verdict_free(out). */
MUST_CHECK enum err bundle_verify(const char *evidence, struct roster *roster,
    struct bundle_verdict *out, struct err_trace *trace);
void bundle_verdict_free(struct bundle_verdict *verdict);

const char *bundle_finding_word(enum bundle_finding_kind kind);

#endif
