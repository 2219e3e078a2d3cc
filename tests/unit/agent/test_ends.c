/* SPDX-License-Identifier: BSD-2-Clause */
/* What ends an activation, each cause in turn, with clocks and descriptors of the test's own. */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/bound_clock.h"
#include "agent/ends.h"
#include "custody/agent_link.h"
#include "custody/agent_wire.h"

/* Time goes on by `step` with each reading, so that a loop that waits comes to an end. */
static int64_t boot, step, asleep;

static int64_t
boot_now(void)
{
	return boot += step;
}

static int64_t
awake_now(void)
{
	return boot - asleep;
}

static bool stands;

static const char *
card_text(void *context)
{
	(void)context;
	return "the card in reader 'left' was taken out";
}

static bool
door_stands(void *context)
{
	(void)context;
	return stands;
}

static void
let_in(void *context)
{
	(void)context;
}

struct room {
	int link[2];
	struct bound_time time;
	struct ends ends;
	struct agent_event event;
};

static void
open_room(struct room *room, int64_t for_ms)
{
	const struct bound_clock clock = { boot_now, awake_now };

	boot = 1000000;
	step = asleep = 0;
	stands = true;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, room->link), 0);
	room->time = bound_time(&clock, for_ms);
	room->event = (struct agent_event){ .end = AGENT_END_NONE };
	room->ends = (struct ends){ .link = room->link[0],
		.signals = -1,
		.card = -1,
		.token = -1,
		.record = -1,
		.door = -1,
		.card_text = card_text,
		.door_stands = door_stands,
		.let_in = let_in,
		.time = &room->time };
}

static void
ends_with(struct room *room, enum agent_end end, const char *text)
{
	ends_wait(&room->ends, &room->event);
	assert_string_equal(agent_end_word(room->event.end), agent_end_word(end));
	assert_string_equal(room->event.text, text);
	close(room->link[0]);
	close(room->link[1]);
}

static int
raised(void)
{
	int fd = eventfd(1, EFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void
its_time_ends_it_on_the_clock_that_nobody_can_set(void **state)
{
	struct room room;

	(void)state;
	open_room(&room, 900000);
	step = 300000;
	ends_with(&room, AGENT_END_TIME, "its time was over");
	assert_true(boot >= 1900000);
}

static void
waking_from_suspend_ends_it(void **state)
{
	struct room room;

	(void)state;
	open_room(&room, 900000);
	boot += 3000;
	asleep = 3000;
	ends_with(&room, AGENT_END_SUSPEND, "the machine was suspended");
}

static void
a_card_ends_it(void **state)
{
	struct room room;

	(void)state;
	open_room(&room, 0);
	room.ends.card = raised();
	ends_with(&room, AGENT_END_CARD, "the card in reader 'left' was taken out");
}

static void
a_token_that_went_ends_it(void **state)
{
	struct room room;

	(void)state;
	open_room(&room, 0);
	room.ends.token = raised();
	ends_with(&room, AGENT_END_TOKEN, "the token went away, or logged itself out");
}

static void
a_record_that_failed_ends_it(void **state)
{
	struct room room;

	(void)state;
	open_room(&room, 0);
	room.ends.record = raised();
	ends_with(&room, AGENT_END_RECORD, "the record of its uses could not be written");
}

static void
a_socket_that_is_gone_ends_it(void **state)
{
	struct room room;

	(void)state;
	open_room(&room, 0);
	stands = false;
	ends_with(&room, AGENT_END_SOCKET, "its socket was removed or replaced");
}

static void
a_command_that_is_gone_ends_it(void **state)
{
	struct room room;

	(void)state;
	open_room(&room, 0);
	shutdown(room.link[1], SHUT_RDWR);
	ends_with(&room, AGENT_END_COMMAND, "its command ended");
}

static void
a_command_that_leaves_does_not(void **state)
{
	struct room room;

	(void)state;
	open_room(&room, 60000);
	assert_ok(agent_wire_send(room.link[1], json_pack("{s:b}", "leave", 1), NULL), NULL);
	step = 10000;
	ends_with(&room, AGENT_END_TIME, "its time was over");
	assert_int_equal(room.ends.link, -1);
}

static void
a_signal_ends_it(void **state)
{
	struct err_trace trace = { 0 };
	struct room room;

	(void)state;
	open_room(&room, 0);
	assert_ok(ends_block_signals(&room.ends.signals, &trace), &trace);
	kill(getpid(), SIGTERM);
	ends_wait(&room.ends, &room.event);
	assert_int_equal(room.event.end, AGENT_END_SIGNAL);
	assert_non_null(strstr(room.event.text, "signal TERM from process "));
	close(room.link[0]);
	close(room.link[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_time_ends_it_on_the_clock_that_nobody_can_set),
		cmocka_unit_test(waking_from_suspend_ends_it),
		cmocka_unit_test(a_card_ends_it),
		cmocka_unit_test(a_token_that_went_ends_it),
		cmocka_unit_test(a_record_that_failed_ends_it),
		cmocka_unit_test(a_socket_that_is_gone_ends_it),
		cmocka_unit_test(a_command_that_is_gone_ends_it),
		cmocka_unit_test(a_command_that_leaves_does_not),
		cmocka_unit_test(a_signal_ends_it),
	};

	return cmocka_run_group_tests_name("agent: ends", tests, NULL, NULL);
}
