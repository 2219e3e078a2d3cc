/* SPDX-License-Identifier: BSD-2-Clause */
/* Making, reading and using the keys on the card. */
#include <string.h>

#include "base/tlv.h"
#include "pcsc/openpgp.h"

enum {
	GENERATE_NEW = 0x80,
	GENERATE_READ = 0x81,
};

/* Control reference templates: which key (7.2.14). */
static const uint8_t templates[] = {
	[CARD_KEY_SIG] = 0xB6,
	[CARD_KEY_DEC] = 0xB8,
	[CARD_KEY_AUT] = 0xA4,
};
_Static_assert(sizeof(templates) == CARD_KEY__COUNT, "a key without template");

static const char *const key_words[] = {
	[CARD_KEY_SIG] = "signature",
	[CARD_KEY_DEC] = "decryption",
	[CARD_KEY_AUT] = "authentication",
};
_Static_assert(sizeof(key_words) / sizeof(key_words[0]) == CARD_KEY__COUNT, "a key unnamed");

static enum err
generate(struct card *card, uint8_t p1, enum card_key key, struct writer *answer, uint16_t *sw,
    struct err_trace *trace)
{
	const uint8_t template[] = { templates[key], 0x00 };
	struct apdu command = {
		.ins = OPENPGP_GENERATE,
		.p1 = p1,
		.body = cursor_over(template, sizeof(template)),
		.expect = card->facts.limits.extended ? APDU_ANSWER_MAX : APDU_SHORT_ANSWER,
	};

	return apdu_send(&card->link, &command, answer, sw, trace);
}

/* Cards without that key answer with one of many refusals; each means that there is none. */
enum err
openpgp_key_present(struct card *card, enum card_key key, bool *out, struct err_trace *trace)
{
	uint8_t bytes[APDU_ANSWER_MAX];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct cursor value = { 0 };
	uint16_t sw = 0;
	enum err err = generate(card, GENERATE_READ, key, &answer, &sw, trace);

	if (err == ERR_OK)
		*out = sw == 0x9000 && tlv_find(cursor_over(bytes, answer.len), 0x7F49, &value);
	return err;
}

enum err
openpgp_read_point(
    struct card *card, enum card_key key, uint8_t point[CARD_POINT], struct err_trace *trace)
{
	uint8_t bytes[APDU_ANSWER_MAX];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	uint16_t sw = 0;
	enum err err = generate(card, GENERATE_READ, key, &answer, &sw, trace);

	if (err != ERR_OK)
		return err;
	if (apdu_sw_err(sw) == ERR_ABSENT || sw == 0x6985)
		return FAIL_RAW(trace, ERR_ABSENT, ERR_ORIGIN_SW, sw, "card %s has no %s key",
		    card->facts.serial, key_words[key]);
	if (sw != 0x9000)
		return APDU_FAIL(trace, sw, "give out its public key");
	return openpgp_parse_point(cursor_over(bytes, answer.len), point, trace);
}

/* -- Enrolment --------------------------------------------------------------------------------- */

static enum err
set_attributes(struct card *card, enum card_key key, struct err_trace *trace)
{
	enum err err;

	if (card->facts.key[key].p256)
		return ERR_OK;
	if (!card->facts.can.algorithm_change)
		return FAIL(trace, ERR_UNSUPPORTED, "the %s key of card %s cannot be one on P-256",
		    key_words[key], card->facts.serial);
	err = openpgp_put(card, OPENPGP_DO_ALGORITHM_SIG + (unsigned)key,
	    openpgp_p256_attributes(key), "set its key up for P-256", trace);
	if (err == ERR_UNSUPPORTED)
		err_next(trace, "Take another card: this one makes no keys on the curve P-256.");
	return err;
}

static enum err
make_key(struct card *card, enum card_key key, uint8_t point[CARD_POINT], struct err_trace *trace)
{
	uint8_t bytes[APDU_ANSWER_MAX];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	uint16_t sw = 0;
	enum err err;

	card->point_known[key] = false;
	err = generate(card, GENERATE_NEW, key, &answer, &sw, trace);
	if (err != ERR_OK)
		return err;
	if (sw != 0x9000)
		return APDU_FAIL(trace, sw, "make a key");
	return openpgp_parse_point(cursor_over(bytes, answer.len), point, trace);
}

