/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <pthread.h>

#include "agent/client.h"
#include "agent/mechanisms.h"
#include "agent/use.h"

enum { CLIENTS = 50, TRIES = 200 };

static struct uses uses;
static atomic_int granted;

/* A record that is a list in memory, or a disk that is full or broken. */
static struct {
	pthread_mutex_t lock;
	json_t *lines;
	bool full;
	bool broken;
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool
disk_has_room(void *context)
{
	(void)context;
	return !disk.full;
}

static enum err
disk_write(void *context, json_t *line, struct err_trace *trace)
{
	(void)context;
	(void)trace;
	pthread_mutex_lock(&disk.lock);
	if (disk.broken)
		json_decref(line);
	else
		json_array_append_new(disk.lines, line);
	pthread_mutex_unlock(&disk.lock);
	return disk.broken ? ERR_IO : ERR_OK;
}

/* Both clocks of the machine, in milliseconds. */
static int64_t boot = 5000, awake = 5000;

static int64_t
boot_now(void)
{
	return boot;
}

static int64_t
awake_now(void)
{
	return awake;
}

/* Bounds that begin now, and an empty record. */
static void
begin(int64_t max, int64_t for_ms)
{
	const struct bound_clock clock = { boot_now, awake_now };

	json_decref(disk.lines);
	disk.lines = json_array();
	disk.full = false;
	disk.broken = false;
	uses = (struct uses){ .max = max,
		.time = bound_time(&clock, for_ms),
		.log = { .has_room = disk_has_room, .write = disk_write } };
}

static const char *
text_of(size_t line, const char *member)
{
	return json_string_value(json_object_get(json_array_get(disk.lines, line), member));
}

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

	begin(max, 0);
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
	begin(0, 60000);
	boot += 59999;
	awake += 59999;
	assert_int_equal(use_begin(&uses, &use), CKR_OK);
	boot += 1;
	awake += 1;
	assert_int_equal(use_begin(&uses, &use), CKR_FUNCTION_REJECTED);
	assert_string_equal(text_of(0, "kind"), "refused");
	assert_string_equal(text_of(0, "why"), "its time is over");
}

static void
a_use_after_the_machine_slept_is_refused(void **state)
{
	struct use use = { 0 };

	(void)state;
	begin(0, 0);
	boot += 1500;
	assert_int_equal(use_begin(&uses, &use), CKR_OK);
	boot += 500;
	assert_int_equal(use_begin(&uses, &use), CKR_FUNCTION_REJECTED);
	assert_string_equal(text_of(0, "why"), "the machine was suspended");
}

static void
a_use_says_what_was_signed_with_what_and_how_it_went(void **state)
{
	static const struct visible_object key = { .label = "root-ca", .id = { 1 }, .id_len = 1 };
	struct client ann = { .peer = { 1000, 4711, "/usr/bin/openssl" } };
	struct use use = { .client = &ann, .key = &key, .mechanism = mechanism_find(CKM_ECDSA) };
	const json_t *client;

	(void)state;
	begin(0, 0);
	assert_int_equal(use_describe(&use, "\x12\x34", 2, NULL), ERR_OK);
	assert_int_equal(use_begin(&uses, &use), CKR_OK);
	assert_int_equal(json_array_size(disk.lines), 0);
	assert_int_equal(use_end(&uses, &use, CKR_OK), CKR_OK);
	assert_string_equal(text_of(0, "kind"), "use");
	assert_string_equal(text_of(0, "key"), "root-ca");
	assert_string_equal(text_of(0, "id"), "01");
	assert_string_equal(text_of(0, "mechanism"), "ECDSA");
	assert_string_equal(text_of(0, "signed"), "raw:1234");
	assert_string_equal(text_of(0, "result"), "made");
	client = json_object_get(json_array_get(disk.lines, 0), "client");
	assert_int_equal(json_integer_value(json_object_get(client, "uid")), 1000);
	assert_int_equal(json_integer_value(json_object_get(client, "pid")), 4711);
	assert_string_equal(
	    json_string_value(json_object_get(client, "program")), "/usr/bin/openssl");
	assert_int_equal(ann.made, 1);
}

