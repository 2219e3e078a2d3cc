/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/draft.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/hash.h"
#include "x509/draft_internal.h"

static enum err
openssl_failed(struct err_trace *trace, const char *what)
{
	unsigned long raw = ERR_peek_last_error();

	ERR_clear_error();
	return FAIL_RAW(trace, ERR_FORMAT, ERR_ORIGIN_OPENSSL, raw, "%s", what);
}

/* 16 bytes, the first two bits of them 0 and 1: always positive, never shorter. */
static enum err
set_serial(X509 *certificate, struct err_trace *trace)
{
	uint8_t bytes[DRAFT_SERIAL];
	BIGNUM *number;
	ASN1_INTEGER *serial = NULL;
	enum err err = random_bytes(bytes, sizeof(bytes), trace);

	if (err != ERR_OK)
		return err;
	bytes[0] = (uint8_t)((bytes[0] & 0x3f) | 0x40);
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	if (number != NULL)
		serial = BN_to_ASN1_INTEGER(number, NULL);
	if (serial == NULL || X509_set_serialNumber(certificate, serial) != 1)
		err = openssl_failed(trace, "the serial number was not set");
	ASN1_INTEGER_free(serial);
	BN_free(number);
	return err;
}

/* UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280, 4.1.2.5): ASN1_TIME_set chooses. */
static enum err
set_times(X509 *certificate, const struct draft_order *order, struct err_trace *trace)
{
	enum { YEAR_1950 = -631152000 };
	static const int64_t year_10000 = INT64_C(253402300800);

	if (order->not_before < YEAR_1950 || order->not_after >= year_10000 ||
	    order->not_before >= order->not_after)
		return FAIL(trace, ERR_ARGUMENT,
		    "a certificate begins before it ends, in the years 1950 to 9999");
	if (ASN1_TIME_set(X509_getm_notBefore(certificate), order->not_before) == NULL ||
	    ASN1_TIME_set(X509_getm_notAfter(certificate), order->not_after) == NULL)
		return openssl_failed(trace, "the validity was not set");
	return ERR_OK;
}

static enum err
set_names(X509 *certificate, const struct draft_order *order, struct err_trace *trace)
{
	const X509_NAME *issuer =
	    order->issuer == NULL ? order->subject : X509_get_subject_name(order->issuer);

	if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
	    X509_set_subject_name(certificate, order->subject) != 1 ||
	    X509_set_issuer_name(certificate, issuer) != 1)
		return openssl_failed(trace, "the names were not set");
	return ERR_OK;
}

enum err
draft_key_id(const X509 *certificate, uint8_t out[DRAFT_KEY_ID], struct err_trace *trace)
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(certificate);
	uint8_t hash[SHA256_SIZE];
	enum err err;

	if (bits == NULL)
		return FAIL(trace, ERR_FORMAT, "the certificate has no public key");
	err = sha256(ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits), hash, trace);
	if (err == ERR_OK)
		memcpy(out, hash, DRAFT_KEY_ID);
	return err;
}

static enum err
build(X509 *certificate, const struct draft_order *order, struct err_trace *trace)
{
	EVP_PKEY *throwaway = NULL;
	EVP_PKEY *subject_key = order->subject_key;
	enum err err = ERR_OK;

	if (subject_key == NULL) {
		throwaway = EVP_EC_gen("P-384");
		subject_key = throwaway;
	}
	if (subject_key == NULL || X509_set_pubkey(certificate, subject_key) != 1)
		err = openssl_failed(trace, "the public key was not set");
	if (err == ERR_OK)
		err = set_names(certificate, order, trace);
	if (err == ERR_OK)
		err = set_times(certificate, order, trace);
	if (err == ERR_OK)
		err = set_serial(certificate, trace);
	if (err == ERR_OK)
		err = draft_add_extensions(certificate, order, trace);
	if (err == ERR_OK)
		err = draft_sign_certificate(certificate,
		    order->issuer == NULL ? subject_key : X509_get0_pubkey(order->issuer), trace);
	EVP_PKEY_free(throwaway);
	return err;
}

enum err
draft_certificate(const struct draft_order *order, struct der *out, struct err_trace *trace)
{
	X509 *certificate = X509_new();
	enum err err = certificate == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a certificate")
					   : build(certificate, order, trace);

	if (err == ERR_OK)
		err = encoding_of_certificate(certificate, out, trace);
	X509_free(certificate);
	return err;
}

enum err
draft_set_key(
    const struct der *draft, EVP_PKEY *subject_key, struct der *out, struct err_trace *trace)
{
	X509 *certificate = NULL;
	enum err err = encoding_certificate(draft, &certificate, trace);

	if (err != ERR_OK)
		return err;
	if (X509_set_pubkey(certificate, subject_key) != 1)
		err = openssl_failed(trace, "the public key was not set");
	if (err == ERR_OK)
		err = draft_set_key_ids(certificate, NULL, trace);
	if (err == ERR_OK)
		err = draft_sign_certificate(certificate, subject_key, trace);
	if (err == ERR_OK)
		err = encoding_of_certificate(certificate, out, trace);
	X509_free(certificate);
	return err;
}
