/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/err.h>
#include <openssl/evp.h>

enum err
sha256_parts(
    const struct part *parts, size_t count, uint8_t out[SHA256_SIZE], struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	uint8_t digest[SHA256_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx == NULL) {
		err = FAIL(trace, ERR_NOMEM, "no memory for a hash");
		goto out;
	}
	int ok = EVP_DigestInit_ex2(ctx, EVP_sha256(), NULL);
	for (size_t i = 0; i < count; i++)
		ok = ok == 1 ? EVP_DigestUpdate(ctx, parts[i].bytes, parts[i].len) : ok;
	if (ok != 1 || EVP_DigestFinal_ex(ctx, digest, NULL) != 1) {
		err = FAIL_RAW(trace, ERR_INTERNAL, ERR_ORIGIN_OPENSSL, ERR_get_error(),
		    "SHA-256 not computed");
		goto out;
	}
	memcpy(out, digest, SHA256_SIZE);
	err = ERR_OK;
out:
	EVP_MD_CTX_free(ctx);
	return err;
}

enum err
sha256(const void *bytes, size_t len, uint8_t out[SHA256_SIZE], struct err_trace *trace)
{
	const struct part part = { bytes, len };

	return sha256_parts(&part, 1, out, trace);
}

enum err
random_bytes(void *out, size_t len, struct err_trace *trace)
{
	uint8_t *at = out;

	while (len > 0) {
		ssize_t got = getrandom(at, len, 0);

		if (got < 0 && errno != EINTR)
			return FAIL_ERRNO(trace, "no randomness from the system");
		if (got > 0) {
			at += got;
			len -= (size_t)got;
		}
	}
	return ERR_OK;
}
