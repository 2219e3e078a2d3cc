/* SPDX-License-Identifier: BSD-2-Clause */
/* A card channel around another one, in which the n-th APDU goes wrong. */
#ifndef TESTS_FAKES_CHANNEL_FAULT_H
#define TESTS_FAKES_CHANNEL_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pcsc/channel.h"

enum wire_fault_kind {
	WIRE_FAULT_NONE,          /* only counts */
	WIRE_FAULT_PULLED_BEFORE, /* the card never sees the command, nor any later one */
	WIRE_FAULT_PULLED_AFTER,  /* it obeys, but nobody hears; later ones do not reach it */
	WIRE_FAULT_EMPTY,         /* pulled after, told by success and no bytes, as PC/SC does */
	WIRE_FAULT_ONE_BYTE,      /* one byte of the answer arrives */
	WIRE_FAULT_SW,            /* the card never sees the command; `sw` is the answer */
	WIRE_FAULT_GARBAGE,       /* it obeys, and the answer's data are all FF with 9000 */
};

struct wire_fault {
	enum wire_fault_kind kind;
	unsigned at; /* 1 for the first APDU */
	uint16_t sw;
	unsigned seen; /* APDUs so far */
};

/* `inner` is taken over. The fault is the caller's and outlives the channel. */
void channel_fault(struct wire_fault *fault, struct channel *inner, struct channel *out);

#endif
