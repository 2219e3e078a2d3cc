/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card during one visit: from the moment it is taken in its reader until it is reset and given
 * back. One interface over the card families; a family reads what the card says of itself and
 * assumes nothing.
 *
 * Beginning a visit identifies the card without a PIN: whose make, which serial, what it can do,
 * how many tries are left. Keys and contents are read when first asked for and then remembered, so
 * that a visit sends no APDU that nobody needs. An activation takes eight, GET RESPONSE apart:
 *
 *	SELECT                 the application; drops any PIN state
 *	GET DATA 6E            serial, lengths, capabilities, tries left (card_facts)
 *	GET DATA F9            only where the card announces hashed PINs: not asking burns a try
 *	GENERATE 47 81 B8      the DEC key, the one that shares are sealed to (card_public_key)
 *	GET DATA 0101          the header (card_header_read)
 *	VERIFY 82              the PIN (card_verify)
 *	GET DATA 0103          the records (card_records_read)
 *	PSO:DECIPHER           opens the share (card_ecdh)
 *
 * The SIG key is read only where it is needed (enrolment, checkpoints, card_fingerprint).
 *
 * A failure with ERR_IO means that the card or the reader failed or went away: the visit is over, a
 *write may or may not have happened, and only reading back in another visit tells.
 */
#ifndef PCSC_CARD_H
#define PCSC_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/secret.h"
#include "pcsc/apdu.h"
#include "pcsc/channel.h"
#include "pcsc/reader.h"

enum {
	CARD_POINT = 65,         /* an uncompressed P-256 point, 04 ‖ x ‖ y */
	CARD_ECDH = 32,          /* the x coordinate that an ECDH gives */
	CARD_SERIAL = 14,        /* "FFFE:00000001" */
	CARD_HEADER_MAX = 200,   /* DO 0101 */
	CARD_RECORDS_MAX = 200,  /* DO 0103: two sealed shares of 100 bytes */
	CARD_HOLDER_MAX = 39,    /* bytes of DO 5B */
	CARD_SIGNATURE_MAX = 72, /* DER of a P-256 signature */
	CARD_TEXT = 48,
	CARD_OPENPGP_FINGERPRINT = 20,
};

/* The user PIN opens shares (PW1 as 82) and signs (PW1 as 81): one PIN, two references. */
enum card_pin {
	CARD_PIN_USER,
	CARD_PIN_SIGN,
	CARD_PIN_RESET_CODE,
	CARD_PIN_ADMIN,
	CARD_PIN__COUNT
};

enum card_key { CARD_KEY_SIG, CARD_KEY_DEC, CARD_KEY_AUT, CARD_KEY__COUNT };

enum card_touch {
	CARD_TOUCH_NONE, /* the card has no button, or says nothing of it */
	CARD_TOUCH_OFF,
	CARD_TOUCH_ON,
	CARD_TOUCH_FIXED, /* on until a factory reset */
	CARD_TOUCH_CACHED,
	CARD_TOUCH_CACHED_FIXED,
	CARD_TOUCH__COUNT
};

enum card_kdf {
	CARD_KDF_OFF,
	CARD_KDF_ITERSALTED, /* PINs go to the card hashed; done here */
	CARD_KDF_UNKNOWN,    /* some other way: no PIN is ever sent, with words */
};

enum card_life { CARD_LIFE_UNKNOWN, CARD_LIFE_OPERATIONAL, CARD_LIFE_TERMINATED };

/* What is on a card, as far as can be seen without a PIN. */
enum card_content {
	CARD_CONTENT_SIG_KEY = 1 << 0,
	CARD_CONTENT_DEC_KEY = 1 << 1,
	CARD_CONTENT_AUT_KEY = 1 << 2,
	CARD_CONTENT_HOLDER = 1 << 3,
	CARD_CONTENT_LOGIN = 1 << 4,
	CARD_CONTENT_URL = 1 << 5,
	CARD_CONTENT_DO_0101 = 1 << 6, /* the header, when Quorate wrote it */
	CARD_CONTENT_DO_0102 = 1 << 7,
};

struct card_capabilities {
	bool private_objects;      /* DOs 0101 to 0104 */
	size_t private_object_max; /* bytes in each */
	bool challenge;            /* GET CHALLENGE */
	size_t challenge_max;
	bool algorithm_change;
	bool pin_lasting_change; /* whether PW1-81 lasts for several signatures can be set */
	bool kdf;                /* announces hashed PINs */
	bool reset;              /* can be factory-reset */
	bool ec;                 /* version 3 or later */
};

struct card_key_facts {
	bool present;
	bool p256; /* set up for the P-256 algorithm that Quorate uses in this slot */
	uint8_t openpgp_fingerprint[CARD_OPENPGP_FINGERPRINT]; /* zeros: none set */
	uint32_t created;                                      /* 0: none set */
	enum card_touch touch;
};

