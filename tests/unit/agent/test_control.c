/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/control.h"
#include "base/file.h"
#include "custody/agent_control.h"
#include "custody/agent_wire.h"

static char folder[] = "/tmp/control-XXXXXX";
static char path[64];
static int door = -1;
static struct control *control;

static json_t *
some_status(void *context)
{
	(void)context;
	return json_pack("{s:{s:i}}", "status", "uses", 3);
}

static int
open_door(void **state)
{
	const struct control_order order = { .door = -1, .status = some_status };
	struct control_order with_door = order;
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/control-XXXXXX");
	snprintf(path, sizeof(path), "%s/a.ctl", mkdtemp(folder));
	memcpy(address.sun_path, path, strlen(path));
	door = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(door, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(door, 8) != 0)
		return 1;
	with_door.door = door;
	return control_start(&with_door, &control, NULL) == ERR_OK ? 0 : 1;
}

static int
close_door(void **state)
{
	(void)state;
	control_stop(control);
	close(door);
	return file_remove_tree(folder, NULL) == ERR_OK ? 0 : 1;
}

static bool
is_asked(void)
{
	struct pollfd polled = { .fd = control_asked_fd(control), .events = POLLIN };

	return poll(&polled, 1, 0) == 1;
}

static int
connect_raw(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void
who_asks_is_told_how_it_stands(void **state)
{
	struct err_trace trace = { 0 };
	json_t *status = NULL;

	(void)state;
	assert_ok(agent_control_status(path, &status, &trace), &trace);
	assert_int_equal(json_integer_value(json_object_get(status, "uses")), 3);
	json_decref(status);
	assert_false(is_asked());
}

static void
who_talks_nonsense_or_nothing_keeps_nobody_out(void **state)
{
	struct err_trace trace = { 0 };
	json_t *status = NULL;
	int silent = connect_raw();
	int noisy = connect_raw();

	(void)state;
	assert_int_equal(write(noisy, "{\"ask\":7}\nx", 11), 11);
	assert_ok(agent_control_status(path, &status, &trace), &trace);
	json_decref(status);
	close(silent);
	close(noisy);
	assert_false(is_asked());
}

static void
who_asks_for_the_end_is_heard_and_not_let_go_before_it_is_there(void **state)
{
	struct pollfd asked = { .fd = control_asked_fd(control), .events = POLLIN };
	struct err_trace trace = { 0 };
	json_t *answer = NULL;
	int fd = connect_raw();

	(void)state;
	assert_ok(agent_wire_send(fd, json_pack("{s:s}", "ask", "end"), &trace), &trace);
	assert_ok(agent_wire_receive(fd, 5000, &answer, &trace), &trace);
	assert_true(json_is_true(json_object_get(answer, "ending")));
	json_decref(answer);
	assert_int_equal(poll(&asked, 1, 5000), 1);
	assert_non_null(strstr(control_asked_text(control), "said so (process "));
	/* It closes with the process, and so tells that all is closed. */
	assert_fails(agent_wire_receive(fd, 50, &answer, &trace), ERR_TIMEOUT, &trace);
	close(fd);
}

static void
nobody_there_is_said(void **state)
{
	struct err_trace trace = { 0 };
	json_t *status = NULL;

	(void)state;
	assert_fails(
	    agent_control_status("/nowhere/at/all.ctl", &status, &trace), ERR_ABSENT, &trace);
	assert_null(status);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    who_asks_is_told_how_it_stands, open_door, close_door),
		cmocka_unit_test_setup_teardown(
		    who_talks_nonsense_or_nothing_keeps_nobody_out, open_door, close_door),
		cmocka_unit_test_setup_teardown(
		    who_asks_for_the_end_is_heard_and_not_let_go_before_it_is_there, open_door,
		    close_door),
		cmocka_unit_test(nobody_there_is_said),
	};

	return cmocka_run_group_tests_name("agent: control", tests, NULL, NULL);
}
