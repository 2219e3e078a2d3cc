/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the bytes, in PEM or DER: certificates, requests and revocation lists are refused, or
 * read, judged and written again; never more than what is there.
 */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "x509/crl.h"
#include "x509/dn.h"
#include "x509/draft.h"
#include "x509/lint.h"
#include "x509/request.h"

static void
judge_certificate(const struct der *der)
{
	X509 *certificate = NULL;
	struct draft_digest digest;
	char name[DN_TEXT];

	if (encoding_certificate(der, &certificate, NULL) != ERR_OK)
		return;
	dn_format(X509_get_subject_name(certificate), name);
	for (int issued = 0; issued < 2; issued++) {
		const struct lint_certificate what = { .certificate = certificate,
			.issuer = issued ? certificate : NULL,
			.rules = PROFILE_PUBLIC,
			.now = 1 };
		enum err err = lint_certificate(&what, NULL);

		HOLDS(err == ERR_OK || err == ERR_DENIED);
	}
	if (draft_digest_of(der, &digest, NULL) == ERR_OK)
		HOLDS(digest.bits >= 256);
	X509_free(certificate);
}

static void
judge_request(const struct der *der)
{
	X509_REQ *request = NULL;
	char asks[REQUEST_ASKS];

	if (encoding_request(der, &request, NULL) == ERR_OK) {
		request_asks(request, asks);
		X509_REQ_free(request);
	}
	request = NULL;
	if (request_open(der, &request, NULL) == ERR_OK)
		X509_REQ_free(request);
}

static void
judge_crl(const struct der *der)
{
	X509_CRL *crl = NULL;
	X509 *nobody = X509_new();
	int64_t number;

	HOLDS(nobody != NULL);
	if (encoding_crl(der, &crl, NULL) == ERR_OK) {
		const struct lint_crl what = {
			.crl = crl, .issuer = nobody, .rules = PROFILE_PUBLIC, .now = 1
		};

		HOLDS(lint_crl(&what, NULL) == ERR_DENIED);
		(void)crl_number(crl, &number);
		(void)crl_count(crl);
		HOLDS(crl_check_previous(crl, nobody, 1, NULL) != ERR_OK);
		X509_CRL_free(crl);
	}
	X509_free(nobody);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static void (*const judges[])(const struct der *der) = {
		[ENCODING_CERTIFICATE] = judge_certificate,
		[ENCODING_REQUEST] = judge_request,
		[ENCODING_CRL] = judge_crl,
	};

	for (int kind = 0; kind < ENCODING__COUNT; kind++) {
		struct der der = { .bytes = NULL };

		if (encoding_read((enum encoding)kind, (const char *)bytes, len, &der, NULL) !=
		    ERR_OK)
			continue;
		HOLDS(der.len > 0 && der.len <= len);
		judges[kind](&der);
		der_drop(&der);
	}
	return 0;
}
