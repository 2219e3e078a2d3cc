/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public keys of the cards that sign a ceremony's evidence, as they lie in it: cards/root-1.pem
 * for openssl, and cards/root-1.json, from which the fingerprint on the card's enrolment receipt
 * can be computed.
 */
#ifndef CEREMONY_BUNDLE_CARD_H
#define CEREMONY_BUNDLE_CARD_H

#include <stdbool.h>

#include <jansson.h>

#include "base/err.h"
#include "base/hash.h"

enum {
	BUNDLE_CARD_NAME = 48,    /* "root/1" */
	BUNDLE_PERSON = 129,      /* a name, with its NUL */
	BUNDLE_POINT = 65,        /* an uncompressed point of P-256 */
	BUNDLE_CARD_FILE = 96,    /* a path of one in the evidence */
	BUNDLE_CARD_TEXT = 2048,  /* the longest of these files */
	BUNDLE_SIGNATURE_MAX = 80 /* bytes of a signature in DER */
};

struct bundle_card {
	char name[BUNDLE_CARD_NAME];
	char person[BUNDLE_PERSON];
	uint8_t fingerprint[SHA256_SIZE]; /* SHA-256(dec ‖ sig) */
	uint8_t dec[BUNDLE_POINT];
	uint8_t sig[BUNDLE_POINT];
};

/* "FOLDER/PREFIXroot-1.END" for "root/1". */
void
bundle_card_path(const char *start, const char *card, const char *end, char out[BUNDLE_CARD_FILE]);

/* {"card","dec","fingerprint","person","sig"}; NULL: no memory. */
json_t *bundle_card_json(const struct bundle_card *card);

/* ERR_FORMAT: a member is missing or of another form, or the fingerprint is not of the keys. */
MUST_CHECK enum err
bundle_card_read(const json_t *json, struct bundle_card *out, struct err_trace *trace);

/* The signing key as openssl reads it. */
void bundle_card_pem(const struct bundle_card *card, char out[BUNDLE_CARD_TEXT]);

/* What a card signs: the context's words and 32 bytes. */
struct bundle_message {
	bool addendum; /* else the head */
	bool practice;
	const uint8_t *hash; /* SHA256_SIZE */
	bool approval;       /* neither: of a script, by the hash of a statement (approval.h) */
};
enum { BUNDLE_MESSAGE_MAX = 64 };
size_t bundle_message(const struct bundle_message *what, uint8_t out[BUNDLE_MESSAGE_MAX]);

/* signatures/root-1.json: what was signed, by which card. */
struct bundle_signed {
	char card[BUNDLE_CARD_NAME];
	char person[BUNDLE_PERSON];
	uint8_t fingerprint[SHA256_SIZE];
	uint8_t hash[SHA256_SIZE]; /* the head, or of the addendum's line */
	unsigned line;             /* of the addendum; 0: the head */
};
void
bundle_signed_path(const struct bundle_signed *what, const char *end, char out[BUNDLE_CARD_FILE]);

/* One line with its newline; free() *out. */
MUST_CHECK enum err
bundle_signed_format(const struct bundle_signed *what, char **out, struct err_trace *trace);
MUST_CHECK enum err bundle_signed_parse(
    const char *text, size_t len, struct bundle_signed *out, struct err_trace *trace);

#endif
