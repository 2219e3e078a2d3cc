/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificate requests (PKCS #10): whether one may be answered, and what it asks for. */
#ifndef X509_REQUEST_H
#define X509_REQUEST_H

#include "x509/encoding.h"

enum { REQUEST_ASKS = 256 };

/*
 * Reads one and has it proven: ERR_DENIED when its signature is not by the key that it asks a
 * certificate for, or that key may not be certified (x509/lint.h). X509_REQ_free *out.
 */
MUST_CHECK enum err request_open(const struct der *der, X509_REQ **out, struct err_trace *trace);

/*
 * The extensions that it asks for, as "keyUsage, subjectAltName"; empty: none. None of them is
 * copied: the profile alone decides.
 */
void request_asks(const X509_REQ *request, char out[REQUEST_ASKS]);

#endif
