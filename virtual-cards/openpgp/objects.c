/* SPDX-License-Identifier: BSD-2-Clause */
/* The data objects (4.4) as a table: who may read, who may write, where the bytes lie. */
#include "virtual-cards/openpgp/internal.h"

#include <string.h>

#include "base/tlv.h"

enum access { NEVER, FREE, WITH_PW1, WITH_PW3 };

enum { CERTIFICATE_MAX = 0x0480, CHALLENGE_MAX = 0x20 };

struct object;
typedef void
object_get(const struct vcard *card, const struct object *object, struct writer *answer);
typedef uint16_t
object_put(struct vcard *card, const struct object *object, const uint8_t *bytes, size_t len);

struct object {
	uint16_t tag;
	enum access read, write;
	object_get *get;
	object_put *put;
	uint8_t blob;    /* enum vcard_blob_id */
	uint8_t at;      /* of a part of a blob: where it begins */
	uint16_t length; /* the greatest, or for a part the only one */
};

size_t
vcard_objects_aid(const struct vcard *card, uint8_t out[16])
{
	struct writer to = writer_into(out, 16);

	writer_put(&to, "\xD2\x76\x00\x01\x24\x01\x03\x04", 8); /* version 3.4 */
	writer_u16(&to, card->state.profile.manufacturer);
	writer_u32(&to, card->state.profile.serial);
	writer_u16(&to, 0);
	return to.len;
}

/* 6.1: what the card can do with long commands, and where it is in its life. */
size_t
vcard_objects_historical(const struct vcard *card, uint8_t out[10])
{
	static const uint8_t begin[] = { 0x00, 0x31, 0xF5, 0x73, 0xC0, 0x01 };
	uint8_t capabilities = 0, life = 0x05;

	if (!vcard_is(card, VCARD_NO_CHAINING))
		capabilities |= 0x80;
	if (!vcard_is(card, VCARD_NO_EXTENDED))
		capabilities |= 0x60; /* extended length, and 7F66 says how much */
	if (card->state.terminated)
		life = 0x03;
	if (vcard_is(card, VCARD_NO_TERMINATE))
		life = 0x00;
	memcpy(out, begin, sizeof(begin));
	memcpy(out + sizeof(begin), (uint8_t[]){ capabilities, life, 0x90, 0x00 }, 4);
	return 10;
}

static void
put_blob(struct writer *to, uint32_t tag, const struct vcard_blob *blob)
{
	tlv_put(to, tag, blob->bytes, blob->len);
}

/* 4.4.3.7: C0. */
static void
put_capabilities(const struct vcard *card, struct writer *to)
{
	uint8_t can = 0x10 | 0x04; /* PW status and algorithm attributes can be changed */

	if (!vcard_is(card, VCARD_NO_CHALLENGE))
		can |= 0x40;
	if (!vcard_is(card, VCARD_NO_PRIVATE_OBJECTS))
		can |= 0x08;
	if (vcard_is(card, VCARD_KDF))
		can |= 0x01;
	tlv_begin(to, 0xC0, 10);
	writer_u8(to, can);
	writer_u8(to, 0); /* no secure messaging */
	writer_u16(to, CHALLENGE_MAX);
	writer_u16(to, CERTIFICATE_MAX);
	writer_u16(to, card->state.profile.private_max);
	writer_u16(to, 0); /* no PIN block 2, no MSE */
}

/* C4: the validity of PW1, the greatest lengths, the tries left. */
static void
put_pin_status(const struct vcard *card, struct writer *to)
{
	uint8_t max = vcard_kdf_is_on(&card->state) ? 32 : VCARD_PIN_MAX;

	writer_u8(to, card->state.pw1_stays);
	for (unsigned pin = 0; pin < VCARD_PIN__COUNT; pin++)
		writer_u8(to, max);
	writer_put(to, card->state.tries, sizeof(card->state.tries));
}