struct card_facts {
	const char *family; /* "openpgp" */
	enum card_life life;
	char serial[CARD_SERIAL]; /* manufacturer and serial number; empty on a terminated card */
	const char *manufacturer; /* in words; "unknown" */
	char model[CARD_TEXT];    /* "Yubico", "ZeitControl OpenPGP card": a class for placement */
	char version[CARD_TEXT];  /* "OpenPGP card 3.4" */
	uint8_t atr[READER_ATR];
	size_t atr_len;
	struct card_capabilities can;
	struct apdu_limits limits;
	uint8_t pin_min[CARD_PIN__COUNT];
	uint8_t pin_max[CARD_PIN__COUNT];
	bool sign_pin_lasts; /* PW1-81 stays good for several signatures */
	enum card_kdf kdf;
	struct card_key_facts key[CARD_KEY__COUNT];

	/* Known after card_inspect only. */
	bool inspected;
	char firmware[CARD_TEXT]; /* where the maker tells it, else empty */
	char holder[CARD_HOLDER_MAX + 1];
	char curves[4 * CARD_TEXT]; /* for the DEC key: "P-256, P-384"; empty: not said */
	unsigned contents;          /* enum card_content */
};

struct card;

struct card_options {
	apdu_watch *watch; /* sees headers of each APDU; NULL: nobody */
	void *watch_context;
};

/*
 * Takes the card in `reader` and identifies it. ERR_UNSUPPORTED with the ATR for a card of no known
 * family (PIV named where the card has it). A card that is terminated opens too (facts->life): it
 * can only be reset. Ended by card_visit_end. `options` may be NULL.
 */
MUST_CHECK enum err card_visit_begin(struct readers *readers, const char *reader,
    const struct card_options *options, struct card **out, struct err_trace *trace);

/* As card_visit_begin, over a channel already open, which is taken over (closed on failure too). */
MUST_CHECK enum err card_visit_over(struct channel *channel, const struct card_options *options,
    struct card **out, struct err_trace *trace);

/* Resets the card and gives it back; NULL is fine. */
void card_visit_end(struct card *card);

/* Borrowed until the visit ends; kept up to date by the operations. */
const struct card_facts *card_facts(const struct card *card);

/* The tries left as last seen; after a success all, or what was seen before it; 0 is blocked. */
unsigned card_tries_left(const struct card *card, enum card_pin which);

struct apdu_counts card_counts(const struct card *card);

/* Whether the reader has a pad on which this card's PINs can be typed (asks the reader once). */
bool card_has_pad(struct card *card);

/* Reads everything that can be read without a PIN into the facts. */
MUST_CHECK enum err card_inspect(struct card *card, struct err_trace *trace);

/* The contents in words, "keys, a holder's name, a URL"; "nothing" for none. */
enum { CARD_CONTENTS_TEXT = 160 };
void card_contents_text(unsigned contents, char out[CARD_CONTENTS_TEXT]);

const char *card_touch_words(enum card_touch touch);

/*
 * ERR_UNSUPPORTED, with words, unless the card can serve a quorum: private objects of at least 200
 * bytes, P-256, known PIN handling. No APDU, but where private objects are missing: then PIV is
 * looked for, and named.
 */
MUST_CHECK enum err card_suits(struct card *card, struct err_trace *trace);

/* The public point of SIG or DEC, remembered. ERR_ABSENT: no such key; ERR_UNSUPPORTED: no P-256.
 */
MUST_CHECK enum err card_public_key(
    struct card *card, enum card_key key, uint8_t point[CARD_POINT], struct err_trace *trace);

/* SHA-256(DEC point ‖ SIG point). */
MUST_CHECK enum err
card_fingerprint(struct card *card, uint8_t out[SHA256_SIZE], struct err_trace *trace);
MUST_CHECK enum err card_fingerprint_of(const uint8_t dec[CARD_POINT],
    const uint8_t sig[CARD_POINT], uint8_t out[SHA256_SIZE], struct err_trace *trace);

/* -- PINs ------------------------------------------------------------------------------------ */

struct card_pin_entry {
	enum card_pin which;
	const struct secret *pin; /* NULL: typed on the reader's pad */
	bool last_try;            /* true: use even the last try */
};

/*
 * ERR_DENIED: wrong, or of a length that the card cannot have (then not sent, and no try lost);
 * ERR_LOCKED: blocked; ERR_NOT_NOW: one try is left and `last_try` was not said (not sent).
 * card_tries_left is current after each.
 */
MUST_CHECK enum err
card_verify(struct card *card, const struct card_pin_entry *entry, struct err_trace *trace);

/*
 * Changes USER or ADMIN from `entry->pin` to `to` (both NULL: on the reader's pad), with the same
 * care for tries. Whether `to` is a good PIN is card_pin_acceptable's to say, before.
 */
MUST_CHECK enum err card_change_pin(struct card *card, const struct card_pin_entry *entry,
    const struct secret *to, struct err_trace *trace);

