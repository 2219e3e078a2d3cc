/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the text: what base64, hex, words or a time are read from is written so again (hex and
 * words but for case and spacing), and nothing is written behind the room that was given.
 */
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "tests/fuzz/fuzz.h"

enum { ROOM = 64 };

static void
check_base64(const char *text)
{
	uint8_t bytes[ROOM + 1] = { [ROOM] = 0xEE };
	char again[4 * ((ROOM + 2) / 3) + 1];
	size_t len;

	if (base64_decode(text, bytes, ROOM, &len)) {
		HOLDS(len <= ROOM);
		base64_encode(bytes, len, again);
		HOLDS(strcmp(text, again) == 0);
	}
	HOLDS(bytes[ROOM] == 0xEE);
}

static void
check_hex(const char *text)
{
	const size_t len = strlen(text) / 2;
	uint8_t bytes[ROOM];
	char again[2 * ROOM + 1];

	if (len <= ROOM && hex_decode(text, bytes, len)) {
		hex_encode(bytes, len, again);
		HOLDS(strcasecmp(text, again) == 0);
	}
}

static void
check_words(const char *text)
{
	for (size_t len = 0; len <= 4; len++) {
		uint8_t bytes[5] = { [4] = 0xEE };
		uint8_t reread[4];
		char again[WORDS_SIZE(4)];

		if (words_decode(text, bytes, len)) {
			words_encode(bytes, len, again);
			HOLDS(words_decode(again, reread, len) && memcmp(bytes, reread, len) == 0);
		}
		HOLDS(bytes[4] == 0xEE);
	}
}

static void
check_time(const char *text)
{
	char again[CLOCK_TEXT];
	int64_t utc;

	if (clock_parse(text, &utc)) {
		clock_format(utc, again);
		HOLDS(strncmp(text, again, strlen(text)) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = strndup((const char *)bytes, len);

	HOLDS(text != NULL);
	check_base64(text);
	check_hex(text);
	check_words(text);
	check_time(text);
	free(text);
	return 0;
}
