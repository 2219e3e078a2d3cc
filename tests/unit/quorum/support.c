/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/quorum/support.h"

#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"

enum { BYTES_MAX = 1024, FILE_MAX = 1 << 20 };

int
quorum_setup(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(secret_heap_init(&trace), &trace);
	return 0;
}

size_t
bytes_of_hex(const char *hex, uint8_t *out, size_t max)
{
	const size_t len = strlen(hex) / 2;

	assert_true(len <= max);
	assert_true(hex_decode(hex, out, len));
	return len;
}

struct secret *
secret_of_hex(const char *hex)
{
	struct err_trace trace = { 0 };
	struct secret *made = NULL;
	uint8_t bytes[BYTES_MAX];
	const size_t len = bytes_of_hex(hex, bytes, sizeof(bytes));

	assert_ok(secret_from(bytes, len, &made, &trace), &trace);
	return made;
}

struct secret *
secret_of_text(const char *text)
{
	struct err_trace trace = { 0 };
	struct secret *made = NULL;

	assert_ok(secret_from(text, strlen(text), &made, &trace), &trace);
	return made;
}

struct secret *
secret_of_number(uint32_t number)
{
	struct err_trace trace = { 0 };
	struct secret *made = NULL;
	uint8_t hash[SHA256_SIZE];

	assert_ok(sha256(&number, sizeof(number), hash, &trace), &trace);
	assert_ok(secret_from(hash, sizeof(hash), &made, &trace), &trace);
	return made;
}

void
assert_hex(const void *bytes, size_t len, const char *hex)
{
	char text[2 * BYTES_MAX + 1];

	assert_true(len <= BYTES_MAX);
	hex_encode(bytes, len, text);
	assert_string_equal(text, hex);
}

void
assert_secret_hex(const struct secret *secret, const char *hex)
{
	assert_non_null(secret);
	assert_hex(secret_bytes(secret), secret_len(secret), hex);
}

void
assert_secret_text(const struct secret *secret, const char *text)
{
	assert_non_null(secret);
	assert_int_equal(secret_len(secret), strlen(text));
	assert_memory_equal(secret_bytes(secret), text, strlen(text));
}

json_t *
load_json(const char *path)
{
	json_error_t error;
	json_t *json = json_load_file(path, 0, &error);

	if (json == NULL)
		fail_msg("%s: %s", path, error.text);
	return json;
}

char *
load_text(const char *path)
{
	struct err_trace trace = { 0 };
	char *text = NULL;
	size_t len = 0;

	assert_ok(file_read(path, FILE_MAX, &text, &len, &trace), &trace);
	return text;
}
