/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time stamps of others (RFC 3161): a token's word that something was there at some time. What is
 * stamped is the manifest, so that the imprint is the head: `openssl ts -query -data manifest
 * -sha256 -cert`. Whether the stamping authority is to be trusted is not judged here; `openssl ts
 * -verify` does, with its certificate.
 */
#ifndef CEREMONY_TIMESTAMP_H
#define CEREMONY_TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

enum { TIMESTAMP_MAX = 64 * 1024 };

struct timestamp {
	int64_t time; /* seconds UTC */
	uint8_t imprint[SHA256_SIZE];
};

/* ERR_FORMAT: no reply with a granted token, or one whose imprint is no SHA-256. */
MUST_CHECK enum err
timestamp_read(const void *bytes, size_t len, struct timestamp *out, struct err_trace *trace);

#endif
