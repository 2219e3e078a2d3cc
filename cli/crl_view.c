/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/crl_view.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/hash.h"
#include "x509/crl.h"
#include "x509/dn.h"
#include "x509/times.h"

enum { READ_ALOUD = 16 };

struct facts {
	char issuer[DN_TEXT];
	int64_t number;
	size_t count;
	char from[CLOCK_TEXT], until[CLOCK_TEXT];
	uint8_t hash[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
};

static enum err
read_facts(const struct der *der, struct facts *out, struct err_trace *trace)
{
	X509_CRL *crl = NULL;
	int64_t from, until;
	enum err err = encoding_crl(der, &crl, trace);

	if (err != ERR_OK)
		return err;
	dn_format(X509_CRL_get_issuer(crl), out->issuer);
	out->count = crl_count(crl);
	if (!crl_number(crl, &out->number) || !times_read(X509_CRL_get0_lastUpdate(crl), &from) ||
	    !times_read(X509_CRL_get0_nextUpdate(crl), &until)) {
		err = FAIL(trace, ERR_FORMAT, "the revocation list has no number or no times");
	} else {
		clock_format(from, out->from);
		clock_format(until, out->until);
		err = sha256(der->bytes, der->len, out->hash, trace);
	}
	X509_CRL_free(crl);
	if (err == ERR_OK)
		hex_encode(out->hash, sizeof(out->hash), out->hex);
	return err;
}

enum err
crl_view_print(struct cli *cli, const struct der *der, struct err_trace *trace)
{
	struct facts facts;
	enum err err = read_facts(der, &facts, trace);

	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "Issuer   %s\nNumber   %" PRId64 "\nRevoked  %zu\nValid    %s to %s\n",
	    facts.issuer, facts.number, facts.count, facts.from, facts.until);
	fprintf(cli->out, "SHA-256  %s\n", facts.hex);
	cli_print_words(cli, "         ", facts.hash, sizeof(facts.hash));
	return ERR_OK;
}

enum err
crl_view_json(const struct der *der, json_t **out, struct err_trace *trace)
{
	char words[WORDS_SIZE(READ_ALOUD)];
	struct facts facts;
	enum err err = read_facts(der, &facts, trace);

	if (err != ERR_OK)
		return err;
	words_encode(facts.hash, READ_ALOUD, words);
	*out = json_pack("{s:s, s:I, s:I, s:s, s:s, s:s, s:s}", "issuer", facts.issuer, "number",
	    (json_int_t)facts.number, "entries", (json_int_t)facts.count, "this_update", facts.from,
	    "next_update", facts.until, "sha256", facts.hex, "words", words);
	return *out == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a list's facts") : ERR_OK;
}
