/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An OpenPGP card 3.4 in software. The card is its file: keys, PINs, counters and objects lie in
 * it in clear, so it is for practice and tests alone. What a power cut clears (PINs presented,
 * a chain of commands begun, the rest of a long answer) lives in struct vcard.
 *
 * vcard_process() is the card: it takes one command APDU and gives the answer. Whatever the answer
 * tells is already in the file when the function returns, so a pull at any moment leaves a whole
 * card and gives no free try at a PIN. Drivers (vpcd, in process, a fuzzer) only carry bytes.
 *
 * References of the form (7.2.2) are to "Functional Specification of the OpenPGP application on ISO
 * Smart Card Operating Systems", version 3.4.
 */
#ifndef VIRTUAL_CARDS_OPENPGP_CARD_H
#define VIRTUAL_CARDS_OPENPGP_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "virtual-cards/openpgp/profile.h"

struct vcard;

enum {
	VCARD_ATR_MAX = 33,
	VCARD_RESPONSE_MAX = 2048 + 2, /* the longest answer, status word included */
	VCARD_SERIAL_TEXT = 14,        /* "FFFE:00000001" and NUL */
};

/* Makes the file of a blank card; ERR_EXISTS when something is there. */
MUST_CHECK enum err
vcard_create(const char *path, const struct vcard_profile *profile, struct err_trace *trace);

/* ERR_FORMAT when the file is not whole: such a card is dead, as a real one would be. */
MUST_CHECK enum err vcard_open(const char *path, struct vcard **out, struct err_trace *trace);

/* NULL is fine. */
void vcard_close(struct vcard *card);

/* Power on, power cut or reset: forgets what only power keeps, and reads the file again. */
MUST_CHECK enum err vcard_reset(struct vcard *card, struct err_trace *trace);

/*
 * One command. `response` has room for VCARD_RESPONSE_MAX; the length of the answer is returned,
 * at least 2. A card whose file cannot be written answers 6581 and is as before.
 */
size_t
vcard_process(struct vcard *card, const uint8_t *command, size_t command_len, uint8_t *response);

/* The length is returned. */
size_t vcard_atr(const struct vcard *card, uint8_t out[VCARD_ATR_MAX]);

const struct vcard_profile *vcard_profile_of(const struct vcard *card);

/* As the AID has it, and as the roster writes it: "FFFE:00000001". */
void vcard_serial_text(const struct vcard_profile *profile, char out[VCARD_SERIAL_TEXT]);

#endif
