/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/revoke.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/hash.h"
#include "custody/certify_internal.h"
#include "x509/dn.h"
#include "x509/lint.h"
#include "x509/times.h"

/* Of those lists that the roster knows of; NULL: none. */
static const struct roster_signing *
last_list(const struct roster_signing *list, size_t count, const char *label)
{
	const struct roster_signing *last = NULL;

	for (size_t i = 0; i < count; i++)
		if (list[i].kind == ROSTER_SIGNED_CRL && strcmp(list[i].label, label) == 0)
			last = &list[i];
	return last;
}

/* A list that left out its predecessor would take back what that revoked. */
static enum err
check_last(const struct roster_signing *last, const struct revoke_request *request,
    struct err_trace *trace)
{
	int64_t number = (int64_t)strtoll(last->number, NULL, 16);

	if (request->previous != NULL &&
	    CRYPTO_memcmp(last->hash.bytes, request->previous_hash.bytes, ROSTER_HASH_SIZE) == 0)
		return ERR_OK;
	err_next(trace, "Give the list with number %" PRId64 " as --previous.", number);
	return FAIL(trace, ERR_DENIED,
	    "key '%s' signed revocation list %" PRId64 " last, and its entries must be kept; %s",
	    request->by.label, number,
	    request->previous == NULL ? "no list was given" : "another list was given");
}

static enum err
check_history(struct custody *custody, const struct login_target *target,
    const struct revoke_request *request, struct err_trace *trace)
{
	struct roster_signing *list = NULL;
	const struct roster_signing *last;
	size_t count = 0;
	enum err err =
	    roster_signing_list(custody->roster, target->binding.spec.name, &list, &count, trace);

	if (err != ERR_OK)
		return err;
	last = last_list(list, count, request->by.label);
	if (last != NULL)
		err = check_last(last, request, trace);
	free(list);
	return err;
}

static enum err
lint_draft(const struct revoke_request *request, const struct der *draft, struct err_trace *trace)
{
	struct lint_crl what = {
		.issuer = request->issuer, .rules = request->rules, .now = clock_utc()
	};
	X509_CRL *crl = NULL;
	enum err err = encoding_crl(draft, &crl, trace);

	what.crl = crl;
	if (err == ERR_OK)
		err = lint_crl(&what, trace);
	X509_CRL_free(crl);
	return err;
}

static enum err
make_draft(const struct revoke_request *request, struct der *out, struct err_trace *trace)
{
	const struct crl_order order = { .issuer = request->issuer,
		.number = request->number,
		.this_update = clock_utc(),
		.next_update = request->next_update,
		.previous = request->previous,
		.entries = request->entries };
	struct der draft = { .bytes = NULL };
	enum err err = ERR_OK;

	if (request->previous != NULL)
		err =
		    crl_check_previous(request->previous, request->issuer, request->number, trace);
	if (err == ERR_OK)
		err = crl_draft(&order, &draft, trace);
	if (err == ERR_OK)
		err = lint_draft(request, &draft, trace);
	if (err == ERR_OK)
		*out = draft;
	else
		der_drop(&draft);
	return err;
}

static enum err
fill_row(struct certified *made, const struct revoke_request *request, struct err_trace *trace)
{
	struct roster_signing *row = &made->row;
	char subject[DN_TEXT];
	X509_CRL *crl = NULL;
	int digits;
	enum err err = encoding_crl(&made->der, &crl, trace);

	if (err != ERR_OK)
		return err;
	dn_format(X509_CRL_get_issuer(crl), subject);
	snprintf(row->subject, sizeof(row->subject), "%.*s", ROSTER_TEXT - 1, subject);
	digits = snprintf(NULL, 0, "%" PRIx64, (uint64_t)request->number);
	snprintf(row->number, sizeof(row->number), "%s%" PRIx64, digits % 2 == 1 ? "0" : "",
	    (uint64_t)request->number);
	row->kind = ROSTER_SIGNED_CRL;
	if (!times_read(X509_CRL_get0_lastUpdate(crl), &row->from) ||
	    !times_read(X509_CRL_get0_nextUpdate(crl), &row->until))
		err = FAIL(trace, ERR_FORMAT, "the revocation list has no times");
	X509_CRL_free(crl);
	return err == ERR_OK ? sha256(made->der.bytes, made->der.len, row->hash.bytes, trace) : err;
}

static json_t *
job_request(const struct revoke_request *request, const struct der *draft, struct err_trace *trace)
{
	struct der issuer = { .bytes = NULL };
	json_t *json;

	if (encoding_of_certificate(request->issuer, &issuer, trace) != ERR_OK)
		return NULL;
	json = json_pack("{s:s, s:o, s:o, s:s}", "label", request->by.label, "draft",
	    job_der(draft->bytes, draft->len), "issuer", job_der(issuer.bytes, issuer.len), "rules",
	    profile_rules_word(request->rules));
	der_drop(&issuer);
	return json;
}

static enum err
sign(struct custody *custody, const struct login_target *target,
    const struct revoke_request *request, const struct der *draft, struct certified *out,
    struct err_trace *trace)
{
	struct certified made = { .stored = false };
	struct job_result result = { .reply = NULL };
	char purpose[128];
	struct login_job job = { .name = "crl.sign",
		.purpose = purpose,
		.request = job_request(request, draft, trace) };
	enum err err;

	if (job.request == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for what is to be signed");
	snprintf(purpose, sizeof(purpose), "sign revocation list %" PRId64 " with the key '%.64s'",
	    request->number, request->by.label);
	err = login_run(custody, target, &job, &result, trace);
	json_decref(job.request);
	if (err == ERR_OK)
		err = certify_take_reply(result.reply, target, request->by.label, &made, trace);
	job_result_drop(&result);
	if (err == ERR_OK)
		err = fill_row(&made, request, trace);
	if (err == ERR_OK)
		*out = made;
	else
		certified_drop(&made);
	return err;
}

enum err
revoke_sign(struct custody *custody, const struct revoke_request *request, struct certified *out,
    struct err_trace *trace)
{
	const struct certify_issuer issuer = { request->issuer, request->by.label };
	struct login_target *target = calloc(1, sizeof(*target));
	struct der draft = { .bytes = NULL };
	enum err err;

	if (target == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = login_find(custody, request->by.quorum, request->by.binding, target, trace);
	if (err == ERR_OK)
		err = certify_check_issuer(custody, target, &issuer, trace);
	if (err == ERR_OK)
		err = check_history(custody, target, request, trace);
	if (err == ERR_OK)
		err = make_draft(request, &draft, trace);
	if (err == ERR_OK)
		err = sign(custody, target, request, &draft, out, trace);
	der_drop(&draft);
	free(target);
	return err;
}
