/* SPDX-License-Identifier: BSD-2-Clause */
/* The card channel through PC/SC: the only place where APDUs leave the process. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/secret.h"
#include "pcsc/apdu.h"
#include "pcsc/reader.h"
#include "pcsc/reader_pcsc.h"

enum {
	SHARING_TRIES = 15, /* a desktop may look at a card that was just put in */
	SHARING_PAUSE_MS = 100,
	SETTLE_TRIES = 24, /* pcscd looks at a reader every 0.4 seconds */
	SETTLE_PAUSE_MS = 50,
	T0_EXTRA = 1,
};

struct wire {
	SCARDCONTEXT context;
	SCARDHANDLE handle;
	DWORD protocol;
	bool lost;    /* the card did not answer: pulled, most likely */
	DWORD events; /* as counted when it was opened */
	char reader[READER_NAME];
};

/*
 * T=0 knows no command with body and Le (its Le travels in a GET RESPONSE of its own), and wants P3
 * even where there is nothing to say (ISO/IEC 7816-3, 12.2).
 */
static DWORD
fit_t0(const struct cursor *command, uint8_t *to)
{
	size_t len = command->left;

	memcpy(to, command->at, len);
	if (len == 4) {
		to[len] = 0;
		return 5;
	}
	if (len > 5 && len == 5 + (size_t)command->at[4] + 1)
		return (DWORD)len - 1;
	return (DWORD)len;
}

static enum err
transmit_failed(struct wire *wire, LONG rc, struct err_trace *trace)
{
	/* Whatever PC/SC calls it, in the middle of a visit it is a card that cannot be talked to.
	 */
	enum err err = reader_pcsc_fail(trace, rc, "go on with the card", wire->reader);

	wire->lost = true;
	return err == ERR_FORMAT ? err : FAIL(trace, ERR_IO, "the card was lost in the middle");
}

static enum err
transmit(void *context, struct cursor command, struct writer *answer, struct err_trace *trace)
{
	struct wire *wire = context;
	SCARD_IO_REQUEST pci = { .dwProtocol = wire->protocol, .cbPciLength = sizeof(pci) };
	uint8_t fitted[APDU_COMMAND_MAX + 16];
	const uint8_t *bytes = command.at;
	DWORD len = (DWORD)command.left;
	DWORD got = (DWORD)(answer->capacity - answer->len);
	LONG rc;

	if (command.left < 4 || command.left > sizeof(fitted) - T0_EXTRA)
		return FAIL(trace, ERR_INTERNAL, "a command of %zu bytes", command.left);
	if (wire->protocol == SCARD_PROTOCOL_T0) {
		len = fit_t0(&command, fitted);
		bytes = fitted;
	}
	rc = SCardTransmit(wire->handle, &pci, bytes, len, NULL, answer->bytes + answer->len, &got);
	secret_wipe(fitted, sizeof(fitted));
	if (rc != SCARD_S_SUCCESS)
		return transmit_failed(wire, rc, trace);
	if (got > answer->capacity - answer->len)
		return FAIL(
		    trace, ERR_IO, "pcscd reports an answer longer than there was room for");
	answer->len += got;
	return ERR_OK;
}

static enum err
control(void *context, uint32_t code, struct cursor in, struct writer *out, struct err_trace *trace)
{
	const struct wire *wire = context;
	DWORD got = 0;
	DWORD room = (DWORD)(out->capacity - out->len);
	LONG rc = SCardControl(
	    wire->handle, code, in.at, (DWORD)in.left, out->bytes + out->len, room, &got);

	if (rc != SCARD_S_SUCCESS)
		return reader_pcsc_fail(trace, rc, "ask the reader", wire->reader);
	if (got > room)
		return FAIL(
		    trace, ERR_IO, "pcscd reports an answer longer than there was room for");
	out->len += got;
	return ERR_OK;
}

static void
nap(long ms)
{
	const struct timespec pause = { .tv_nsec = ms * 1000000L };

	(void)nanosleep(&pause, NULL);
}

