/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public keys of cards: points of P-256. (The four folders do not include each other, so this is
 * not quorum/'s; it holds no secret.)
 */
#ifndef ROSTER_POINT_H
#define ROSTER_POINT_H

#include "roster/roster.h"

/* ERR_ARGUMENT unless it is an uncompressed point of the curve. */
MUST_CHECK enum err point_check(const uint8_t point[ROSTER_POINT_SIZE], struct err_trace *trace);

/* ERR_DENIED unless `der` is an ECDSA-SHA-256 signature of `message` by the point's key. */
struct point_signed {
	const uint8_t *message;
	size_t message_len;
	const uint8_t *der;
	size_t der_len;
};
MUST_CHECK enum err point_verify(const uint8_t point[ROSTER_POINT_SIZE],
    const struct point_signed *what, struct err_trace *trace);

#endif