static void
what_the_token_hashes_itself_is_recorded_by_its_sha256(void **state)
{
	struct use use = { .mechanism = mechanism_find(CKM_ECDSA_SHA384) };

	(void)state;
	begin(0, 0);
	assert_int_equal(use_describe(&use, "abc", 3, NULL), ERR_OK);
	assert_string_equal(use.signed_what,
	    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
a_use_that_the_token_failed_is_recorded_as_such(void **state)
{
	struct use use = { 0 };

	(void)state;
	begin(1, 0);
	assert_int_equal(use_begin(&uses, &use), CKR_OK);
	assert_int_equal(use_end(&uses, &use, CKR_DEVICE_ERROR), CKR_DEVICE_ERROR);
	assert_string_equal(text_of(0, "result"), "failed 0x30");
	assert_int_equal(use_count(&uses), 0);
}

static void
a_use_on_a_full_disk_does_not_begin(void **state)
{
	struct use use = { 0 };

	(void)state;
	begin(0, 0);
	disk.full = true;
	assert_int_equal(use_begin(&uses, &use), CKR_DEVICE_MEMORY);
	assert_int_equal(use_count(&uses), 0);
	disk.full = false;
	assert_int_equal(use_begin(&uses, &use), CKR_OK);
}

static void
a_use_that_could_not_be_written_down_is_not_answered(void **state)
{
	struct use use = { 0 };

	(void)state;
	begin(1, 0);
	assert_int_equal(use_begin(&uses, &use), CKR_OK);
	disk.broken = true;
	assert_int_equal(use_end(&uses, &use, CKR_OK), CKR_DEVICE_ERROR);
	/* The token made it: the use is spent. */
	assert_int_equal(use_begin(&uses, &use), CKR_FUNCTION_REJECTED);
}

static void
without_a_record_nothing_is_used(void **state)
{
	struct use use = { 0 };

	(void)state;
	begin(0, 0);
	uses.log = (struct use_log){ 0 };
	assert_int_equal(use_begin(&uses, &use), CKR_DEVICE_MEMORY);
}

static void
refusals_are_recorded_singly_and_then_by_the_thousand(void **state)
{
	struct client ann = { .peer = { 1000, 4711, "/usr/bin/openssl" } };

	(void)state;
	begin(0, 0);
	use_refuse_call(&uses, &ann, "C_Decrypt", CKR_FUNCTION_NOT_SUPPORTED);
	assert_string_equal(text_of(0, "kind"), "refused");
	assert_string_equal(text_of(0, "call"), "C_Decrypt");
	assert_string_equal(text_of(0, "why"), "refused by the policy (0x54)");
	for (int i = 1; i < 3500; i++)
		use_refuse_call(&uses, &ann, "C_Decrypt", CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(uses.refused, 3500);
	assert_int_equal(json_array_size(disk.lines), 1002);
	assert_string_equal(text_of(1001, "kind"), "refusals");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_use_among_fifty_clients_is_one),
		cmocka_unit_test(a_bound_is_reached_and_not_passed),
		cmocka_unit_test(no_bound_is_no_bound),
		cmocka_unit_test(a_use_after_its_time_is_refused),
		cmocka_unit_test(a_use_after_the_machine_slept_is_refused),
		cmocka_unit_test(a_use_says_what_was_signed_with_what_and_how_it_went),
		cmocka_unit_test(what_the_token_hashes_itself_is_recorded_by_its_sha256),
		cmocka_unit_test(a_use_that_the_token_failed_is_recorded_as_such),
		cmocka_unit_test(a_use_on_a_full_disk_does_not_begin),
		cmocka_unit_test(a_use_that_could_not_be_written_down_is_not_answered),
		cmocka_unit_test(without_a_record_nothing_is_used),
		cmocka_unit_test(refusals_are_recorded_singly_and_then_by_the_thousand),
	};

	return cmocka_run_group_tests_name("agent: use", tests, NULL, NULL);
}
