/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The algorithms that a key slot can have, by the attributes that name them (4.4.3.9), and what
 * OpenSSL does for each. Keys are DER in a blob. False means: these bytes cannot be used with this
 * key.
 */
#ifndef VIRTUAL_CARDS_OPENPGP_CRYPTO_H
#define VIRTUAL_CARDS_OPENPGP_CRYPTO_H

#include "virtual-cards/openpgp/internal.h"

struct vcard_algorithm;

/* NULL when no algorithm of this slot has these attributes. */
const struct vcard_algorithm *
vcard_crypto_find(enum vcard_slot slot, const uint8_t *attributes, size_t len);

bool vcard_crypto_is_rsa(const struct vcard_algorithm *algorithm);
bool vcard_crypto_is_x25519(const struct vcard_algorithm *algorithm);

MUST_CHECK bool vcard_crypto_make(const struct vcard_algorithm *algorithm, struct vcard_blob *key);

/* Writes 7F49 { 86 point }, or 7F49 { 81 modulus 82 exponent }. */
MUST_CHECK bool vcard_crypto_public(
    const struct vcard_algorithm *algorithm, const struct vcard_blob *key, struct writer *answer);

/* `input` is a hash (ECDSA), a DigestInfo (RSA) or the message (EdDSA); ECDSA gives r ‖ s. */
MUST_CHECK bool vcard_crypto_sign(const struct vcard_algorithm *algorithm,
    const struct vcard_blob *key, struct cursor input, struct writer *answer);

/* `input` is the other side's point, uncompressed (ECDH gives its x), or the cryptogram (RSA). */
MUST_CHECK bool vcard_crypto_decipher(const struct vcard_algorithm *algorithm,
    const struct vcard_blob *key, struct cursor input, struct writer *answer);

#endif
