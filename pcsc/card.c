/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/card.h"

#include <stdio.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include "pcsc/card_family.h"

const struct card_facts *
card_facts(const struct card *card)
{
	return &card->facts;
}

struct apdu_counts
card_counts(const struct card *card)
{
	return card->link.counts;
}

/* The words for each bit of enum card_content, in the order of the bits. */
static const char *const content_words[] = {
	"a signature key",
	"a decryption key",
	"an authentication key",
	"a holder's name",
	"login data",
	"a URL",
	"public data (DO 0101)",
	"public data (DO 0102)",
};

void
card_contents_text(unsigned contents, char out[CARD_CONTENTS_TEXT])
{
	struct writer text = writer_into(out, CARD_CONTENTS_TEXT - 1);

	for (size_t i = 0; i < sizeof(content_words) / sizeof(content_words[0]); i++) {
		if ((contents & (1U << i)) == 0)
			continue;
		if (text.len > 0)
			writer_text(&text, ", ");
		writer_text(&text, content_words[i]);
	}
	if (text.len == 0)
		writer_text(&text, "nothing");
	out[text.len] = '\0';
}

const char *
card_touch_words(enum card_touch touch)
{
	static const char *const words[] = {
		[CARD_TOUCH_NONE] = "no button",
		[CARD_TOUCH_OFF] = "no touch needed",
		[CARD_TOUCH_ON] = "touch needed",
		[CARD_TOUCH_FIXED] = "touch needed, until a factory reset",
		[CARD_TOUCH_CACHED] = "touch needed, good for 15 seconds",
		[CARD_TOUCH_CACHED_FIXED] =
		    "touch needed, good for 15 seconds, until a factory reset",
	};
	_Static_assert(sizeof(words) / sizeof(words[0]) == CARD_TOUCH__COUNT, "a touch unnamed");

	return words[touch < CARD_TOUCH__COUNT ? touch : CARD_TOUCH_NONE];
}

static enum err
refuse_unsuitable(const struct card *card, const char *why, struct err_trace *trace)
{
	enum err err = FAIL(trace, ERR_UNSUPPORTED, "card %s (%s) cannot serve a quorum: %s",
	    card->facts.serial, card->facts.model, why);

	err_next(trace, "Take another card: an OpenPGP card of version 3 with private data objects "
			"and P-256, such as a YubiKey from 5.2.3 or a Nitrokey.");
	return err;
}

/* Many cards without private objects have PIV beside OpenPGP: that is worth knowing. */
static enum err
refuse_without_objects(struct card *card, struct err_trace *trace)
{
	bool ours = false;

	if (card_has_piv(card))
		err_next(trace,
		    "It has a PIV application, which Quorate cannot use yet. Take an "
		    "OpenPGP card with private data objects, such as a YubiKey from 5.2.3.");
	/* Back to where it was, with no PIN state; a card that went away shows at the next command.
	 */
	if (card->family->select(card, &ours, NULL) != ERR_OK)
		ours = false;
	return refuse_unsuitable(card, "it has no private data objects", trace);
}

enum err
card_suits(struct card *card, struct err_trace *trace)
{
	const struct card_facts *facts = &card->facts;

	if (facts->life == CARD_LIFE_TERMINATED)
		return FAIL(trace, ERR_NOT_NOW, "the card is terminated and has to be reset first");
	if (!facts->can.ec)
		return refuse_unsuitable(card, "its version has no elliptic curves", trace);
	if (!facts->can.private_objects)
		return refuse_without_objects(card, trace);
	if (facts->can.private_object_max < CARD_RECORDS_MAX)
		return refuse_unsuitable(card, "its private data objects are too small", trace);
	if (facts->kdf == CARD_KDF_UNKNOWN)
		return refuse_unsuitable(card, "it wants PINs hashed in an unknown way", trace);
	if (facts->curves[0] != '\0' && strstr(facts->curves, "P-256") == NULL)
		return refuse_unsuitable(card, "it does not offer P-256", trace);
	return ERR_OK;
}

enum err
card_inspect(struct card *card, struct err_trace *trace)
{
	enum err err;

	if (card->facts.life == CARD_LIFE_TERMINATED || card->facts.inspected)
		return ERR_OK;
	err = card->family->inspect(card, trace);
	if (err == ERR_OK)
		card->facts.inspected = true;
	return err;
}

