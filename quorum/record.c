/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/record.h"

#include <string.h>

#include "base/bytes.h"
#include "base/tlv.h"

bool
record_numbers_are_good(uint8_t index, uint8_t threshold, uint8_t size)
{
	return size <= SHARE_COUNT_MAX && threshold >= SHARE_THRESHOLD_MIN && threshold <= size &&
	       index < size;
}

static enum err
check_record(const struct record *record, struct err_trace *trace)
{
	if (record->generation == 0)
		return FAIL(trace, ERR_FORMAT, "a record of generation 0");
	if (!record_numbers_are_good(record->index, record->threshold, record->size))
		return FAIL(trace, ERR_FORMAT, "a record of share %u with M = %u, N = %u",
		    record->index, record->threshold, record->size);
	if (record->enc[0] != 0x02 && record->enc[0] != 0x03)
		return FAIL(trace, ERR_FORMAT, "a record whose point is not compressed");
	return ERR_OK;
}

static void
write_record(struct writer *writer, const struct record *record)
{
	writer_u32(writer, record->generation);
	writer_u8(writer, record->index);
	writer_u8(writer, record->threshold);
	writer_u8(writer, record->size);
	writer_put(writer, record->enc, sizeof(record->enc));
	writer_put(writer, record->sealed, sizeof(record->sealed));
}

enum err
record_encode(const struct record *record, uint8_t out[RECORD_SIZE], struct err_trace *trace)
{
	struct writer writer = writer_into(out, RECORD_SIZE);
	enum err err = check_record(record, trace);

	if (err != ERR_OK)
		return err;
	write_record(&writer, record);
	if (!writer_done(&writer))
		return FAIL(trace, ERR_INTERNAL, "a record larger than its size");
	return ERR_OK;
}

enum err
record_decode(const void *bytes, size_t len, struct record *out, struct err_trace *trace)
{
	struct cursor cursor = cursor_over(bytes, len);
	struct record record = { 0 };
	enum err err = ERR_INTERNAL;

	if (!cursor_u32(&cursor, &record.generation) || !cursor_u8(&cursor, &record.index) ||
	    !cursor_u8(&cursor, &record.threshold) || !cursor_u8(&cursor, &record.size) ||
	    !cursor_copy(&cursor, record.enc, sizeof(record.enc)) ||
	    !cursor_copy(&cursor, record.sealed, sizeof(record.sealed)) || cursor.left != 0)
		return FAIL(trace, ERR_FORMAT, "a record has %d bytes, not %zu", RECORD_SIZE, len);
	err = check_record(&record, trace);
	if (err == ERR_OK)
		*out = record;
	return err;
}

enum err
record_point(const struct record *record, uint8_t point[P256_POINT], struct err_trace *trace)
{
	return p256_expand(record->enc, point, trace);
}

enum err
records_encode(
    const struct record_set *set, uint8_t out[RECORDS_SIZE], size_t *len, struct err_trace *trace)
{
	struct writer writer = writer_into(out, RECORDS_SIZE);

	if (set->count > RECORDS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "a card holds at most %d records", RECORDS_MAX);
	for (size_t i = 0; i < set->count; i++) {
		enum err err = check_record(&set->record[i], trace);

		if (err != ERR_OK)
			return err;
		tlv_begin(&writer, RECORD_TAG, RECORD_SIZE);
		write_record(&writer, &set->record[i]);
	}
	if (!writer_done(&writer))
		return FAIL(trace, ERR_INTERNAL, "records larger than their object");
	*len = writer.len;
	return ERR_OK;
}

/* The next record, as records_encode writes it and in no other form. */
static enum err
read_record(struct cursor *cursor, struct record *out, struct err_trace *trace)
{
	const size_t before = cursor->left;
	struct tlv tlv = { 0 };

	if (!tlv_next(cursor, &tlv) || tlv.tag != RECORD_TAG ||
	    before - cursor->left != RECORD_TLV_SIZE)
		return FAIL(trace, ERR_FORMAT, "the card's object holds something else");
	return record_decode(tlv.value.at, tlv.value.left, out, trace);
}

enum err
records_decode(const void *bytes, size_t len, struct record_set *out, struct err_trace *trace)
{
	struct cursor cursor = cursor_over(bytes, len);
	struct record_set set = { 0 };

	while (cursor.left > 0) {
		struct record *record = &set.record[set.count];
		enum err err = ERR_OK;

		if (set.count == RECORDS_MAX)
			return FAIL(trace, ERR_FORMAT,
			    "the card's object holds more than %d records", RECORDS_MAX);
		err = read_record(&cursor, record, trace);
		if (err != ERR_OK)
			return err;
		if (set.count > 0 && record->generation <= record[-1].generation)
			return FAIL(trace, ERR_FORMAT, "the card's records are out of order");
		set.count++;
	}
	*out = set;
	return ERR_OK;
}

/* Where that generation's record is; set->count when it is not there. */
static size_t
find(const struct record_set *set, uint32_t generation)
{
	size_t i = 0;

	while (i < set->count && set->record[i].generation != generation)
		i++;
	return i;
}

const struct record *
records_find(const struct record_set *set, uint32_t generation)
{
	const size_t i = find(set, generation);

	return i < set->count ? &set->record[i] : NULL;
}

enum err
records_add(struct record_set *set, const struct record *record, struct err_trace *trace)
{
	size_t at = set->count;

	if (find(set, record->generation) < set->count)
		return FAIL(trace, ERR_EXISTS, "the card holds a record of generation %u already",
		    record->generation);
	if (set->count >= RECORDS_MAX)
		return FAIL(trace, ERR_NOT_NOW, "the card holds two records already");
	for (; at > 0 && set->record[at - 1].generation > record->generation; at--)
		set->record[at] = set->record[at - 1];
	set->record[at] = *record;
	set->count++;
	return ERR_OK;
}

enum err
records_remove(struct record_set *set, uint32_t generation, struct err_trace *trace)
{
	size_t at = find(set, generation);

	if (at == set->count)
		return FAIL(
		    trace, ERR_ABSENT, "the card holds no record of generation %u", generation);
	for (; at + 1 < set->count; at++)
		set->record[at] = set->record[at + 1];
	set->count--;
	memset(&set->record[set->count], 0, sizeof(set->record[set->count]));
	return ERR_OK;
}
