/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/openpgp.h"

/* The references of 7.2.2: PW1 for signing, PW1 for everything else, PW3. */
static const uint8_t references[] = {
	[CARD_PIN_USER] = 0x82,
	[CARD_PIN_SIGN] = 0x81,
	[CARD_PIN_RESET_CODE] = 0x00, /* is never verified */
	[CARD_PIN_ADMIN] = 0x83,
};
_Static_assert(sizeof(references) == CARD_PIN__COUNT, "a PIN without reference");

/* CHANGE REFERENCE DATA knows PW1 as 81 only (7.2.3). */
static uint8_t
change_reference(enum card_pin which)
{
	return which == CARD_PIN_ADMIN ? 0x83 : 0x81;
}

static enum err
send_secret(struct card *card, struct apdu *command, const struct secret *body, uint16_t *sw,
    struct err_trace *trace)
{
	command->body = cursor_over(secret_bytes(body), secret_len(body));
	return apdu_send(&card->link, command, NULL, sw, trace);
}

static struct reader_pad_entry
pad_entry(const struct card *card, enum card_pin which, uint8_t reference)
{
	return (struct reader_pad_entry){
		.p2 = reference,
		.min = card->facts.pin_min[which],
		.max = card->facts.pin_max[which],
	};
}

enum err
openpgp_verify(struct card *card, const struct card_pin_command *command, uint16_t *sw,
    struct err_trace *trace)
{
	uint8_t reference = references[command->which];
	struct apdu verify = { .ins = OPENPGP_VERIFY, .p2 = reference };
	struct secret *body = NULL;
	enum err err;

	if (command->pin == NULL) {
		struct reader_pad_entry entry = pad_entry(card, command->which, reference);

		card->link.counts.sent++;
		return reader_pad_verify(&card->link.channel, &card->pad, &entry, sw, trace);
	}
	err = openpgp_kdf_apply(&card->kdf, command->which, command->pin, &body, trace);
	if (err == ERR_OK)
		err = send_secret(card, &verify, body, sw, trace);
	secret_free(body);
	return err;
}

/* Old and new, one after the other; the card knows the old one's length. */
static enum err
join(const struct secret *old, const struct secret *new, struct secret **out,
    struct err_trace *trace)
{
	struct secret *both = NULL;
	enum err err = secret_new(secret_len(old) + secret_len(new), &both, trace);

	if (err == ERR_OK)
		err = secret_append(both, secret_bytes(old), secret_len(old), trace);
	if (err == ERR_OK)
		err = secret_append(both, secret_bytes(new), secret_len(new), trace);
	if (err != ERR_OK) {
		secret_free(both);
		return err;
	}
	*out = both;
	return ERR_OK;
}

enum err
openpgp_change(struct card *card, const struct card_pin_command *command, uint16_t *sw,
    struct err_trace *trace)
{
	uint8_t reference = change_reference(command->which);
	struct apdu change = { .ins = OPENPGP_CHANGE_PIN, .p2 = reference };
	struct secret *old = NULL;
	struct secret *new = NULL;
	struct secret *body = NULL;
	enum err err;

	if (command->pin == NULL) {
		struct reader_pad_entry entry = pad_entry(card, command->which, reference);

		card->link.counts.sent++;
		return reader_pad_modify(&card->link.channel, &card->pad, &entry, sw, trace);
	}
	err = openpgp_kdf_apply(&card->kdf, command->which, command->pin, &old, trace);
	if (err == ERR_OK)
		err = openpgp_kdf_apply(&card->kdf, command->which, command->to, &new, trace);
	if (err == ERR_OK)
		err = join(old, new, &body, trace);
	if (err == ERR_OK)
		err = send_secret(card, &change, body, sw, trace);
	secret_free(body);
	secret_free(new);
	secret_free(old);
	return err;
}

/* RESET RETRY COUNTER with P1 02: after the admin PIN, with the new PIN alone (7.2.4). */
enum err
openpgp_unblock(struct card *card, const struct secret *pin, struct err_trace *trace)
{
	struct apdu reset = { .ins = OPENPGP_RESET_RETRY, .p1 = 0x02, .p2 = 0x81 };
	struct secret *body = NULL;
	uint16_t sw = 0;
	enum err err = openpgp_kdf_apply(&card->kdf, CARD_PIN_USER, pin, &body, trace);

	if (err == ERR_OK)
		err = send_secret(card, &reset, body, &sw, trace);
	if (err == ERR_OK && sw != 0x9000)
		err = APDU_FAIL(trace, sw, "set a new user PIN");
	secret_free(body);
	return err;
}

enum err
openpgp_set_reset_code(struct card *card, const struct secret *code, struct err_trace *trace)
{
	static const char doing[] = "set its reset code";
	struct secret *body = NULL;
	enum err err;

	if (code == NULL)
		return openpgp_put(card, OPENPGP_DO_RESET_CODE, cursor_over(NULL, 0), doing, trace);
	err = openpgp_kdf_apply(&card->kdf, CARD_PIN_RESET_CODE, code, &body, trace);
	if (err == ERR_OK)
		err = openpgp_put(card, OPENPGP_DO_RESET_CODE,
		    cursor_over(secret_bytes(body), secret_len(body)), doing, trace);
	secret_free(body);
	return err;
}
