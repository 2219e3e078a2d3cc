/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/openpgp.h"

#include <string.h>

#include "base/tlv.h"

/* RID of FSFE and the application's number; version, maker and serial follow (4.2.1). */
static const uint8_t aid[] = { 0xD2, 0x76, 0x00, 0x01, 0x24, 0x01 };

enum err
openpgp_plain(
    struct card *card, uint8_t ins, uint8_t p1, uint8_t p2, uint16_t *sw, struct err_trace *trace)
{
	struct apdu command = { .ins = ins, .p1 = p1, .p2 = p2 };

	return apdu_send(&card->link, &command, NULL, sw, trace);
}

/*
 * An unknown application is 6A82, 6999, 6986 or 6D00, and 6881 or 6E00 come from cards that know no
 * such command at all; a terminated OpenPGP card answers 6285 (7.2.16).
 */
enum err
openpgp_select(struct card *card, bool *ours, struct err_trace *trace)
{
	uint8_t bytes[APDU_SHORT_ANSWER];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct apdu select = {
		.ins = OPENPGP_SELECT,
		.p1 = 0x04,
		.body = cursor_over(aid, sizeof(aid)),
		.expect = sizeof(bytes),
	};
	uint16_t sw = 0;
	enum err err = apdu_send(&card->link, &select, &answer, &sw, trace);

	if (err != ERR_OK)
		return err;
	*ours = sw == 0x9000 || sw == 0x6285;
	if (*ours) {
		card->facts.life = sw == 0x6285 ? CARD_LIFE_TERMINATED : CARD_LIFE_OPERATIONAL;
		return ERR_OK;
	}
	if (apdu_sw_err(sw) == ERR_UNSUPPORTED || apdu_sw_err(sw) == ERR_ABSENT)
		return ERR_OK;
	return APDU_FAIL(trace, sw, "select its OpenPGP application");
}

enum err
openpgp_get(struct card *card, unsigned tag, struct writer *out, struct err_trace *trace)
{
	struct apdu get = {
		.ins = OPENPGP_GET,
		.p1 = (uint8_t)(tag >> 8),
		.p2 = (uint8_t)tag,
		.expect = card->facts.limits.extended ? APDU_ANSWER_MAX : APDU_SHORT_ANSWER,
	};
	uint16_t sw = 0;
	enum err err = apdu_send(&card->link, &get, out, &sw, trace);

	if (err != ERR_OK)
		return err;
	if (sw == 0x9000 || apdu_sw_err(sw) == ERR_ABSENT)
		return ERR_OK;
	return APDU_FAIL(trace, sw, "give out a data object");
}

enum err
openpgp_put(struct card *card, unsigned tag, struct cursor bytes, const char *doing,
    struct err_trace *trace)
{
	struct apdu put = {
		.ins = OPENPGP_PUT,
		.p1 = (uint8_t)(tag >> 8),
		.p2 = (uint8_t)tag,
		.body = bytes,
	};
	uint16_t sw = 0;
	enum err err = apdu_send(&card->link, &put, NULL, &sw, trace);

	if (err != ERR_OK)
		return err;
	return sw == 0x9000 ? ERR_OK : APDU_FAIL(trace, sw, doing);
}

static const unsigned object_tags[] = {
	[CARD_OBJECT_HEADER] = OPENPGP_DO_HEADER,
	[CARD_OBJECT_RECORDS] = OPENPGP_DO_RECORDS,
};
_Static_assert(sizeof(object_tags) / sizeof(object_tags[0]) == CARD_OBJECT__COUNT, "an object");

static enum err
read_object(struct card *card, enum card_object object, struct writer *out, struct err_trace *trace)
{
	return openpgp_get(card, object_tags[object], out, trace);
}

static enum err
write_object(
    struct card *card, enum card_object object, struct cursor bytes, struct err_trace *trace)
{
	return openpgp_put(card, object_tags[object], bytes, "store it", trace);
}

/* ISO 8859-1, as 4.4.3.4 wants a name; what has no place there becomes '?'. */
static void
put_latin1(struct writer *out, const char *utf8)
{
	const uint8_t *at = (const uint8_t *)utf8;

	while (*at != '\0' && out->len < CARD_HOLDER_MAX) {
		uint8_t lead = *at++;
		uint8_t next = *at;

		if (lead < 0x80) {
			writer_u8(out, lead < 0x20 || lead == 0x7F ? '?' : lead);
			continue;
		}
		if ((lead == 0xC2 || lead == 0xC3) && (next & 0xC0) == 0x80)
			writer_u8(out, (uint8_t)((lead << 6) | (next & 0x3F)));
		else
			writer_u8(out, '?');
		while ((*at & 0xC0) == 0x80)
			at++;
	}
}

static enum err
set_holder(struct card *card, const char *name, struct err_trace *trace)
{
	uint8_t bytes[CARD_HOLDER_MAX];
	struct writer latin1 = writer_into(bytes, sizeof(bytes));
	uint8_t stored[APDU_SHORT_ANSWER];
	struct writer answer = writer_into(stored, sizeof(stored));
	struct cursor got = { 0 };
	enum err err;

	put_latin1(&latin1, name);
	err = openpgp_put(card, OPENPGP_DO_NAME, cursor_over(bytes, latin1.len),
	    "store its holder's name", trace);
	if (err == ERR_OK)
		err = openpgp_get(card, OPENPGP_DO_HOLDER, &answer, trace);
	if (err != ERR_OK)
		return err;
	(void)tlv_find(openpgp_unwrap(cursor_over(stored, answer.len), OPENPGP_DO_HOLDER),
	    OPENPGP_DO_NAME, &got);
	if (got.left != latin1.len || (got.left > 0 && memcmp(got.at, bytes, got.left) != 0))
		return FAIL(trace, ERR_FORMAT,
		    "card %s took the holder's name without complaint, but holds another",
		    card->facts.serial);
	return ERR_OK;
}

/* The first byte of C4 (4.4.3.7): 01 when PW1-81 stays good for several PSO:CDS. */
static enum err
set_sign_pin_lasting(struct card *card, bool lasts, struct err_trace *trace)
{
	uint8_t value = lasts ? 0x01 : 0x00;
	enum err err = openpgp_put(card, OPENPGP_DO_PIN_STATUS, cursor_over(&value, 1),
	    "set how long its PIN lasts for signing", trace);

	return err != ERR_OK ? err : openpgp_identify(card, trace);
}

const struct card_family card_family_openpgp = {
	.name = "openpgp",
	.select = openpgp_select,
	.identify = openpgp_identify,
	.inspect = openpgp_inspect,
	.read_point = openpgp_read_point,
	.verify = openpgp_verify,
	.change = openpgp_change,
	.unblock = openpgp_unblock,
	.set_reset_code = openpgp_set_reset_code,
	.reset = openpgp_reset,
	.make_keys = openpgp_make_keys,
	.set_holder = set_holder,
	.set_sign_pin_lasting = set_sign_pin_lasting,
	.read_object = read_object,
	.write_object = write_object,
	.ecdh = openpgp_ecdh,
	.sign = openpgp_sign,
	.challenge = openpgp_challenge,
};
