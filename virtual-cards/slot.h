/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every driver of a virtual card does alike: it holds the card of one file, lets it answer at
 * its own pace, and makes go wrong what is to go wrong (fault.h).
 */
#ifndef VIRTUAL_CARDS_SLOT_H
#define VIRTUAL_CARDS_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "virtual-cards/openpgp/card.h"

struct slot;

/* As vcard_open. */
MUST_CHECK enum err slot_open(const char *card_file, struct slot **out, struct err_trace *trace);

/* NULL is fine. */
void slot_close(struct slot *slot);

/* Power on, power off or reset. ERR_FORMAT: the card is dead. */
MUST_CHECK enum err slot_reset(struct slot *slot, struct err_trace *trace);

size_t slot_atr(const struct slot *slot, uint8_t out[VCARD_ATR_MAX]);

/*
 * One APDU; `answer` has room for VCARD_RESPONSE_MAX. *answer_len may be 0 or 1 when that is the
 * fault. False: the card was pulled, and is gone.
 */
MUST_CHECK bool
slot_transmit(struct slot *slot, struct cursor command, uint8_t *answer, size_t *answer_len);

const struct vcard *slot_card(const struct slot *slot);

#endif
