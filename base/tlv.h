/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BER-TLV as cards speak it (ISO/IEC 7816-4, 5.2.2): tags of one to three bytes, definite lengths
 * of up to three bytes after 81, 82 or 83. The bytes are hostile: a length is compared with what is
 * left before it is used, and an indefinite length is refused.
 */
#ifndef BASE_TLV_H
#define BASE_TLV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct tlv {
	uint32_t tag; /* all tag bytes, big-endian: 0x6E, 0x7F49, 0x5FC109 */
	struct cursor value;
};

/* Reads one object and moves behind it; padding 00 and FF between objects is not skipped. */
bool tlv_next(struct cursor *cursor, struct tlv *out);

/* Finds the first object with this tag at this level; the cursor is not moved. */
bool tlv_find(struct cursor within, uint32_t tag, struct cursor *value);

/* Follows tags inward, 0-terminated: { 0x6E, 0x73, 0xC0, 0 }. */
bool tlv_find_path(struct cursor within, const uint32_t *path, struct cursor *value);

/* Writes tag and length, for a value of `len` bytes that the caller writes next. */
void tlv_begin(struct writer *writer, uint32_t tag, size_t len);
void tlv_put(struct writer *writer, uint32_t tag, const void *value, size_t len);

/* The number of bytes that tlv_put would write. */
size_t tlv_size(uint32_t tag, size_t len);

#endif
