/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The attributes that clients may name: how each travels in the remote protocol, and whether a
 * private key's may be read. The list is positive: an attribute that is not in it is unknown here,
 * whatever the module knows of it. Arrays of attributes are left out on purpose; their inner
 * pointers would be the client's bytes.
 */
#ifndef AGENT_ATTRIBUTES_H
#define AGENT_ATTRIBUTES_H

#include <stdbool.h>

#include <p11-kit/pkcs11.h>

enum attribute_form {
	ATTRIBUTE_UNKNOWN,
	ATTRIBUTE_FLAG,   /* one byte */
	ATTRIBUTE_NUMBER, /* a CK_ULONG, eight bytes on the wire */
	ATTRIBUTE_DATE,   /* nothing or eight bytes */
	ATTRIBUTE_BYTES,
};

enum attribute_form attribute_form(CK_ATTRIBUTE_TYPE type);

/* False for whatever is, or could be, a part of the private half. */
bool attribute_is_public(CK_ATTRIBUTE_TYPE type);

#endif
