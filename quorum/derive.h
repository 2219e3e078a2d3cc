/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is derived from a quorum secret: the PINs of each token bound to the generation, a check
 * value, and the escrow key. The secret itself is turned into a PRK at once and wiped.
 */
#ifndef QUORUM_DERIVE_H
#define QUORUM_DERIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"
#include "quorum/info.h"
#include "quorum/p256.h"

enum {
	DERIVE_CHECK_SIZE = 16,
	BINDING_NAME_MAX = 32,
	PIN_PREFIX_MAX = 32,
	PIN_ALPHABET_MAX = 94,
	PIN_LENGTH_MAX = 384,
	PIN_DEFAULT_LENGTH = 32,
	PIN_BITS_MIN = 64,
	PIN_BITS_MAX = 384,
};

/* A PIN's form where a token refuses the default one (32 characters of lower-case base32). */
struct pin_format {
	char prefix[PIN_PREFIX_MAX + 1];     /* printable ASCII; may be empty */
	char alphabet[PIN_ALPHABET_MAX + 1]; /* 2 to 94 different printable ASCII, in this order */
	unsigned length;                     /* characters after the prefix */
};

enum pin_kind { PIN_USER, PIN_SO };

/* "user PIN", "SO PIN" */
const char *pin_kind_text(enum pin_kind kind);

/* [a-z0-9-]{1,32} */
bool binding_name_is_good(const char *name);

/*
 * ERR_ARGUMENT says what is wrong with a format: alphabet, prefix, or length·log2|alphabet| outside
 * 64 to 384 bits.
 */
MUST_CHECK enum err pin_format_check(const struct pin_format *format, struct err_trace *trace);

/*
 * ERR_ARGUMENT when PINs of this format (NULL: the default) do not fit a token that takes `min` to
 * `max` characters.
 */
MUST_CHECK enum err
pin_format_fits(const struct pin_format *format, size_t min, size_t max, struct err_trace *trace);

/* HKDF-Extract(salt = quorum id, ikm = quorum secret); wipe the secret then. */
MUST_CHECK enum err derive_prk(const uint8_t quorum_id[QUORUM_ID_SIZE], const struct secret *secret,
    struct secret **prk, struct err_trace *trace);

/* The PIN of the token bound under `binding`; `format` NULL is the default. */
struct derive_pin {
	enum pin_kind kind;
	const char *binding;
	const struct pin_format *format;
};
MUST_CHECK enum err derive_pin(const struct secret *prk, const struct derive_pin *which,
    struct secret **pin, struct err_trace *trace);

/* Tells a right secret from a wrong one without opening anything. Not secret. */
MUST_CHECK enum err
derive_check(const struct secret *prk, uint8_t check[DERIVE_CHECK_SIZE], struct err_trace *trace);

MUST_CHECK enum err derive_escrow_key(const struct secret *prk, struct secret **private_key,
    uint8_t point[P256_POINT], struct err_trace *trace);

#endif