/* The content of 73. */
static void
put_discretionary(const struct vcard *card, struct writer *to)
{
	const struct vcard_blob *blob = card->state.blob;

	put_capabilities(card, to);
	for (unsigned slot = 0; slot < VCARD_SLOT__COUNT; slot++)
		put_blob(to, 0xC1 + slot, &blob[BLOB_ATTRIBUTES + slot]);
	tlv_begin(to, 0xC4, 7);
	put_pin_status(card, to);
	put_blob(to, 0xC5, &blob[BLOB_FINGERPRINTS]);
	put_blob(to, 0xC6, &blob[BLOB_CA_FINGERPRINTS]);
	put_blob(to, 0xCD, &blob[BLOB_TIMES]);
	if (!vcard_is(card, VCARD_TOUCH))
		return;
	for (unsigned slot = 0; slot < 4; slot++)
		put_blob(to, 0xD6 + slot, &blob[BLOB_TOUCH + slot]);
}

static void
get_aid(const struct vcard *card, const struct object *object, struct writer *answer)
{
	uint8_t aid[16];

	(void)object;
	writer_put(answer, aid, vcard_objects_aid(card, aid));
}

static void
get_historical(const struct vcard *card, const struct object *object, struct writer *answer)
{
	uint8_t bytes[10];

	(void)object;
	writer_put(answer, bytes, vcard_objects_historical(card, bytes));
}

static void
get_lengths(const struct vcard *card, const struct object *object, struct writer *answer)
{
	(void)card;
	(void)object;
	for (unsigned i = 0; i < 2; i++) {
		tlv_begin(answer, 0x02, 2);
		writer_u16(answer, VCARD_COMMAND_DATA_MAX);
	}
}

static void
get_application(const struct vcard *card, const struct object *object, struct writer *answer)
{
	uint8_t aid[16], historical[10], lengths[8], inner[512], whole[600];
	struct writer to = writer_into(inner, sizeof(inner));
	struct writer all = writer_into(whole, sizeof(whole));
	struct writer limits = writer_into(lengths, sizeof(lengths));

	put_discretionary(card, &to);
	get_lengths(card, object, &limits);
	tlv_put(&all, 0x4F, aid, vcard_objects_aid(card, aid));
	tlv_put(&all, 0x5F52, historical, vcard_objects_historical(card, historical));
	if (!vcard_is(card, VCARD_NO_EXTENDED))
		tlv_put(&all, 0x7F66, lengths, limits.len);
	if (vcard_is(card, VCARD_TOUCH))
		tlv_put(&all, 0x7F74, "\x81\x01\x20", 3); /* general features: a button */
	tlv_put(&all, 0x73, inner, to.len);
	tlv_put(answer, 0x6E, whole, all.len);
}

static void
get_holder(const struct vcard *card, const struct object *object, struct writer *answer)
{
	const struct vcard_blob *blob = card->state.blob;
	uint8_t inner[128];
	struct writer to = writer_into(inner, sizeof(inner));

	(void)object;
	put_blob(&to, 0x5B, &blob[BLOB_NAME]);
	put_blob(&to, 0x5F2D, &blob[BLOB_LANGUAGE]);
	put_blob(&to, 0x5F35, &blob[BLOB_SEX]);
	tlv_put(answer, 0x65, inner, to.len);
}

static void
get_counter(const struct vcard *card, const struct object *object, struct writer *answer)
{
	uint32_t count = card->state.signatures;

	(void)object;
	tlv_begin(answer, 0x7A, 5);
	tlv_begin(answer, 0x93, 3);
	writer_u8(answer, (uint8_t)(count >> 16));
	writer_u16(answer, (uint16_t)count);
}

static void
get_pin_status(const struct vcard *card, const struct object *object, struct writer *answer)
{
	(void)object;
	put_pin_status(card, answer);
}

/* 7F21 is three objects, of which SELECT DATA chooses one. */
static unsigned
blob_of(const struct vcard *card, const struct object *object)
{
	if (object->blob != BLOB_CERTIFICATE || card->session.certificate == 0)
		return object->blob;
	return BLOB_OTHER_CERTIFICATES + card->session.certificate - 1U;
}

static void
get_blob(const struct vcard *card, const struct object *object, struct writer *answer)
{
	const struct vcard_blob *blob = &card->state.blob[blob_of(card, object)];

	writer_put(answer, blob->bytes, blob->len);
}

static uint16_t
put_whole(struct vcard *card, const struct object *object, const uint8_t *bytes, size_t len)
{
	size_t max = object->length;

	if (object->blob >= BLOB_PRIVATE && object->blob < BLOB_PRIVATE + 4)
		max = card->state.profile.private_max;
	if (len > max || !vcard_blob_set(&card->state.blob[blob_of(card, object)], bytes, len))
		return SW_LENGTH;
	card->changed = true;
	return SW_OK;
}

