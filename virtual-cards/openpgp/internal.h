/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the virtual card share: the state that its file keeps, the session that a
 * power cut ends, and one command. Nobody else includes this.
 */
#ifndef VIRTUAL_CARDS_OPENPGP_INTERNAL_H
#define VIRTUAL_CARDS_OPENPGP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "virtual-cards/openpgp/profile.h"

enum vcard_sw {
	SW_OK = 0x9000,
	SW_MORE = 0x6100,       /* low byte: what is left */
	SW_TERMINATED = 0x6285, /* the application waits for ACTIVATE FILE */
	SW_TRIES = 0x63C0,      /* low nibble: tries left */
	SW_MEMORY = 0x6581,     /* the card's file could not be written */
	SW_NO_TOUCH = 0x6600,   /* touch was asked for and did not come */
	SW_LENGTH = 0x6700,     /* Lc or Le is wrong */
	SW_LAST_OF_CHAIN = 0x6883,
	SW_NO_CHAINING = 0x6884,
	SW_SECURITY = 0x6982, /* a PIN is missing or wrong */
	SW_BLOCKED = 0x6983,
	SW_CONDITIONS = 0x6985,
	SW_DATA = 0x6A80,
	SW_NOT_FOUND = 0x6A82,
	SW_PARAMETERS = 0x6A86,
	SW_NO_OBJECT = 0x6A88,
	SW_EXACT_LENGTH = 0x6C00, /* low byte: the Le to ask with */
	SW_INSTRUCTION = 0x6D00,
	SW_CLASS = 0x6E00,
	SW_FAULT = 0x6F00,
};

enum {
	VCARD_COMMAND_DATA_MAX = 2048,
	VCARD_BLOB_MAX = 1408, /* an RSA-2048 key in DER is the longest */
	VCARD_PIN_MAX = 127,
	VCARD_TRIES = 3,
};

/* The three keys, in the order of every list that the card gives (C5, C6, CD). */
enum vcard_slot { VCARD_SIG, VCARD_DEC, VCARD_AUT, VCARD_SLOT__COUNT };

/* The three PINs, in the order of the PW status bytes (C4). */
enum vcard_pin { VCARD_PW1, VCARD_RC, VCARD_PW3, VCARD_PIN__COUNT };

/* Everything of variable length. The numbers are in the card's file: append only. */
enum vcard_blob_id {
	BLOB_PIN = 0,        /* 3, by enum vcard_pin */
	BLOB_ATTRIBUTES = 3, /* 3, by enum vcard_slot */
	BLOB_KEY = 6,        /* 3, private keys in DER */
	BLOB_FINGERPRINTS = 9,
	BLOB_CA_FINGERPRINTS,
	BLOB_TIMES,
	BLOB_NAME,
	BLOB_LOGIN,
	BLOB_URL,
	BLOB_LANGUAGE,
	BLOB_SEX,
	BLOB_CERTIFICATE, /* the first of three, AUT's; the others came later */
	BLOB_KDF,
	BLOB_TOUCH = 19,              /* 3, by enum vcard_slot, and attestation */
	BLOB_PRIVATE = 23,            /* 4: 0101 to 0104 */
	BLOB_OTHER_CERTIFICATES = 27, /* 2: DEC's and SIG's */
	BLOB__COUNT = 29
};

struct vcard_blob {
	uint16_t len;
	uint8_t bytes[VCARD_BLOB_MAX];
};

/* What the file keeps. */
struct vcard_state {
	struct vcard_profile profile;
	bool terminated;
	uint8_t pw1_stays; /* C4's first byte: PW1-81 stays good for several signatures */
	uint8_t tries[VCARD_PIN__COUNT];
	uint32_t signatures;
	struct vcard_blob blob[BLOB__COUNT];
};

/* PINs presented since SELECT, as bits. */
enum vcard_verified {
	VCARD_PW1_SIGN = 1 << 0,  /* VERIFY 81 */
	VCARD_PW1_OTHER = 1 << 1, /* VERIFY 82 */
	VCARD_PW3_ADMIN = 1 << 2, /* VERIFY 83 */
};

struct vcard_chain {
	bool open;
	uint8_t head[3]; /* INS P1 P2, the same in every link */
	size_t len;
	uint8_t bytes[VCARD_COMMAND_DATA_MAX];
};

struct vcard_answer {
	size_t at; /* what GET RESPONSE still has to give lies between at and len */
	size_t len;
	uint8_t bytes[VCARD_COMMAND_DATA_MAX];
};

/* What power keeps. */
struct vcard_session {
	bool selected;
	uint8_t certificate; /* which of the three 7F21 means */
	unsigned verified;
	struct vcard_chain chain;
	struct vcard_answer answer;
};

struct vcard {
	char *path;
	bool changed; /* the state has to reach the file before the answer leaves */
	struct vcard_state state;
	struct vcard_session session;
};

struct vcard_apdu {
	uint8_t cla, ins, p1, p2;
	const uint8_t *data;
	size_t len;
	size_t le; /* 0: none given */
	bool extended;
};

/* One instruction: fills the answer and returns the status word. */
typedef uint16_t
vcard_handler(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer);

static inline bool
vcard_is(const struct vcard *card, enum vcard_flag flag)
{
	return (card->state.profile.flags & flag) != 0;
}

/* store.c: the file. */
MUST_CHECK enum err
vcard_store_create(const char *path, const struct vcard_state *state, struct err_trace *trace);
MUST_CHECK enum err
vcard_store_write(const char *path, const struct vcard_state *state, struct err_trace *trace);
MUST_CHECK enum err
vcard_store_read(const char *path, struct vcard_state *state, struct err_trace *trace);

/* state.c: blank cards. */
MUST_CHECK enum err vcard_state_blank(
    struct vcard_state *state, const struct vcard_profile *profile, struct err_trace *trace);
bool vcard_blob_set(struct vcard_blob *blob, const void *bytes, size_t len); /* false: too long */

/* apdu.c: one command's bytes. */
bool vcard_apdu_parse(const uint8_t *bytes, size_t len, struct vcard_apdu *out);

/* objects.c: GET DATA, PUT DATA and SELECT DATA. */
vcard_handler vcard_objects_get, vcard_objects_put, vcard_objects_select;
size_t vcard_objects_aid(const struct vcard *card, uint8_t out[16]);
size_t vcard_objects_historical(const struct vcard *card, uint8_t out[10]);

/* pins.c: VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER. */
vcard_handler vcard_pins_verify, vcard_pins_change, vcard_pins_reset_retry;
uint16_t vcard_pins_set_reset_code(struct vcard *card, const uint8_t *code, size_t len);
void vcard_pins_factory(struct vcard_state *state);

/* kdf.c: PINs that the host hashes (4.3.2). */
bool vcard_kdf_is_on(const struct vcard_state *state);
uint16_t vcard_kdf_put(struct vcard *card, const uint8_t *object, size_t len);
MUST_CHECK enum err vcard_kdf_switch_on(struct vcard_state *state, struct err_trace *trace);

/* keys.c: GENERATE, PSO, INTERNAL AUTHENTICATE, algorithm attributes. */
vcard_handler vcard_keys_generate, vcard_keys_pso, vcard_keys_authenticate;
uint16_t vcard_keys_set_attributes(
    struct vcard *card, enum vcard_slot slot, const uint8_t *attributes, size_t len);

#endif
