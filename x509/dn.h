/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Distinguished names as people type them: C=DE,O=Example AG,CN=Example Root CA 1, in the order in
 * which they are encoded (the country first, as in the certificates of CAs). A comma, a plus, an
 * equals sign or a backslash inside a value has a backslash before it.
 */
#ifndef X509_DN_H
#define X509_DN_H

#include <openssl/x509.h>

#include "base/err.h"

enum { DN_TEXT = 512 };

/*
 * ERR_ARGUMENT names the attribute that is unknown, empty, repeated, too long or not UTF-8. Values
 * become PrintableString (C, serialNumber) or UTF8String. X509_NAME_free *out.
 */
MUST_CHECK enum err dn_parse(const char *text, X509_NAME **out, struct err_trace *trace);

/* In the same form, ASCII (other bytes as \C3); cut with "..." when it is longer than `out`. */
void dn_format(const X509_NAME *name, char out[DN_TEXT]);

#endif
