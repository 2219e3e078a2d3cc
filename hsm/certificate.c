/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/certificate.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "hsm/guard.h"
#include "hsm/object.h"
#include "hsm/text.h"
#include "hsm/token_info.h"

void
certificate_list_drop(struct certificate_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i].bytes);
	list->count = 0;
}

enum err
certificate_list_read(struct token_session *session, const struct key_facts *key,
    struct certificate_list *out, struct err_trace *trace)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE wanted[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, ck_bytes(key->id), (CK_ULONG)key->id_len } };
	struct certificate_list list = { .count = 0 };
	struct object_list objects;
	enum err err = object_find(session, wanted, 2, &objects, trace);

	if (err)
		return err;
	if (objects.count > CERTIFICATES_MAX)
		err = FAIL(trace, ERR_FORMAT,
		    "key '%s' has %zu certificates on its token, more "
		    "than %d",
		    key->label, objects.count, CERTIFICATES_MAX);
	for (size_t i = 0; !err && i < objects.count; i++) {
		struct object_bytes value;

		err = object_read(session, objects.handles[i], CKA_VALUE, &value, trace);
		if (!err)
			list.at[list.count++] = (struct certificate_der){ value.bytes, value.len };
	}
	free(objects.handles);
	if (err)
		certificate_list_drop(&list);
	else
		*out = list;
	return err;
}

/* What PKCS#11 wants beside the value, in DER. */
struct described {
	unsigned char *subject, *issuer, *serial;
	int subject_len, issuer_len, serial_len;
};

static void
described_drop(struct described *described)
{
	OPENSSL_free(described->subject);
	OPENSSL_free(described->issuer);
	OPENSSL_free(described->serial);
}

static enum err
describe(const uint8_t *der, size_t len, struct described *out, struct err_trace *trace)
{
	X509 *certificate = d2i_X509(NULL, &der, (long)len);

	if (!certificate)
		return FAIL_RAW(trace, ERR_FORMAT, ERR_ORIGIN_OPENSSL, ERR_get_error(),
		    "what should go to the token is no certificate");
	out->subject_len = i2d_X509_NAME(X509_get_subject_name(certificate), &out->subject);
	out->issuer_len = i2d_X509_NAME(X509_get_issuer_name(certificate), &out->issuer);
	out->serial_len = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate), &out->serial);
	X509_free(certificate);
	if (out->subject_len > 0 && out->issuer_len > 0 && out->serial_len > 0)
		return ERR_OK;
	described_drop(out);
	return FAIL(trace, ERR_NOMEM, "no memory for a certificate's names");
}

static bool
reads_back(struct token_session *session, CK_OBJECT_HANDLE object, const uint8_t *der, size_t len)
{
	struct object_bytes value;
	bool same;

	if (object_read(session, object, CKA_VALUE, &value, NULL) != ERR_OK)
		return false;
	same = value.len == len && CRYPTO_memcmp(value.bytes, der, len) == 0;
	free(value.bytes);
	return same;
}

enum err
certificate_store(struct token_session *session, const struct key_facts *key, const uint8_t *der,
    size_t len, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));
	CK_SESSION_HANDLE handle = token_session_handle(session);
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
	struct described described = { .subject = NULL };
	enum err err = describe(der, len, &described, trace);
	CK_RV rv;

	if (err)
		return err;
	CK_ATTRIBUTE template[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_CERTIFICATE_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_PRIVATE, &no, sizeof(no) },
		{ CKA_LABEL, ck_bytes(key->label), strlen(key->label) },
		{ CKA_ID, ck_bytes(key->id), (CK_ULONG)key->id_len },
		{ CKA_SUBJECT, described.subject, (CK_ULONG)described.subject_len },
		{ CKA_ISSUER, described.issuer, (CK_ULONG)described.issuer_len },
		{ CKA_SERIAL_NUMBER, described.serial, (CK_ULONG)described.serial_len },
		{ CKA_VALUE, ck_bytes(der), (CK_ULONG)len },
	};
	rv = functions->C_CreateObject(
	    handle, template, sizeof(template) / sizeof(*template), &object);
	described_drop(&described);
	if (rv != CKR_OK)
		return FAIL_CKR(
		    trace, rv, "the token took no certificate for key '%s'", key->label);
	if (reads_back(session, object, der, len))
		return ERR_OK;
	(void)functions->C_DestroyObject(handle, object);
	return FAIL(trace, ERR_FORMAT, "the token did not keep the certificate as it was written");
}
