/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs that sign certificates and revocation lists. What is to be signed comes as a draft
 * (x509/draft.h), is linted here, where the key is, and the result is verified before it is given
 * out.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"
#include "custody/job.h"
#include "hsm/certificate.h"
#include "x509/draft.h"
#include "x509/lint.h"

/* The key that signs, and what it signs. */
struct signing {
	struct token_session *session;
	struct key_facts key;
	EVP_PKEY *public;
	struct der draft;
	X509 *issuer; /* NULL: self-signed */
	enum profile_rules rules;
};

static void
signing_end(struct signing *signing)
{
	X509_free(signing->issuer);
	EVP_PKEY_free(signing->public);
	der_drop(&signing->draft);
}

static enum err
read_rules(const json_t *request, enum profile_rules *out, struct err_trace *trace)
{
	const char *word;
	enum err err = json_get_text(request, "rules", &word, trace);

	for (int i = 0; err == ERR_OK && i < PROFILE_RULES__COUNT; i++)
		if (strcmp(profile_rules_word((enum profile_rules)i), word) == 0) {
			*out = (enum profile_rules)i;
			return ERR_OK;
		}
	return err != ERR_OK ? err : FAIL(trace, ERR_ARGUMENT, "there are no rules '%.20s'", word);
}

static enum err
load_public(struct signing *signing, struct err_trace *trace)
{
	uint8_t *der = NULL;
	const unsigned char *at;
	size_t len = 0;
	enum err err = key_public_der(signing->session, &signing->key, &der, &len, trace);

	if (err != ERR_OK)
		return err;
	at = der;
	signing->public = d2i_PUBKEY(NULL, &at, (long)len);
	free(der);
	return signing->public != NULL ? ERR_OK
				       : FAIL(trace, ERR_NOMEM, "no memory for a public key");
}

/* signing_end it, whatever this returns. */
static enum err
signing_begin(const struct job_tools *tools, const json_t *request, struct signing *out,
    struct err_trace *trace)
{
	const char *label;
	enum err err = json_get_text(request, "label", &label, trace);

	out->session = tools->session;
	if (err == ERR_OK)
		err = read_rules(request, &out->rules, trace);
	if (err == ERR_OK)
		err = job_der_read(request, "draft", &out->draft, trace);
	if (err == ERR_OK)
		err = key_find(tools->session, label, &out->key, trace);
	if (err == ERR_OK)
		err = load_public(out, trace);
	return err;
}

static enum err
read_issuer(const json_t *request, struct signing *signing, struct err_trace *trace)
{
	struct der der = { .bytes = NULL };
	enum err err = job_der_read(request, "issuer", &der, trace);

	if (err == ERR_OK)
		err = encoding_certificate(&der, &signing->issuer, trace);
	der_drop(&der);
	if (err == ERR_OK && EVP_PKEY_eq(X509_get0_pubkey(signing->issuer), signing->public) != 1) {
		err_next(trace, "Give the CA certificate of the key that signs, or the label of "
				"the certificate's key.");
		err = FAIL(trace, ERR_DENIED, "the CA certificate is not that of the key '%s'",
		    signing->key.label);
	}
	return err;
}

static enum err
sign(const struct signing *signing, struct der *out, struct err_trace *trace)
{
	struct draft_digest hash;
	struct key_digest digest = { .bytes = hash.bytes };
	struct key_signature signature;
	enum err err = draft_digest_of(&signing->draft, &hash, trace);

	if (err != ERR_OK)
		return err;
	digest.hash = hash.bits == 256 ? KEY_SHA256 : hash.bits == 384 ? KEY_SHA384 : KEY_SHA512;
	err = key_sign(signing->session, &signing->key, &digest, &signature, trace);
	return err == ERR_OK
		   ? draft_finish(&signing->draft, signature.bytes, signature.len, out, trace)
		   : err;
}

static enum err
lint(const struct signing *signing, struct err_trace *trace)
{
	struct lint_certificate what = {
		.issuer = signing->issuer, .rules = signing->rules, .now = clock_utc()
	};
	X509 *draft = NULL;
	enum err err = encoding_certificate(&signing->draft, &draft, trace);

	what.certificate = draft;
	if (err == ERR_OK)
		err = lint_certificate(&what, trace);
	X509_free(draft);
	return err;
}

static enum err
sign_certificate(const struct signing *signing, struct der *out, struct err_trace *trace)
{
	struct der made = { .bytes = NULL };
	X509 *certificate = NULL;
	enum err err = lint(signing, trace);

	if (err == ERR_OK)
		err = sign(signing, &made, trace);
	if (err == ERR_OK)
		err = encoding_certificate(&made, &certificate, trace);
	if (err == ERR_OK && X509_verify(certificate, signing->public) != 1)
		err = FAIL(trace, ERR_FORMAT,
		    "the certificate that key '%s' signed does not verify with its public half",
		    signing->key.label);
	X509_free(certificate);
	if (err == ERR_OK)
		*out = made;
	else
		der_drop(&made);
	return err;
}

