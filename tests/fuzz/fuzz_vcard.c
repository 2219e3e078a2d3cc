/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever is sent to a virtual card, each answer has between two bytes and the most there can be,
 * and the card's file stays whole. An input is commands, each behind one byte that is its length;
 * before them, one byte chooses the kind of card.
 */
#include "base/bytes.h"
#include "tests/fakes/vcard_local.h"
#include "tests/fuzz/fuzz.h"

static const char *const kinds[] = { NULL, "kdf-off", "kdf-on", "touch", "exact-le wrong-pin=count",
	"keys-before-pin", "no-private-objects no-terminate", "private-max=8" };

enum { COMMANDS_MAX = 32 };

static void
converse(struct vcard_local *card, struct cursor input)
{
	uint8_t answer[VCARD_RESPONSE_MAX], len;
	struct cursor command;

	for (unsigned i = 0; i < COMMANDS_MAX && cursor_u8(&input, &len); i++) {
		size_t got;

		if (!cursor_take(&input, len < input.left ? len : input.left, &command))
			return;
		got = vcard_local_transmit(card, command.at, command.left, answer, sizeof(answer));
		HOLDS(got >= 2);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct cursor input = cursor_over(bytes, len);
	struct vcard_local *card = NULL;
	uint8_t kind = 0;

	(void)cursor_u8(&input, &kind);
	HOLDS(vcard_local_new(1, kinds[kind % 8], &card, NULL) == ERR_OK);
	converse(card, input);
	vcard_local_insert(card);
	HOLDS(vcard_local_is_in(card));
	vcard_local_free(card);
	return 0;
}
