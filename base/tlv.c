/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/tlv.h"

enum {
	TAG_MORE = 0x1F, /* in the first byte: the number follows in further bytes */
	TAG_GOES_ON = 0x80,
	TAG_MAX = 0xFFFFFF,
	LENGTH_LONG = 0x80, /* with the number of length bytes in the low bits */
	LENGTH_MAX = 0xFFFFFF,
};

/* 00 and FF are no tags (ISO/IEC 7816-4, 5.2.2.1): cards pad with them. */
static bool
read_tag(struct cursor *cursor, uint32_t *out)
{
	uint8_t byte;
	uint32_t tag;

	if (!cursor_u8(cursor, &byte) || byte == 0x00 || byte == 0xFF)
		return false;
	tag = byte;
	if ((byte & TAG_MORE) != TAG_MORE) {
		*out = tag;
		return true;
	}
	for (unsigned i = 1; i < 3; i++) {
		if (!cursor_u8(cursor, &byte))
			return false;
		tag = tag << 8 | byte;
		if ((byte & TAG_GOES_ON) == 0) {
			*out = tag;
			return true;
		}
	}
	return false;
}

/* Longer forms than needed are accepted, because cards write them. */
static bool
read_length(struct cursor *cursor, size_t *out)
{
	uint8_t byte;
	size_t len = 0;
	unsigned count;

	if (!cursor_u8(cursor, &byte))
		return false;
	if (byte < LENGTH_LONG) {
		*out = byte;
		return true;
	}
	count = byte - LENGTH_LONG;
	if (count < 1 || count > 3)
		return false;
	while (count-- > 0) {
		if (!cursor_u8(cursor, &byte))
			return false;
		len = len << 8 | byte;
	}
	*out = len;
	return true;
}

bool
tlv_next(struct cursor *cursor, struct tlv *out)
{
	struct cursor at = *cursor;
	struct cursor value;
	uint32_t tag;
	size_t len;

	if (!read_tag(&at, &tag) || !read_length(&at, &len) || !cursor_take(&at, len, &value))
		return false;
	*out = (struct tlv){ .tag = tag, .value = value };
	*cursor = at;
	return true;
}

bool
tlv_find(struct cursor within, uint32_t tag, struct cursor *value)
{
	struct tlv object;

	while (tlv_next(&within, &object)) {
		if (object.tag == tag) {
			*value = object.value;
			return true;
		}
	}
	return false;
}

bool
tlv_find_path(struct cursor within, const uint32_t *path, struct cursor *value)
{
	if (*path == 0)
		return false;
	for (; *path != 0; path++) {
		if (!tlv_find(within, *path, &within))
			return false;
	}
	*value = within;
	return true;
}

/* How many bytes `number` takes, without leading zeros; at least one. */
static size_t
size_of_number(size_t number)
{
	size_t size = 1;

	while (number >>= 8)
		size++;
	return size;
}

static void
put_number(struct writer *writer, size_t number)
{
	for (size_t left = size_of_number(number); left-- > 0;)
		writer_u8(writer, (uint8_t)(number >> (8 * left)));
}

void
tlv_begin(struct writer *writer, uint32_t tag, size_t len)
{
	if (tag == 0 || tag > TAG_MAX || len > LENGTH_MAX) {
		writer->failed = true;
		return;
	}
	put_number(writer, tag);
	if (len >= LENGTH_LONG)
		writer_u8(writer, (uint8_t)(LENGTH_LONG + size_of_number(len)));
	put_number(writer, len);
}

void
tlv_put(struct writer *writer, uint32_t tag, const void *value, size_t len)
{
	tlv_begin(writer, tag, len);
	writer_put(writer, value, len);
}

size_t
tlv_size(uint32_t tag, size_t len)
{
	return size_of_number(tag) + (len >= LENGTH_LONG) + size_of_number(len) + len;
}
