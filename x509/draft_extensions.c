/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "x509/draft_internal.h"

/* Some extensions want a configuration to look into: an empty one will do. */
static enum err
add(X509 *certificate, int nid, const char *value, struct err_trace *trace)
{
	CONF *nothing = NCONF_new(NULL);
	X509V3_CTX context;
	X509_EXTENSION *extension = NULL;
	bool added;

	X509V3_set_ctx(&context, NULL, certificate, NULL, NULL, 0);
	if (nothing != NULL) {
		X509V3_set_nconf(&context, nothing);
		extension = X509V3_EXT_nconf_nid(nothing, &context, nid, value);
	}
	added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	NCONF_free(nothing);
	if (added)
		return ERR_OK;
	return FAIL_RAW(trace, ERR_FORMAT, ERR_ORIGIN_OPENSSL, ERR_get_error(),
	    "the extension %s = %.100s cannot be made", OBJ_nid2sn(nid), value);
}

/* Left out where the profile says nothing. */
static enum err
add_list(X509 *certificate, int nid, const char *before, const char *list, struct err_trace *trace)
{
	char value[PROFILE_VALUES + 16];

	if (list[0] == '\0')
		return ERR_OK;
	snprintf(value, sizeof(value), "%s%s", before, list);
	return add(certificate, nid, value, trace);
}

static enum err
add_constraints(X509 *certificate, const struct profile *profile, struct err_trace *trace)
{
	char value[64] = "critical,CA:TRUE";

	if (profile->path_length != PROFILE_NO_LIMIT)
		snprintf(
		    value, sizeof(value), "critical,CA:TRUE,pathlen:%d", (int)profile->path_length);
	return add(certificate, NID_basic_constraints, value, trace);
}

static ASN1_OCTET_STRING *
octets(const uint8_t *bytes, size_t len)
{
	ASN1_OCTET_STRING *string = ASN1_OCTET_STRING_new();

	if (string != NULL && ASN1_OCTET_STRING_set(string, bytes, (int)len) != 1) {
		ASN1_OCTET_STRING_free(string);
		return NULL;
	}
	return string;
}

/* The issuer's own subject key identifier; where it has none, what it would be. */
static enum err
id_of(const X509 *issuer, ASN1_OCTET_STRING **out, struct err_trace *trace)
{
	ASN1_OCTET_STRING *id = X509_get_ext_d2i(issuer, NID_subject_key_identifier, NULL, NULL);
	uint8_t bytes[DRAFT_KEY_ID];
	enum err err = id != NULL ? ERR_OK : draft_key_id(issuer, bytes, trace);

	if (err == ERR_OK && id == NULL)
		id = octets(bytes, sizeof(bytes));
	if (err == ERR_OK && id == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory for a key identifier");
	if (err == ERR_OK)
		*out = id;
	return err;
}

static AUTHORITY_KEYID *
authority(const X509 *issuer, struct err_trace *trace)
{
	AUTHORITY_KEYID *made = AUTHORITY_KEYID_new();

	if (made == NULL || id_of(issuer, &made->keyid, trace) != ERR_OK) {
		AUTHORITY_KEYID_free(made);
		return NULL;
	}
	return made;
}

enum err
draft_set_key_ids(X509 *certificate, const X509 *issuer, struct err_trace *trace)
{
	uint8_t bytes[DRAFT_KEY_ID];
	ASN1_OCTET_STRING *own = NULL;
	AUTHORITY_KEYID *above = NULL;
	bool set = false;
	enum err err = draft_key_id(certificate, bytes, trace);

	if (err == ERR_OK)
		own = octets(bytes, sizeof(bytes));
	if (own != NULL && X509_add1_ext_i2d(certificate, NID_subject_key_identifier, own, 0,
			       X509V3_ADD_REPLACE) == 1)
		above = authority(issuer == NULL ? certificate : issuer, trace);
	if (above != NULL)
		set = X509_add1_ext_i2d(certificate, NID_authority_key_identifier, above, 0,
			  X509V3_ADD_REPLACE) == 1;
	if (err == ERR_OK && !set)
		err = FAIL(trace, ERR_NOMEM, "the key identifiers were not set");
	AUTHORITY_KEYID_free(above);
	ASN1_OCTET_STRING_free(own);
	return err;
}

enum err
draft_set_crl_key_id(X509_CRL *crl, const X509 *issuer, struct err_trace *trace)
{
	AUTHORITY_KEYID *above = authority(issuer, trace);
	bool set = above != NULL &&
		   X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, above, 0, 0) == 1;

	AUTHORITY_KEYID_free(above);
	return set ? ERR_OK : FAIL(trace, ERR_NOMEM, "the key identifier was not set");
}

enum err
draft_add_extensions(X509 *certificate, const struct draft_order *order, struct err_trace *trace)
{
	const struct profile *profile = order->profile;
	const struct {
		int nid;
		const char *before;
		const char *list;
	} rows[] = {
		{ NID_key_usage, "critical,", profile->key_usage },
		{ NID_ext_key_usage, "", profile->extended_usage },
		{ NID_certificate_policies, "", profile->policies },
		{ NID_name_constraints, "critical,", profile->constraints },
		{ NID_crl_distribution_points, "", profile->crl_urls },
		{ NID_info_access, "", profile->access },
	};
	enum err err = add_constraints(certificate, profile, trace);

	for (size_t i = 0; err == ERR_OK && i < sizeof(rows) / sizeof(*rows); i++)
		err = add_list(certificate, rows[i].nid, rows[i].before, rows[i].list, trace);
	return err == ERR_OK ? draft_set_key_ids(certificate, order->issuer, trace) : err;
}