static uint16_t
put_part(struct vcard *card, const struct object *object, const uint8_t *bytes, size_t len)
{
	if (len != object->length)
		return SW_LENGTH;
	memcpy(card->state.blob[object->blob].bytes + object->at, bytes, len);
	card->changed = true;
	return SW_OK;
}

/* Four bytes are what version 1 wrote; three of them were never to be changed. */
static uint16_t
put_validity(struct vcard *card, const struct object *object, const uint8_t *bytes, size_t len)
{
	(void)object;
	if (len != 1 && len != 4)
		return SW_LENGTH;
	if (bytes[0] > 1)
		return SW_DATA;
	card->state.pw1_stays = bytes[0];
	card->changed = true;
	return SW_OK;
}

static uint16_t
put_attributes(struct vcard *card, const struct object *object, const uint8_t *bytes, size_t len)
{
	enum vcard_slot slot = (enum vcard_slot)(object->blob - BLOB_ATTRIBUTES);

	return vcard_keys_set_attributes(card, slot, bytes, len);
}

static uint16_t
put_reset_code(struct vcard *card, const struct object *object, const uint8_t *bytes, size_t len)
{
	(void)object;
	return vcard_pins_set_reset_code(card, bytes, len);
}

static uint16_t
put_kdf(struct vcard *card, const struct object *object, const uint8_t *bytes, size_t len)
{
	(void)object;
	return vcard_kdf_put(card, bytes, len);
}

/* 00 off, 01 on, 02 on for good: only a factory reset takes that back. */
static uint16_t
put_touch(struct vcard *card, const struct object *object, const uint8_t *bytes, size_t len)
{
	struct vcard_blob *blob = &card->state.blob[object->blob];

	if (len != 2)
		return SW_LENGTH;
	if (bytes[0] > 2)
		return SW_DATA;
	if (blob->bytes[0] == 2)
		return SW_SECURITY;
	blob->bytes[0] = bytes[0];
	card->changed = true;
	return SW_OK;
}

#define PART(tag, blob, at, length)                                                                \
	{                                                                                          \
		tag, NEVER, WITH_PW3, NULL, put_part, blob, at, length                             \
	}
#define WHOLE(tag, read, write, blob, max)                                                         \
	{                                                                                          \
		tag, read, write, get_blob, put_whole, blob, 0, max                                \
	}
#define MADE(tag, get)                                                                             \
	{                                                                                          \
		tag, FREE, NEVER, get, NULL, 0, 0, 0                                               \
	}

