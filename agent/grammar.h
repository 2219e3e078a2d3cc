/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads one request of p11-kit's remote protocol (version 0) before p11-kit does. p11-kit's server
 * makes room for whatever a request names (two gigabytes for a C_Sign of one byte, if asked), and
 * hands a mechanism's parameter to the module as it came. So each argument is walked here, and a
 * request that is malformed or immoderate never gets further.
 *
 * A request's body is: call number (u32), signature (bytes), arguments. Arguments, as in the
 * signature: u number of eight bytes; y one byte; ay bytes; M mechanism; aA attributes with values;
 * fy, fu, fA room that the client has for bytes, numbers, attributes. Bytes are a length (u32,
 * FFFFFFFF for none) and themselves.
 */
#ifndef AGENT_GRAMMAR_H
#define AGENT_GRAMMAR_H

#include <stddef.h>
#include <stdint.h>

#include <p11-kit/pkcs11.h>

enum {
	GRAMMAR_ROOM = 1 << 20,       /* bytes of room that one request may ask for */
	GRAMMAR_NUMBERS = 1 << 16,    /* as many in one answer */
	GRAMMAR_ATTRIBUTES = 256,     /* as many in one request */
	GRAMMAR_ATTRIBUTE_LEN = 65536 /* bytes of room for one */
};

enum grammar_verdict {
	GRAMMAR_PASS,
	GRAMMAR_REFUSE, /* well formed as far as it was read; the client is told *refusal */
	GRAMMAR_CUT,    /* no client that means well sends this */
};

/* The name of the function that a body calls; "?" for a number that no function has. */
const char *grammar_call_name(const uint8_t *body, size_t len);

enum grammar_verdict grammar_check(const uint8_t *body, size_t len, CK_RV *refusal);

#endif
