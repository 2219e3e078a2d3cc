/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"

#include <string.h>

struct cursor
cursor_over(const void *bytes, size_t len)
{
	return (struct cursor){ .at = bytes, .left = len };
}

bool
cursor_take(struct cursor *cursor, size_t len, struct cursor *out)
{
	if (len > cursor->left)
		return false;
	*out = cursor_over(cursor->at, len);
	if (len > 0)
		cursor->at += len;
	cursor->left -= len;
	return true;
}

bool
cursor_skip(struct cursor *cursor, size_t len)
{
	struct cursor skipped;

	return cursor_take(cursor, len, &skipped);
}

bool
cursor_copy(struct cursor *cursor, void *out, size_t len)
{
	struct cursor taken;

	if (!cursor_take(cursor, len, &taken))
		return false;
	if (len > 0)
		memcpy(out, taken.at, len);
	return true;
}

bool
cursor_u8(struct cursor *cursor, uint8_t *out)
{
	return cursor_copy(cursor, out, 1);
}

bool
cursor_u16(struct cursor *cursor, uint16_t *out)
{
	uint8_t bytes[2];

	if (!cursor_copy(cursor, bytes, sizeof(bytes)))
		return false;
	*out = (uint16_t)(bytes[0] << 8 | bytes[1]);
	return true;
}

bool
cursor_u32(struct cursor *cursor, uint32_t *out)
{
	uint8_t bytes[4];

	if (!cursor_copy(cursor, bytes, sizeof(bytes)))
		return false;
	*out = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
	return true;
}

struct writer
writer_into(void *buffer, size_t capacity)
{
	return (struct writer){ .bytes = buffer, .capacity = capacity };
}

void
writer_put(struct writer *writer, const void *bytes, size_t len)
{
	if (writer->failed || len > writer->capacity - writer->len) {
		writer->failed = true;
		return;
	}
	if (len > 0)
		memcpy(writer->bytes + writer->len, bytes, len);
	writer->len += len;
}

void
writer_u8(struct writer *writer, uint8_t value)
{
	writer_put(writer, &value, 1);
}

void
writer_u16(struct writer *writer, uint16_t value)
{
	const uint8_t bytes[] = { (uint8_t)(value >> 8), (uint8_t)value };

	writer_put(writer, bytes, sizeof(bytes));
}

void
writer_u32(struct writer *writer, uint32_t value)
{
	const uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
		(uint8_t)(value >> 8), (uint8_t)value };

	writer_put(writer, bytes, sizeof(bytes));
}

void
writer_text(struct writer *writer, const char *text)
{
	writer_put(writer, text, strlen(text));
}

bool
writer_done(const struct writer *writer)
{
	return !writer->failed;
}
