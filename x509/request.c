/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/request.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "x509/lint.h"

static enum err
check(X509_REQ *request, struct err_trace *trace)
{
	EVP_PKEY *asked = X509_REQ_get0_pubkey(request);
	const char *fault = lint_key_fault(asked);
	bool proven = fault == NULL && X509_REQ_verify(request, asked) == 1;

	ERR_clear_error();
	if (proven)
		return ERR_OK;
	err_next(trace, "Have a new request made, and see that it comes from who should hold the "
			"key.");
	if (fault != NULL)
		return FAIL(trace, ERR_DENIED, "the key of the request %s", fault);
	return FAIL(trace, ERR_DENIED,
	    "the request is not signed by the key that it asks a certificate for");
}

enum err
request_open(const struct der *der, X509_REQ **out, struct err_trace *trace)
{
	X509_REQ *request = NULL;
	enum err err = encoding_request(der, &request, trace);

	if (err == ERR_OK)
		err = check(request, trace);
	if (err == ERR_OK)
		*out = request;
	else
		X509_REQ_free(request);
	return err;
}

void
request_asks(const X509_REQ *request, char out[REQUEST_ASKS])
{
	STACK_OF(X509_EXTENSION) *asked = X509_REQ_get_extensions((X509_REQ *)(uintptr_t)request);
	size_t used = 0;

	out[0] = '\0';
	for (int i = 0; i < sk_X509_EXTENSION_num(asked) && used < REQUEST_ASKS; i++) {
		char name[80] = "";

		OBJ_obj2txt(name, sizeof(name),
		    X509_EXTENSION_get_object(sk_X509_EXTENSION_value(asked, i)), 0);
		used += (size_t)snprintf(
		    out + used, REQUEST_ASKS - used, "%s%s", i == 0 ? "" : ", ", name);
	}
	sk_X509_EXTENSION_pop_free(asked, X509_EXTENSION_free);
	ERR_clear_error();
}
