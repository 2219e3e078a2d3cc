/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be revoked, as people list it: a table (base/csv.h) whose first row is
 * serial,date,reason, and one certificate in each row below.
 *
 *   serial  hexadecimal digits, with or without colons between pairs
 *   date    YYYY-MM-DD, or YYYY-MM-DDThh:mm:ssZ: not in the future
 *   reason  a word of RFC 5280, 5.3.1 (keyCompromise), or empty
 */
#ifndef X509_CRL_ENTRIES_H
#define X509_CRL_ENTRIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { CRL_SERIAL_MAX = 20, CRL_FILE_MAX = 8 * 1024 * 1024 };

struct crl_entry {
	uint8_t serial[CRL_SERIAL_MAX]; /* without leading zeros */
	size_t serial_len;
	int64_t date;
	int reason;  /* RFC 5280's code; 0: nothing is said */
	size_t line; /* of the file */
};

struct crl_entries {
	struct crl_entry *at; /* crl_entries_drop */
	size_t count;
};
void crl_entries_drop(struct crl_entries *entries);

struct crl_entries_text {
	const char *file; /* for messages */
	const char *text;
	size_t len;
	int64_t now; /* seconds UTC */
};

/* ERR_FORMAT names the file, the line and what is wrong with it; then there are no entries. */
MUST_CHECK enum err crl_entries_parse(
    const struct crl_entries_text *from, struct crl_entries *out, struct err_trace *trace);

#endif
