/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the bytes: the cursor only moves forward and stays inside them, a refused object moves
 * nothing, a value lies inside its object, and what was read can be written again, in no more
 * bytes.
 */
#include "base/tlv.h"
#include "tests/fuzz/fuzz.h"

enum { DEPTH = 4 };

static void
write_again(const struct tlv *object, size_t consumed)
{
	const size_t size = tlv_size(object->tag, object->value.left);
	uint8_t *buffer = malloc(size);
	struct writer writer = writer_into(buffer, size);
	struct tlv again;

	HOLDS(size <= consumed);
	HOLDS(buffer != NULL);
	tlv_put(&writer, object->tag, object->value.at, object->value.left);
	HOLDS(writer_done(&writer) && writer.len == size);
	struct cursor cursor = cursor_over(buffer, size);
	HOLDS(tlv_next(&cursor, &again) && cursor.left == 0);
	HOLDS(again.tag == object->tag && again.value.left == object->value.left);
	free(buffer);
}

static void
walk(struct cursor cursor, unsigned depth)
{
	const uint8_t *end = cursor.left > 0 ? cursor.at + cursor.left : cursor.at;
	struct cursor before = cursor;
	struct tlv object;

	while (tlv_next(&cursor, &object)) {
		HOLDS(cursor.at > before.at && cursor.left < before.left);
		HOLDS(cursor.at + cursor.left == end);
		HOLDS(object.value.at + object.value.left == cursor.at);
		write_again(&object, before.left - cursor.left);
		if (depth > 0)
			walk(object.value, depth - 1);
		before = cursor;
	}
	HOLDS(cursor.at == before.at && cursor.left == before.left);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint32_t path[] = { 0x6E, 0x73, 0xC0, 0 };
	const struct cursor whole = cursor_over(bytes, len);
	struct cursor value;

	walk(whole, DEPTH);
	if (tlv_find_path(whole, path, &value))
		HOLDS(value.at >= bytes && value.at + value.left <= bytes + len);
	return 0;
}
