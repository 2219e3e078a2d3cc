/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtual card in a virtual reader of vsmartcard's vpcd. The reader listens on a TCP port of
 * loopback; a card that connects is inserted, one that closes is pulled. Each message is a length
 * of two bytes, big-endian, and so many bytes: one byte is a control word, more are an APDU.
 */
#ifndef VIRTUAL_CARDS_VPCD_H
#define VIRTUAL_CARDS_VPCD_H

#include <stdint.h>

#include "base/err.h"
#include "virtual-cards/slot.h"

/* ERR_ABSENT when nobody listens. */
MUST_CHECK enum err vpcd_connect(uint16_t port, int *fd, struct err_trace *trace);

/* Why serving ended. */
enum vpcd_end {
	VPCD_PULLED, /* a fault pulled the card, or its file is damaged */
	VPCD_GONE,   /* the reader closed: pcscd ended */
};

/* Answers the reader until one of them goes; closes fd. */
enum vpcd_end vpcd_serve(int fd, struct slot *slot);

#endif
