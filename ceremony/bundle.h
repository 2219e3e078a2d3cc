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
 *
 * A file's name is of printable ASCII without "*:<>?\| and of at most BUNDLE_PATH_MAX bytes, so
 * that every medium can hold it and every tool can say it.
 */
#ifndef CEREMONY_BUNDLE_H
#define CEREMONY_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

enum {
	BUNDLE_PATH_MAX = 200,         /* bytes of a path in the evidence */
	BUNDLE_FILES_MAX = 65536,      /* files in the evidence */
	BUNDLE_FINDINGS_MAX = 1000,    /* told one by one; the others are counted */
	BUNDLE_MANIFEST_MAX = 1 << 24, /* bytes */
};

struct roster;

/*
 * Writes EVIDENCE/manifest over everything in it. ERR_EXISTS when there is one; ERR_UNSUPPORTED
 * names what cannot be evidence: a symbolic link, a device, a name that not every medium holds.
 */
MUST_CHECK enum err
bundle_freeze(const char *evidence, uint8_t head[SHA256_SIZE], struct err_trace *trace);

/* The head of what was frozen, without looking at anything else. ERR_ABSENT: never frozen. */
MUST_CHECK enum err
bundle_head(const char *evidence, uint8_t head[SHA256_SIZE], struct err_trace *trace);

enum bundle_finding_kind {
	BUNDLE_CHANGED,   /* a file's bytes are not those of the manifest */
	BUNDLE_MISSING,   /* named, and not there */
	BUNDLE_ADDED,     /* there, and not named */
	BUNDLE_BROKEN,    /* manifest, record, addendum: a line that does not hold */
	BUNDLE_SPLICED,   /* parts of different ceremonies */
	BUNDLE_SIGNATURE, /* a signature that does not verify */
	BUNDLE_STRANGER,  /* a card, or a head, that the roster does not know */
	BUNDLE_CHAIN,     /* the previous ceremony's evidence is not the one that was named */
	BUNDLE_OPEN,      /* never frozen: a ceremony that was not closed */
	BUNDLE_ODD, /* no file: a link, a device; a name that cannot be evidence; unreadable */
	BUNDLE_CUT, /* the addendum has not the lines that the roster knows */
	/* From here on what is said, and is no error by itself: */
	BUNDLE_UNSIGNED, /* what no card signed */
	BUNDLE_DISSENT,  /* someone at the sign-off does not agree */
	BUNDLE_DEVIATES, /* an exception, or someone at the sign-off who tells of one */
	BUNDLE_STOPPED,  /* it did not reach its end */
	BUNDLE_UNSEEN,   /* what could not be looked at here: no roster, no previous evidence */
	BUNDLE_UNNOTED,  /* lines of the addendum that the roster does not know yet */
	BUNDLE_FINDING__COUNT
};

struct bundle_finding {
	enum bundle_finding_kind kind;
	char what[512]; /* which file, line or card, and what is wrong with it */
};

struct bundle_signature {
	char card[65];
	char person[129];
	char role[33]; /* at the sign-off; empty: none */
	uint8_t fingerprint[SHA256_SIZE];
	unsigned line; /* of the addendum that it covers up to; 0: the head */
	bool right;    /* it verifies with the key that is in the evidence */
	bool known;    /* the roster has this card, and it is this person's */
};

struct bundle_verdict {
	uint8_t head[SHA256_SIZE]; /* zero when it was never frozen */
	bool practice;
	bool has_roster; /* there was one to ask */
	bool noted;      /* and it knows the head */
	bool well;       /* no finding but what is only said */
	struct bundle_finding *findings;
	size_t finding_count;
	size_t left_out; /* findings beyond BUNDLE_FINDINGS_MAX */
	struct bundle_signature *signatures;
	size_t signature_count;
	size_t files;     /* in the manifest */
	size_t lines;     /* of the record */
	size_t additions; /* lines of the addendum */
};

struct bundle_question {
	const char *evidence;
	struct roster *roster; /* who the cards belong to; NULL: not known, and said so */
	const char *previous;  /* the previous ceremony's evidence; NULL: where the sheet says */
	bool being_closed;     /* the roster has not noted the head yet */
};

/*
 * ERR_OK with findings too: only reads. ERR_ABSENT: there is no such folder.
 * bundle_verdict_free(out).
 */
MUST_CHECK enum err bundle_verify(
    const struct bundle_question *question, struct bundle_verdict *out, struct err_trace *trace);
void bundle_verdict_free(struct bundle_verdict *verdict);

const char *bundle_finding_word(enum bundle_finding_kind kind);
bool bundle_finding_is_note(enum bundle_finding_kind kind);

#endif
