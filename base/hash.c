/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/err.h>
#include <openssl/evp.h>

bool
sha256_equal(const uint8_t a[SHA256_SIZE], const uint8_t b[SHA256_SIZE])
{
	return memcmp(a, b, SHA256_SIZE) == 0;
}

struct sha256_stream {
	EVP_MD_CTX *ctx;
};

static enum err
fail_hash(struct err_trace *trace)
{
	return FAIL_RAW(
	    trace, ERR_INTERNAL, ERR_ORIGIN_OPENSSL, ERR_get_error(), "SHA-256 not computed");
}

static enum err
start(struct sha256_stream *stream, struct err_trace *trace)
{
	stream->ctx = EVP_MD_CTX_new();
	if (stream->ctx == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a hash");
	return EVP_DigestInit_ex2(stream->ctx, EVP_sha256(), NULL) == 1 ? ERR_OK : fail_hash(trace);
}

enum err
sha256_stream_new(struct sha256_stream **out, struct err_trace *trace)
{
	struct sha256_stream *stream = calloc(1, sizeof(*stream));
	enum err err;

	if (stream == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a hash");
	err = start(stream, trace);
	if (err != ERR_OK) {
		sha256_stream_free(stream);
		return err;
	}
	*out = stream;
	return ERR_OK;
}

enum err
sha256_stream_add(
    struct sha256_stream *stream, const void *bytes, size_t len, struct err_trace *trace)
{
	return EVP_DigestUpdate(stream->ctx, bytes, len) == 1 ? ERR_OK : fail_hash(trace);
}

enum err
sha256_stream_so_far(
    const struct sha256_stream *stream, uint8_t out[SHA256_SIZE], struct err_trace *trace)
{
	struct sha256_stream copy = { NULL };
	enum err err = start(&copy, trace);

	if (err == ERR_OK && stream != NULL && EVP_MD_CTX_copy_ex(copy.ctx, stream->ctx) != 1)
		err = fail_hash(trace);
	if (err == ERR_OK)
		err = sha256_stream_end(&copy, out, trace);
	EVP_MD_CTX_free(copy.ctx);
	return err;
}

enum err
sha256_stream_end(struct sha256_stream *stream, uint8_t out[SHA256_SIZE], struct err_trace *trace)
{
	uint8_t digest[SHA256_SIZE];

	if (EVP_DigestFinal_ex(stream->ctx, digest, NULL) != 1)
		return fail_hash(trace);
	memcpy(out, digest, SHA256_SIZE);
	return ERR_OK;
}

void
sha256_stream_free(struct sha256_stream *stream)
{
	if (stream == NULL)
		return;
	EVP_MD_CTX_free(stream->ctx);
	free(stream);
}

enum err
sha256_parts(
    const struct part *parts, size_t count, uint8_t out[SHA256_SIZE], struct err_trace *trace)
{
	struct sha256_stream stream = { NULL };
	enum err err = start(&stream, trace);

	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = sha256_stream_add(&stream, parts[i].bytes, parts[i].len, trace);
	if (err == ERR_OK)
		err = sha256_stream_end(&stream, out, trace);
	EVP_MD_CTX_free(stream.ctx);
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
