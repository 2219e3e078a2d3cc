/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates, requests and revocation lists as files: DER, or PEM around it. Only the outermost
 * length is looked at here; what reads the content takes all of it or fails.
 */
#ifndef X509_ENCODING_H
#define X509_ENCODING_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "base/err.h"

struct der {
	uint8_t *bytes; /* der_drop() */
	size_t len;
};
void der_drop(struct der *der);

enum encoding {
	ENCODING_CERTIFICATE,
	ENCODING_REQUEST, /* PKCS #10 */
	ENCODING_CRL,
	ENCODING__COUNT
};

/* "certificate", for messages. */
const char *encoding_word(enum encoding kind);

/*
 * The one object of that kind in a file's bytes, PEM or DER. ERR_FORMAT: none, more than one, or
 * something behind it.
 */
MUST_CHECK enum err encoding_read(
    enum encoding kind, const char *text, size_t len, struct der *out, struct err_trace *trace);

/* NUL-terminated PEM; free() *out. */
MUST_CHECK enum err
encoding_pem(enum encoding kind, const struct der *der, char **out, struct err_trace *trace);

/* What OpenSSL makes of the DER, all of it; freed with OpenSSL's X509_free and its like. */
MUST_CHECK enum err
encoding_certificate(const struct der *der, X509 **out, struct err_trace *trace);
MUST_CHECK enum err
encoding_request(const struct der *der, X509_REQ **out, struct err_trace *trace);
MUST_CHECK enum err encoding_crl(const struct der *der, X509_CRL **out, struct err_trace *trace);

/* And back. */
MUST_CHECK enum err
encoding_of_certificate(const X509 *certificate, struct der *out, struct err_trace *trace);
MUST_CHECK enum err encoding_of_crl(const X509_CRL *crl, struct der *out, struct err_trace *trace);

#endif