/* Insertions and removals that pcscd's watching thread has counted; 0 where it cannot be asked. */
static DWORD
count_events(const struct wire *wire, bool *present)
{
	SCARD_READERSTATE state = { .szReader = wire->reader };
	LONG rc = SCardGetStatusChange(wire->context, 0, &state, 1);
	bool known = rc == SCARD_S_SUCCESS || rc == SCARD_E_TIMEOUT;

	*present = known && (state.dwEventState & SCARD_STATE_PRESENT) != 0;
	return known ? state.dwEventState >> 16 : 0;
}

/*
 * A card that was pulled makes the reset below fail, and pcscd then calls the reader empty before
 * its watching thread has looked; a card put back before that look is never seen. So the look is
 * waited for. A person is not that fast; a robot is.
 */
static void
settle(const struct wire *wire)
{
	for (int i = 0; i < SETTLE_TRIES; i++) {
		bool present = false;
		DWORD events = count_events(wire, &present);

		if (present || events == 0 || events != wire->events)
			return;
		nap(SETTLE_PAUSE_MS);
	}
}

/* Of these nothing can be told to anybody: the card is gone or reset, and both are what we want. */
static void
close_wire(void *context)
{
	struct wire *wire = context;

	(void)SCardEndTransaction(wire->handle, SCARD_LEAVE_CARD);
	(void)SCardDisconnect(wire->handle, SCARD_RESET_CARD);
	if (wire->lost)
		settle(wire);
	free(wire);
}

static const struct channel_ops pcsc_ops = {
	.transmit = transmit,
	.control = control,
	.close = close_wire,
};

static enum err
held_by_another(LONG rc, const char *reader, struct err_trace *trace)
{
	char holders[READER_HOLDERS];
	enum err err = reader_pcsc_fail(trace, rc, "take the card", reader);

	reader_holders(holders);
	if (strstr(holders, "scdaemon") != NULL)
		err_next(trace, "GnuPG's scdaemon most likely has it. Let it go with: "
				"gpgconf --kill scdaemon");
	else if (holders[0] != '\0')
		err_next(
		    trace, "Close the program that uses it; those that use cards now: %s", holders);
	else
		err_next(trace,
		    "Close the program that uses it, or take the card out and put it in "
		    "again.");
	return err;
}

static LONG
connect_alone(struct wire *wire)
{
	LONG rc = SCARD_E_SHARING_VIOLATION;

	for (int i = 0; i < SHARING_TRIES && rc == SCARD_E_SHARING_VIOLATION; i++) {
		if (i > 0)
			nap(SHARING_PAUSE_MS);
		rc = SCardConnect(wire->context, wire->reader, SCARD_SHARE_EXCLUSIVE,
		    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &wire->handle, &wire->protocol);
	}
	return rc;
}

/* The ATR is for words only: a reader that does not tell it is no failure. */
static void
ask_atr(const struct wire *wire, struct channel *out)
{
	DWORD len = sizeof(out->atr);

	if (SCardStatus(wire->handle, NULL, NULL, NULL, NULL, out->atr, &len) == SCARD_S_SUCCESS &&
	    len <= sizeof(out->atr))
		out->atr_len = len;
}

enum err
channel_open_pcsc(
    SCARDCONTEXT context, const char *reader, struct channel *out, struct err_trace *trace)
{
	struct wire *wire = calloc(1, sizeof(*wire));
	enum err err = ERR_INTERNAL;
	bool present = false;
	LONG rc;

	if (wire == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a card's channel");
	wire->context = context;
	memcpy(wire->reader, reader, strnlen(reader, sizeof(wire->reader) - 1));
	rc = connect_alone(wire);
	if (rc == SCARD_E_SHARING_VIOLATION) {
		err = held_by_another(rc, reader, trace);
		goto fail;
	}
	if (rc != SCARD_S_SUCCESS) {
		err = reader_pcsc_fail(trace, rc, "take the card", reader);
		goto fail;
	}
	rc = SCardBeginTransaction(wire->handle);
	if (rc != SCARD_S_SUCCESS) {
		err = reader_pcsc_fail(trace, rc, "keep the card", reader);
		(void)SCardDisconnect(wire->handle, SCARD_RESET_CARD);
		goto fail;
	}
	wire->events = count_events(wire, &present);
	*out = (struct channel){ .ops = &pcsc_ops, .context = wire };
	ask_atr(wire, out);
	return ERR_OK;
fail:
	free(wire);
	return err;
}
