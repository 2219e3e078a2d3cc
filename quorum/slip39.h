/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SLIP-0039: a master secret is encrypted under a passphrase (a Feistel network over PBKDF2), and
 * the encrypted secret is split over groups, each group's part over its members. A digest inside
 * each splitting tells a wrong set from a right one; a wrong passphrase is not noticed (the
 * standard wants it so), it gives another secret.
 */
#ifndef QUORUM_SLIP39_H
#define QUORUM_SLIP39_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"
#include "quorum/mnemonic.h"

enum { SLIP39_GROUPS_MAX = 16, SLIP39_MEMBERS_MAX = 16, SLIP39_SHARES_MAX = 256 };

struct slip39_group {
	uint8_t threshold; /* 1 only when count is 1: SLIP-39 wants it so */
	uint8_t count;
};

struct slip39_plan {
	uint16_t id;
	bool extendable;
	uint8_t exponent;
	uint8_t group_threshold;
	uint8_t group_count;
	const struct slip39_group *groups;
};

/*
 * Splits `master` (16 to 64 bytes, an even number) as planned. `shares` has room for the sum of the
 * groups' counts and is filled group by group. `passphrase` may be NULL for the empty one. All
 * random values come from `seed` (32 bytes; quorum/seed.h), so the same seed gives the same shares.
 */
struct slip39_input {
	const struct secret *master;
	const struct secret *passphrase;
	const struct secret *seed;
};
MUST_CHECK enum err slip39_split(const struct slip39_plan *plan, const struct slip39_input *input,
    struct mnemonic *shares, struct err_trace *trace);

/*
 * Rebuilds the encrypted master secret from exactly the threshold's number of groups, each with
 * exactly its threshold's number of members. ERR_ARGUMENT: too few, too many, repeated, or of
 * different splittings. ERR_FORMAT: the digest does not fit, so at least one share is wrong.
 */
MUST_CHECK enum err slip39_recover(const struct mnemonic *shares, size_t count,
    struct secret **encrypted, struct err_trace *trace);

/*
 * The value of the member `index` of a splitting with one group, from exactly its threshold's
 * number of other members: what slip39_split gave it. Refuses as slip39_recover does.
 */
MUST_CHECK enum err slip39_member(const struct mnemonic *shares, size_t count, uint8_t index,
    struct mnemonic *out, struct err_trace *trace);

/* As slip39_recover, then decrypts. */
MUST_CHECK enum err slip39_combine(const struct mnemonic *shares, size_t count,
    const struct secret *passphrase, struct secret **master, struct err_trace *trace);

/* The passphrase's encryption alone; `head` gives id, extendable flag and exponent. */
MUST_CHECK enum err slip39_encrypt(const struct mnemonic_head *head, const struct secret *master,
    const struct secret *passphrase, struct secret **encrypted, struct err_trace *trace);
MUST_CHECK enum err slip39_decrypt(const struct mnemonic_head *head, const struct secret *encrypted,
    const struct secret *passphrase, struct secret **master, struct err_trace *trace);

#endif
