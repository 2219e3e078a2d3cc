/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole visit over a channel whose answers are the input: a length byte (FF: 300), then as many
 * bytes, again and again; behind the end the card is gone. Whatever it answers: every operation
 * ends, nothing is called our own bug, and a secret is either whole or empty.
 */
#include "pcsc/card.h"
#include "pcsc/pin.h"
#include "tests/fuzz/fuzz.h"

enum { LONG_ANSWER = 300 };

static enum err
transmit(void *context, struct cursor command, struct writer *answer, struct err_trace *trace)
{
	struct cursor *answers = context;
	struct cursor one = { 0 };
	uint8_t len = 0;

	HOLDS(command.left >= 4 && command.left <= APDU_COMMAND_MAX + 9);
	if (!cursor_u8(answers, &len) ||
	    !cursor_take(answers, len == 0xFF ? (size_t)LONG_ANSWER : len, &one))
		return FAIL(trace, ERR_IO, "the input ends here");
	writer_put(answer, one.at, one.left);
	return ERR_OK;
}

static void
give_back(void *context)
{
	(void)context;
}

static void
fine(enum err err)
{
	HOLDS(err != ERR_INTERNAL && err != ERR_NOMEM);
}

static void
use_keys(struct card *card, struct secret *secret)
{
	uint8_t bytes[CARD_RECORDS_MAX] = { 0 };
	struct card_signature signature;
	struct card_keys keys;
	enum err err;

	fine(card_make_keys(card, 1, &keys, NULL));
	fine(card_fingerprint(card, bytes, NULL));
	err = card_ecdh(card, bytes, secret, NULL);
	fine(err);
	HOLDS(secret_len(secret) == (err == ERR_OK ? (size_t)CARD_ECDH : 0));
	secret_clear(secret);
	fine(card_challenge(card, 16, secret, NULL));
	err = card_sign(card, bytes, &signature, NULL);
	fine(err);
	HOLDS(err != ERR_OK || signature.len <= CARD_SIGNATURE_MAX);
}

static void
visit(struct card *card)
{
	uint8_t bytes[CARD_RECORDS_MAX];
	size_t len = 0;
	struct secret *pin = NULL;
	struct secret *secret = NULL;
	struct card_pin_entry entry = { .which = CARD_PIN_USER };

	HOLDS(secret_from("271828", 6, &pin, NULL) == ERR_OK);
	HOLDS(secret_new(CARD_ECDH, &secret, NULL) == ERR_OK);
	entry.pin = pin;
	fine(card_verify(card, &entry, NULL));
	fine(card_inspect(card, NULL));
	fine(card_header_read(card, bytes, &len, NULL));
	HOLDS(len <= sizeof(bytes));
	fine(card_records_write(card, bytes, 1, NULL));
	use_keys(card, secret);
	fine(card_factory_reset(card, NULL, NULL));
	secret_free(secret);
	secret_free(pin);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct channel_ops ops = { .transmit = transmit, .close = give_back };
	static bool started;
	struct cursor answers = cursor_over(bytes, len);
	struct channel channel = { .ops = &ops, .context = &answers };
	struct card *card = NULL;

	if (!started)
		HOLDS(secret_heap_init(NULL) == ERR_OK);
	started = true;
	if (card_visit_over(&channel, NULL, &card, NULL) == ERR_OK)
		visit(card);
	card_visit_end(card);
	return 0;
}
