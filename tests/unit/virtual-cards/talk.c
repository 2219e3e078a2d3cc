/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "base/encode.h"
#include "tests/unit/virtual-cards/talk.h"

enum { COMMAND_MAX = 4096 };

const char *
talk(struct vcard_local *card, const char *command)
{
	static char digits[2 * COMMAND_MAX + 1];
	static uint8_t bytes[COMMAND_MAX];
	size_t len = 0;

	for (; *command != '\0' && len < sizeof(digits) - 1; command++) {
		if (*command != ' ')
			digits[len++] = *command;
	}
	digits[len] = '\0';
	assert_true(hex_decode(digits, bytes, len / 2));
	len = vcard_local_transmit(card, bytes, len / 2, bytes, sizeof(bytes));
	hex_encode(bytes, len, digits);
	return digits;
}

const char *
talk_sw(struct vcard_local *card, const char *command)
{
	const char *answer = talk(card, command);
	size_t len = strlen(answer);

	return len < 4 ? answer : answer + len - 4;
}

struct vcard_local *
talk_card(const char *variants)
{
	struct err_trace trace = { 0 };
	struct vcard_local *card = NULL;

	assert_ok(vcard_local_new(1, variants, &card, &trace), &trace);
	assert_string_equal(talk(card, SELECT), "9000");
	return card;
}
