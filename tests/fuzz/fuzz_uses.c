/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever lies in the state folder: the lines that are read of a record of uses count from 1, and
 * each has the hash of the one before; taking the file over leaves exactly those lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "custody/use_record.h"
#include "tests/fuzz/fuzz.h"

static char path[] = "/tmp/fuzz-uses-XXXXXX";
static int file = -1;

static void
write_file(const uint8_t *bytes, size_t len)
{
	if (file < 0)
		file = mkstemp(path);
	HOLDS(file >= 0);
	(void)unlink(path);
	close(file);
	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	file = mkstemp(path);
	HOLDS(file >= 0 && write(file, bytes, len) == (ssize_t)len);
}

/* The place behind the last line that holds. */
static struct chain_place
read_all(enum err *ended)
{
	struct chain *record = NULL;
	struct chain_place before = { .n = 0 };
	struct chain_entry entry;
	bool more = true;

	HOLDS(chain_open(path, &record, NULL) == ERR_OK);
	for (;;) {
		char prev[2 * SHA256_SIZE + 1];

		*ended = chain_next(record, &entry, &more, NULL);
		if (*ended != ERR_OK || !more)
			break;
		hex_encode(before.head, SHA256_SIZE, prev);
		HOLDS(entry.place.n == before.n + 1 && strlen(entry.line) == entry.len);
		HOLDS(strcmp(json_string_value(json_object_get(entry.json, "prev")), prev) == 0);
		before = entry.place;
	}
	chain_close(record);
	return before;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct chain_place read, taken;
	enum err ended = ERR_OK, again = ERR_OK;
	int fd = -1;

	write_file(bytes, len);
	read = read_all(&ended);
	if (chain_take(path, &taken, &fd, NULL) == ERR_OK) {
		HOLDS(ended == ERR_OK && taken.n == read.n);
		close(fd);
		read = read_all(&again);
		HOLDS(again == ERR_OK && read.n == taken.n);
	}
	(void)unlink(path);
	return 0;
}
