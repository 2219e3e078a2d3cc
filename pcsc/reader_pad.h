/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PIN pads: readers on which a PIN is typed and goes to the card without passing the host (PC/SC
 * part 10, FEATURE_VERIFY_PIN_DIRECT and FEATURE_MODIFY_PIN_DIRECT).
 */
#ifndef PCSC_READER_PAD_H
#define PCSC_READER_PAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pcsc/channel.h"

struct reader_pad {
	bool can_verify;
	bool can_modify;
	uint32_t verify_code; /* the reader's own control codes */
	uint32_t modify_code;
};

struct reader_pad_entry {
	uint8_t p2;  /* the PIN's reference: 81, 82, 83 */
	uint8_t min; /* characters */
	uint8_t max;
};

/* Asks the reader what it has; a reader without features is success with both false. */
MUST_CHECK enum err
reader_pad_probe(const struct channel *channel, struct reader_pad *out, struct err_trace *trace);

/*
 * VERIFY, or CHANGE REFERENCE DATA with the new PIN typed twice. *sw is the card's status word.
 * ERR_CANCELLED: the cancel key; ERR_TIMEOUT: nobody typed; ERR_DENIED: the two new ones differed.
 */
MUST_CHECK enum err reader_pad_verify(const struct channel *channel, const struct reader_pad *pad,
    const struct reader_pad_entry *entry, uint16_t *sw, struct err_trace *trace);
MUST_CHECK enum err reader_pad_modify(const struct channel *channel, const struct reader_pad *pad,
    const struct reader_pad_entry *entry, uint16_t *sw, struct err_trace *trace);

#endif
