/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Escrows between the roster and the crypto: opening what is sealed to a generation, and sealing it
 * to the next one.
 */
#ifndef CUSTODY_ESCROW_KEY_H
#define CUSTODY_ESCROW_KEY_H

#include "custody/custody.h"
#include "roster/quorum.h"

struct secret;

/* One generation's end of it. `prk` NULL: it can be sealed to, and not opened. */
struct escrow_end {
	const struct roster_id *quorum;
	unsigned generation;
	const uint8_t *point; /* 65 bytes: the escrow key's public half */
	const struct secret *prk;
	bool practice;
};

/* What a row's blob, or its former one, holds. ERR_ABSENT when there is no former one. */
enum escrow_which { ESCROW_PRESENT, ESCROW_FORMER };
MUST_CHECK enum err escrow_row_open(const struct escrow_end *end, const struct roster_escrow *row,
    enum escrow_which which, struct secret **plaintext, struct err_trace *trace);

/*
 * Fills a row of that kind and subject with `plaintext` sealed to the generation, and where the end
 * has its PRK opens it again to be sure. `ephemeral` is used up.
 */
struct escrow_content {
	enum roster_escrow_kind kind;
	const uint8_t *subject;
	const struct secret *plaintext;
	const struct secret *ephemeral;
};
MUST_CHECK enum err escrow_row_seal(const struct escrow_end *end,
    const struct escrow_content *content, struct roster_escrow *out, struct err_trace *trace);

/* The PRK of a generation whose secret this row holds, compared with its check value. */
MUST_CHECK enum err escrow_row_prk(const struct escrow_end *end, const struct roster_escrow *row,
    const struct roster_generation *of, struct secret **prk, struct err_trace *trace);

#endif
