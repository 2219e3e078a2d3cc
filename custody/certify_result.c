/* SPDX-License-Identifier: BSD-2-Clause */
/* What came of a signature: the reply of the job, and the roster's row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/json.h"
#include "custody/certify_internal.h"
#include "x509/dn.h"
#include "x509/times.h"

void
certified_drop(struct certified *certified)
{
	der_drop(&certified->der);
}

static enum err
fill_row(struct certified *out, const X509 *certificate, struct err_trace *trace)
{
	struct roster_signing *row = &out->row;
	const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
	char subject[DN_TEXT];

	dn_format(X509_get_subject_name(certificate), subject);
	snprintf(row->subject, sizeof(row->subject), "%.*s", ROSTER_TEXT - 1, subject);
	if (ASN1_STRING_length(serial) >= ROSTER_TEXT / 2 ||
	    !times_read(X509_get0_notBefore(certificate), &row->from) ||
	    !times_read(X509_get0_notAfter(certificate), &row->until))
		return FAIL(trace, ERR_FORMAT, "the certificate has no number or no times");
	hex_encode(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial), row->number);
	return sha256(out->der.bytes, out->der.len, row->hash.bytes, trace);
}

enum err
certify_take_reply(const json_t *reply, const struct login_target *target, const char *label,
    struct certified *out, struct err_trace *trace)
{
	const char *not_stored = json_string_value(json_object_get(reply, "not-stored"));
	const char *id = json_string_value(json_object_get(reply, "id"));
	enum err err = job_der_read(reply, "der", &out->der, trace);

	if (err != ERR_OK)
		return err;
	out->stored = json_is_true(json_object_get(reply, "stored"));
	snprintf(
	    out->not_stored, sizeof(out->not_stored), "%s", not_stored == NULL ? "" : not_stored);
	out->quorum = target->quorum.id;
	snprintf(out->row.binding, sizeof(out->row.binding), "%s", target->binding.spec.name);
	snprintf(out->row.label, sizeof(out->row.label), "%s", label);
	snprintf(out->row.id, sizeof(out->row.id), "%s", id == NULL ? "" : id);
	return ERR_OK;
}

enum err
certify_take_certificate(const json_t *reply, const struct login_target *target,
    const struct certify_request *request, struct certified *out, struct err_trace *trace)
{
	struct certified made = { .stored = false };
	X509 *certificate = NULL;
	enum err err = certify_take_reply(reply, target, request->by.label, &made, trace);

	if (err == ERR_OK)
		err = encoding_certificate(&made.der, &certificate, trace);
	if (err == ERR_OK)
		err = fill_row(&made, certificate, trace);
	made.row.kind = request->issuer == NULL ? ROSTER_SIGNED_SELF : ROSTER_SIGNED_ISSUED;
	X509_free(certificate);
	if (err == ERR_OK)
		*out = made;
	else
		certified_drop(&made);
	return err;
}

enum err
certify_record(struct custody *custody, const struct certified *certified, struct err_trace *trace)
{
	return roster_signing_add(custody->roster, &certified->quorum, &certified->row, trace);
}

static enum err
read_list(const json_t *reply, struct der **out, size_t *count, struct err_trace *trace)
{
	const json_t *list = json_object_get(reply, "certificates");
	size_t many = json_array_size(list);
	struct der *read = calloc(many + 1, sizeof(*read));
	enum err err = read == NULL ? FAIL(trace, ERR_NOMEM, "no memory for certificates") : ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < many; i++)
		err = job_der_read(json_array_get(list, i), "der", &read[i], trace);
	if (err == ERR_OK) {
		*out = read;
		*count = many;
		return ERR_OK;
	}
	for (size_t i = 0; read != NULL && i < many; i++)
		der_drop(&read[i]);
	free(read);
	return err;
}

enum err
certify_read(struct custody *custody, const struct certify_key *key, struct der **out,
    size_t *count, struct err_trace *trace)
{
	struct login_job job = { .name = "cert.read", .purpose = "read the token's certificates" };
	struct login_target *target = calloc(1, sizeof(*target));
	struct job_result made = { .reply = NULL };
	enum err err;

	if (target == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = login_find(custody, key->quorum, key->binding, target, trace);
	job.request = json_pack("{s:s}", "label", key->label);
	if (err == ERR_OK)
		err = login_run(custody, target, &job, &made, trace);
	json_decref(job.request);
	if (err == ERR_OK)
		err = read_list(made.reply, out, count, trace);
	job_result_drop(&made);
	free(target);
	return err;
}
