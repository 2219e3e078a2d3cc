/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"
#include "cli/certificate_view.h"
#include "cli/cli.h"
#include "cli/pki_file.h"
#include "custody/certify.h"
#include "x509/times.h"

struct cert_values {
	const char *quorum; /* `show`: the file */
	const char *token;
	const char *label;
	const char *profile;
	const char *subject;
	int64_t days;
	int64_t until;
	const char *ca;
	const char *csr;
	const char *csr_sha256;
	const char *out;
	bool der;
	bool no_store;
	bool again;
};

static const struct operand_row quorum_operands[] = {
	{ "QUORUM", "whose token", true, offsetof(struct cert_values, quorum) },
	{ .metavar = NULL },
};
static const struct operand_row file_operands[] = {
	{ "FILE", "a certificate, PEM or DER", true, offsetof(struct cert_values, quorum) },
	{ .metavar = NULL },
};

#define TEXT(n, must, what, about, member)                                                         \
	{                                                                                          \
		.name = n, .kind = OPTION_TEXT, .metavar = what, .help = about, .required = must,  \
		.offset = offsetof(struct cert_values, member)                                     \
	}
#define FLAG(n, about, member)                                                                     \
	{                                                                                          \
		.name = n, .kind = OPTION_FLAG, .help = about,                                     \
		.offset = offsetof(struct cert_values, member)                                     \
	}
#define KEY_OPTIONS                                                                                \
	TEXT(                                                                                      \
	    "token", false, "NAME", "which of the quorum's tokens, by its binding's name", token), \
	    TEXT("key", true, "LABEL", "the key on the token, by its label", label)
#define VALIDITY_OPTIONS                                                                           \
	{ .name = "days",                                                                          \
		.kind = OPTION_NUMBER,                                                             \
		.metavar = "DAYS",                                                                 \
		.help = "valid so long from now, in place of the profile's days",                  \
		.min = 1,                                                                          \
		.max = 36525,                                                                      \
		.offset = offsetof(struct cert_values, days) },                                    \
	{                                                                                          \
		.name = "until", .kind = OPTION_DAY, .metavar = "DAY",                             \
		.help = "valid to the end of that day (YYYY-MM-DD, UTC), in place of days",        \
		.offset = offsetof(struct cert_values, until)                                      \
	}

static const struct option_row self_sign_options[] = {
	KEY_OPTIONS,
	TEXT("profile", true, "PROFILE", "root, private or the file of a profile", profile),
	TEXT("subject", false, "NAME",
	    "who it is for: C=DE,O=Example AG,CN=Example Root 1; else the profile's", subject),
	VALIDITY_OPTIONS,
	FLAG("no-store", "do not put the certificate on the token", no_store),
	FLAG("again", "though the key has a certificate on its token: a renewal", again),
	TEXT("out", true, "FILE", "write the certificate (PEM) to a new file", out),
	{ .name = NULL },
};

static const struct option_row sign_options[] = {
	KEY_OPTIONS,
	TEXT("ca", true, "FILE", "the certificate of the key that signs", ca),
	TEXT("csr", true, "FILE", "the certificate request, PKCS #10 in PEM or DER", csr),
	TEXT("csr-sha256", true, "HEX",
	    "what sha256sum says of that file where it comes from; else nothing is signed",
	    csr_sha256),
	TEXT("profile", true, "PROFILE", "intermediate or the file of a profile", profile),
	TEXT("subject", false, "NAME",
	    "who it is for; else whom the profile, or the request, names", subject),
	VALIDITY_OPTIONS,
	TEXT("out", true, "FILE", "write the certificate (PEM) to a new file", out),
	{ .name = NULL },
};

static const struct option_row export_options[] = {
	KEY_OPTIONS,
	FLAG("der", "write DER in place of PEM", der),
	TEXT("out", true, "FILE", "write the certificate to a new file", out),
	{ .name = NULL },
};

static enum err
check_times(const struct cert_values *v, struct err_trace *trace)
{
	if (v->days != 0 && v->until != 0)
		return FAIL(trace, ERR_ARGUMENT, "--days and --until do not go together");
	if (v->until != 0 && v->until <= clock_utc())
		return FAIL(trace, ERR_ARGUMENT, "--until lies in the past");
	return cli_check_new_file(v->out, trace);
}

