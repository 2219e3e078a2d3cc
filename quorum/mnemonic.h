/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One SLIP-39 share and its two written forms: words, for people and other programs, and bits
 * packed into bytes, for cards. Words, the packed form and the value are secret; what stands before
 * the value (struct mnemonic_head, the first 40 bits) is not.
 *
 * Packing and unpacking take the same time whatever the value. Words do not: writing and finding
 * them goes through a table, and they are for display and for tests only.
 */
#ifndef QUORUM_MNEMONIC_H
#define QUORUM_MNEMONIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"

enum {
	MNEMONIC_VALUE_MIN = 16, /* bytes of a share's value; always even */
	MNEMONIC_VALUE_MAX = 64,
	MNEMONIC_WORDS_MAX = 59,
	MNEMONIC_ID_MAX = 0x7FFF,
};

/* Counts and thresholds are as people say them, 1 to 16; indexes begin at 0. */
struct mnemonic_head {
	uint16_t id; /* 15 bits; common to all shares of one splitting */
	bool extendable;
	uint8_t exponent; /* iterations of the passphrase's derivation: 10000 << exponent */
	uint8_t group_index;
	uint8_t group_threshold;
	uint8_t group_count;
	uint8_t member_index;
	uint8_t member_threshold;
};

struct mnemonic {
	struct mnemonic_head head;
	struct secret *value;
};

/* Wipes the value and forgets everything. */
void mnemonic_clear(struct mnemonic *mnemonic);

/* The words with single spaces between them. */
MUST_CHECK enum err
mnemonic_to_words(const struct mnemonic *mnemonic, struct secret **words, struct err_trace *trace);

/*
 * Any case; words separated by blanks. ERR_FORMAT when a word is not in the list (its place is
 * said, never the word), the number of words is wrong, padding is not zero, the checksum fails or
 * a threshold exceeds its count.
 */
MUST_CHECK enum err
mnemonic_from_words(const struct secret *words, struct mnemonic *out, struct err_trace *trace);

/* The words' bits, most significant first, zero-padded to bytes: 33 words are 42 bytes. */
MUST_CHECK enum err
mnemonic_pack(const struct mnemonic *mnemonic, struct secret **packed, struct err_trace *trace);

/* Refuses as mnemonic_from_words does. */
MUST_CHECK enum err
mnemonic_unpack(const struct secret *packed, struct mnemonic *out, struct err_trace *trace);

#endif