static enum err
refuse_second(const struct signing *signing, const json_t *request, struct err_trace *trace)
{
	struct certificate_list there = { .count = 0 };
	size_t count;
	enum err err;

	if (json_is_true(json_object_get(request, "again")))
		return ERR_OK;
	err = certificate_list_read(signing->session, &signing->key, &there, trace);
	count = there.count;
	certificate_list_drop(&there);
	if (err != ERR_OK || count == 0)
		return err;
	err_next(trace, "To give it another one, say so with --again.");
	return FAIL(trace, ERR_EXISTS, "key '%s' has a certificate on its token already",
	    signing->key.label);
}

/* The reply says what became of it: the certificate is made, whatever the token does. */
static void
store(const struct signing *signing, const struct der *made, json_t *reply)
{
	struct err_trace trace = { 0 };
	enum err err =
	    certificate_store(signing->session, &signing->key, made->bytes, made->len, &trace);

	json_object_set_new(reply, "stored", json_boolean(err == ERR_OK));
	if (err != ERR_OK)
		json_object_set_new(
		    reply, "not-stored", json_string(trace.frame[trace.count - 1].text));
}

static enum err
reply_with(const struct signing *signing, const struct der *made, struct job_result *out,
    struct err_trace *trace)
{
	char id[2 * KEY_ID_MAX + 1];

	hex_encode(signing->key.id, signing->key.id_len, id);
	out->reply = json_pack("{s:s, s:o}", "id", id, "der", job_der(made->bytes, made->len));
	return out->reply == NULL ? FAIL(trace, ERR_NOMEM, "no memory for what was signed")
				  : ERR_OK;
}

static enum err
run_self_sign(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	struct signing signing = { .issuer = NULL };
	struct der draft = { .bytes = NULL }, made = { .bytes = NULL };
	enum err err = signing_begin(tools, request, &signing, trace);

	if (err == ERR_OK)
		err = refuse_second(&signing, request, trace);
	if (err == ERR_OK)
		err = draft_set_key(&signing.draft, signing.public, &draft, trace);
	if (err == ERR_OK) {
		der_drop(&signing.draft);
		signing.draft = draft;
		err = sign_certificate(&signing, &made, trace);
	}
	if (err == ERR_OK)
		err = reply_with(&signing, &made, out, trace);
	if (err == ERR_OK && json_is_true(json_object_get(request, "store")))
		store(&signing, &made, out->reply);
	der_drop(&made);
	signing_end(&signing);
	return err;
}

static enum err
sign_crl(const struct signing *signing, struct der *out, struct err_trace *trace)
{
	struct lint_crl what = {
		.issuer = signing->issuer, .rules = signing->rules, .now = clock_utc()
	};
	struct der made = { .bytes = NULL };
	X509_CRL *draft = NULL, *crl = NULL;
	enum err err = encoding_crl(&signing->draft, &draft, trace);

	what.crl = draft;
	if (err == ERR_OK)
		err = lint_crl(&what, trace);
	if (err == ERR_OK)
		err = sign(signing, &made, trace);
	if (err == ERR_OK)
		err = encoding_crl(&made, &crl, trace);
	if (err == ERR_OK && X509_CRL_verify(crl, signing->public) != 1)
		err = FAIL(trace, ERR_FORMAT,
		    "the list that key '%s' signed does not verify with its public half",
		    signing->key.label);
	X509_CRL_free(draft);
	X509_CRL_free(crl);
	if (err == ERR_OK)
		*out = made;
	else
		der_drop(&made);
	return err;
}

/* Signs what an issuer's key signs: another's certificate, or a list. */
static enum err
run_issue(const struct job_tools *tools, const json_t *request,
    enum err (*make)(const struct signing *, struct der *, struct err_trace *),
    struct job_result *out, struct err_trace *trace)
{
	struct signing signing = { .issuer = NULL };
	struct der made = { .bytes = NULL };
	enum err err = signing_begin(tools, request, &signing, trace);

	if (err == ERR_OK)
		err = read_issuer(request, &signing, trace);
	if (err == ERR_OK)
		err = make(&signing, &made, trace);
	if (err == ERR_OK)
		err = reply_with(&signing, &made, out, trace);
	der_drop(&made);
	signing_end(&signing);
	return err;
}

static enum err
run_sign(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	return run_issue(tools, request, sign_certificate, out, trace);
}

static enum err
run_sign_crl(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	return run_issue(tools, request, sign_crl, out, trace);
}

static enum err
run_read(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	struct certificate_list there = { .count = 0 };
	struct key_facts key;
	json_t *list;
	const char *label;
	enum err err = json_get_text(request, "label", &label, trace);

	if (err == ERR_OK)
		err = key_find(tools->session, label, &key, trace);
	if (err == ERR_OK)
		err = certificate_list_read(tools->session, &key, &there, trace);
	if (err != ERR_OK)
		return err;
	list = json_array();
	for (size_t i = 0; i < there.count; i++)
		json_array_append_new(
		    list, json_pack("{s:o}", "der", job_der(there.at[i].bytes, there.at[i].len)));
	certificate_list_drop(&there);
	out->reply = json_pack("{s:o}", "certificates", list);
	return out->reply == NULL ? FAIL(trace, ERR_NOMEM, "no memory for certificates") : ERR_OK;
}

const struct job job_cert_rows[] = {
	{ "cert.self-sign", true, run_self_sign },
	{ "cert.sign", true, run_sign },
	{ "cert.read", true, run_read },
	{ "crl.sign", true, run_sign_crl },
	{ .name = NULL },
};
