/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/reader_pad.h"

#include <winscard.h>

#include <reader.h>

#include "base/bytes.h"

enum {
	/* One byte units, PIN at the start, left justified, ASCII (part 10, 2.5.2, bmFormatString).
	 */
	FORMAT_ASCII = 0x82,
	VALIDATE_BY_KEY = 0x02, /* the person ends the PIN with the green key */
	CONFIRM_NEW_WITH_OLD = 0x03,
	PAD_PIN_MAX = 15, /* what every pad that we know of can take */
	LANGUAGE_ENGLISH = 0x0409,
	INS_VERIFY = 0x20,
	INS_CHANGE = 0x24,
	STRUCTURE_MAX = 64,
	FEATURES_MAX = 256,
};

/* GET_FEATURE_REQUEST's answer: tag, length 4, a control code in big-endian (part 10, 2.2). */
enum err
reader_pad_probe(const struct channel *channel, struct reader_pad *out, struct err_trace *trace)
{
	uint8_t bytes[FEATURES_MAX];
	struct writer features = writer_into(bytes, sizeof(bytes));
	struct reader_pad pad = { 0 };
	struct cursor all;
	uint8_t tag = 0;
	uint8_t len = 0;
	struct cursor value = { 0 };
	enum err err = channel_control(
	    channel, CM_IOCTL_GET_FEATURE_REQUEST, cursor_over(NULL, 0), &features, NULL);

	/* Readers without features refuse the question in many ways; only a lost card is trouble.
	 */
	if (err == ERR_IO)
		return FAIL(trace, err, "the reader could not be asked for its PIN pad");
	all = cursor_over(bytes, err == ERR_OK ? features.len : 0);
	while (cursor_u8(&all, &tag) && cursor_u8(&all, &len) && cursor_take(&all, len, &value)) {
		uint32_t code = 0;

		if (len != sizeof(code) || !cursor_u32(&value, &code))
			continue;
		if (tag == FEATURE_VERIFY_PIN_DIRECT) {
			pad.can_verify = true;
			pad.verify_code = code;
		} else if (tag == FEATURE_MODIFY_PIN_DIRECT) {
			pad.can_modify = true;
			pad.modify_code = code;
		}
	}
	*out = pad;
	return ERR_OK;
}

/* min in the high byte, max in the low one */
static uint16_t
digits(const struct reader_pad_entry *entry)
{
	uint8_t most = entry->max < PAD_PIN_MAX ? entry->max : (uint8_t)PAD_PIN_MAX;

	return (uint16_t)((entry->min << 8) | most);
}

/* The command's header, and Lc 00 for the pad to fill in. */
static void
put_command(struct writer *out, uint8_t ins, uint8_t p2)
{
	const uint8_t command[] = { 0x00, ins, 0x00, p2, 0x00 };

	writer_put(out, command, sizeof(command));
}

struct refusal {
	uint16_t sw;
	enum err code;
	const char *words;
};

/* What the reader itself says, before the card is asked (part 10, 2.5.2). */
static const struct refusal refusals[] = {
	{ 0x6400, ERR_TIMEOUT, "no PIN was typed on the reader's pad in time" },
	{ 0x6401, ERR_CANCELLED, "the cancel key of the reader's pad was pressed" },
	{ 0x6402, ERR_DENIED, "the new PIN was typed differently the second time" },
	{ 0x6403, ERR_DENIED, "the PIN typed on the reader's pad is too short or too long" },
	{ 0x6B80, ERR_UNSUPPORTED, "the reader's PIN pad does not know this way to ask" },
};

static enum err
ask(const struct channel *channel, uint32_t code, const struct writer *structure, uint16_t *sw,
    struct err_trace *trace)
{
	uint8_t bytes[FEATURES_MAX];
	struct writer answer = writer_into(bytes, sizeof(bytes));
	struct cursor got;
	uint16_t said = 0;
	enum err err;

	if (!writer_done(structure))
		return FAIL(trace, ERR_INTERNAL, "a PIN pad's structure is too long");
	err = channel_control(
	    channel, code, cursor_over(structure->bytes, structure->len), &answer, trace);
	if (err != ERR_OK)
		return err;
	got = cursor_over(bytes, answer.len);
	if (!cursor_u16(&got, &said))
		return FAIL(trace, ERR_IO, "the card went away while a PIN was typed on the pad");
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].sw == said)
			return FAIL_RAW(
			    trace, refusals[i].code, ERR_ORIGIN_SW, said, "%s", refusals[i].words);
	*sw = said;
	return ERR_OK;
}

/*
 * The numbers in both structures are in the host's order: PC/SC-lite's drivers turn them into
 * CCID's (reader.h, HOST_TO_CCID_16).
 */
enum err
reader_pad_verify(const struct channel *channel, const struct reader_pad *pad,
    const struct reader_pad_entry *entry, uint16_t *sw, struct err_trace *trace)
{
	const PIN_VERIFY_STRUCTURE verify = {
		.bmFormatString = FORMAT_ASCII,
		.wPINMaxExtraDigit = digits(entry),
		.bEntryValidationCondition = VALIDATE_BY_KEY,
		.bNumberMessage = 1,
		.wLangId = LANGUAGE_ENGLISH,
		.ulDataLength = 5,
	};
	uint8_t bytes[STRUCTURE_MAX];
	struct writer structure = writer_into(bytes, sizeof(bytes));

	if (!pad->can_verify)
		return FAIL(trace, ERR_UNSUPPORTED, "the reader has no PIN pad");
	writer_put(&structure, &verify, sizeof(verify));
	put_command(&structure, INS_VERIFY, entry->p2);
	return ask(channel, pad->verify_code, &structure, sw, trace);
}

enum err
reader_pad_modify(const struct channel *channel, const struct reader_pad *pad,
    const struct reader_pad_entry *entry, uint16_t *sw, struct err_trace *trace)
{
	const PIN_MODIFY_STRUCTURE modify = {
		.bmFormatString = FORMAT_ASCII,
		.wPINMaxExtraDigit = digits(entry),
		.bConfirmPIN = CONFIRM_NEW_WITH_OLD,
		.bEntryValidationCondition = VALIDATE_BY_KEY,
		.bNumberMessage = 3,
		.wLangId = LANGUAGE_ENGLISH,
		.bMsgIndex2 = 1,
		.bMsgIndex3 = 2,
		.ulDataLength = 5,
	};
	uint8_t bytes[STRUCTURE_MAX];
	struct writer structure = writer_into(bytes, sizeof(bytes));

	if (!pad->can_modify)
		return FAIL(trace, ERR_UNSUPPORTED, "the reader's PIN pad cannot change a PIN");
	writer_put(&structure, &modify, sizeof(modify));
	put_command(&structure, INS_CHANGE, entry->p2);
	return ask(channel, pad->modify_code, &structure, sw, trace);
}
