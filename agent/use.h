/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate of private-key operations. Every one passes use_begin before the token is asked and
 * use_end before the client is answered; nothing else calls the token with a private key. The
 * bounds are kept here, atomically: with one use left and fifty clients at once, one gets it.
 *
 * A use is taken when it begins and given back when the token made nothing: what counts is what
 * was signed.
 */
#ifndef AGENT_USE_H
#define AGENT_USE_H

#include <stdatomic.h>
#include <stdint.h>

#include <p11-kit/pkcs11.h>

struct client;
struct mechanism;
struct visible_object;

struct uses {
	int64_t max;         /* 0: no bound */
	int64_t deadline_ms; /* on CLOCK_BOOTTIME; 0: no bound */
	_Atomic int64_t taken;
};

struct use {
	const struct client *client;
	const struct visible_object *key;
	const struct mechanism *mechanism;
};

/* CKR_OK, or CKR_FUNCTION_REJECTED when a bound is reached: then use_end is not called. */
CK_RV use_begin(struct uses *uses, const struct use *use);

/* `result` is what the token answered. Returns what the client is answered. */
CK_RV use_end(struct uses *uses, const struct use *use, CK_RV result);

int64_t use_count(const struct uses *uses);

#endif
