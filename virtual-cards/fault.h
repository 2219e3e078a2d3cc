/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Failing on purpose: one thing goes wrong at the n-th APDU. Written as NAME:N or NAME:N:VALUE,
 * counted from 1:
 *
 *	pull-before:N      the card is pulled before it sees the APDU
 *	pull-after:N       ... after it obeyed, before the answer left
 *	one-byte:N         the answer has one byte
 *	no-bytes:N         the answer has none, as real readers do when a card is pulled
 *	status:N:6F00      the answer is this status word; the card does not see the APDU
 *	delay:N:MS         the answer comes late
 *	kill:N:PID         SIGKILL to that process, before the card sees the APDU
 *
 * Drivers take it from a file beside the card's, FILE.fault, before the next APDU, and remove it.
 */
#ifndef VIRTUAL_CARDS_FAULT_H
#define VIRTUAL_CARDS_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum fault_kind {
	FAULT_NONE,
	FAULT_PULL_BEFORE,
	FAULT_PULL_AFTER,
	FAULT_ONE_BYTE,
	FAULT_NO_BYTES,
	FAULT_STATUS,
	FAULT_DELAY,
	FAULT_KILL,
	FAULT__COUNT
};

struct fault {
	enum fault_kind kind;
	unsigned at;
	unsigned value;
};

MUST_CHECK enum err fault_parse(const char *text, struct fault *out, struct err_trace *trace);

/* Writes FILE.fault for the driver of the card FILE, replacing one that was not taken yet. */
MUST_CHECK enum err fault_arm(const char *card_file, const char *text, struct err_trace *trace);

/* Takes FILE.fault; false when there is none. One that cannot be read is no fault. */
bool fault_take(const char *card_file, struct fault *out);

#endif
