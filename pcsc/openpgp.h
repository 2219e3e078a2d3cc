/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside pcsc/ only: the OpenPGP card application 3.4 ("Functional Specification of the OpenPGP
 * application on ISO Smart Card Operating Systems"), by concern. Numbers in comments are its
 * chapters.
 */
#ifndef PCSC_OPENPGP_H
#define PCSC_OPENPGP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "pcsc/card_family.h"

/* The commands (7.1), all of class 00. */
enum {
	OPENPGP_VERIFY = 0x20,
	OPENPGP_CHANGE_PIN = 0x24,
	OPENPGP_PSO = 0x2A,
	OPENPGP_RESET_RETRY = 0x2C,
	OPENPGP_ACTIVATE = 0x44,
	OPENPGP_GENERATE = 0x47,
	OPENPGP_CHALLENGE = 0x84,
	OPENPGP_SELECT = 0xA4,
	OPENPGP_GET = 0xCA,
	OPENPGP_PUT = 0xDA,
	OPENPGP_TERMINATE = 0xE6,
};

/* Public-key algorithms (RFC 4880, 9.1; RFC 6637, 5). */
enum { OPENPGP_ECDH = 0x12, OPENPGP_ECDSA = 0x13 };

/* The data objects (4.4). */
enum {
	OPENPGP_DO_HEADER = 0x0101,
	OPENPGP_DO_PRIVATE_2 = 0x0102,
	OPENPGP_DO_RECORDS = 0x0103,
	OPENPGP_DO_AID = 0x4F,
	OPENPGP_DO_NAME = 0x5B,
	OPENPGP_DO_LOGIN = 0x5E,
	OPENPGP_DO_HOLDER = 0x65,
	OPENPGP_DO_APPLICATION = 0x6E,
	OPENPGP_DO_DISCRETIONARY = 0x73,
	OPENPGP_DO_CAPABILITIES = 0xC0,
	OPENPGP_DO_ALGORITHM_SIG = 0xC1, /* DEC C2, AUT C3 */
	OPENPGP_DO_PIN_STATUS = 0xC4,
	OPENPGP_DO_FINGERPRINTS = 0xC5,
	OPENPGP_DO_FINGERPRINT_SIG = 0xC7, /* DEC C8 */
	OPENPGP_DO_CREATED = 0xCD,
	OPENPGP_DO_CREATED_SIG = 0xCE, /* DEC CF */
	OPENPGP_DO_RESET_CODE = 0xD3,
	OPENPGP_DO_TOUCH_SIG = 0xD6, /* DEC D7, AUT D8 */
	OPENPGP_DO_KEY_INFORMATION = 0xDE,
	OPENPGP_DO_KDF = 0xF9,
	OPENPGP_DO_ALGORITHMS = 0xFA,
	OPENPGP_DO_HISTORICAL = 0x5F52,
	OPENPGP_DO_URL = 0x5F50,
	OPENPGP_DO_LENGTHS = 0x7F66,
};

/* -- openpgp.c: commands without judgement ---------------------------------------------------- */

/* GET DATA appended to `out`; an object that the card does not have or know is empty. */
MUST_CHECK enum err
openpgp_get(struct card *card, unsigned tag, struct writer *out, struct err_trace *trace);

/* PUT DATA; `doing` completes "the card refused to". */
MUST_CHECK enum err openpgp_put(struct card *card, unsigned tag, struct cursor bytes,
    const char *doing, struct err_trace *trace);

/* A command that takes and returns nothing but a status word. */
MUST_CHECK enum err openpgp_plain(
    struct card *card, uint8_t ins, uint8_t p1, uint8_t p2, uint16_t *sw, struct err_trace *trace);

MUST_CHECK enum err openpgp_select(struct card *card, bool *ours, struct err_trace *trace);

/* -- openpgp_parse.c: answers, pure ------------------------------------------------------------ */

/* GET DATA 6E. Nothing in `facts` or `tries` changes on failure. */
MUST_CHECK enum err openpgp_parse_application(struct cursor answer, struct card_facts *facts,
    unsigned tries[CARD_PIN__COUNT], struct err_trace *trace);

/* GENERATE's answer, 7F49 { 86 04 ‖ x ‖ y }. */
MUST_CHECK enum err
openpgp_parse_point(struct cursor answer, uint8_t point[CARD_POINT], struct err_trace *trace);

/* The content of `tag` where the answer is wrapped in it, else the answer itself. */
struct cursor openpgp_unwrap(struct cursor answer, unsigned tag);

/* The attributes that Quorate sets for a slot (4.4.3.10). */
struct cursor openpgp_p256_attributes(enum card_key key);

/* -- openpgp_curves.c -------------------------------------------------------------------------- */

/* GET DATA FA: the names of the DEC slot's curves. */
void openpgp_parse_curves(struct cursor answer, char *out, size_t out_size);

/* -- openpgp_facts.c --------------------------------------------------------------------------- */

MUST_CHECK enum err openpgp_identify(struct card *card, struct err_trace *trace);
MUST_CHECK enum err openpgp_inspect(struct card *card, struct err_trace *trace);

/* -- openpgp_pins.c ---------------------------------------------------------------------------- */

MUST_CHECK enum err openpgp_verify(struct card *card, const struct card_pin_command *command,
    uint16_t *sw, struct err_trace *trace);
MUST_CHECK enum err openpgp_change(struct card *card, const struct card_pin_command *command,
    uint16_t *sw, struct err_trace *trace);
MUST_CHECK enum err
openpgp_unblock(struct card *card, const struct secret *pin, struct err_trace *trace);
MUST_CHECK enum err
openpgp_set_reset_code(struct card *card, const struct secret *code, struct err_trace *trace);

/* -- openpgp_kdf.c ----------------------------------------------------------------------------- */

/* GET DATA F9; anything not understood is CARD_KDF_UNKNOWN, so that no PIN is sent. */
void openpgp_parse_kdf(struct cursor answer, struct card_kdf_data *out);

/* What goes over the wire for this PIN: the PIN itself, or its hash. A new secret. */
MUST_CHECK enum err openpgp_kdf_apply(const struct card_kdf_data *kdf, enum card_pin which,
    const struct secret *pin, struct secret **out, struct err_trace *trace);

/* -- openpgp_keys.c ---------------------------------------------------------------------------- */

MUST_CHECK enum err openpgp_read_point(
    struct card *card, enum card_key key, uint8_t point[CARD_POINT], struct err_trace *trace);
/* Whether the slot holds any key, of whatever algorithm. */
MUST_CHECK enum err
openpgp_key_present(struct card *card, enum card_key key, bool *out, struct err_trace *trace);
MUST_CHECK enum err openpgp_make_keys(
    struct card *card, uint32_t created, struct card_keys *out, struct err_trace *trace);
MUST_CHECK enum err openpgp_ecdh(
    struct card *card, const uint8_t point[CARD_POINT], struct writer *x, struct err_trace *trace);
MUST_CHECK enum err openpgp_sign(struct card *card, const uint8_t digest[SHA256_SIZE],
    uint8_t rs[2 * CARD_ECDH], struct err_trace *trace);
MUST_CHECK enum err
openpgp_challenge(struct card *card, size_t len, struct writer *out, struct err_trace *trace);

/* -- openpgp_reset.c --------------------------------------------------------------------------- */

MUST_CHECK enum err
openpgp_reset(struct card *card, const struct secret *admin, struct err_trace *trace);

#endif
