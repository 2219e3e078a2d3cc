/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtual card in this process, with no daemon and no reader between: an APDU takes
 * microseconds. The card's file lies in a folder of its own under $TMPDIR and goes with it.
 */
#ifndef TESTS_FAKES_VCARD_LOCAL_H
#define TESTS_FAKES_VCARD_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "virtual-cards/openpgp/card.h"

struct vcard_local;

/*
 * A blank card, powered, in a reader. `variants` are names as in `virtual-card new --variant`,
 * separated by spaces; NULL for a card that can everything.
 */
MUST_CHECK enum err vcard_local_new(
    uint32_t serial, const char *variants, struct vcard_local **out, struct err_trace *trace);

/* The same from a copy of another card's file, which stays as it is. */
MUST_CHECK enum err
vcard_local_of(const char *file, struct vcard_local **out, struct err_trace *trace);

/* Removes the card's file too. NULL is fine. */
void vcard_local_free(struct vcard_local *local);

/*
 * One APDU; returns the length of the answer, at most `capacity`. 0: the card is not there (pulled
 * by hand or by a fault). Faults (virtual-cards/fault.h) can make it 1.
 */
size_t vcard_local_transmit(
    void *local, const uint8_t *command, size_t command_len, uint8_t *answer, size_t capacity);

/* Takes the card out, or puts it back in; both end its session. */
void vcard_local_pull(struct vcard_local *local);
void vcard_local_insert(struct vcard_local *local);
bool vcard_local_is_in(const struct vcard_local *local);

/* Resets the card as a reader does at the end of a visit. */
void vcard_local_reset(struct vcard_local *local);

/* "pull-after:7": counted from the next APDU. Aborts when `text` is no fault. */
void vcard_local_fault(struct vcard_local *local, const char *text);

size_t vcard_local_atr(const struct vcard_local *local, uint8_t out[VCARD_ATR_MAX]);

/* How many APDUs came since it was made. */
unsigned vcard_local_count(const struct vcard_local *local);

/* The card's file: to look into, to copy, to damage. */
const char *vcard_local_file(const struct vcard_local *local);

#endif
