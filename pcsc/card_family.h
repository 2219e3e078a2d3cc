/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside pcsc/ only: what a card family provides, and what a card remembers during its visit. The
 * care that is the same for all (tries, lengths, reading back) is in card.c and card_pins.c; a
 * family knows the commands.
 */
#ifndef PCSC_CARD_FAMILY_H
#define PCSC_CARD_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pcsc/apdu.h"
#include "pcsc/card.h"
#include "pcsc/reader_pad.h"

/* What PINs are hashed with before they go to the card (OpenPGP card 3.4, 4.3.2). */
enum { CARD_KDF_SALT = 8 };
struct card_kdf_data {
	enum card_kdf kind;
	uint8_t hash; /* RFC 4880, 9.4: 8 SHA-256, 10 SHA-512 */
	uint32_t count;
	uint8_t salt[CARD_PIN__COUNT][CARD_KDF_SALT];
};

enum card_object { CARD_OBJECT_HEADER, CARD_OBJECT_RECORDS, CARD_OBJECT__COUNT };

struct card_family;

struct card {
	struct apdu_link link;
	const struct card_family *family;
	struct card_facts facts;
	unsigned tries[CARD_PIN__COUNT];
	bool tries_stale[CARD_PIN__COUNT]; /* the counter moved since it was read */
	struct card_kdf_data kdf;
	bool kdf_known;
	bool point_known[CARD_KEY__COUNT];
	uint8_t point[CARD_KEY__COUNT][CARD_POINT];
	struct reader_pad pad;
	bool pad_probed;
};

/* A PIN command as the family sends it; how the card judged it is *sw. */
struct card_pin_command {
	enum card_pin which;
	const struct secret *pin; /* NULL with `to` NULL: the reader's pad */
	const struct secret *to;  /* the new one, for a change */
};

struct card_family {
	const char *name;

	/* *ours: the card has this family's application, which is then selected. */
	enum err (*select)(struct card *card, bool *ours, struct err_trace *trace);
	/* What a visit begins with; again to refresh tries and facts. */
	enum err (*identify)(struct card *card, struct err_trace *trace);
	enum err (*inspect)(struct card *card, struct err_trace *trace);
	enum err (*read_point)(struct card *card, enum card_key key, uint8_t point[CARD_POINT],
	    struct err_trace *trace);

	enum err (*verify)(struct card *card, const struct card_pin_command *command, uint16_t *sw,
	    struct err_trace *trace);
	enum err (*change)(struct card *card, const struct card_pin_command *command, uint16_t *sw,
	    struct err_trace *trace);
	enum err (*unblock)(struct card *card, const struct secret *pin, struct err_trace *trace);
	enum err (*set_reset_code)(
	    struct card *card, const struct secret *code, struct err_trace *trace);

	enum err (*reset)(struct card *card, const struct secret *admin, struct err_trace *trace);
	enum err (*make_keys)(
	    struct card *card, uint32_t created, struct card_keys *out, struct err_trace *trace);
	enum err (*set_holder)(struct card *card, const char *name, struct err_trace *trace);
	enum err (*set_sign_pin_lasting)(struct card *card, bool lasts, struct err_trace *trace);

	enum err (*read_object)(struct card *card, enum card_object object, struct writer *out,
	    struct err_trace *trace);
	enum err (*write_object)(struct card *card, enum card_object object, struct cursor bytes,
	    struct err_trace *trace);

	enum err (*ecdh)(struct card *card, const uint8_t point[CARD_POINT], struct writer *x,
	    struct err_trace *trace);
	/* r ‖ s, 32 bytes each. */
	enum err (*sign)(struct card *card, const uint8_t digest[SHA256_SIZE],
	    uint8_t rs[2 * CARD_ECDH], struct err_trace *trace);
	enum err (*challenge)(
	    struct card *card, size_t len, struct writer *out, struct err_trace *trace);
};

extern const struct card_family card_family_openpgp;

/* "user PIN", "admin PIN" */
const char *card_pin_words(enum card_pin which);

/* Whether the card has a PIV application, which is then the one selected. */
bool card_has_piv(struct card *card);

/* Asks the reader once what its pad can do. */
MUST_CHECK enum err card_probe_pad(struct card *card, struct err_trace *trace);

#endif
