/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON beside jansson: the canonical form (RFC 8785) of what the roster hashes, and short ways to
 * read members of a document from outside with an error that names the member.
 *
 * Canonical here means: UTF-8; members sorted by name; names ASCII; integers only, in the range
 * ±(2^53 − 1); no NUL in a text; at most 64 levels; no whitespace; the shortest escapes. A value
 * outside that is ERR_ARGUMENT.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"

/* *out is NUL-terminated, without a newline; free() it. */
MUST_CHECK enum err json_canonical(const json_t *value, char **out, struct err_trace *trace);

/* Strict: no duplicate names, nothing behind the value, at most `max` bytes. json_decref() *out. */
MUST_CHECK enum err
json_parse(const char *text, size_t len, size_t max, json_t **out, struct err_trace *trace);

/* As json_parse, and only if the text is exactly its own canonical form. */
MUST_CHECK enum err json_parse_canonical(
    const char *text, size_t len, size_t max, json_t **out, struct err_trace *trace);

/* Required members; ERR_FORMAT names the missing or mistyped one. Text is borrowed. */
MUST_CHECK enum err
json_get_text(const json_t *object, const char *name, const char **out, struct err_trace *trace);
MUST_CHECK enum err json_get_int(const json_t *object, const char *name, int64_t min, int64_t max,
    int64_t *out, struct err_trace *trace);
/* Exactly `len` bytes as hex_encode writes them: one value has one spelling. */
MUST_CHECK enum err json_get_hex(
    const json_t *object, const char *name, void *out, size_t len, struct err_trace *trace);

#endif