static enum err
show(struct cli *cli, const struct der *der, json_t *more, struct err_trace *trace)
{
	json_t *facts = NULL;
	enum err err;

	if (!cli->line->json) {
		json_decref(more);
		return certificate_view_print(cli, der, trace);
	}
	err = certificate_view_json(der, &facts, trace);
	if (err == ERR_OK && more != NULL)
		json_object_update(facts, more);
	json_decref(more);
	return err == ERR_OK ? cli_print_json(cli, facts, trace) : err;
}

static enum err
sign(struct cli *cli, const struct cert_values *v, const struct certify_request *request,
    struct err_trace *trace)
{
	const struct pki_output output = { ENCODING_CERTIFICATE, v->out, false };
	struct certified made = { .stored = false };
	enum err err = certify_sign(&cli->custody, request, &made, trace);

	if (err != ERR_OK)
		return err;
	err = pki_file_keep(cli, &output, &made, trace);
	if (err == ERR_OK)
		err = show(cli, &made.der,
		    json_pack("{s:s, s:b}", "file", v->out, "stored", made.stored), trace);
	if (err == ERR_OK && made.not_stored[0] != '\0')
		fprintf(stderr, "The certificate is not on the token: %s\n", made.not_stored);
	certified_drop(&made);
	return err;
}

static struct certify_request
request_of(const struct cert_values *v, const struct profile *profile)
{
	return (struct certify_request){ .by = { v->quorum, v->token, v->label },
		.profile = profile,
		.subject = v->subject,
		.until = v->until == 0 ? 0 : v->until + CLOCK_DAY - 1,
		.days = v->days,
		.store = !v->no_store,
		.again = v->again };
}

static enum err
run_self_sign(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct cert_values *v = values;
	struct certify_request request;
	struct profile profile;
	enum err err = check_times(v, trace);

	if (err == ERR_OK)
		err = profile_load(v->profile, &profile, trace);
	if (err != ERR_OK)
		return err;
	request = request_of(v, &profile);
	return sign(cli, v, &request, trace);
}

/* The bytes of the file, as sha256sum takes them. */
static enum err
check_hash(const struct cert_values *v, struct err_trace *trace)
{
	uint8_t want[SHA256_SIZE], have[SHA256_SIZE];
	char *text = NULL, hex[2 * SHA256_SIZE + 1];
	size_t len = 0;
	enum err err;

	if (!hex_decode(v->csr_sha256, want, sizeof(want)))
		return FAIL(trace, ERR_ARGUMENT, "--csr-sha256 takes the 64 digits of a SHA-256");
	err = file_read(v->csr, PKI_FILE_MAX, &text, &len, trace);
	if (err == ERR_OK)
		err = sha256(text, len, have, trace);
	free(text);
	if (err != ERR_OK || CRYPTO_memcmp(want, have, sizeof(want)) == 0)
		return err;
	hex_encode(have, sizeof(have), hex);
	err_next(trace, "Nothing was signed. Find out which request is meant, and how the file "
			"came here.");
	return FAIL(trace, ERR_DENIED,
	    "'%s' is not the request that was announced: its SHA-256 is %s", v->csr, hex);
}

static enum err
open_request(struct cli *cli, const struct cert_values *v, X509_REQ **out, struct err_trace *trace)
{
	char asks[REQUEST_ASKS];
	struct der der = { .bytes = NULL };
	enum err err = check_hash(v, trace);

	if (err == ERR_OK)
		err = pki_file_read(ENCODING_REQUEST, v->csr, &der, trace);
	if (err == ERR_OK)
		err = request_open(&der, out, trace);
	der_drop(&der);
	if (err != ERR_OK)
		return err;
	request_asks(*out, asks);
	if (asks[0] != '\0' && !cli->line->json)
		fprintf(cli->out,
		    "The request asks for %s: that is not copied, the profile alone decides.\n",
		    asks);
	return ERR_OK;
}