/* A new user PIN with a fresh counter. The admin PIN must have been verified in this visit. */
MUST_CHECK enum err
card_unblock(struct card *card, const struct secret *new_pin, struct err_trace *trace);

/* Sets the reset code (NULL: none). The admin PIN must have been verified in this visit. */
MUST_CHECK enum err
card_set_reset_code(struct card *card, const struct secret *code, struct err_trace *trace);

/* Forgets every PIN verified in this visit. */
MUST_CHECK enum err card_logout(struct card *card, struct err_trace *trace);

/* -- Enrolment ------------------------------------------------------------------------------- */

/*
 * Erases everything: keys, records, PINs. Nothing calls it but a command whose user said so. A card
 * that cannot be reset is refused before anything is touched. With `admin` it goes by the admin PIN
 * (one try); NULL blocks user and admin PIN on purpose, which is what cards demand where the PIN is
 * not known. Interrupted, the next call finishes. Afterwards the PINs are the factory's (pin.h).
 */
MUST_CHECK enum err
card_factory_reset(struct card *card, const struct secret *admin, struct err_trace *trace);

struct card_keys {
	uint32_t created; /* seconds of UTC; part of the OpenPGP fingerprints */
	uint8_t dec[CARD_POINT];
	uint8_t sig[CARD_POINT];
	uint8_t fingerprint[SHA256_SIZE];
	uint8_t openpgp_dec[CARD_OPENPGP_FINGERPRINT];
	uint8_t openpgp_sig[CARD_OPENPGP_FINGERPRINT];
};

/*
 * Makes the DEC (P-256 ECDH) and SIG (P-256 ECDSA) keys on the card and stores their creation time
 * and OpenPGP fingerprints, so that GnuPG takes them for its own. Replaces keys without asking. The
 * admin PIN must have been verified; on some cards making keys resets the user PIN, so PINs are set
 * after this.
 */
MUST_CHECK enum err
card_make_keys(struct card *card, uint32_t created, struct card_keys *out, struct err_trace *trace);

/* The OpenPGP v4 fingerprint (RFC 4880, 12.2) of a P-256 key made at `created`. */
MUST_CHECK enum err card_openpgp_fingerprint(enum card_key key, const uint8_t point[CARD_POINT],
    uint32_t created, uint8_t out[CARD_OPENPGP_FINGERPRINT], struct err_trace *trace);

/*
 * Cut to CARD_HOLDER_MAX bytes between characters; Latin-1 only, as the card wants it: other
 * characters become '?'. The admin PIN must have been verified.
 */
MUST_CHECK enum err card_set_holder(struct card *card, const char *name, struct err_trace *trace);

/*
 * Quorate sets true: a visit may sign twice (a roll-call's statement and a checkpoint) and asking
 * again would bring nothing, since the card is reset when the visit ends. A card on which it cannot
 * be set is left as it is. The admin PIN must have been verified.
 */
MUST_CHECK enum err
card_set_sign_pin_lasting(struct card *card, bool lasts, struct err_trace *trace);

/* -- Header and records ---------------------------------------------------------------------- */

/* The public header, raw; *len is 0 when there is none. No PIN. */
MUST_CHECK enum err card_header_read(
    struct card *card, uint8_t out[CARD_HEADER_MAX], size_t *len, struct err_trace *trace);

/*
 * Writes (len 0: erases), reads back and compares. The user PIN must have been verified. ERR_IO: it
 * may be either the old or the new one, or (ERR_FORMAT) neither.
 */
MUST_CHECK enum err
card_header_write(struct card *card, const uint8_t *bytes, size_t len, struct err_trace *trace);

/* The same for the records behind the PIN: up to two sealed shares, still sealed. */
MUST_CHECK enum err card_records_read(
    struct card *card, uint8_t out[CARD_RECORDS_MAX], size_t *len, struct err_trace *trace);
MUST_CHECK enum err
card_records_write(struct card *card, const uint8_t *bytes, size_t len, struct err_trace *trace);

/* -- Using the keys -------------------------------------------------------------------------- */

/*
 * The card's half of a decapsulation: the x coordinate of DEC times `point` replaces the content of
 * `out` (capacity CARD_ECDH). The user PIN must have been verified.
 */
MUST_CHECK enum err card_ecdh(struct card *card, const uint8_t point[CARD_POINT],
    struct secret *out, struct err_trace *trace);

/* ECDSA with SIG over a SHA-256 digest, as DER. CARD_PIN_SIGN must have been verified. */
struct card_signature {
	uint8_t der[CARD_SIGNATURE_MAX];
	size_t len;
};
MUST_CHECK enum err card_sign(struct card *card, const uint8_t digest[SHA256_SIZE],
    struct card_signature *out, struct err_trace *trace);

/* The card's randomness replaces the content of `out`; ERR_UNSUPPORTED where it offers none. */
MUST_CHECK enum err
card_challenge(struct card *card, size_t len, struct secret *out, struct err_trace *trace);

#endif
