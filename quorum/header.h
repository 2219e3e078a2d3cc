/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card's public header (docs/formats/share-on-card.md): what anyone who holds the card may read
 * without a PIN, to name the card and to adopt a quorum when its roster is lost. At most 200 bytes;
 * no secret, nothing about the person. Written before a record is added and after one is erased.
 */
#ifndef QUORUM_HEADER_H
#define QUORUM_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "quorum/derive.h"
#include "quorum/info.h"

enum {
	HEADER_SIZE_MAX = 200,
	HEADER_FORMAT = 1,
	HEADER_SHARES_MAX = 2,
	HEADER_CARD_NAME_MAX = 43, /* a quorum's name, '/', a number */
	HEADER_QUORUM_NAME_MAX = 32,
	HEADER_BINDINGS_MAX = 16,
	HEADER_CHECKPOINT_HEAD = 8,
};

struct header_share {
	uint32_t generation;
	uint8_t index;
	uint8_t threshold;
	uint8_t size;
};

struct header {
	bool practice;
	uint8_t quorum_id[QUORUM_ID_SIZE]; /* all zero: enrolled, the quorum does not exist yet */
	char card_name[HEADER_CARD_NAME_MAX + 1];     /* "root/2" */
	char quorum_name[HEADER_QUORUM_NAME_MAX + 1]; /* empty: left out */
	size_t share_count; /* 0: enrolled and empty; 2 while a re-key is under way */
	struct header_share share[HEADER_SHARES_MAX]; /* oldest generation first */
	uint32_t checkpoint; /* number of the last one that this card signed; 0: none */
	uint8_t checkpoint_head[HEADER_CHECKPOINT_HEAD];
	size_t binding_count; /* those with default PIN formats; */
	char binding[HEADER_BINDINGS_MAX][BINDING_NAME_MAX + 1];
	bool bindings_incomplete; /* there are others, that did not fit or have their own format */
};

/*
 * Writes the header. Binding names that do not fit any more are left out and the mark is set.
 * ERR_ARGUMENT for a field outside its rules.
 */
MUST_CHECK enum err header_encode(const struct header *header, uint8_t out[HEADER_SIZE_MAX],
    size_t *len, struct err_trace *trace);

/* True when the bytes begin as Quorate's headers do, whatever comes behind. */
bool header_is_ours(const void *bytes, size_t len);

/*
 * ERR_ABSENT when the bytes are not Quorate's at all (or none); ERR_UNSUPPORTED when a newer
 * Quorate wrote them; ERR_FORMAT when they are damaged.
 */
MUST_CHECK enum err
header_decode(const void *bytes, size_t len, struct header *out, struct err_trace *trace);

/* The share of the newest generation; NULL when the card has none. */
const struct header_share *header_newest(const struct header *header);

#endif