static enum err
run_sign(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct cert_values *v = values;
	struct certify_request request;
	struct profile profile;
	X509 *issuer = NULL;
	X509_REQ *asked = NULL;
	enum err err = check_times(v, trace);

	if (err == ERR_OK)
		err = profile_load(v->profile, &profile, trace);
	if (err == ERR_OK)
		err = pki_file_certificate(v->ca, &issuer, trace);
	if (err == ERR_OK)
		err = open_request(cli, v, &asked, trace);
	if (err == ERR_OK) {
		request = request_of(v, &profile);
		request.store = false;
		request.issuer = issuer;
		request.request = asked;
		err = sign(cli, v, &request, trace);
	}
	X509_REQ_free(asked);
	X509_free(issuer);
	return err;
}

/* The one that began last: renewals lie beside what they renew. */
static enum err
latest(const struct der *list, size_t count, const struct der **out, struct err_trace *trace)
{
	int64_t best = 0, from;
	X509 *certificate = NULL;

	*out = NULL;
	for (size_t i = 0; i < count; i++) {
		enum err err = encoding_certificate(&list[i], &certificate, trace);

		if (err != ERR_OK)
			return err;
		if (times_read(X509_get0_notBefore(certificate), &from) &&
		    (*out == NULL || from >= best)) {
			best = from;
			*out = &list[i];
		}
		X509_free(certificate);
	}
	return ERR_OK;
}

static enum err export(
    struct cli *cli, const struct cert_values *v, const struct der *der, struct err_trace *trace) {
	const struct pki_output output = { ENCODING_CERTIFICATE, v->out, v->der }; enum err err;

	if (der == NULL){
	    err_next(trace, "'quorate cert self-sign' puts one there; nothing else here does.");
	    return FAIL(
		trace, ERR_ABSENT, "the token has no certificate of the key '%s'", v->label); }
err = pki_file_write(cli, &output, der, trace);
return err == ERR_OK ? show(cli, der, json_pack("{s:s}", "file", v->out), trace) : err;
}

static enum err
run_export(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct cert_values *v = values;
	const struct certify_key by = { v->quorum, v->token, v->label };
	const struct der *chosen = NULL;
	struct der *list = NULL;
	size_t count = 0;
	enum err err = cli_check_new_file(v->out, trace);

	if (err == ERR_OK)
		err = certify_read(&cli->custody, &by, &list, &count, trace);
	if (err == ERR_OK)
		err = latest(list, count, &chosen, trace);
	if (err == ERR_OK)
		err = export(cli, v, chosen, trace);
	for (size_t i = 0; i < count; i++)
		der_drop(&list[i]);
	free(list);
	return err;
}

static enum err
run_show(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct cert_values *v = values;
	struct der der = { .bytes = NULL };
	enum err err = pki_file_read(ENCODING_CERTIFICATE, v->quorum, &der, trace);

	if (err == ERR_OK)
		err = show(cli, &der, NULL, trace);
	der_drop(&der);
	return err;
}

#define NEEDS (NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_JSON)

const struct command cmd_cert[] = {
	{ .group = "cert",
	    .name = "self-sign",
	    .summary = "Have a key on a token sign its own certificate",
	    .needs = NEEDS,
	    .operands = quorum_operands,
	    .options = self_sign_options,
	    .size = sizeof(struct cert_values),
	    .run = run_self_sign },
	{ .group = "cert",
	    .name = "sign",
	    .summary = "Have a CA's key sign the certificate that a request asks for",
	    .needs = NEEDS,
	    .operands = quorum_operands,
	    .options = sign_options,
	    .size = sizeof(struct cert_values),
	    .run = run_sign },
	{ .group = "cert",
	    .name = "export",
	    .summary = "Write the certificate that a token has of a key to a file",
	    .needs = NEEDS,
	    .operands = quorum_operands,
	    .options = export_options,
	    .size = sizeof(struct cert_values),
	    .run = run_export },
	{ .group = "cert",
	    .name = "show",
	    .summary = "Show a certificate's names, times and fingerprint",
	    .needs = NEED_JSON,
	    .operands = file_operands,
	    .size = sizeof(struct cert_values),
	    .run = run_show },
	{ .name = NULL },
};
