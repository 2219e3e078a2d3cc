/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <pthread.h>

#include "agent/use.h"
#include "base/clock.h"

enum { CLIENTS = 50, TRIES = 200 };

static struct uses uses;
static atomic_int granted;

/* Every second use fails at the token and is given back: the bound counts what was made. */
static void *
use_often(void *argument)
{
	struct use use = { 0 };

	(void)argument;
	for (int i = 0; i < TRIES; i++) {
		if (use_begin(&uses, &use) != CKR_OK)
			continue;
		if (use_end(&uses, &use, i % 2 == 0 ? CKR_OK : CKR_DEVICE_ERROR) == CKR_OK)
			granted++;
	}
	return NULL;
}

static void
race(int64_t max)
{
	pthread_t threads[CLIENTS];

	uses = (struct uses){ .max = max };
	granted = 0;
	for (int i = 0; i < CLIENTS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, use_often, NULL), 0);
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(threads[i], NULL);
}

static void
one_use_among_fifty_clients_is_one(void **state)
{
	(void)state;
	race(1);
	assert_int_equal(granted, 1);
	assert_int_equal(use_count(&uses), 1);
}

static void
a_bound_is_reached_and_not_passed(void **state)
{
	(void)state;
	race(77);
	assert_int_equal(granted, 77);
}

static void
no_bound_is_no_bound(void **state)
{
	(void)state;
	race(0);
	assert_int_equal(granted, CLIENTS * TRIES / 2);
	assert_int_equal(use_count(&uses), CLIENTS * TRIES / 2);
}

static void
a_use_after_its_time_is_refused(void **state)
{
	struct use use = { 0 };

	(void)state;
	uses = (struct uses){ .deadline_ms = clock_boot_ms() + 60000 };
	assert_int_equal(use_begin(&uses, &use), CKR_OK);
	uses.deadline_ms = clock_boot_ms();
	assert_int_equal(use_begin(&uses, &use), CKR_FUNCTION_REJECTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_use_among_fifty_clients_is_one),
		cmocka_unit_test(a_bound_is_reached_and_not_passed),
		cmocka_unit_test(no_bound_is_no_bound),
		cmocka_unit_test(a_use_after_its_time_is_refused),
	};

	return cmocka_run_group_tests_name("agent: use", tests, NULL, NULL);
}
