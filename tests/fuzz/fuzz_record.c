/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever a card holds: an object of records, a record or a header that is read can be written
 * again, to the same bytes; a header's texts are terminated and can be printed.
 */
#include <string.h>

#include "quorum/header.h"
#include "quorum/record.h"
#include "tests/fuzz/fuzz.h"

static void
check_records(const uint8_t *bytes, size_t len)
{
	struct record_set set = { 0 };
	uint8_t again[RECORDS_SIZE];
	uint8_t point[P256_POINT];
	size_t size = 0;

	if (records_decode(bytes, len, &set, NULL) != ERR_OK)
		return;
	HOLDS(records_encode(&set, again, &size, NULL) == ERR_OK);
	HOLDS(size == len && (len == 0 || memcmp(again, bytes, len) == 0));
	for (size_t i = 0; i < set.count; i++) {
		HOLDS(records_find(&set, set.record[i].generation) == &set.record[i]);
		if (record_point(&set.record[i], point, NULL) == ERR_OK)
			HOLDS(p256_check(point, NULL) == ERR_OK);
	}
}

static void
check_record(const uint8_t *bytes, size_t len)
{
	struct record record = { 0 };
	uint8_t again[RECORD_SIZE];

	if (record_decode(bytes, len, &record, NULL) != ERR_OK)
		return;
	HOLDS(record_encode(&record, again, NULL) == ERR_OK);
	HOLDS(len == sizeof(again) && memcmp(again, bytes, len) == 0);
}

static void
check_text(const char *text, size_t max)
{
	HOLDS(strnlen(text, max + 1) <= max);
	for (; *text != '\0'; text++)
		HOLDS(*text > ' ' && *text <= '~');
}

static void
check_header(const uint8_t *bytes, size_t len)
{
	struct header header = { 0 };
	uint8_t again[HEADER_SIZE_MAX];
	size_t size = 0;

	if (header_decode(bytes, len, &header, NULL) != ERR_OK)
		return;
	check_text(header.card_name, HEADER_CARD_NAME_MAX);
	check_text(header.quorum_name, HEADER_QUORUM_NAME_MAX);
	for (size_t i = 0; i < header.binding_count; i++)
		check_text(header.binding[i], BINDING_NAME_MAX);
	HOLDS(header_encode(&header, again, &size, NULL) == ERR_OK);
	HOLDS(size == len && memcmp(again, bytes, len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	check_records(bytes, len);
	check_record(bytes, len);
	check_header(bytes, len);
	return 0;
}
