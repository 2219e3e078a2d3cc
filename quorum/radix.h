/* SPDX-License-Identifier: BSD-2-Clause */
/* A big number written in an alphabet's digits, in constant time: how PINs are made from bytes. */
#ifndef QUORUM_RADIX_H
#define QUORUM_RADIX_H

#include <stddef.h>

#include "base/err.h"
#include "base/secret.h"

enum { RADIX_NUMBER = 64, RADIX_MIN = 2, RADIX_MAX = 94 };

/*
 * Reads 64 bytes as a big-endian integer and appends its `count` lowest digits in base |alphabet|,
 * least significant first. The alphabet and the count are not secret.
 */
MUST_CHECK enum err radix_append(struct secret *out, const struct secret *number,
    const char *alphabet, size_t count, struct err_trace *trace);

#endif
