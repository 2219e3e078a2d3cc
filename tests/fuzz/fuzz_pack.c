/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pack's bytes, as a stranger's medium might bring them. The last line of the input is replaced
 * by one that fits the lines before it, so that what lies behind the hash is reached.
 *
 * Whatever the bytes: as many lines as the header says can be read, or the pack is refused with a
 * reason; and what is read twice is the same.
 */
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "roster/content.h"
#include "roster/pack_file.h"
#include "tests/fuzz/fuzz.h"

enum { PATH_SIZE = 64 };

/* The input with its hash behind it. */
static void
write_file(const char *path, const uint8_t *bytes, size_t len)
{
	uint8_t hash[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	FILE *to = fopen(path, "we");

	HOLDS(to != NULL);
	HOLDS(sha256(bytes, len, hash, NULL) == ERR_OK);
	hex_encode(hash, sizeof(hash), hex);
	HOLDS(fwrite(bytes, 1, len, to) == len);
	fprintf(to, "{\"sha256\":\"%s\"}\n", hex);
	HOLDS(fclose(to) == 0);
}

static void
read_contents(struct pack_reader *reader)
{
	struct pack_read_content content = { .bytes = NULL };

	for (int64_t i = 0; i < pack_header(reader)->contents; i++) {
		if (pack_next_content(reader, &content, NULL) != ERR_OK)
			return;
		HOLDS(content.len > 0 && content.len <= CONTENT_MAX);
		free(content.bytes);
	}
}

static void
read_all(struct pack_reader *reader)
{
	struct event event = { 0 };
	const char *line = NULL;
	size_t len = 0;

	HOLDS(pack_header(reader)->heads <= EVENT_WRITERS_MAX);
	for (int64_t i = 0; i < pack_header(reader)->events; i++) {
		/* The bytes were counted when it was opened. */
		HOLDS(pack_next_line(reader, &line, &len, NULL) == ERR_OK);
		HOLDS(memchr(line, '\n', len) == NULL);
		if (event_parse(line, len, &event, NULL) == ERR_OK)
			event_clear(&event);
	}
	read_contents(reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char path[PATH_SIZE];
	struct err_trace trace = { 0 };
	struct pack_reader *reader = NULL;

	snprintf(path, sizeof(path), "/dev/shm/quorate-fuzz-pack.%d", (int)getpid());
	write_file(path, bytes, len);
	if (pack_open(path, &reader, &trace) == ERR_OK)
		read_all(reader);
	else
		HOLDS(trace.count > 0);
	pack_close(reader);
	unlink(path);
	return 0;
}
