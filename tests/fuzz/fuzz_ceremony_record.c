/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever lies in a ceremony's folder: the lines that are read of its record count from 1, the
 * first alone opens it, nothing follows the one that froze it, and who goes on writing finds
 * exactly those lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ceremony/record.h"
#include "tests/fuzz/fuzz.h"

static void
check_lines(const struct record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		HOLDS(record->lines[i].n == (int64_t)i + 1);
		HOLDS((record->lines[i].kind == RECORD_OPEN) == (i == 0));
		HOLDS(record->lines[i].kind != RECORD_FROZEN || i + 1 == record->count);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char path[] = "/tmp/fuzz-ceremony-record-XXXXXX";
	struct record record, again;
	struct record_writer *writer = NULL;
	int file = mkstemp(path);

	HOLDS(file >= 0 && write(file, bytes, len) == (ssize_t)len);
	close(file);
	if (record_read(path, &record, NULL) == ERR_OK) {
		check_lines(&record);
		HOLDS(record_writer_open(path, &writer, NULL) == ERR_OK);
		record_writer_close(writer);
		HOLDS(record_read(path, &again, NULL) == ERR_OK);
		HOLDS(again.count == record.count && !again.torn);
		record_free(&again);
		record_free(&record);
	} else {
		HOLDS(record_writer_open(path, &writer, NULL) != ERR_OK);
	}
	(void)unlink(path);
	return 0;
}