/* What is not here as a row of its own (C0, C5, C6, CD, 73, 93) is read inside 6E and 7A only. */
static const struct object objects[] = {
	MADE(0x4F, get_aid),
	MADE(0x5F52, get_historical),
	MADE(0x65, get_holder),
	MADE(0x6E, get_application),
	MADE(0x7A, get_counter),
	MADE(0x7F66, get_lengths),
	WHOLE(0x5B, FREE, WITH_PW3, BLOB_NAME, 39),
	WHOLE(0x5E, FREE, WITH_PW3, BLOB_LOGIN, 254),
	WHOLE(0x5F2D, FREE, WITH_PW3, BLOB_LANGUAGE, 8),
	WHOLE(0x5F35, FREE, WITH_PW3, BLOB_SEX, 1),
	WHOLE(0x5F50, FREE, WITH_PW3, BLOB_URL, 254),
	WHOLE(0x7F21, FREE, WITH_PW3, BLOB_CERTIFICATE, CERTIFICATE_MAX),
	WHOLE(0x0101, FREE, WITH_PW1, BLOB_PRIVATE + 0, 0),
	WHOLE(0x0102, FREE, WITH_PW3, BLOB_PRIVATE + 1, 0),
	WHOLE(0x0103, WITH_PW1, WITH_PW1, BLOB_PRIVATE + 2, 0),
	WHOLE(0x0104, WITH_PW3, WITH_PW3, BLOB_PRIVATE + 3, 0),
	{ 0xC1, FREE, WITH_PW3, get_blob, put_attributes, BLOB_ATTRIBUTES + VCARD_SIG, 0, 0 },
	{ 0xC2, FREE, WITH_PW3, get_blob, put_attributes, BLOB_ATTRIBUTES + VCARD_DEC, 0, 0 },
	{ 0xC3, FREE, WITH_PW3, get_blob, put_attributes, BLOB_ATTRIBUTES + VCARD_AUT, 0, 0 },
	{ 0xC4, FREE, WITH_PW3, get_pin_status, put_validity, 0, 0, 0 },
	PART(0xC7, BLOB_FINGERPRINTS, 0, 20),
	PART(0xC8, BLOB_FINGERPRINTS, 20, 20),
	PART(0xC9, BLOB_FINGERPRINTS, 40, 20),
	PART(0xCA, BLOB_CA_FINGERPRINTS, 0, 20),
	PART(0xCB, BLOB_CA_FINGERPRINTS, 20, 20),
	PART(0xCC, BLOB_CA_FINGERPRINTS, 40, 20),
	PART(0xCE, BLOB_TIMES, 0, 4),
	PART(0xCF, BLOB_TIMES, 4, 4),
	PART(0xD0, BLOB_TIMES, 8, 4),
	{ 0xD3, NEVER, WITH_PW3, NULL, put_reset_code, 0, 0, 0 },
	{ 0xD6, FREE, WITH_PW3, get_blob, put_touch, BLOB_TOUCH + 0, 0, 0 },
	{ 0xD7, FREE, WITH_PW3, get_blob, put_touch, BLOB_TOUCH + 1, 0, 0 },
	{ 0xD8, FREE, WITH_PW3, get_blob, put_touch, BLOB_TOUCH + 2, 0, 0 },
	{ 0xD9, FREE, WITH_PW3, get_blob, put_touch, BLOB_TOUCH + 3, 0, 0 },
	{ 0xF9, FREE, WITH_PW3, get_blob, put_kdf, BLOB_KDF, 0, 0 },
};

/* Does this kind of card have the object at all? */
static bool
has(const struct vcard *card, uint16_t tag)
{
	if (tag >= 0x0101 && tag <= 0x0104)
		return !vcard_is(card, VCARD_NO_PRIVATE_OBJECTS);
	if (tag >= 0xD6 && tag <= 0xD9)
		return vcard_is(card, VCARD_TOUCH);
	if (tag == 0xF9)
		return vcard_is(card, VCARD_KDF);
	if (tag == 0x7F66)
		return !vcard_is(card, VCARD_NO_EXTENDED);
	return true;
}

static const struct object *
find(const struct vcard *card, const struct vcard_apdu *apdu)
{
	uint16_t tag = (uint16_t)(apdu->p1 << 8 | apdu->p2);

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		if (objects[i].tag == tag && has(card, tag))
			return &objects[i];
	}
	return NULL;
}

static bool
may(const struct vcard *card, enum access access)
{
	switch (access) {
	case FREE:
		return true;
	case WITH_PW1:
		return (card->session.verified & VCARD_PW1_OTHER) != 0;
	case WITH_PW3:
		return (card->session.verified & VCARD_PW3_ADMIN) != 0;
	case NEVER:
		break;
	}
	return false;
}

uint16_t
vcard_objects_get(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	const struct object *object = find(card, apdu);

	if (object == NULL || object->read == NEVER)
		return SW_NO_OBJECT;
	if (!may(card, object->read))
		return SW_SECURITY;
	object->get(card, object, answer);
	return SW_OK;
}

uint16_t
vcard_objects_put(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	const struct object *object = find(card, apdu);

	(void)answer;
	if (object == NULL || object->write == NEVER)
		return SW_PARAMETERS;
	if (!may(card, object->write))
		return SW_SECURITY;
	return object->put(card, object, apdu->data, apdu->len);
}

/* 7.2.5: 60 { 5C { 7F21 } }, P1 the number of the certificate. */
uint16_t
vcard_objects_select(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	static const uint8_t certificate[] = { 0x60, 0x04, 0x5C, 0x02, 0x7F, 0x21 };

	(void)answer;
	if (apdu->p1 > 2 || apdu->p2 != 0x04)
		return SW_PARAMETERS;
	if (apdu->len != sizeof(certificate) ||
	    memcmp(apdu->data, certificate, sizeof(certificate)) != 0)
		return SW_DATA;
	card->session.certificate = apdu->p1;
	return SW_OK;
}
