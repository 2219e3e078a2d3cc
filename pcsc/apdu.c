/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/apdu.h"

#include <stdio.h>

#include "base/secret.h"

enum {
	CLA_CHAINED = 0x10,
	INS_GET_RESPONSE = 0xC0,
	EXTENDED_EXTRA = 9,    /* header, Lc and Le of an extended command */
	GET_RESPONSE_MAX = 64, /* rounds; a card that dribbles for ever is given up */
	LE_EXTENDED_MAX = 65536,
};

/* One command as it goes over the wire. */
struct one {
	const struct apdu *command;
	struct cursor body; /* the command's, or a part of it */
	bool more;          /* parts follow: CLA says so, and nothing is expected back */
	bool extended;
	size_t expect;
};

static void
put_lengths(struct writer *raw, const struct one *one)
{
	size_t le = one->more ? 0 : one->expect;

	if (one->extended) {
		writer_u8(raw, 0);
		if (one->body.left > 0) {
			writer_u16(raw, (uint16_t)one->body.left);
			writer_put(raw, one->body.at, one->body.left);
		}
		if (le > 0)
			writer_u16(raw, (uint16_t)(le % LE_EXTENDED_MAX));
		return;
	}
	if (one->body.left > 0) {
		writer_u8(raw, (uint8_t)one->body.left);
		writer_put(raw, one->body.at, one->body.left);
	}
	if (le > 0)
		writer_u8(raw, (uint8_t)(le % APDU_SHORT_ANSWER));
}

static void
put_command(struct writer *raw, const struct one *one)
{
	const struct apdu *command = one->command;

	writer_u8(raw, (uint8_t)(command->cla | (one->more ? CLA_CHAINED : 0)));
	writer_u8(raw, command->ins);
	writer_u8(raw, command->p1);
	writer_u8(raw, command->p2);
	put_lengths(raw, one);
}

static void
count(struct apdu_link *link, const struct one *one)
{
	if (one->command->ins == INS_GET_RESPONSE)
		link->counts.get_response++;
	else
		link->counts.sent++;
}

static void
tell(const struct apdu_link *link, const struct one *one, size_t received, uint16_t sw)
{
	if (link->watch == NULL)
		return;
	link->watch(link->watch_context,
	    &(struct apdu_note){
		.cla = (uint8_t)(one->command->cla | (one->more ? CLA_CHAINED : 0)),
		.ins = one->command->ins,
		.p1 = one->command->p1,
		.p2 = one->command->p2,
		.sent = one->body.left,
		.received = received,
		.sw = sw,
	    });
}

/* Sends and takes the bytes as they come; `got` is what lies behind the start of `into`. */
static enum err
wire(struct apdu_link *link, const struct one *one, struct writer *into, struct err_trace *trace)
{
	uint8_t bytes[APDU_COMMAND_MAX + EXTENDED_EXTRA];
	struct writer raw = writer_into(bytes, sizeof(bytes));
	enum err err = ERR_INTERNAL;

	put_command(&raw, one);
	if (!writer_done(&raw)) {
		err = FAIL(trace, ERR_INTERNAL, "a command of %zu bytes was too long to send",
		    one->body.left);
		goto out;
	}
	count(link, one);
	err = channel_transmit(&link->channel, cursor_over(bytes, raw.len), into, trace);
out:
	secret_wipe(bytes, sizeof(bytes));
	return err;
}

static enum err
card_went_away(struct err_trace *trace)
{
	enum err err = FAIL(trace, ERR_IO, "the card stopped answering in the middle of a command");

	err_next(trace, "Put the card back into its reader and leave it there until told.");
	return err;
}

static enum err
take_answer(const struct writer *raw, struct writer *answer, uint16_t *sw, struct err_trace *trace)
{
	size_t data = raw->len - 2;

	*sw = (uint16_t)((raw->bytes[data] << 8) | raw->bytes[data + 1]);
	if (data == 0)
		return ERR_OK;
	if (answer == NULL)
		return FAIL(
		    trace, ERR_FORMAT, "the card sent %zu bytes that nobody asked for", data);
	if (answer->failed || data > answer->capacity - answer->len)
		return FAIL(trace, ERR_FORMAT,
		    "the card's answer is longer than the %zu bytes allowed", answer->capacity);
	writer_put(answer, raw->bytes, data);
	return ERR_OK;
}

static enum err
exchange(struct apdu_link *link, const struct one *one, struct writer *answer, uint16_t *sw,
    struct err_trace *trace)
{
	uint8_t bytes[APDU_ANSWER_MAX + 2];
	struct writer raw = writer_into(bytes, sizeof(bytes));
	enum err err = wire(link, one, &raw, trace);

	*sw = 0;
	if (err == ERR_OK && raw.failed)
		err = FAIL(trace, ERR_FORMAT, "the card's answer is longer than %d bytes",
		    APDU_ANSWER_MAX);
	else if (err == ERR_OK && raw.len < 2)
		err = card_went_away(trace);
	else if (err == ERR_OK)
		err = take_answer(&raw, answer, sw, trace);
	tell(link, one, raw.len < 2 ? 0 : raw.len - 2, *sw);
	secret_wipe(bytes, sizeof(bytes));
	return err;
}

