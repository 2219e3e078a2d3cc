/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/certify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "custody/certify_internal.h"
#include "custody/login.h"
#include "roster/key.h"
#include "x509/dn.h"
#include "x509/lint.h"
#include "x509/times.h"

static enum err
choose_subject(const struct certify_request *request, X509_NAME **out, struct err_trace *trace)
{
	const char *text = request->subject;

	if (text == NULL && request->profile->subject[0] != '\0')
		text = request->profile->subject;
	if (text != NULL)
		return dn_parse(text, out, trace);
	if (request->request == NULL) {
		err_next(trace, "Say who it is: --subject 'C=DE,O=Example AG,CN=Example Root 1'");
		return FAIL(trace, ERR_ARGUMENT, "the profile names no subject");
	}
	*out = X509_NAME_dup(X509_REQ_get_subject_name(request->request));
	return *out == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a name") : ERR_OK;
}

/* Both ends belong to the validity. */
static int64_t
last_second(const struct certify_request *request, int64_t from)
{
	if (request->until != 0)
		return request->until;
	return from + (request->days != 0 ? request->days : request->profile->days) * CLOCK_DAY - 1;
}

static enum err
check_kind(const struct certify_request *request, struct err_trace *trace)
{
	enum profile_kind kind = request->issuer == NULL ? PROFILE_ROOT : PROFILE_INTERMEDIATE;

	if (request->profile->kind == kind)
		return ERR_OK;
	err_next(trace, "A key signs its own certificate with 'quorate cert self-sign' and a "
			"profile of kind root, another's with 'quorate cert sign' and one of kind "
			"intermediate.");
	return FAIL(trace, ERR_ARGUMENT,
	    "profile '%s' is of kind %s, which is not what is signed here", request->profile->name,
	    profile_kind_word(request->profile->kind));
}

static enum err
lint_draft(const struct certify_request *request, const struct der *draft, struct err_trace *trace)
{
	struct lint_certificate what = {
		.issuer = request->issuer, .rules = request->profile->rules, .now = clock_utc()
	};
	X509 *certificate = NULL;
	enum err err = encoding_certificate(draft, &certificate, trace);

	what.certificate = certificate;
	if (err == ERR_OK)
		err = lint_certificate(&what, trace);
	X509_free(certificate);
	return err;
}

/* What cannot be signed is refused here, before anybody is asked for a card. */
static enum err
make_draft(const struct certify_request *request, struct der *out, struct err_trace *trace)
{
	struct draft_order order = {
		.profile = request->profile, .issuer = request->issuer, .not_before = clock_utc()
	};
	struct der draft = { .bytes = NULL };
	X509_NAME *subject = NULL;
	enum err err = check_kind(request, trace);

	if (err == ERR_OK)
		err = choose_subject(request, &subject, trace);
	if (err != ERR_OK)
		return err;
	order.subject = subject;
	order.not_after = last_second(request, order.not_before);
	if (request->request != NULL)
		order.subject_key = X509_REQ_get0_pubkey((X509_REQ *)(uintptr_t)request->request);
	err = draft_certificate(&order, &draft, trace);
	X509_NAME_free(subject);
	if (err == ERR_OK)
		err = lint_draft(request, &draft, trace);
	if (err == ERR_OK)
		*out = draft;
	else
		der_drop(&draft);
	return err;
}

static enum err
hash_of_key(const X509 *certificate, uint8_t out[SHA256_SIZE], struct err_trace *trace)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
	enum err err = len > 0 ? sha256(der, (size_t)len, out, trace)
			       : FAIL(trace, ERR_FORMAT, "the certificate has no public key");

	OPENSSL_free(der);
	return err;
}

