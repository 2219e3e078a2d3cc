/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What comes after a ceremony was closed: bag numbers, entries of safes and access logs, scans of
 * signed pages, hashes of video files, time stamps. Each is a line of the addendum (addendum.h),
 * which cards sign or which is said to be unsigned.
 */
#ifndef CEREMONY_ATTACH_H
#define CEREMONY_ATTACH_H

#include "ceremony/addendum.h"

struct custody;

struct attach_input {
	const char *folder;      /* the ceremony's, or its evidence */
	struct custody *custody; /* with a roster for writing */
	const char *by;
	enum addendum_kind kind;
	const char *number; /* each of these as the kind needs it, else NULL */
	const char *safe;
	const char *holds;
	const char *person;
	const char *text;
	const char *file;   /* copied in; for a video only hashed, where it lies */
	const char *begins; /* "2026-11-23T09:00:00Z" */
	const char *ends;
	const char *const *cards; /* short names of those that sign */
	size_t card_count;
};

struct attach_outcome {
	unsigned line; /* of the addendum */
	uint8_t hash[SHA256_SIZE];
	unsigned signatures;
};

/*
 * The roster learns how many lines there are now. ERR_NOT_NOW: it was never closed; ERR_ARGUMENT:
 * the kind needs more; ERR_FORMAT: the evidence does not hold, lines that the roster knows are
 * missing, or the time stamp is over something else. A round of cards that is broken off
 * leaves the line, unsigned.
 */
MUST_CHECK enum err
attach(const struct attach_input *input, struct attach_outcome *out, struct err_trace *trace);

/* "bag"; ERR_ARGUMENT lists the words. */
MUST_CHECK enum err attach_kind(const char *word, enum addendum_kind *out, struct err_trace *trace);

/* Signs the addendum as it is, for what was left unsigned. */
MUST_CHECK enum err
attach_sign(const struct attach_input *input, struct attach_outcome *out, struct err_trace *trace);

#endif
