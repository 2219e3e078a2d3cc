/* SPDX-License-Identifier: BSD-2-Clause */
/* A card channel around another one, in which the n-th APDU goes wrong. */
#ifndef TESTS_FAKES_CHANNEL_FAULT_H
#define TESTS_FAKES_CHANNEL_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pcsc/channel.h"

enum fault_kind {
	FAULT_NONE,          /* only counts */
	FAULT_PULLED_BEFORE, /* the card never sees the command, nor any later one */
	FAULT_PULLED_AFTER,  /* it obeys, but nobody hears; later ones do not reach it */
	FAULT_EMPTY,         /* pulled after, told by success and no bytes, as PC/SC does */
	FAULT_ONE_BYTE,      /* one byte of the answer arrives */
	FAULT_SW,            /* the card never sees the command; `sw` is the answer */
	FAULT_GARBAGE,       /* it obeys, and the answer's data are all FF with 9000 */
};

struct fault {
	enum fault_kind kind;
	unsigned at; /* 1 for the first APDU */
	uint16_t sw;
	unsigned seen; /* APDUs so far */
};

/* `inner` is taken over. The fault is the caller's and outlives the channel. */
void channel_fault(struct fault *fault, struct channel *inner, struct channel *out);

#endif
