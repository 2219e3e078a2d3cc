/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/crl.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "x509/draft_internal.h"

bool
crl_number(const X509_CRL *crl, int64_t *out)
{
	ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
	bool good = number != NULL && ASN1_INTEGER_get_int64(out, number) == 1;

	ASN1_INTEGER_free(number);
	ERR_clear_error();
	return good;
}

/* OpenSSL sorts a list when it looks into it, and so takes none that is const. */
static X509_CRL *
sortable(const X509_CRL *crl)
{
	return (X509_CRL *)(uintptr_t)crl;
}

size_t
crl_count(const X509_CRL *crl)
{
	int count = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(sortable(crl)));

	return count > 0 ? (size_t)count : 0;
}

enum err
crl_check_previous(
    const X509_CRL *previous, const X509 *issuer, int64_t number, struct err_trace *trace)
{
	int64_t before;
	bool verifies = X509_CRL_verify(sortable(previous), X509_get0_pubkey(issuer)) == 1;

	ERR_clear_error();
	if (X509_NAME_cmp(X509_CRL_get_issuer(previous), X509_get_subject_name(issuer)) != 0 ||
	    !verifies) {
		err_next(trace, "Find the list that this key signed last, and the certificate of "
				"the key.");
		return FAIL(trace, ERR_DENIED,
		    "the previous list was not signed by the key of the CA's certificate");
	}
	if (!crl_number(previous, &before))
		return FAIL(
		    trace, ERR_FORMAT, "the previous list has no number that can be counted on");
	if (before >= number)
		return FAIL(trace, ERR_ARGUMENT,
		    "number %lld does not follow the previous list's, which is %lld",
		    (long long)number, (long long)before);
	return ERR_OK;
}

static enum err
not_made(struct err_trace *trace)
{
	unsigned long raw = ERR_peek_last_error();

	ERR_clear_error();
	return FAIL_RAW(
	    trace, ERR_NOMEM, ERR_ORIGIN_OPENSSL, raw, "the revocation list was not made");
}

static enum err
set_time(int64_t utc, X509_CRL *crl, int (*set)(X509_CRL *crl, const ASN1_TIME *time),
    struct err_trace *trace)
{
	ASN1_TIME *time = ASN1_TIME_set(NULL, utc);
	bool good = time != NULL && set(crl, time) == 1;

	ASN1_TIME_free(time);
	return good ? ERR_OK : not_made(trace);
}

static enum err
set_number(X509_CRL *crl, int64_t value, struct err_trace *trace)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	bool good = number != NULL && ASN1_INTEGER_set_int64(number, value) == 1 &&
		    X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1;

	ASN1_INTEGER_free(number);
	return good ? ERR_OK : not_made(trace);
}

static enum err
keep_previous(X509_CRL *crl, const X509_CRL *previous, struct err_trace *trace)
{
	STACK_OF(X509_REVOKED) *list =
	    previous == NULL ? NULL : X509_CRL_get_REVOKED(sortable(previous));

	for (int i = 0; i < sk_X509_REVOKED_num(list); i++) {
		X509_REVOKED *kept = X509_REVOKED_dup(sk_X509_REVOKED_value(list, i));

		if (kept == NULL || X509_CRL_add0_revoked(crl, kept) != 1) {
			X509_REVOKED_free(kept);
			return not_made(trace);
		}
	}
	return ERR_OK;
}

static ASN1_INTEGER *
serial_of(const struct crl_entry *entry)
{
	BIGNUM *number = BN_bin2bn(entry->serial, (int)entry->serial_len, NULL);
	ASN1_INTEGER *serial = number == NULL ? NULL : BN_to_ASN1_INTEGER(number, NULL);

	BN_free(number);
	return serial;
}

static bool
set_reason(X509_REVOKED *revoked, int reason)
{
	ASN1_ENUMERATED *value;
	bool good;

	if (reason == 0)
		return true;
	value = ASN1_ENUMERATED_new();
	good = value != NULL && ASN1_ENUMERATED_set(value, reason) == 1 &&
	       X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, value, 0, 0) == 1;
	ASN1_ENUMERATED_free(value);
	return good;
}

static enum err
add_entry(
    X509_CRL *crl, const struct crl_entry *entry, ASN1_INTEGER *serial, struct err_trace *trace)
{
	X509_REVOKED *revoked = X509_REVOKED_new();
	ASN1_TIME *date = ASN1_TIME_set(NULL, entry->date);
	bool good = revoked != NULL && date != NULL &&
		    X509_REVOKED_set_serialNumber(revoked, serial) == 1 &&
		    X509_REVOKED_set_revocationDate(revoked, date) == 1 &&
		    set_reason(revoked, entry->reason) && X509_CRL_add0_revoked(crl, revoked) == 1;

	ASN1_TIME_free(date);
	if (good)
		return ERR_OK;
	X509_REVOKED_free(revoked);
	return not_made(trace);
}

static enum err
add_entries(X509_CRL *crl, const struct crl_order *order, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < order->entries->count; i++) {
		const struct crl_entry *entry = &order->entries->at[i];
		ASN1_INTEGER *serial = serial_of(entry);
		X509_REVOKED *known = NULL;

		if (serial == NULL)
			err = not_made(trace);
		else if (order->previous != NULL &&
			 X509_CRL_get0_by_serial(sortable(order->previous), &known, serial) != 0)
			err = FAIL(trace, ERR_FORMAT,
			    "line %zu: the previous list revokes that certificate already",
			    entry->line);
		else
			err = add_entry(crl, entry, serial, trace);
		ASN1_INTEGER_free(serial);
	}
	return err;
}

static enum err
fill(X509_CRL *crl, const struct crl_order *order, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(order->issuer)) != 1)
		err = not_made(trace);
	if (err == ERR_OK)
		err = set_time(order->this_update, crl, X509_CRL_set1_lastUpdate, trace);
	if (err == ERR_OK)
		err = set_time(order->next_update, crl, X509_CRL_set1_nextUpdate, trace);
	if (err == ERR_OK)
		err = draft_set_crl_key_id(crl, order->issuer, trace);
	if (err == ERR_OK)
		err = set_number(crl, order->number, trace);
	if (err == ERR_OK)
		err = keep_previous(crl, order->previous, trace);
	if (err == ERR_OK)
		err = add_entries(crl, order, trace);
	if (err == ERR_OK && X509_CRL_sort(crl) != 1)
		err = not_made(trace);
	return err == ERR_OK ? draft_sign_crl(crl, X509_get0_pubkey(order->issuer), trace) : err;
}

enum err
crl_draft(const struct crl_order *order, struct der *out, struct err_trace *trace)
{
	X509_CRL *crl = X509_CRL_new();
	enum err err = crl == NULL ? not_made(trace) : fill(crl, order, trace);

	if (err == ERR_OK)
		err = encoding_of_crl(crl, out, trace);
	X509_CRL_free(crl);
	return err;
}
