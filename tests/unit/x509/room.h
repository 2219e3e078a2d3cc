/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and certificates that the tests of x509/ begin with. */
#ifndef TESTS_UNIT_X509_ROOM_H
#define TESTS_UNIT_X509_ROOM_H

#include <stdbool.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/err.h"
#include "x509/draft.h"

/* 2026-11-23T12:00:00Z */
#define ROOM_NOW  INT64_C(1795435200)

#define ROOM_NAME "C=DE,O=Example AG,CN=Example Root CA 1"

struct room {
	EVP_PKEY *root_key;
	EVP_PKEY *sub_key;
	X509 *root; /* by the profile `root` */
	X509 *sub;  /* by room_issuing(), below it */
};

int room_open(void **state);
int room_close(void **state);

/* A profile of kind intermediate that the public rules take. */
struct profile room_issuing(void);

/* In any of the trace's frames. */
bool room_said(const struct err_trace *trace, const char *text);

/* The extension anew; a NULL value takes it out. */
void room_extension(X509 *certificate, int nid, const char *value);
void room_name(X509 *certificate, bool issuer, const char *name);
void room_times(X509 *certificate, int64_t not_before, int64_t not_after);

/* Signed in earnest, by a key of OpenSSL's: what the token does otherwise. */
void room_sign(const struct der *draft, EVP_PKEY *key, struct der *out);

#endif
