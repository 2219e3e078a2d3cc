/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/certificate_view.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/hash.h"
#include "x509/dn.h"
#include "x509/times.h"

/* READ_ALOUD: as much of a hash as is also given in words. */
enum { SERIAL_BYTES = 64, READ_ALOUD = 16 };

struct facts {
	char subject[DN_TEXT];
	char issuer[DN_TEXT];
	char serial[2 * SERIAL_BYTES + 1];
	int64_t from, until;
	uint8_t hash[SHA256_SIZE];
};

static enum err
read_facts(const struct der *der, struct facts *out, struct err_trace *trace)
{
	X509 *certificate = NULL;
	const ASN1_INTEGER *serial;
	enum err err = encoding_certificate(der, &certificate, trace);

	if (err != ERR_OK)
		return err;
	dn_format(X509_get_subject_name(certificate), out->subject);
	dn_format(X509_get_issuer_name(certificate), out->issuer);
	serial = X509_get0_serialNumber(certificate);
	if (ASN1_STRING_length(serial) > SERIAL_BYTES ||
	    !times_read(X509_get0_notBefore(certificate), &out->from) ||
	    !times_read(X509_get0_notAfter(certificate), &out->until))
		err = FAIL(trace, ERR_FORMAT, "the certificate's number or times are damaged");
	else
		hex_encode(
		    ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial), out->serial);
	X509_free(certificate);
	return err == ERR_OK ? sha256(der->bytes, der->len, out->hash, trace) : err;
}

enum err
certificate_view_print(struct cli *cli, const struct der *der, struct err_trace *trace)
{
	char from[CLOCK_TEXT], until[CLOCK_TEXT], hex[2 * SHA256_SIZE + 1];
	struct facts facts;
	enum err err = read_facts(der, &facts, trace);

	if (err != ERR_OK)
		return err;
	clock_format(facts.from, from);
	clock_format(facts.until, until);
	hex_encode(facts.hash, sizeof(facts.hash), hex);
	fprintf(cli->out, "Subject  %s\nIssuer   %s\nSerial   %s\nValid    %s to %s\nSHA-256  %s\n",
	    facts.subject, facts.issuer, facts.serial, from, until, hex);
	cli_print_words(cli, "         ", facts.hash, sizeof(facts.hash));
	return ERR_OK;
}

enum err
certificate_view_json(const struct der *der, json_t **out, struct err_trace *trace)
{
	char from[CLOCK_TEXT], until[CLOCK_TEXT], hex[2 * SHA256_SIZE + 1];
	char words[WORDS_SIZE(READ_ALOUD)];
	struct facts facts;
	enum err err = read_facts(der, &facts, trace);

	if (err != ERR_OK)
		return err;
	clock_format(facts.from, from);
	clock_format(facts.until, until);
	hex_encode(facts.hash, sizeof(facts.hash), hex);
	words_encode(facts.hash, READ_ALOUD, words);
	*out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "subject", facts.subject, "issuer",
	    facts.issuer, "serial", facts.serial, "not_before", from, "not_after", until, "sha256",
	    hex, "words", words);
	return *out == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a certificate's facts")
			    : ERR_OK;
}
