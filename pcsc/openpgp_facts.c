/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading what a card says of itself, without a PIN. */
#include <stdio.h>
#include <string.h>

#include "base/tlv.h"
#include "pcsc/openpgp.h"

static enum err
read_kdf(struct card *card, struct err_trace *trace)
{
	uint8_t bytes[APDU_SHORT_ANSWER];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	enum err err;

	if (card->kdf_known)
		return ERR_OK;
	card->kdf = (struct card_kdf_data){ .kind = CARD_KDF_OFF };
	if (card->facts.can.kdf) {
		err = openpgp_get(card, OPENPGP_DO_KDF, &answer, trace);
		if (err != ERR_OK)
			return err;
		openpgp_parse_kdf(cursor_over(bytes, answer.len), &card->kdf);
	}
	card->kdf_known = true;
	return ERR_OK;
}

enum err
openpgp_identify(struct card *card, struct err_trace *trace)
{
	uint8_t bytes[APDU_ANSWER_MAX];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	enum err err = openpgp_get(card, OPENPGP_DO_APPLICATION, &answer, trace);

	if (err == ERR_OK)
		err = openpgp_parse_application(
		    cursor_over(bytes, answer.len), &card->facts, card->tries, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "the card could not be identified");
	card->link.limits = card->facts.limits;
	memset(card->tries_stale, 0, sizeof(card->tries_stale));
	err = read_kdf(card, trace);
	if (err == ERR_OK)
		card->facts.kdf = card->kdf.kind;
	return err;
}

/* -- The rest, for inspect --------------------------------------------------------------------- */

static enum err
read_holder(struct card *card, struct err_trace *trace)
{
	uint8_t bytes[APDU_ANSWER_MAX];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct cursor name = { 0 };
	size_t len;
	enum err err = openpgp_get(card, OPENPGP_DO_HOLDER, &answer, trace);

	if (err != ERR_OK)
		return err;
	(void)tlv_find(openpgp_unwrap(cursor_over(bytes, answer.len), OPENPGP_DO_HOLDER),
	    OPENPGP_DO_NAME, &name);
	if (name.left > 0)
		card->facts.contents |= CARD_CONTENT_HOLDER;
	len = name.left < CARD_HOLDER_MAX ? name.left : (size_t)CARD_HOLDER_MAX;
	/* ISO 8859-1 from a stranger: what a terminal might take for a command is not shown. */
	for (size_t i = 0; i < len; i++)
		card->facts.holder[i] =
		    name.at[i] >= 0x20 && name.at[i] < 0x7F ? (char)name.at[i] : '?';
	card->facts.holder[len] = '\0';
	return ERR_OK;
}

struct content_row {
	unsigned tag;
	enum card_content content;
};

static const struct content_row content_rows[] = {
	{ OPENPGP_DO_LOGIN, CARD_CONTENT_LOGIN },
	{ OPENPGP_DO_URL, CARD_CONTENT_URL },
	{ OPENPGP_DO_HEADER, CARD_CONTENT_DO_0101 },
	{ OPENPGP_DO_PRIVATE_2, CARD_CONTENT_DO_0102 },
};

static enum err
read_contents(struct card *card, struct err_trace *trace)
{
	for (size_t i = 0; i < sizeof(content_rows) / sizeof(content_rows[0]); i++) {
		uint8_t bytes[APDU_ANSWER_MAX];
		struct writer answer = writer_into(bytes, sizeof(bytes));
		enum err err = openpgp_get(card, content_rows[i].tag, &answer, trace);

		if (err != ERR_OK)
			return err;
		if (answer.len > 0)
			card->facts.contents |= content_rows[i].content;
	}
	return ERR_OK;
}

static enum err
read_curves(struct card *card, struct err_trace *trace)
{
	uint8_t bytes[APDU_ANSWER_MAX];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	enum err err = openpgp_get(card, OPENPGP_DO_ALGORITHMS, &answer, trace);

	if (err == ERR_OK)
		openpgp_parse_curves(
		    cursor_over(bytes, answer.len), card->facts.curves, sizeof(card->facts.curves));
	return err;
}

/* A YubiKey tells its firmware in three bytes of BCD; other makers have no command for it. */
static enum err
read_firmware(struct card *card, struct err_trace *trace)
{
	struct apdu version = { .ins = 0xF1, .expect = APDU_SHORT_ANSWER };
	uint8_t bytes[APDU_SHORT_ANSWER];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	uint16_t sw = 0;
	enum err err;

	if (strcmp(card->facts.manufacturer, "Yubico") != 0)
		return ERR_OK;
	err = apdu_send(&card->link, &version, &answer, &sw, trace);
	if (err == ERR_OK && sw == 0x9000 && answer.len == 3)
		(void)snprintf(card->facts.firmware, sizeof(card->facts.firmware), "%x.%x.%x",
		    bytes[0], bytes[1], bytes[2]);
	return err;
}

/* What 6E says of keys need not be all: a key can be there with no fingerprint set. */
static enum err
read_keys(struct card *card, struct err_trace *trace)
{
	for (unsigned i = 0; i < CARD_KEY__COUNT; i++) {
		bool present = false;
		enum err err = openpgp_key_present(card, (enum card_key)i, &present, trace);

		if (err != ERR_OK)
			return err;
		card->facts.key[i].present |= present;
		if (card->facts.key[i].present)
			card->facts.contents |= (unsigned)CARD_CONTENT_SIG_KEY << i;
	}
	return ERR_OK;
}

enum err
openpgp_inspect(struct card *card, struct err_trace *trace)
{
	static enum err (*const steps[])(struct card *, struct err_trace *) = { read_holder,
		read_contents, read_curves, read_firmware, read_keys };

	card->facts.contents = 0;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		enum err err = steps[i](card, trace);

		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}