enum err
card_public_key(
    struct card *card, enum card_key key, uint8_t point[CARD_POINT], struct err_trace *trace)
{
	if (!card->point_known[key]) {
		enum err err = card->family->read_point(card, key, card->point[key], trace);

		if (err != ERR_OK)
			return err;
		card->point_known[key] = true;
	}
	memcpy(point, card->point[key], CARD_POINT);
	return ERR_OK;
}

enum err
card_factory_reset(struct card *card, const struct secret *admin, struct err_trace *trace)
{
	enum err err = card->family->reset(card, admin, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "the factory reset of card %s did not finish",
		    card->facts.serial[0] == '\0' ? "(terminated)" : card->facts.serial);
	return ERR_OK;
}

enum err
card_make_keys(struct card *card, uint32_t created, struct card_keys *out, struct err_trace *trace)
{
	return card->family->make_keys(card, created, out, trace);
}

enum err
card_set_holder(struct card *card, const char *name, struct err_trace *trace)
{
	return card->family->set_holder(card, name, trace);
}

enum err
card_set_sign_pin_lasting(struct card *card, bool lasts, struct err_trace *trace)
{
	if (!card->facts.can.pin_lasting_change || card->facts.sign_pin_lasts == lasts)
		return ERR_OK;
	return card->family->set_sign_pin_lasting(card, lasts, trace);
}

struct object_row {
	const char *words;
	size_t max;
};

static const struct object_row object_rows[] = {
	[CARD_OBJECT_HEADER] = { "header", CARD_HEADER_MAX },
	[CARD_OBJECT_RECORDS] = { "records", CARD_RECORDS_MAX },
};
_Static_assert(sizeof(object_rows) / sizeof(object_rows[0]) == CARD_OBJECT__COUNT, "an object");

/* An object may be longer than Quorate's greatest: then another wrote it, and it is no header. */
static enum err
read_object(struct card *card, enum card_object object, struct writer *out, struct err_trace *trace)
{
	uint8_t bytes[APDU_ANSWER_MAX];
	struct writer all = writer_into(bytes, sizeof(bytes));
	enum err err = card->family->read_object(card, object, &all, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "the %s of card %s could not be read",
		    object_rows[object].words, card->facts.serial);
	if (all.len > object_rows[object].max) {
		err = FAIL(trace, ERR_FORMAT,
		    "what card %s has for %s is %zu bytes, more than "
		    "Quorate writes",
		    card->facts.serial, object_rows[object].words, all.len);
		err_next(trace, "Somebody else's data seem to be on this card: look at it with "
				"'quorate card inspect'.");
		return err;
	}
	writer_put(out, bytes, all.len);
	return ERR_OK;
}

static enum err
compare_object(
    struct card *card, enum card_object object, struct cursor wanted, struct err_trace *trace)
{
	uint8_t bytes[CARD_RECORDS_MAX];
	struct writer got = writer_into(bytes, sizeof(bytes));
	enum err err = read_object(card, object, &got, trace);

	if (err != ERR_OK)
		return err;
	if (got.len == wanted.left && (got.len == 0 || memcmp(bytes, wanted.at, got.len) == 0))
		return ERR_OK;
	err = FAIL(trace, ERR_FORMAT,
	    "card %s took the %s without complaint, but holds something else", card->facts.serial,
	    object_rows[object].words);
	err_next(
	    trace, "Do not trust this card: try once more, and replace it if it happens again.");
	return err;
}

static enum err
check_room(const struct card *card, enum card_object object, size_t len, struct err_trace *trace)
{
	if (len > object_rows[object].max)
		return FAIL(trace, ERR_ARGUMENT, "%zu bytes of %s, and %zu are the most", len,
		    object_rows[object].words, object_rows[object].max);
	if (!card->facts.can.private_objects)
		return FAIL(trace, ERR_UNSUPPORTED, "card %s has no private data objects",
		    card->facts.serial);
	if (len > card->facts.can.private_object_max)
		return FAIL(trace, ERR_UNSUPPORTED,
		    "card %s takes objects of %zu bytes, and %zu are needed", card->facts.serial,
		    card->facts.can.private_object_max, len);
	return ERR_OK;
}

static enum err
write_object(
    struct card *card, enum card_object object, struct cursor bytes, struct err_trace *trace)
{
	enum err err = check_room(card, object, bytes.left, trace);

