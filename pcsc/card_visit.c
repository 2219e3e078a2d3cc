/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "pcsc/card_family.h"

/* In this order they are tried. */
static const struct card_family *const families[] = { &card_family_openpgp };

/* NIST SP 800-73-4, part 1, 2.2: right-truncated, without the version. */
static const uint8_t piv_aid[] = { 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00 };

bool
card_has_piv(struct card *card)
{
	uint8_t bytes[APDU_SHORT_ANSWER];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct apdu select = {
		.ins = 0xA4,
		.p1 = 0x04,
		.body = cursor_over(piv_aid, sizeof(piv_aid)),
		.expect = sizeof(bytes),
	};
	uint16_t sw = 0;

	return apdu_send(&card->link, &select, &answer, &sw, NULL) == ERR_OK && sw == 0x9000;
}

static enum err
refuse_unknown(struct card *card, struct err_trace *trace)
{
	char atr[READER_ATR_TEXT];
	enum err err;

	reader_atr_text(card->facts.atr, card->facts.atr_len, atr);
	err = FAIL(trace, ERR_UNSUPPORTED,
	    "this is not an OpenPGP card, and Quorate knows no other kind yet (ATR %s)",
	    card->facts.atr_len == 0 ? "unknown" : atr);
	if (card_has_piv(card))
		err_next(trace, "The card has a PIV application, which Quorate cannot use yet. "
				"Take a card with OpenPGP 3.x.");
	else
		err_next(
		    trace, "Is it the right card? Quorate needs an OpenPGP card of version 3.");
	return err;
}

static enum err
find_family(struct card *card, struct err_trace *trace)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		bool ours = false;
		enum err err = families[i]->select(card, &ours, trace);

		if (err != ERR_OK)
			return err;
		if (!ours)
			continue;
		card->family = families[i];
		card->facts.family = families[i]->name;
		return ERR_OK;
	}
	return refuse_unknown(card, trace);
}

enum err
card_visit_over(struct channel *channel, const struct card_options *options, struct card **out,
    struct err_trace *trace)
{
	struct card *card = calloc(1, sizeof(*card));
	enum err err;

	if (card == NULL) {
		channel_close(channel);
		return FAIL(trace, ERR_NOMEM, "no memory for a card's visit");
	}
	card->link.channel = *channel;
	*channel = (struct channel){ 0 };
	if (options != NULL) {
		card->link.watch = options->watch;
		card->link.watch_context = options->watch_context;
	}
	card->facts.manufacturer = "unknown";
	card->facts.atr_len = card->link.channel.atr_len;
	memcpy(card->facts.atr, card->link.channel.atr, sizeof(card->facts.atr));

	err = find_family(card, trace);
	if (err == ERR_OK && card->facts.life != CARD_LIFE_TERMINATED)
		err = card->family->identify(card, trace);
	if (err != ERR_OK) {
		card_visit_end(card);
		return err;
	}
	*out = card;
	return ERR_OK;
}

enum err
card_visit_begin(struct readers *readers, const char *reader, const struct card_options *options,
    struct card **out, struct err_trace *trace)
{
	struct channel channel = { 0 };
	enum err err = reader_connect(readers, reader, &channel, trace);

	if (err != ERR_OK)
		return err;
	return card_visit_over(&channel, options, out, trace);
}

void
card_visit_end(struct card *card)
{
	if (card == NULL)
		return;
	channel_close(&card->link.channel);
	free(card);
}
