/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of quorum share: secrets from literals, and the files of vectors. */
#ifndef TESTS_UNIT_QUORUM_SUPPORT_H
#define TESTS_UNIT_QUORUM_SUPPORT_H

#include <jansson.h>

#include "base/secret.h"
#include "tests/unit/test.h"

/* For cmocka_run_group_tests: sets up the secure heap. */
int quorum_setup(void **state);

/* Secrets from literals; a failure fails the test. */
struct secret *secret_of_hex(const char *hex);
struct secret *secret_of_text(const char *text);

/* 32 bytes that differ by number: a seed, an ephemeral, a secret. */
struct secret *secret_of_number(uint32_t number);

/* Asserts that the secret is exactly this. */
void assert_secret_hex(const struct secret *secret, const char *hex);
void assert_secret_text(const struct secret *secret, const char *text);

/* Asserts that the bytes are exactly this. */
void assert_hex(const void *bytes, size_t len, const char *hex);

/* A JSON file below the source's root, which is the working folder. */
json_t *load_json(const char *path);

/* A text file, NUL-terminated; test_free it. */
char *load_text(const char *path);

/* Bytes from hex, at most `max`. */
size_t bytes_of_hex(const char *hex, uint8_t *out, size_t max);

#endif