/* The parts of a chained command but the last, which is left in *body. */
static enum err
send_parts(struct apdu_link *link, const struct apdu *command, struct cursor *body, uint16_t *sw,
    struct err_trace *trace)
{
	*sw = 0x9000;
	while (body->left > APDU_SHORT_COMMAND && *sw == 0x9000) {
		struct one part = { .command = command, .more = true };
		enum err err;

		if (!cursor_take(body, APDU_SHORT_COMMAND, &part.body))
			return FAIL(trace, ERR_INTERNAL, "a chained command came apart");
		err = exchange(link, &part, NULL, sw, trace);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

/* The rest of an answer that did not fit (61xx). */
static enum err
get_response(struct apdu_link *link, const struct apdu *command, struct writer *answer,
    uint16_t *sw, struct err_trace *trace)
{
	struct apdu more = { .cla = command->cla & 0x03, .ins = INS_GET_RESPONSE };

	for (int round = 0; (*sw & 0xFF00) == 0x6100; round++) {
		size_t left = *sw & 0xFF;
		struct one one = {
			.command = &more,
			.expect = left == 0 ? APDU_SHORT_ANSWER : left,
		};
		enum err err;

		if (round == GET_RESPONSE_MAX)
			return FAIL(trace, ERR_FORMAT, "the card's answer has no end");
		err = exchange(link, &one, answer, sw, trace);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static bool
wants_extended(const struct apdu_link *link, const struct apdu *command)
{
	if (!link->limits.extended || command->body.left > link->limits.command)
		return false;
	if (command->body.left > APDU_SHORT_COMMAND)
		return !link->limits.chaining;
	return command->expect > APDU_SHORT_ANSWER;
}

static size_t
fit_expect(const struct apdu_link *link, const struct one *one)
{
	size_t most = one->extended ? link->limits.answer : APDU_SHORT_ANSWER;

	return one->expect < most ? one->expect : most;
}

static enum err
send_last(struct apdu_link *link, struct one *one, struct writer *answer, uint16_t *sw,
    struct err_trace *trace)
{
	enum err err;

	one->expect = fit_expect(link, one);
	err = exchange(link, one, answer, sw, trace);
	if (err == ERR_OK && (*sw & 0xFF00) == 0x6C00) {
		size_t exact = *sw & 0xFF;

		one->expect = exact == 0 ? APDU_SHORT_ANSWER : exact;
		err = exchange(link, one, answer, sw, trace);
	}
	if (err == ERR_OK)
		err = get_response(link, one->command, answer, sw, trace);
	return err;
}

/* A command too long for one short APDU on a card that takes no other. */
static enum err
check_length(const struct apdu_link *link, const struct apdu *command, bool extended,
    struct err_trace *trace)
{
	if (command->body.left > APDU_COMMAND_MAX)
		return FAIL(trace, ERR_INTERNAL, "a command of %zu bytes", command->body.left);
	if (command->body.left > APDU_SHORT_COMMAND && !extended && !link->limits.chaining)
		return FAIL(trace, ERR_UNSUPPORTED,
		    "the card takes commands of at most %d bytes, and %zu were to be sent",
		    APDU_SHORT_COMMAND, command->body.left);
	return ERR_OK;
}

static void
undo(struct writer *answer, size_t len)
{
	if (answer == NULL || answer->len < len)
		return;
	secret_wipe(answer->bytes + len, answer->len - len);
	answer->len = len;
}

enum err
apdu_send(struct apdu_link *link, const struct apdu *command, struct writer *answer, uint16_t *sw,
    struct err_trace *trace)
{
	struct one last = {
		.command = command,
		.body = command->body,
		.extended = wants_extended(link, command),
		.expect = command->expect,
	};
	size_t before = answer == NULL ? 0 : answer->len;
	uint16_t got = 0x9000;
	enum err err = check_length(link, command, last.extended, trace);

	if (err == ERR_OK && !last.extended)
		err = send_parts(link, command, &last.body, &got, trace);
	if (err == ERR_OK && got == 0x9000)
		err = send_last(link, &last, answer, &got, trace);
	if (err != ERR_OK) {
		undo(answer, before);
		return err;
	}
	*sw = got;
	return ERR_OK;
}

void
apdu_note_text(const struct apdu_note *note, char out[APDU_NOTE_TEXT])
{
	if (note->sw == 0)
		(void)snprintf(out, APDU_NOTE_TEXT, "%02X %02X %02X %02X Lc %zu -> no answer",
		    note->cla, note->ins, note->p1, note->p2, note->sent);
	else
		(void)snprintf(out, APDU_NOTE_TEXT, "%02X %02X %02X %02X Lc %zu -> %zu %04X",
		    note->cla, note->ins, note->p1, note->p2, note->sent, note->received, note->sw);
}
