/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "agent/watch.h"
#include "base/clock.h"
#include "custody/agent_link.h"
#include "pcsc/reader.h"

enum { GRACE_MS = 300, SOON_MS = 3000 };

/* Readers that the test moves. */
static struct {
	pthread_mutex_t lock;
	struct reader_list list;
} desk = { .lock = PTHREAD_MUTEX_INITIALIZER };

static enum err
fake_list(void *context, struct reader_list *out, struct err_trace *trace)
{
	(void)context;
	(void)trace;
	pthread_mutex_lock(&desk.lock);
	*out = desk.list;
	pthread_mutex_unlock(&desk.lock);
	return ERR_OK;
}

static bool
differs(struct reader_list *list)
{
	bool different;

	pthread_mutex_lock(&desk.lock);
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
	different = memcmp(list, &desk.list, sizeof(*list)) != 0;
	if (different)
		*list = desk.list;
	pthread_mutex_unlock(&desk.lock);
	return different;
}

static enum err
fake_wait(void *context, const struct reader_wait *wait, struct reader_list *list,
    struct err_trace *trace)
{
	struct pollfd cancel = { .fd = wait->cancel_fd, .events = POLLIN };
	int64_t begun = clock_boot_ms();

	(void)context;
	(void)trace;
	while (!differs(list)) {
		if (poll(&cancel, 1, 5) > 0)
			return ERR_CANCELLED;
		if (wait->timeout_ms >= 0 && clock_boot_ms() - begun >= wait->timeout_ms)
			return ERR_TIMEOUT;
	}
	return ERR_OK;
}

static void
fake_close(void *context)
{
	(void)context;
}

static const struct reader_ops ops = { .list = fake_list, .wait = fake_wait, .close = fake_close };

static void
set(const struct reader_list *list)
{
	pthread_mutex_lock(&desk.lock);
	desk.list = *list;
	pthread_mutex_unlock(&desk.lock);
}

/* Two readers, each with its card. */
static struct reader_list
both_in(void)
{
	struct reader_list list = { .count = 2 };

	snprintf(list.reader[0].name, READER_NAME, "left");
	snprintf(list.reader[1].name, READER_NAME, "right");
	list.reader[0].present = list.reader[1].present = true;
	list.reader[0].events = list.reader[1].events = 1;
	return list;
}

static const struct agent_watched watched[] = { { "left", 1, "FFFE:00000001" } };

/* Which card lies in "left" after the readers were away. */
static bool is_the_same = true;

static bool
fake_is_card(struct readers *readers, const struct agent_watched *which)
{
	(void)readers;
	assert_string_equal(which->serial, "FFFE:00000001");
	return is_the_same;
}

static struct watch *
watch_left(void)
{
	static struct readers readers = { .ops = &ops };
	struct watch_order order = { .readers = &readers,
		.watched = watched,
		.count = 1,
		.grace_ms = GRACE_MS,
		.is_card = fake_is_card };
	struct err_trace trace = { 0 };
	struct watch *watch = NULL;

	assert_ok(watch_start(&order, &watch, &trace), &trace);
	return watch;
}

static bool
ends_within(const struct watch *watch, int timeout_ms)
{
	struct pollfd polled = { .fd = watch_fd(watch), .events = POLLIN };

	return poll(&polled, 1, timeout_ms) == 1;
}

static void
a_card_that_is_taken_out_ends_it_at_once(void **state)
{
	struct reader_list list = both_in();
	struct watch *watch;

	(void)state;
	set(&list);
	watch = watch_left();
	assert_false(ends_within(watch, 50));
	list.reader[0].present = false;
	list.reader[0].events++;
	set(&list);
	assert_true(ends_within(watch, GRACE_MS / 2));
	assert_string_equal(watch_text(watch), "the card in reader 'left' was taken out");
	watch_stop(watch);
}

static void
a_card_that_is_put_back_at_once_was_taken_out(void **state)
{
	struct reader_list list = both_in();
	struct watch *watch;

	(void)state;
	set(&list);
	watch = watch_left();
	list.reader[0].events += 2;
	set(&list);
	assert_true(ends_within(watch, SOON_MS));
	watch_stop(watch);
}

