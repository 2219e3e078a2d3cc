/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The `info` strings that HPKE binds into everything sealed: what is sealed, for which quorum and
 * generation, and whether it is practice. Something sealed for one purpose opens for no other.
 */
#ifndef QUORUM_INFO_H
#define QUORUM_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	QUORUM_ID_SIZE = 16,
	FINGERPRINT_SIZE = 32,
	INFO_MAX = 96,
};

struct info {
	uint8_t bytes[INFO_MAX];
	size_t len;
};

/* Where a share belongs. */
struct share_place {
	bool practice;
	uint8_t quorum_id[QUORUM_ID_SIZE];
	uint32_t generation; /* from 1 */
	uint8_t index;       /* SLIP-39's member index, 0 to 15 */
	uint8_t threshold;   /* M */
	uint8_t size;        /* N */
};

enum escrow_kind {
	ESCROW_ADMIN_PIN = 1,    /* of the card with `fingerprint` */
	ESCROW_OLDER_SECRET = 2, /* the quorum secret of `older_generation` */
};

struct escrow_subject {
	bool practice;
	uint8_t quorum_id[QUORUM_ID_SIZE];
	uint32_t generation; /* sealed to this one's escrow key */
	enum escrow_kind kind;
	uint8_t fingerprint[FINGERPRINT_SIZE];
	uint32_t older_generation;
};

struct roll_call_subject {
	bool practice;
	uint8_t quorum_id[QUORUM_ID_SIZE];
	uint32_t generation;
	uint8_t fingerprint[FINGERPRINT_SIZE];
};

struct info info_for_share(const struct share_place *place);
struct info info_for_escrow(const struct escrow_subject *subject);
struct info info_for_roll_call(const struct roll_call_subject *subject);

#endif
