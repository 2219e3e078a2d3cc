/* SPDX-License-Identifier: BSD-2-Clause */
/* Talking to a virtual card in hex, so that a test reads like a card's data sheet. */
#ifndef TESTS_UNIT_VIRTUAL_CARDS_TALK_H
#define TESTS_UNIT_VIRTUAL_CARDS_TALK_H

#include "tests/fakes/vcard_local.h"

/* Sends the command ("00 20 00 82", spaces ignored); the answer in lower-case hex, "" for none.
 * Valid until the next call. */
const char *talk(struct vcard_local *card, const char *command);

/* The last four digits of the answer. */
const char *talk_sw(struct vcard_local *card, const char *command);

/* A card that has been selected. */
struct vcard_local *talk_card(const char *variants);

/* SELECT, and the PINs of a new card. */
#define SELECT     "00 A4 04 0C 06 D27600012401"
#define VERIFY_81  "00 20 00 81 06 313233343536"
#define VERIFY_82  "00 20 00 82 06 313233343536"
#define VERIFY_83  "00 20 00 83 08 3132333435363738"
#define WRONG_81   "00 20 00 81 06 393939393939"
#define WRONG_82   "00 20 00 82 06 393939393939"
#define WRONG_83   "00 20 00 83 08 3939393939393939"
#define GET_STATUS "00 CA 00 C4 00"

/* SIG and DEC for P-256. */
#define P256_SIG   "00 DA 00 C1 09 13 2A8648CE3D030107"
#define P256_DEC   "00 DA 00 C2 09 12 2A8648CE3D030107"
#define MAKE_SIG   "00 47 80 00 02 B600 00"
#define MAKE_DEC   "00 47 80 00 02 B800 00"
#define READ_SIG   "00 47 81 00 02 B600 00"
#define READ_DEC   "00 47 81 00 02 B800 00"

#endif
