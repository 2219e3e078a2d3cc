/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wire to one card: a struct of functions. The real one goes through PC/SC
 * (channel_pcsc.c, the only user of SCardTransmit); an in-process virtual card, a recorded
 * conversation, a fault and a fuzzer are others. Nothing above it can tell which it has.
 *
 * A channel is open from the moment it exists: the card is powered, ours alone, and one exclusive
 * transaction is running. Closing it ends the transaction and resets the card, so that no PIN
 * state remains.
 */
#ifndef PCSC_CHANNEL_H
#define PCSC_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct channel_ops {
	/*
	 * One command APDU, one answer with its status word, appended to `answer`. Success with
	 * fewer than two bytes is allowed here (PC/SC does so when a card is pulled during an
	 * APDU); apdu.h turns it into ERR_IO. Both may hold PINs: an implementation keeps no copy.
	 */
	enum err (*transmit)(
	    void *context, struct cursor command, struct writer *answer, struct err_trace *trace);

	/*
	 * One control call to the reader (SCardControl), for PIN pads; NULL where there is no
	 * reader that could have one.
	 */
	enum err (*control)(void *context, uint32_t code, struct cursor in, struct writer *out,
	    struct err_trace *trace);

	/* Ends the transaction, resets the card, frees the context. */
	void (*close)(void *context);
};

enum { CHANNEL_ATR = 33 };

struct channel {
	const struct channel_ops *ops; /* NULL: closed */
	void *context;
	uint8_t atr[CHANNEL_ATR]; /* what the card said when it was powered, as far as known */
	size_t atr_len;
};

MUST_CHECK enum err channel_transmit(const struct channel *channel, struct cursor command,
    struct writer *answer, struct err_trace *trace);

/* ERR_UNSUPPORTED where the channel has no reader behind it. */
MUST_CHECK enum err channel_control(const struct channel *channel, uint32_t code, struct cursor in,
    struct writer *out, struct err_trace *trace);

/* Closes once; a closed channel is fine. */
void channel_close(struct channel *channel);

#endif
