/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificate profiles (docs/formats/profile.md): what a certificate that is signed may be. A small
 * file of lines `key = value`, or one of those that are built in:
 *
 *   root          self-signed, by the rules for publicly trusted roots (BR 7.1.2.1, 6.1.6)
 *   private       self-signed, by RFC 5280 alone
 *   intermediate  a CA below another, by RFC 5280 alone, with no CA below itself
 */
#ifndef X509_PROFILE_H
#define X509_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum profile_kind { PROFILE_ROOT, PROFILE_INTERMEDIATE, PROFILE_KIND__COUNT };
enum profile_rules { PROFILE_PUBLIC, PROFILE_PRIVATE, PROFILE_RULES__COUNT };

enum {
	PROFILE_NAME = 64,
	PROFILE_VALUES = 1024, /* what one key gathers */
	PROFILE_FILE_MAX = 64 * 1024,
	PROFILE_NO_LIMIT = -1
};

struct profile {
	char name[PROFILE_NAME];
	enum profile_kind kind;
	enum profile_rules rules;
	int64_t days;
	int64_t path_length; /* PROFILE_NO_LIMIT: the certificate says nothing of it */
	char subject[PROFILE_VALUES];
	/* Lists as OpenSSL's extension syntax has them; empty: the extension is left out. */
	char key_usage[PROFILE_VALUES];
	char extended_usage[PROFILE_VALUES];
	char policies[PROFILE_VALUES];
	char constraints[PROFILE_VALUES];
	char crl_urls[PROFILE_VALUES];
	char access[PROFILE_VALUES]; /* authority information: OCSP and the issuer's certificate */
};

/* ERR_ABSENT names those that there are. */
MUST_CHECK enum err
profile_built_in(const char *name, struct profile *out, struct err_trace *trace);

/*
 * `file` is for messages: "issuing.profile:7:12: ...". ERR_FORMAT for a line that is none, an
 * unknown or repeated key, a value that its key does not take, and a missing key.
 */
MUST_CHECK enum err profile_parse(
    const char *file, const char *text, size_t len, struct profile *out, struct err_trace *trace);

/* Reads a built-in one by its name, or a file: whatever has a '/' or a '.' in it. */
MUST_CHECK enum err
profile_load(const char *name_or_file, struct profile *out, struct err_trace *trace);

/* "root", "public" */
const char *profile_kind_word(enum profile_kind kind);
const char *profile_rules_word(enum profile_rules rules);

#endif