static enum err
put_fingerprint(struct card *card, enum card_key key,
    const uint8_t fingerprint[CARD_OPENPGP_FINGERPRINT], uint32_t created, struct err_trace *trace)
{
	uint8_t bytes[4];
	struct writer time = writer_into(bytes, sizeof(bytes));
	enum err err = openpgp_put(card, OPENPGP_DO_FINGERPRINT_SIG + (unsigned)key,
	    cursor_over(fingerprint, CARD_OPENPGP_FINGERPRINT), "store its key's fingerprint",
	    trace);

	writer_u32(&time, created);
	if (err == ERR_OK)
		err = openpgp_put(card, OPENPGP_DO_CREATED_SIG + (unsigned)key,
		    cursor_over(bytes, sizeof(bytes)), "store its key's date", trace);
	return err;
}

static enum err
describe_keys(struct card *card, struct card_keys *keys, struct err_trace *trace)
{
	enum err err = card_openpgp_fingerprint(
	    CARD_KEY_SIG, keys->sig, keys->created, keys->openpgp_sig, trace);

	if (err == ERR_OK)
		err = card_openpgp_fingerprint(
		    CARD_KEY_DEC, keys->dec, keys->created, keys->openpgp_dec, trace);
	if (err == ERR_OK)
		err = card_fingerprint_of(keys->dec, keys->sig, keys->fingerprint, trace);
	if (err == ERR_OK)
		err = put_fingerprint(card, CARD_KEY_SIG, keys->openpgp_sig, keys->created, trace);
	if (err == ERR_OK)
		err = put_fingerprint(card, CARD_KEY_DEC, keys->openpgp_dec, keys->created, trace);
	return err;
}

static bool
is_stored(const struct card_key_facts *key, const uint8_t fingerprint[CARD_OPENPGP_FINGERPRINT],
    uint32_t created)
{
	return key->p256 && key->created == created &&
	       memcmp(key->openpgp_fingerprint, fingerprint, CARD_OPENPGP_FINGERPRINT) == 0;
}

/* Everything that was written is read back before it is believed. */
static enum err
check_keys(struct card *card, const struct card_keys *keys, struct err_trace *trace)
{
	const struct card_key_facts *facts = card->facts.key;
	uint8_t dec[CARD_POINT];
	uint8_t sig[CARD_POINT];
	enum err err = openpgp_identify(card, trace);

	if (err == ERR_OK)
		err = card_public_key(card, CARD_KEY_DEC, dec, trace);
	if (err == ERR_OK)
		err = card_public_key(card, CARD_KEY_SIG, sig, trace);
	if (err != ERR_OK)
		return err;
	if (memcmp(dec, keys->dec, CARD_POINT) != 0 || memcmp(sig, keys->sig, CARD_POINT) != 0 ||
	    !is_stored(&facts[CARD_KEY_DEC], keys->openpgp_dec, keys->created) ||
	    !is_stored(&facts[CARD_KEY_SIG], keys->openpgp_sig, keys->created))
		return FAIL(trace, ERR_FORMAT,
		    "card %s made its keys, but gives out others when asked again",
		    card->facts.serial);
	return ERR_OK;
}

enum err
openpgp_make_keys(
    struct card *card, uint32_t created, struct card_keys *out, struct err_trace *trace)
{
	struct card_keys keys = { .created = created };
	enum err err = set_attributes(card, CARD_KEY_SIG, trace);

	if (err == ERR_OK)
		err = set_attributes(card, CARD_KEY_DEC, trace);
	if (err == ERR_OK)
		err = make_key(card, CARD_KEY_SIG, keys.sig, trace);
	if (err == ERR_OK)
		err = make_key(card, CARD_KEY_DEC, keys.dec, trace);
	if (err == ERR_OK)
		err = describe_keys(card, &keys, trace);
	if (err == ERR_OK)
		err = check_keys(card, &keys, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "the keys of card %s were not made", card->facts.serial);
	*out = keys;
	return ERR_OK;
}

