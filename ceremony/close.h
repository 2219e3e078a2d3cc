/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a ceremony (docs/design.md, 9), in this order: the last check; everybody's statement;
 * the record frozen; the head, which people write down by hand; cards sign it; copies on at least
 * two media, read back. Only then do HSM and cards go into bags.
 *
 * What is done is seen in the evidence itself, so that closing again after a power cut goes on
 * where it was, and does nothing where all is done.
 */
#ifndef CEREMONY_CLOSE_H
#define CEREMONY_CLOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct custody;

struct close_input {
	const char *folder;
	struct custody *custody;     /* with a roster for writing and somebody to ask */
	const char *by;              /* the name of the person at the keyboard */
	const char *const *on_paper; /* people who sign on paper though they have a card */
	size_t on_paper_count;
	const char *const *copy; /* folders for copies beside the sheet's media */
	size_t copy_count;
};

struct close_outcome {
	uint8_t head[SHA256_SIZE];
	bool practice;
	bool stopped; /* the ceremony was broken off: what was closed says so */
	unsigned deviations;
	unsigned signatures; /* by cards, in all */
	unsigned copies;     /* that were read back */
	bool before;         /* nothing was left to do, and nobody was asked */
};

/*
 * ERR_ABSENT: it was never begun, or a medium is not there; ERR_NOT_NOW: a step is not done, or
 * fewer than two media are named; ERR_FORMAT: the evidence was changed since it was frozen.
 */
MUST_CHECK enum err
close_ceremony(const struct close_input *input, struct close_outcome *out, struct err_trace *trace);

#endif
