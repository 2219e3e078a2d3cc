/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/secret.h"

static struct secret *
secret_of(const char *text)
{
	struct err_trace trace = { 0 };
	struct secret *secret = NULL;

	assert_ok(secret_from(text, strlen(text), &secret, &trace), &trace);
	return secret;
}

static void
a_secret_lives_in_the_secure_heap(void **state)
{
	struct secret *secret = secret_of("1234");

	(void)state;
	assert_int_equal(CRYPTO_secure_allocated(secret_bytes(secret)), 1);
	assert_int_equal(secret_len(secret), 4);
	assert_memory_equal(secret_bytes(secret), "1234", 4);
	secret_free(secret);
}

static long
locked_kib(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[128];
	long kib = -1;

	assert_non_null(status);
	while (fgets(line, sizeof(line), status) != NULL) {
		if (strncmp(line, "VmLck:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	}
	fclose(status);
	return kib;
}

static void
the_heap_is_locked_and_a_second_setup_is_harmless(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_true(locked_kib() >= 256);
	assert_ok(secret_heap_init(&trace), &trace);
}

static void
a_freed_secret_is_wiped(void **state)
{
	static const uint8_t zeros[48];
	struct secret *secret = NULL;
	const uint8_t *bytes;
	uint8_t content[64];

	(void)state;
	memset(content, 0xA5, sizeof(content));
	assert_int_equal(secret_from(content, sizeof(content), &secret, NULL), ERR_OK);
	bytes = secret_bytes(secret);
	secret_free(secret);
	/* The heap stays mapped; it links its free blocks through their first two words. */
	assert_memory_equal(bytes + 16, zeros, sizeof(zeros));
	assert_memory_not_equal(bytes, content, 16);
}

static void
a_dropped_secret_leaves_null(void **state)
{
	struct secret *secret = secret_of("1234");

	(void)state;
	secret_drop(&secret);
	assert_null(secret);
	secret_drop(&secret);
	secret_free(NULL);
}

static void
a_capacity_of_zero_or_beyond_64_kib_is_refused(void **state)
{
	struct err_trace trace = { 0 };
	struct secret *secret = NULL;

	(void)state;
	assert_fails(secret_new(0, &secret, &trace), ERR_ARGUMENT, &trace);
	assert_fails(secret_new(65537, &secret, &trace), ERR_ARGUMENT, &trace);
	assert_fails(secret_from("", 0, &secret, &trace), ERR_ARGUMENT, &trace);
	assert_fails(secret_random(0, &secret, &trace), ERR_ARGUMENT, &trace);
	assert_null(secret);
	assert_ok(secret_new(65536, &secret, &trace), &trace);
	assert_int_equal(secret_capacity(secret), 65536);
	assert_int_equal(secret_len(secret), 0);
	secret_free(secret);
}

static void
a_full_heap_is_an_error_and_no_unlocked_memory(void **state)
{
	struct err_trace trace = { 0 };
	struct secret *secrets[5] = { NULL };
	size_t made = 0;
	enum err err = ERR_OK;

	(void)state;
	while (made < 5 && err == ERR_OK) {
		err = secret_new(65536, &secrets[made], &trace);
		made += err == ERR_OK;
	}
	assert_fails(err, ERR_NOMEM, &trace);
	assert_int_equal(made, 4);
	while (made > 0)
		secret_drop(&secrets[--made]);
	assert_ok(secret_new(65536, &secrets[0], &trace), &trace);
	secret_free(secrets[0]);
}

static void
what_is_appended_comes_behind(void **state)
{
	struct err_trace trace = { 0 };
	struct secret *secret = NULL;

	(void)state;
	assert_ok(secret_new(5, &secret, &trace), &trace);
	assert_ok(secret_append(secret, "ab", 2, &trace), &trace);
	assert_ok(secret_append(secret, NULL, 0, &trace), &trace);
	assert_ok(secret_append(secret, "cde", 3, &trace), &trace);
	assert_true(secret_equal_bytes(secret, "abcde", 5));
	secret_free(secret);
}

static void
what_does_not_fit_changes_nothing_and_is_not_in_the_error(void **state)
{
	struct err_trace trace = { 0 };
	struct secret *secret = NULL;

	(void)state;
	assert_ok(secret_new(5, &secret, &trace), &trace);
	assert_ok(secret_append(secret, "abcd", 4, &trace), &trace);
	assert_fails(secret_append(secret, "xyz", 3, &trace), ERR_ARGUMENT, &trace);
	assert_fails(secret_append(secret, "xyz", SIZE_MAX, &trace), ERR_ARGUMENT, &trace);
	assert_null(secret_extend(secret, 2));
	assert_true(secret_equal_bytes(secret, "abcd", 4));
	assert_null(strstr(trace.frame[0].text, "xyz"));
	secret_free(secret);
}

static void
an_extension_is_zero_even_where_something_was(void **state)
{
	struct secret *secret = secret_of("abcdef");
	const uint8_t *at;

	(void)state;
	secret_truncate(secret, 2);
	assert_int_equal(secret_len(secret), 2);
	at = secret_extend(secret, 4);
	assert_ptr_equal(at, secret_bytes(secret) + 2);
	assert_true(secret_equal_bytes(secret, "ab\0\0\0\0", 6));
	secret_free(secret);
}

static void
a_truncation_to_more_than_there_is_changes_nothing(void **state)
{
	struct secret *secret = secret_of("abc");

	(void)state;
	secret_truncate(secret, 4);
	secret_truncate(secret, 3);
	assert_true(secret_equal_bytes(secret, "abc", 3));
	secret_free(secret);
}

static void
a_cleared_secret_is_wiped_and_keeps_its_room(void **state)
{
	struct secret *secret = secret_of("abc");

	(void)state;
	secret_clear(secret);
	assert_int_equal(secret_len(secret), 0);
	assert_int_equal(secret_capacity(secret), 3);
	assert_memory_equal(secret_bytes(secret), "\0\0\0", 3);
	secret_free(secret);
}

static void
a_copy_is_its_own(void **state)
{
	struct err_trace trace = { 0 };
	struct secret *secret = secret_of("abcd");
	struct secret *copy = NULL;

	(void)state;
	secret_truncate(secret, 3);
	assert_ok(secret_copy(secret, &copy, &trace), &trace);
	secret_clear(secret);
	assert_true(secret_equal_bytes(copy, "abc", 3));
	assert_int_equal(secret_capacity(copy), 4);
	secret_free(secret);
	secret_free(copy);
}

static void
secrets_are_equal_in_length_and_every_byte(void **state)
{
	struct secret *a = secret_of("abcd");
	struct secret *same = secret_of("abcd");
	struct secret *last = secret_of("abce");
	struct secret *first = secret_of("bbcd");
	struct secret *longer = secret_of("abcde");

	(void)state;
	assert_true(secret_equal(a, same));
	assert_false(secret_equal(a, last));
	assert_false(secret_equal(a, first));
	assert_false(secret_equal(a, longer));
	assert_false(secret_equal(longer, a));
	assert_false(secret_equal_bytes(a, "abc", 3));
	secret_free(a);
	secret_free(same);
	secret_free(last);
	secret_free(first);
	secret_free(longer);
}

static void
random_secrets_differ(void **state)
{
	struct err_trace trace = { 0 };
	struct secret *a = NULL;
	struct secret *b = NULL;

	(void)state;
	assert_ok(secret_random(32, &a, &trace), &trace);
	assert_ok(secret_random(32, &b, &trace), &trace);
	assert_int_equal(secret_len(a), 32);
	assert_false(secret_equal(a, b));
	secret_free(a);
	secret_free(b);
}

static void
a_buffer_is_wiped(void **state)
{
	uint8_t buffer[4] = { 1, 2, 3, 4 };

	(void)state;
	secret_wipe(buffer, 3);
	assert_memory_equal(buffer, "\0\0\0\4", 4);
	secret_wipe(NULL, 0);
}

static int
set_up(void **state)
{
	(void)state;
	return secret_heap_init(NULL) == ERR_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_lives_in_the_secure_heap),
		cmocka_unit_test(the_heap_is_locked_and_a_second_setup_is_harmless),
		cmocka_unit_test(a_freed_secret_is_wiped),
		cmocka_unit_test(a_dropped_secret_leaves_null),
		cmocka_unit_test(a_capacity_of_zero_or_beyond_64_kib_is_refused),
		cmocka_unit_test(a_full_heap_is_an_error_and_no_unlocked_memory),
		cmocka_unit_test(what_is_appended_comes_behind),
		cmocka_unit_test(what_does_not_fit_changes_nothing_and_is_not_in_the_error),
		cmocka_unit_test(an_extension_is_zero_even_where_something_was),
		cmocka_unit_test(a_truncation_to_more_than_there_is_changes_nothing),
		cmocka_unit_test(a_cleared_secret_is_wiped_and_keeps_its_room),
		cmocka_unit_test(a_copy_is_its_own),
		cmocka_unit_test(secrets_are_equal_in_length_and_every_byte),
		cmocka_unit_test(random_secrets_differ),
		cmocka_unit_test(a_buffer_is_wiped),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