/* -- Use --------------------------------------------------------------------------------------- */

/* A6 { 7F49 { 86 point } } (7.2.11) */
static void
put_peer(struct writer *body, const uint8_t point[CARD_POINT])
{
	size_t inner = tlv_size(0x86, CARD_POINT);

	tlv_begin(body, 0xA6, tlv_size(0x7F49, inner));
	tlv_begin(body, 0x7F49, inner);
	tlv_put(body, 0x86, point, CARD_POINT);
}

/* A PSO that is refused for want of a PIN may be one for want of a touch. */
static enum err
refused(const struct card *card, enum card_key key, uint16_t sw, const char *doing,
    struct err_trace *trace)
{
	enum err err = APDU_FAIL(trace, sw, doing);
	enum card_touch touch = card->facts.key[key].touch;

	if (touch != CARD_TOUCH_NONE && touch != CARD_TOUCH_OFF)
		err_next(trace, "This card wants to be touched: touch its button when it blinks.");
	return err;
}

enum err
openpgp_ecdh(
    struct card *card, const uint8_t point[CARD_POINT], struct writer *x, struct err_trace *trace)
{
	uint8_t bytes[CARD_POINT + 16];
	struct writer body = writer_into(bytes, sizeof(bytes));
	struct apdu decipher = {
		.ins = OPENPGP_PSO, .p1 = 0x80, .p2 = 0x86, .expect = APDU_SHORT_ANSWER
	};
	uint16_t sw = 0;
	enum err err;

	put_peer(&body, point);
	if (!writer_done(&body))
		return FAIL(trace, ERR_INTERNAL, "a point too long to send");
	decipher.body = cursor_over(bytes, body.len);
	err = apdu_send(&card->link, &decipher, x, &sw, trace);
	if (err != ERR_OK)
		return err;
	if (sw != 0x9000)
		return refused(card, CARD_KEY_DEC, sw, "open what was sealed to it", trace);
	/* Some cards give the whole point, and x is what is wanted. */
	if (x->len == CARD_POINT && x->bytes[0] == 0x04)
		memmove(x->bytes, x->bytes + 1, CARD_ECDH);
	else if (x->len != CARD_ECDH)
		return FAIL(trace, ERR_FORMAT, "the card's ECDH gave %zu bytes instead of %d",
		    x->len, CARD_ECDH);
	return ERR_OK;
}

/* PSO: COMPUTE DIGITAL SIGNATURE over the bare digest (7.2.10). */
enum err
openpgp_sign(struct card *card, const uint8_t digest[SHA256_SIZE], uint8_t rs[2 * CARD_ECDH],
    struct err_trace *trace)
{
	struct apdu sign = {
		.ins = OPENPGP_PSO,
		.p1 = 0x9E,
		.p2 = 0x9A,
		.body = cursor_over(digest, SHA256_SIZE),
		.expect = APDU_SHORT_ANSWER,
	};
	uint8_t bytes[APDU_SHORT_ANSWER];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	uint16_t sw = 0;
	enum err err = apdu_send(&card->link, &sign, &answer, &sw, trace);

	if (err != ERR_OK)
		return err;
	if (sw != 0x9000)
		return refused(card, CARD_KEY_SIG, sw, "sign", trace);
	if (answer.len != 2 * (size_t)CARD_ECDH)
		return FAIL(trace, ERR_FORMAT, "the card's signature has %zu bytes instead of %d",
		    answer.len, 2 * CARD_ECDH);
	memcpy(rs, bytes, 2 * (size_t)CARD_ECDH);
	return ERR_OK;
}

enum err
openpgp_challenge(struct card *card, size_t len, struct writer *out, struct err_trace *trace)
{
	struct apdu challenge = { .ins = OPENPGP_CHALLENGE, .expect = len };
	uint16_t sw = 0;
	enum err err = apdu_send(&card->link, &challenge, out, &sw, trace);

	if (err != ERR_OK)
		return err;
	return sw == 0x9000 ? ERR_OK : APDU_FAIL(trace, sw, "give random bytes");
}