/* No shorter validity would do: it is said before anybody looks for one. */
static enum err
check_has_not_ended(const X509 *certificate, struct err_trace *trace)
{
	char date[CLOCK_DATE];
	int64_t until;

	if (!times_read(X509_get0_notAfter(certificate), &until) || until >= clock_utc())
		return ERR_OK;
	clock_format_date(until, date);
	err_next(trace, "Renew it first: quorate help cert self-sign");
	return FAIL(trace, ERR_DENIED,
	    "the CA certificate ended on %s: what it signs now would be valid nowhere", date);
}

/* A key that the roster saw being made is known before anybody comes; the token has the last word.
 */
enum err
certify_check_issuer(struct custody *custody, const struct login_target *target,
    const struct certify_issuer *issuer, struct err_trace *trace)
{
	const char *binding = target->binding.spec.name;
	uint8_t hash[SHA256_SIZE];
	struct roster_key *keys = NULL;
	size_t count = 0;
	enum err err = check_has_not_ended(issuer->certificate, trace);

	if (err == ERR_OK)
		err = hash_of_key(issuer->certificate, hash, trace);
	if (err == ERR_OK)
		err = roster_key_list(custody->roster, binding, &keys, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		if (strcmp(keys[i].label, issuer->label) == 0 &&
		    CRYPTO_memcmp(keys[i].public_hash.bytes, hash, sizeof(hash)) != 0) {
			err_next(trace,
			    "Give the certificate of that key, or the label of the "
			    "certificate's key: quorate cert export %s --key "
			    "LABEL --out FILE --by NAME",
			    target->quorum.name);
			err = FAIL(trace, ERR_DENIED,
			    "the CA certificate is not that of the key '%s'", issuer->label);
		}
	free(keys);
	return err;
}

static json_t *
job_request(const struct certify_request *request, const struct der *draft, struct err_trace *trace)
{
	struct der issuer = { .bytes = NULL };
	json_t *json;

	if (request->issuer != NULL &&
	    encoding_of_certificate(request->issuer, &issuer, trace) != ERR_OK)
		return NULL;
	json = json_pack("{s:s, s:o, s:s, s:b, s:b, s:o*}", "label", request->by.label, "draft",
	    job_der(draft->bytes, draft->len), "rules", profile_rules_word(request->profile->rules),
	    "store", request->store, "again", request->again, "issuer",
	    issuer.bytes == NULL ? NULL : job_der(issuer.bytes, issuer.len));
	der_drop(&issuer);
	return json;
}

static enum err
sign(struct custody *custody, const struct login_target *target,
    const struct certify_request *request, const struct der *draft, struct certified *out,
    struct err_trace *trace)
{
	char purpose[128];
	struct login_job job = { .name = request->issuer == NULL ? "cert.self-sign" : "cert.sign",
		.purpose = purpose };
	struct job_result made = { .reply = NULL };
	enum err err;

	snprintf(purpose, sizeof(purpose), "sign %s certificate with the key '%.64s'",
	    request->issuer == NULL ? "its own" : "a CA's", request->by.label);
	job.request = job_request(request, draft, trace);
	if (job.request == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for what is to be signed");
	err = login_run(custody, target, &job, &made, trace);
	json_decref(job.request);
	if (err == ERR_OK)
		err = certify_take_certificate(made.reply, target, request, out, trace);
	job_result_drop(&made);
	return err;
}

enum err
certify_sign(struct custody *custody, const struct certify_request *request, struct certified *out,
    struct err_trace *trace)
{
	const struct certify_issuer issuer = { request->issuer, request->by.label };
	struct login_target *target = calloc(1, sizeof(*target));
	struct der draft = { .bytes = NULL };
	enum err err;

	if (target == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = login_find(custody, request->by.quorum, request->by.binding, target, trace);
	if (err == ERR_OK && request->issuer != NULL)
		err = certify_check_issuer(custody, target, &issuer, trace);
	if (err == ERR_OK)
		err = make_draft(request, &draft, trace);
	if (err == ERR_OK)
		err = sign(custody, target, request, &draft, out, trace);
	der_drop(&draft);
	free(target);
	return err;
}
