/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/encoding.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

static const struct {
	const char *word;
	const char *pem[2]; /* the first one is written */
} kinds[ENCODING__COUNT] = {
	[ENCODING_CERTIFICATE] = { "certificate", { "CERTIFICATE", "X509 CERTIFICATE" } },
	[ENCODING_REQUEST] = { "certificate request",
	    { "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST" } },
	[ENCODING_CRL] = { "revocation list", { "X509 CRL", "X509 CRL" } },
};

void
der_drop(struct der *der)
{
	free(der->bytes);
	*der = (struct der){ .bytes = NULL };
}

const char *
encoding_word(enum encoding kind)
{
	return kinds[kind].word;
}

/* OpenSSL's memory becomes ours, which free() takes. */
static enum err
copy(const unsigned char *bytes, long len, struct der *out, struct err_trace *trace)
{
	uint8_t *copied = len > 0 ? malloc((size_t)len) : NULL;

	if (copied == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for %ld bytes", len);
	memcpy(copied, bytes, (size_t)len);
	*out = (struct der){ copied, (size_t)len };
	return ERR_OK;
}

/* One block of PEM after another; text between them is nobody's. */
static enum err
read_pem(enum encoding kind, BIO *from, struct der *out, struct err_trace *trace)
{
	struct der found = { .bytes = NULL };
	unsigned char *bytes = NULL;
	char *name = NULL, *header = NULL;
	long len = 0;
	enum err err = ERR_OK;

	while (err == ERR_OK && PEM_read_bio(from, &name, &header, &bytes, &len) == 1) {
		if (strcmp(name, kinds[kind].pem[0]) != 0 && strcmp(name, kinds[kind].pem[1]) != 0)
			err = FAIL(trace, ERR_FORMAT, "it holds a '%.40s', not a %s", name,
			    kinds[kind].word);
		else if (found.bytes != NULL)
			err =
			    FAIL(trace, ERR_FORMAT, "it holds more than one %s", kinds[kind].word);
		else
			err = copy(bytes, len, &found, trace);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(bytes);
	}
	if (err == ERR_OK && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		err = FAIL_RAW(trace, ERR_FORMAT, ERR_ORIGIN_OPENSSL, ERR_peek_last_error(),
		    "its PEM is damaged");
	if (err == ERR_OK && found.bytes == NULL)
		err = FAIL(trace, ERR_FORMAT, "it holds no whole %s", kinds[kind].word);
	ERR_clear_error();
	if (err == ERR_OK)
		*out = found;
	else
		der_drop(&found);
	return err;
}

/* A SEQUENCE, and nothing behind it. */
static enum err
read_der(enum encoding kind, const char *text, size_t len, struct der *out, struct err_trace *trace)
{
	const unsigned char *at = (const unsigned char *)text;
	long inside = 0;
	int tag = 0, class = 0;
	int form = ASN1_get_object(&at, &inside, &tag, &class, (long)len);
	size_t head = (size_t)(at - (const unsigned char *)text);

	ERR_clear_error();
	if (form != V_ASN1_CONSTRUCTED || tag != V_ASN1_SEQUENCE || class != V_ASN1_UNIVERSAL)
		return FAIL(
		    trace, ERR_FORMAT, "it holds no %s, in PEM or in DER", kinds[kind].word);
	if (head + (size_t)inside != len)
		return FAIL(trace, ERR_FORMAT, "there are bytes behind the %s", kinds[kind].word);
	return copy((const unsigned char *)text, (long)len, out, trace);
}

enum err
encoding_read(
    enum encoding kind, const char *text, size_t len, struct der *out, struct err_trace *trace)
{
	BIO *from;
	enum err err;

	if (len == 0 || len > INT_MAX)
		return FAIL(trace, ERR_FORMAT, "it is empty, or too long");
	if (memmem(text, len, "-----BEGIN ", 11) == NULL)
		return read_der(kind, text, len, out, trace);
	from = BIO_new_mem_buf(text, (int)len);
	if (from == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a %s", kinds[kind].word);
	err = read_pem(kind, from, out, trace);
	BIO_free(from);
	return err;
}

enum err
encoding_pem(enum encoding kind, const struct der *der, char **out, struct err_trace *trace)
{
	BIO *to = BIO_new(BIO_s_mem());
	char *text = NULL;
	char *bytes = NULL;
	long len;

	if (to != NULL &&
	    PEM_write_bio(to, kinds[kind].pem[0], "", der->bytes, (long)der->len) > 0) {
		len = BIO_get_mem_data(to, &bytes);
		text = len > 0 ? strndup(bytes, (size_t)len) : NULL;
	}
	BIO_free(to);
	if (text == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a %s", kinds[kind].word);
	*out = text;
	return ERR_OK;
}

static enum err
not_read(enum encoding kind, struct err_trace *trace)
{
	unsigned long raw = ERR_peek_last_error();

	ERR_clear_error();
	return FAIL_RAW(
	    trace, ERR_FORMAT, ERR_ORIGIN_OPENSSL, raw, "it is no %s", kinds[kind].word);
}

enum err
encoding_certificate(const struct der *der, X509 **out, struct err_trace *trace)
{
	const unsigned char *at = der->bytes;
	X509 *read = d2i_X509(NULL, &at, (long)der->len);

	if (read == NULL || at != der->bytes + der->len) {
		X509_free(read);
		return not_read(ENCODING_CERTIFICATE, trace);
	}
	*out = read;
	return ERR_OK;
}

enum err
encoding_request(const struct der *der, X509_REQ **out, struct err_trace *trace)
{
	const unsigned char *at = der->bytes;
	X509_REQ *read = d2i_X509_REQ(NULL, &at, (long)der->len);

	if (read == NULL || at != der->bytes + der->len) {
		X509_REQ_free(read);
		return not_read(ENCODING_REQUEST, trace);
	}
	*out = read;
	return ERR_OK;
}

enum err
encoding_crl(const struct der *der, X509_CRL **out, struct err_trace *trace)
{
	const unsigned char *at = der->bytes;
	X509_CRL *read = d2i_X509_CRL(NULL, &at, (long)der->len);

	if (read == NULL || at != der->bytes + der->len) {
		X509_CRL_free(read);
		return not_read(ENCODING_CRL, trace);
	}
	*out = read;
	return ERR_OK;
}

static enum err
take(enum encoding kind, unsigned char *bytes, int len, struct der *out, struct err_trace *trace)
{
	enum err err = len > 0
			   ? copy(bytes, len, out, trace)
			   : FAIL_RAW(trace, ERR_NOMEM, ERR_ORIGIN_OPENSSL, ERR_peek_last_error(),
				 "a %s was not encoded", kinds[kind].word);

	OPENSSL_free(bytes);
	return err;
}

enum err
encoding_of_certificate(const X509 *certificate, struct der *out, struct err_trace *trace)
{
	unsigned char *bytes = NULL;
	int len = i2d_X509(certificate, &bytes);

	return take(ENCODING_CERTIFICATE, bytes, len, out, trace);
}

enum err
encoding_of_crl(const X509_CRL *crl, struct der *out, struct err_trace *trace)
{
	unsigned char *bytes = NULL;
	int len = i2d_X509_CRL(crl, &bytes);

	return take(ENCODING_CRL, bytes, len, out, trace);
}
