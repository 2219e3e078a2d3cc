/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two ends of every format: a cursor that reads bytes from outside and knows its end, and a writer
 * into a buffer of the caller's. Reads move the cursor only on success. A writer that ran out of
 * room stays failed and writes nothing more, so that one check at the end suffices.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t *at;
	size_t left;
};

struct cursor cursor_over(const void *bytes, size_t len);
bool cursor_u8(struct cursor *cursor, uint8_t *out);
bool cursor_u16(struct cursor *cursor, uint16_t *out); /* big-endian */
bool cursor_u32(struct cursor *cursor, uint32_t *out); /* big-endian */
bool cursor_copy(struct cursor *cursor, void *out, size_t len);
bool cursor_skip(struct cursor *cursor, size_t len);
bool cursor_take(struct cursor *cursor, size_t len, struct cursor *out); /* the next len bytes */

struct writer {
	uint8_t *bytes;
	size_t capacity;
	size_t len;
	bool failed;
};

struct writer writer_into(void *buffer, size_t capacity);
void writer_u8(struct writer *writer, uint8_t value);
void writer_u16(struct writer *writer, uint16_t value); /* big-endian */
void writer_u32(struct writer *writer, uint32_t value); /* big-endian */
void writer_put(struct writer *writer, const void *bytes, size_t len);
void writer_text(struct writer *writer, const char *text); /* without its NUL */

/* True when everything written fitted. */
bool writer_done(const struct writer *writer);

#endif