static void
other_readers_do_not_matter(void **state)
{
	struct reader_list list = both_in();
	struct watch *watch;

	(void)state;
	set(&list);
	watch = watch_left();
	list.reader[1].present = false;
	set(&list);
	assert_false(ends_within(watch, 100));
	list.count = 1;
	set(&list);
	assert_false(ends_within(watch, 100));
	watch_stop(watch);
}

static void
a_service_that_dies_ends_it_after_a_grace(void **state)
{
	struct reader_list list = both_in(), none = { 0 };
	struct watch *watch;

	(void)state;
	set(&list);
	watch = watch_left();
	set(&none);
	assert_false(ends_within(watch, GRACE_MS / 2));
	assert_true(ends_within(watch, SOON_MS));
	assert_string_equal(
	    watch_text(watch), "reader 'left', or the smart card service pcscd, went away");
	watch_stop(watch);
}

static void
a_service_that_returns_with_the_card_ends_nothing(void **state)
{
	struct reader_list list = both_in(), none = { 0 };
	struct watch *watch;

	(void)state;
	set(&list);
	watch = watch_left();
	set(&none);
	assert_false(ends_within(watch, GRACE_MS / 3));
	list.reader[0].events = 0;
	set(&list);
	assert_false(ends_within(watch, 2 * GRACE_MS));
	watch_stop(watch);
}

static void
a_service_that_returns_with_another_card_ends_it(void **state)
{
	struct reader_list list = both_in(), none = { 0 };
	struct watch *watch;

	(void)state;
	set(&list);
	watch = watch_left();
	set(&none);
	assert_false(ends_within(watch, 50));
	is_the_same = false;
	set(&list);
	assert_true(ends_within(watch, GRACE_MS / 2));
	is_the_same = true;
	assert_string_equal(watch_text(watch),
	    "the card in reader 'left' could not be recognised after the reader was away");
	watch_stop(watch);
}

static void
a_card_that_was_swapped_before_the_first_look_is_refused(void **state)
{
	static struct readers readers = { .ops = &ops };
	struct watch_order order = { .readers = &readers, .watched = watched, .count = 1 };
	struct reader_list list = both_in();
	struct err_trace trace = { 0 };
	struct watch *watch = NULL;

	(void)state;
	list.reader[0].events += 2;
	set(&list);
	assert_fails(watch_start(&order, &watch, &trace), ERR_ABSENT, &trace);
	assert_null(watch);
}

static void
a_service_that_returns_without_the_card_ends_it(void **state)
{
	struct reader_list list = both_in(), none = { 0 };
	struct watch *watch;

	(void)state;
	set(&list);
	watch = watch_left();
	set(&none);
	assert_false(ends_within(watch, 50));
	list.reader[0].present = false;
	set(&list);
	assert_true(ends_within(watch, GRACE_MS / 2));
	watch_stop(watch);
}

static void
a_card_that_is_already_out_is_refused(void **state)
{
	static struct readers readers = { .ops = &ops };
	struct watch_order order = { .readers = &readers, .watched = watched, .count = 1 };
	struct reader_list list = both_in();
	struct err_trace trace = { 0 };
	struct watch *watch = NULL;

	(void)state;
	list.reader[0].present = false;
	set(&list);
	assert_fails(watch_start(&order, &watch, &trace), ERR_ABSENT, &trace);
	assert_null(watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_that_is_taken_out_ends_it_at_once),
		cmocka_unit_test(a_card_that_is_put_back_at_once_was_taken_out),
		cmocka_unit_test(other_readers_do_not_matter),
		cmocka_unit_test(a_service_that_dies_ends_it_after_a_grace),
		cmocka_unit_test(a_service_that_returns_with_the_card_ends_nothing),
		cmocka_unit_test(a_service_that_returns_with_another_card_ends_it),
		cmocka_unit_test(a_card_that_was_swapped_before_the_first_look_is_refused),
		cmocka_unit_test(a_service_that_returns_without_the_card_ends_it),
		cmocka_unit_test(a_card_that_is_already_out_is_refused),
	};

	return cmocka_run_group_tests_name("agent: watch", tests, NULL, NULL);
}
