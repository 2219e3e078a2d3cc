/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Factory reset (7.2.16, 7.2.17): TERMINATE DF, which wants the admin PIN verified or both PINs
 * blocked, then ACTIVATE FILE. Cut short in between, the card is terminated and says so when
 * selected; the next reset goes on from there.
 */
#include <string.h>

#include "pcsc/openpgp.h"
#include "pcsc/pin.h"

enum {
	WRONG_PIN = 8,        /* characters of a PIN sent to be wrong */
	WRONG_TRIES_MAX = 100 /* no card counts further */
};

/* Digits that nobody chose, or a hash of nothing: as long as the card wants them. */
static enum err
make_wrong_pin(struct card *card, uint8_t *out, size_t *len, struct err_trace *trace)
{
	bool hashed = card->facts.kdf == CARD_KDF_ITERSALTED;
	enum err err;

	*len = !hashed ? (size_t)WRONG_PIN : card->kdf.hash == 10 ? 64 : 32;
	err = random_bytes(out, *len, trace);
	for (size_t i = 0; !hashed && i < *len; i++)
		out[i] = (uint8_t)('0' + out[i] % 10);
	return err;
}

static enum err
try_wrong_pin(struct card *card, uint8_t reference, uint16_t *sw, struct err_trace *trace)
{
	uint8_t wrong[64];
	struct apdu verify = { .ins = OPENPGP_VERIFY, .p2 = reference };
	size_t len = 0;
	enum err err = make_wrong_pin(card, wrong, &len, trace);

	if (err != ERR_OK)
		return err;
	verify.body = cursor_over(wrong, len);
	return apdu_send(&card->link, &verify, NULL, sw, trace);
}

/* Until the card's own counter is at nothing: what status words say on the way differs too much. */
static enum err
block(struct card *card, enum card_pin which, uint8_t reference, struct err_trace *trace)
{
	for (int round = 0; card->tries[which] > 0; round++) {
		uint16_t sw = 0;
		enum err err;

		if (round == WRONG_TRIES_MAX)
			return FAIL(trace, ERR_UNSUPPORTED,
			    "card %s still counts tries after %d wrong PINs", card->facts.serial,
			    WRONG_TRIES_MAX);
		err = try_wrong_pin(card, reference, &sw, trace);
		if (err == ERR_OK)
			err = openpgp_identify(card, trace);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static enum err
open_the_way(struct card *card, const struct secret *admin, struct err_trace *trace)
{
	struct card_pin_entry entry = { .which = CARD_PIN_ADMIN, .pin = admin };
	enum err err;

	if (admin != NULL)
		return card_verify(card, &entry, trace);
	err = block(card, CARD_PIN_USER, 0x81, trace);
	return err != ERR_OK ? err : block(card, CARD_PIN_ADMIN, 0x83, trace);
}

static enum err
terminate(struct card *card, const struct secret *admin, struct err_trace *trace)
{
	uint16_t sw = 0;
	enum err err;

	if (!card->facts.can.reset) {
		err = FAIL(trace, ERR_UNSUPPORTED,
		    "card %s does not say that it can be reset, so nothing was done to it",
		    card->facts.serial);
		err_next(
		    trace, "Enrol it with its present admin PIN instead, or take another card.");
		return err;
	}
	err = open_the_way(card, admin, trace);
	if (err == ERR_OK)
		err = openpgp_plain(card, OPENPGP_TERMINATE, 0, 0, &sw, trace);
	if (err == ERR_OK && sw != 0x9000)
		err = APDU_FAIL(trace, sw, "be reset (TERMINATE)");
	return err;
}

static enum err
activate(struct card *card, struct err_trace *trace)
{
	bool ours = false;
	uint16_t sw = 0;
	enum err err = openpgp_plain(card, OPENPGP_ACTIVATE, 0, 0, &sw, trace);

	if (err == ERR_OK && sw != 0x9000)
		err = APDU_FAIL(trace, sw, "be reset (ACTIVATE)");
	if (err == ERR_OK)
		err = openpgp_select(card, &ours, trace);
	if (err == ERR_OK && (!ours || card->facts.life != CARD_LIFE_OPERATIONAL))
		err = FAIL(trace, ERR_IO, "the card is not back after its reset");
	if (err == ERR_OK)
		err = openpgp_identify(card, trace);
	return err;
}

/* Nothing remembered of the old content holds any more. */
static void
forget(struct card *card)
{
	memset(card->point_known, 0, sizeof(card->point_known));
	card->kdf_known = false;
	card->facts.inspected = false;
	card->facts.contents = 0;
	card->facts.holder[0] = '\0';
}

enum err
openpgp_reset(struct card *card, const struct secret *admin, struct err_trace *trace)
{
	bool ours = false;
	enum err err = ERR_OK;

	if (card->facts.life != CARD_LIFE_TERMINATED)
		err = terminate(card, admin, trace);
	forget(card);
	/* Some cards take ACTIVATE only after the application was selected again. */
	if (err == ERR_OK)
		err = openpgp_select(card, &ours, trace);
	if (err == ERR_OK)
		err = activate(card, trace);
	return err;
}
