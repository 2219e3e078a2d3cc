/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The secure heap where the system refuses to lock it. A process of its own: the heap is one per
 * process, and root, who may lock what he likes, is given up for good.
 */
#include "tests/unit/test.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/secret.h"

enum { NOBODY = 65534 };

static void
without_the_heap_no_secret_is_made(void **state)
{
	struct err_trace trace = { 0 };
	struct secret *secret = NULL;

	(void)state;
	assert_fails(secret_new(32, &secret, &trace), ERR_INTERNAL, &trace);
	assert_fails(secret_random(32, &secret, &trace), ERR_INTERNAL, &trace);
	assert_null(secret);
}

static void
a_refused_lock_is_an_error_that_says_how_to_raise_the_limit(void **state)
{
	struct err_trace trace = { 0 };
	struct secret *secret = NULL;
	struct rlimit limit;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	limit.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	assert_fails(secret_heap_init(&trace), ERR_NOMEM, &trace);
	assert_non_null(strstr(trace.next, "ulimit -l 256"));
	assert_int_equal(CRYPTO_secure_malloc_initialized(), 0);
	assert_fails(secret_new(32, &secret, &trace), ERR_INTERNAL, &trace);
	assert_null(secret);
}

static void
a_raised_limit_mends_it(void **state)
{
	struct err_trace trace = { 0 };
	struct secret *secret = NULL;
	struct rlimit limit;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	if (limit.rlim_max < 512UL * 1024)
		skip(); /* the hard limit of this machine leaves no room for the heap */
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	assert_ok(secret_heap_init(&trace), &trace);
	assert_ok(secret_new(32, &secret, &trace), &trace);
	secret_free(secret);
}

static void
a_heap_that_somebody_else_set_up_is_not_trusted(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_int_not_equal(CRYPTO_secure_malloc_init(4096, 16), 0);
	assert_fails(secret_heap_init(&trace), ERR_NOT_NOW, &trace);
	assert_int_equal(CRYPTO_secure_malloc_done(), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_the_heap_no_secret_is_made),
		cmocka_unit_test(a_heap_that_somebody_else_set_up_is_not_trusted),
		cmocka_unit_test(a_refused_lock_is_an_error_that_says_how_to_raise_the_limit),
		cmocka_unit_test(a_raised_limit_mends_it),
	};

	if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
