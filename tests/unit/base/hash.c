/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file_hash.h"
#include "base/hash.h"

/* FIPS 180-4's examples, and the empty one. */
static const struct {
	const char *message;
	const char *hash;
} examples[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void
the_published_examples_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct err_trace trace = { 0 };
		uint8_t hash[SHA256_SIZE];
		char text[2 * SHA256_SIZE + 1];

		assert_ok(
		    sha256(examples[i].message, strlen(examples[i].message), hash, &trace), &trace);
		hex_encode(hash, sizeof(hash), text);
		assert_string_equal(text, examples[i].hash);
	}
}

static void
parts_hash_as_their_whole(void **state)
{
	static const struct part parts[] = { { "a", 1 }, { NULL, 0 }, { "bc", 2 } };
	struct err_trace trace = { 0 };
	uint8_t hash[SHA256_SIZE];
	char text[2 * SHA256_SIZE + 1];

	(void)state;
	assert_ok(sha256_parts(parts, 3, hash, &trace), &trace);
	hex_encode(hash, sizeof(hash), text);
	assert_string_equal(
	    text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
no_parts_hash_as_nothing(void **state)
{
	struct err_trace trace = { 0 };
	uint8_t hash[SHA256_SIZE];

	(void)state;
	assert_ok(sha256_parts(NULL, 0, hash, &trace), &trace);
	assert_memory_equal(hash, "\xe3\xb0\xc4\x42", 4);
}

static void
randomness_fills_all_of_it_and_never_repeats(void **state)
{
	struct err_trace trace = { 0 };
	uint8_t a[256] = { 0 };
	uint8_t b[256] = { 0 };
	unsigned zeros = 0;

	(void)state;
	assert_ok(random_bytes(a, sizeof(a), &trace), &trace);
	assert_ok(random_bytes(b, sizeof(b), &trace), &trace);
	assert_memory_not_equal(a, b, sizeof(a));
	for (size_t i = 0; i < sizeof(a); i++)
		zeros += a[i] == 0;
	assert_true(zeros < 32); /* one is expected */
}

static void
no_randomness_at_all_may_be_asked_for(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(random_bytes(NULL, 0, &trace), &trace);
}

static void
a_file_hashes_as_its_bytes(void **state)
{
	char name[] = "file_hash.XXXXXX";
	struct err_trace trace = { 0 };
	struct file_hash hash;
	char hex[2 * SHA256_SIZE + 1];
	const int fd = mkstemp(name);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "abc", 3), 3);
	close(fd);
	assert_ok(file_hash(name, &hash, &trace), &trace);
	hex_encode(hash.sha256, sizeof(hash.sha256), hex);
	assert_string_equal(hex, examples[1].hash);
	assert_int_equal(hash.size, 3);
	assert_true(file_hash_hex(name, hex));
	assert_string_equal(hex, examples[1].hash);
	assert_int_equal(unlink(name), 0);
}

static void
what_is_no_plain_file_has_no_hash(void **state)
{
	struct file_hash hash;
	char hex[2 * SHA256_SIZE + 1];

	(void)state;
	assert_int_equal(file_hash("not/there", &hash, NULL), ERR_ABSENT);
	assert_int_equal(file_hash("/", &hash, NULL), ERR_ARGUMENT);
	assert_false(file_hash_hex("/dev/null", hex));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_examples_hold),
		cmocka_unit_test(parts_hash_as_their_whole),
		cmocka_unit_test(no_parts_hash_as_nothing),
		cmocka_unit_test(a_file_hashes_as_its_bytes),
		cmocka_unit_test(what_is_no_plain_file_has_no_hash),
		cmocka_unit_test(randomness_fills_all_of_it_and_never_repeats),
		cmocka_unit_test(no_randomness_at_all_may_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