	if (err != ERR_OK)
		return err;
	err = card->family->write_object(card, object, bytes, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "the %s of card %s could not be written",
		    object_rows[object].words, card->facts.serial);
	return compare_object(card, object, bytes, trace);
}

static enum err
read_into(struct card *card, enum card_object object, struct writer out, size_t *len,
    struct err_trace *trace)
{
	enum err err = read_object(card, object, &out, trace);

	if (err == ERR_OK)
		*len = out.len;
	return err;
}

enum err
card_header_read(
    struct card *card, uint8_t out[CARD_HEADER_MAX], size_t *len, struct err_trace *trace)
{
	return read_into(card, CARD_OBJECT_HEADER, writer_into(out, CARD_HEADER_MAX), len, trace);
}

enum err
card_records_read(
    struct card *card, uint8_t out[CARD_RECORDS_MAX], size_t *len, struct err_trace *trace)
{
	return read_into(card, CARD_OBJECT_RECORDS, writer_into(out, CARD_RECORDS_MAX), len, trace);
}

enum err
card_header_write(struct card *card, const uint8_t *bytes, size_t len, struct err_trace *trace)
{
	return write_object(card, CARD_OBJECT_HEADER, cursor_over(bytes, len), trace);
}

enum err
card_records_write(struct card *card, const uint8_t *bytes, size_t len, struct err_trace *trace)
{
	return write_object(card, CARD_OBJECT_RECORDS, cursor_over(bytes, len), trace);
}

enum err
card_ecdh(
    struct card *card, const uint8_t point[CARD_POINT], struct secret *out, struct err_trace *trace)
{
	uint8_t bytes[CARD_POINT];
	struct writer x = writer_into(bytes, sizeof(bytes));
	enum err err = card->family->ecdh(card, point, &x, trace);

	if (err == ERR_OK) {
		secret_clear(out);
		err = secret_append(out, bytes, CARD_ECDH, trace);
	}
	secret_wipe(bytes, sizeof(bytes));
	return err;
}

enum err
card_challenge(struct card *card, size_t len, struct secret *out, struct err_trace *trace)
{
	uint8_t bytes[APDU_SHORT_ANSWER];
	struct writer random = writer_into(bytes, sizeof(bytes));
	enum err err = ERR_INTERNAL;

	if (!card->facts.can.challenge || len > card->facts.can.challenge_max ||
	    len > sizeof(bytes))
		return FAIL(trace, ERR_UNSUPPORTED, "card %s does not offer %zu random bytes",
		    card->facts.serial, len);
	err = card->family->challenge(card, len, &random, trace);
	if (err == ERR_OK && random.len != len)
		err = FAIL(trace, ERR_FORMAT, "card %s gave %zu random bytes instead of %zu",
		    card->facts.serial, random.len, len);
	if (err == ERR_OK) {
		secret_clear(out);
		err = secret_append(out, bytes, len, trace);
	}
	secret_wipe(bytes, sizeof(bytes));
	return err;
}

/* The card gives two numbers; everybody else wants them as DER (RFC 3279, 2.2.3). */
static enum err
to_der(const uint8_t rs[2 * CARD_ECDH], struct card_signature *out, struct err_trace *trace)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(rs, CARD_ECDH, NULL);
	BIGNUM *s = BN_bin2bn(rs + CARD_ECDH, CARD_ECDH, NULL);
	unsigned char *at = out->der;
	enum err err = ERR_INTERNAL;
	int len;

	if (pair == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
		err = FAIL(trace, ERR_NOMEM, "no memory for a signature");
		goto out;
	}
	r = s = NULL;
	len = i2d_ECDSA_SIG(pair, NULL);
	if (len <= 0 || len > CARD_SIGNATURE_MAX) {
		err = FAIL(trace, ERR_FORMAT, "the card's signature is not one over P-256");
		goto out;
	}
	out->len = (size_t)i2d_ECDSA_SIG(pair, &at);
	err = ERR_OK;
out:
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	return err;
}

enum err
card_sign(struct card *card, const uint8_t digest[SHA256_SIZE], struct card_signature *out,
    struct err_trace *trace)
{
	uint8_t rs[2 * CARD_ECDH];
	enum err err = card->family->sign(card, digest, rs, trace);

	if (err != ERR_OK)
		return err;
	return to_der(rs, out, trace);
}
