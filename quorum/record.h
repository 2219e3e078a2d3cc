/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sealed shares on a card (docs/formats/share-on-card.md): a record of 98 bytes, 100 with tag
 * and length, up to two in the PIN-protected object. Nothing in a record is secret without the
 * card's private key.
 */
#ifndef QUORUM_RECORD_H
#define QUORUM_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "quorum/p256.h"

enum { SHARE_THRESHOLD_MIN = 2, SHARE_COUNT_MAX = 16 };

enum {
	RECORD_TAG = 0xD1, /* private class, primitive; of format 1 */
	RECORD_SEALED = 58,
	RECORD_SIZE = 98,
	RECORD_TLV_SIZE = 100,
	RECORDS_MAX = 2,
	RECORDS_SIZE = 200,
};

struct record {
	uint32_t generation;
	uint8_t index;
	uint8_t threshold;
	uint8_t size;
	uint8_t enc[P256_COMPRESSED];
	uint8_t sealed[RECORD_SEALED]; /* ciphertext and tag of the packed share */
};

/* 2 <= M <= N <= 16 and the index below N. */
bool record_numbers_are_good(uint8_t index, uint8_t threshold, uint8_t size);

/* The current generation's record and the next one's, oldest first; or one; or none. */
struct record_set {
	size_t count;
	struct record record[RECORDS_MAX];
};

/* The record alone, 98 bytes, as the roster keeps it. */
MUST_CHECK enum err
record_encode(const struct record *record, uint8_t out[RECORD_SIZE], struct err_trace *trace);
MUST_CHECK enum err
record_decode(const void *bytes, size_t len, struct record *out, struct err_trace *trace);

/* The point to send to the card for its ECDH: enc, expanded. */
MUST_CHECK enum err
record_point(const struct record *record, uint8_t point[P256_POINT], struct err_trace *trace);

/* The card's whole object: *len is 0, 100 or 200. */
MUST_CHECK enum err records_encode(
    const struct record_set *set, uint8_t out[RECORDS_SIZE], size_t *len, struct err_trace *trace);

/* ERR_FORMAT when it is anything else than what records_encode writes. */
MUST_CHECK enum err
records_decode(const void *bytes, size_t len, struct record_set *out, struct err_trace *trace);

/* The record of that generation, or NULL. */
const struct record *records_find(const struct record_set *set, uint32_t generation);

/* Adds in the order of generations. ERR_EXISTS: that generation is there; ERR_NOT_NOW: two are. */
MUST_CHECK enum err
records_add(struct record_set *set, const struct record *record, struct err_trace *trace);

/* Takes that generation's record out; ERR_ABSENT when it is not there. */
MUST_CHECK enum err
records_remove(struct record_set *set, uint32_t generation, struct err_trace *trace);

#endif
