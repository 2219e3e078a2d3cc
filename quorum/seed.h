/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entropy: a seed takes the system's randomness and whatever cards and tokens offer beside it, and
 * is worth as much as the best of them. Each random value is expanded from a seed under its own
 * label and number; a label and number is used once for a seed.
 */
#ifndef QUORUM_SEED_H
#define QUORUM_SEED_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"

enum { SEED_SIZE = 32 };

/*
 * HKDF-Extract(salt = getrandom 32, ikm = the sources one after another). Sources are optional:
 * with none, the system's randomness stands alone.
 */
MUST_CHECK enum err seed_new(const struct secret *const *sources, size_t count,
    struct secret **seed, struct err_trace *trace);

/* The same with the salt given. */
MUST_CHECK enum err seed_extract(const struct secret *salt, const struct secret *const *sources,
    size_t count, struct secret **seed, struct err_trace *trace);

/* The labels in use; each is another function of the seed. */
enum seed_label {
	SEED_SECRET,    /* a quorum secret, 32 bytes */
	SEED_SPLIT,     /* the seed of one splitting, 32 bytes */
	SEED_SET_ID,    /* SLIP-39's id */
	SEED_VALUE,     /* SLIP-39's random shares and digest keys */
	SEED_EPHEMERAL, /* an HPKE ephemeral, 32 bytes; number: which sealing */
	SEED_ADMIN_PIN, /* number: which card */
	SEED_LABEL__COUNT
};

/* HKDF-Expand(seed, "quorate/1 seed " ‖ label ‖ number (4, big-endian), len). */
struct seed_use {
	enum seed_label label;
	uint32_t number;
	size_t len;
};
MUST_CHECK enum err seed_expand(
    const struct secret *seed, struct seed_use use, struct secret **out, struct err_trace *trace);

/* `length` decimal digits (6 to 64) from a seed, each equally likely: an admin PIN. */
MUST_CHECK enum err seed_digits(const struct secret *seed, struct seed_use use,
    struct secret **digits, struct err_trace *trace);

#endif
