/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes as text: hex (lower case), RFC 4648 base32 in lower case without padding, base64, and the
 * PGP word list, in which a hash is read aloud: even positions take words of two syllables, odd
 * ones of three, so that a swapped or missing byte is heard.
 *
 * None of these is for secrets, except the two that take a struct secret.
 */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct secret;

/* `out` has room for 2 * len + 1. */
void hex_encode(const void *bytes, size_t len, char *out);

/* Exactly `len` bytes from exactly 2 * len digits of either case; false otherwise. */
bool hex_decode(const char *text, void *out, size_t len);

/* Table-free and constant-time in the content. ceil(len * 8 / 5) characters are appended. */
MUST_CHECK enum err
base32_append(struct secret *out, const struct secret *bytes, struct err_trace *trace);

/* Base64 (RFC 4648, 4) with padding. `out` has room for 4 * ceil(len / 3) + 1. */
void base64_encode(const void *bytes, size_t len, char *out);

/* At most `capacity` bytes; false for anything that base64_encode would not have written. */
bool base64_decode(const char *text, void *out, size_t capacity, size_t *len);

/*
 * PGP words, separated by single spaces. `out` has room for WORDS_SIZE(len).
 */
#define WORDS_SIZE(len) ((len)*12 + 1)
void words_encode(const void *bytes, size_t len, char *out);

/* Exactly `len` bytes from as many words, any case and spacing; false otherwise. */
bool words_decode(const char *text, void *out, size_t len);

#endif
