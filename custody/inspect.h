/* SPDX-License-Identifier: BSD-2-Clause */
/* What an inserted card is, from the card alone: no PIN, no roster. */
#ifndef CUSTODY_INSPECT_H
#define CUSTODY_INSPECT_H

#include "custody/custody.h"
#include "quorum/header.h"

struct inspected {
	char reader[READER_NAME];
	struct card_facts facts;
	unsigned tries_pin;
	unsigned tries_admin;
	bool has_header;   /* Quorate wrote to it */
	bool header_sound; /* and it can be read */
	struct header header;
	bool has_fingerprint;
	uint8_t fingerprint[SHA256_SIZE];
	bool suits; /* a quorum could use it */
	char not_suited[ERR_TEXT];
};

/*
 * `reader` NULL: the only card present. ERR_ABSENT: none; ERR_ARGUMENT names several. A card of no
 * known family is ERR_UNSUPPORTED with its ATR.
 */
MUST_CHECK enum err inspect_card(
    struct custody *custody, const char *reader, struct inspected *out, struct err_trace *trace);

#endif
