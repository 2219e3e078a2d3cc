/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/hash.h"

enum {
	HEAP_SIZE = 256 * 1024,
	HEAP_BLOCK = 64, /* the smallest piece of it; a power of two */
	CAPACITY_MAX = 64 * 1024,
};

/* The bytes from len to capacity are always zero. */
struct secret {
	size_t len;
	size_t capacity;
	uint8_t *bytes;
};

/* OpenSSL's heap is one per process, and so is this: that it was set up here, and locked. */
static bool heap_is_locked;

enum err
secret_heap_init(struct err_trace *trace)
{
	if (heap_is_locked)
		return ERR_OK;
	if (CRYPTO_secure_malloc_initialized())
		return FAIL(trace, ERR_NOT_NOW, "the secure heap was set up by something else");
	/*
	 * 1 is success and 0 failure; 2 means that the heap works but the system refused to lock
	 * it or to guard it, so that a secret could be swapped out.
	 */
	const int got = CRYPTO_secure_malloc_init(HEAP_SIZE, HEAP_BLOCK);
	if (got == 1) {
		heap_is_locked = true;
		return ERR_OK;
	}
	CRYPTO_secure_malloc_done();
	err_next(trace,
	    "Raise the limit of locked memory to at least %d KiB (`ulimit -l %d`, or LimitMEMLOCK "
	    "in a systemd unit, or 'memlock' in /etc/security/limits.conf), then run this again.",
	    HEAP_SIZE / 1024, HEAP_SIZE / 1024);
	return FAIL(trace, ERR_NOMEM,
	    "the system refused to lock %d KiB of memory, without which secrets could be written "
	    "to disk",
	    HEAP_SIZE / 1024);
}

enum err
secret_new(size_t capacity, struct secret **out, struct err_trace *trace)
{
	struct secret *secret;

	if (capacity < 1 || capacity > CAPACITY_MAX)
		return FAIL(
		    trace, ERR_ARGUMENT, "a secret cannot have a capacity of %zu bytes", capacity);
	/* Without the heap, OPENSSL_secure_malloc would silently be malloc. */
	if (!heap_is_locked || !CRYPTO_secure_malloc_initialized())
		return FAIL(trace, ERR_INTERNAL, "a secret was made before the secure heap");
	secret = calloc(1, sizeof(*secret));
	if (secret == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a secret");
	secret->bytes = OPENSSL_secure_malloc(capacity);
	if (secret->bytes == NULL) {
		free(secret);
		return FAIL(trace, ERR_NOMEM, "no locked memory left for %zu bytes", capacity);
	}
	memset(secret->bytes, 0, capacity);
	secret->capacity = capacity;
	*out = secret;
	return ERR_OK;
}

enum err
secret_from(const void *bytes, size_t len, struct secret **out, struct err_trace *trace)
{
	struct secret *secret = NULL;
	enum err err = secret_new(len, &secret, trace);

	if (err != ERR_OK)
		return err;
	memcpy(secret->bytes, bytes, len);
	secret->len = len;
	*out = secret;
	return ERR_OK;
}

enum err
secret_random(size_t len, struct secret **out, struct err_trace *trace)
{
	struct secret *secret = NULL;
	enum err err = secret_new(len, &secret, trace);

	if (err != ERR_OK)
		return err;
	err = random_bytes(secret->bytes, len, trace);
	if (err != ERR_OK) {
		secret_free(secret);
		return err;
	}
	secret->len = len;
	*out = secret;
	return ERR_OK;
}

void
secret_free(struct secret *secret)
{
	if (secret == NULL)
		return;
	OPENSSL_secure_clear_free(secret->bytes, secret->capacity);
	free(secret);
}

void
secret_drop(struct secret **secret)
{
	secret_free(*secret);
	*secret = NULL;
}

size_t
secret_len(const struct secret *secret)
{
	return secret->len;
}

size_t
secret_capacity(const struct secret *secret)
{
	return secret->capacity;
}

const uint8_t *
secret_bytes(const struct secret *secret)
{
	return secret->bytes;
}

uint8_t *
secret_extend(struct secret *secret, size_t len)
{
	uint8_t *at = secret->bytes + secret->len;

	if (len > secret->capacity - secret->len)
		return NULL;
	secret->len += len;
	return at;
}

enum err
secret_append(struct secret *secret, const void *bytes, size_t len, struct err_trace *trace)
{
	uint8_t *at = secret_extend(secret, len);

	if (at == NULL)
		return FAIL(trace, ERR_ARGUMENT, "%zu bytes do not fit into a secret of %zu of %zu",
		    len, secret->len, secret->capacity);
	if (len > 0)
		memcpy(at, bytes, len);
	return ERR_OK;
}

void
secret_truncate(struct secret *secret, size_t len)
{
	if (len >= secret->len)
		return;
	OPENSSL_cleanse(secret->bytes + len, secret->len - len);
	/* OPENSSL_cleanse promises to destroy, not to zero; secret_extend promises zeros. */
	memset(secret->bytes + len, 0, secret->len - len);
	secret->len = len;
}

void
secret_clear(struct secret *secret)
{
	secret_truncate(secret, 0);
}

enum err
secret_copy(const struct secret *secret, struct secret **out, struct err_trace *trace)
{
	struct secret *copy = NULL;
	enum err err = secret_new(secret->capacity, &copy, trace);

	if (err != ERR_OK)
		return err;
	memcpy(copy->bytes, secret->bytes, secret->len);
	copy->len = secret->len;
	*out = copy;
	return ERR_OK;
}

bool
secret_equal_bytes(const struct secret *a, const void *bytes, size_t len)
{
	if (a->len != len)
		return false;
	return CRYPTO_memcmp(a->bytes, bytes, len) == 0;
}

bool
secret_equal(const struct secret *a, const struct secret *b)
{
	return secret_equal_bytes(a, b->bytes, b->len);
}

void
secret_wipe(void *bytes, size_t len)
{
	OPENSSL_cleanse(bytes, len);
}
