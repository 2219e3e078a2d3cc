/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/frames.h"
#include "base/bytes.h"
#include "base/clock.h"

enum { STALL_MS = 200, HEADER = 12 };

/* A relay in a thread of its own, with a client and a server that the test plays. */
struct stage {
	int client;
	int server;
	int inner[2]; /* the relay's ends */
	struct frames frames;
	pthread_t thread;
	enum frames_end end;
};

static void *
run(void *argument)
{
	struct stage *stage = argument;

	stage->end = frames_relay(&stage->frames);
	shutdown(stage->frames.client, SHUT_RDWR);
	shutdown(stage->frames.server, SHUT_RDWR);
	return NULL;
}

static void
raise_curtain(struct stage *stage)
{
	int outside[2], inside[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, outside), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, inside), 0);
	stage->client = outside[0];
	stage->server = inside[0];
	stage->frames =
	    (struct frames){ .client = outside[1], .server = inside[1], .stall_ms = STALL_MS };
	assert_int_equal(pthread_create(&stage->thread, NULL, run, stage), 0);
}

static enum frames_end
lower_curtain(struct stage *stage)
{
	pthread_join(stage->thread, NULL);
	close(stage->client);
	close(stage->server);
	close(stage->frames.client);
	close(stage->frames.server);
	return stage->end;
}

static void
put(int fd, const void *bytes, size_t len)
{
	assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* Fails rather than hangs. */
static void
get(int fd, void *out, size_t len)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	uint8_t *at = out;

	while (len > 0) {
		ssize_t got;

		assert_int_equal(poll(&polled, 1, 5000), 1);
		got = recv(fd, at, len, 0);
		assert_true(got > 0);
		at += got;
		len -= (size_t)got;
	}
}

static void
greet(struct stage *stage, uint8_t newest)
{
	uint8_t byte = 0xFF;

	put(stage->client, &newest, 1);
	get(stage->server, &byte, 1);
	assert_int_equal(byte, 0);
	put(stage->server, &byte, 1);
	byte = 0xFF;
	get(stage->client, &byte, 1);
	assert_int_equal(byte, 0);
}

/* code, options, body: C_GetInfo is call 3 with the signature "". */
static const uint8_t get_info[] = { 0, 0, 0, 16, 0, 0, 0, 2, 0, 0, 0, 8, 'p', '1', 0, 0, 0, 3, 0, 0,
	0, 0 };
static const uint8_t info_answer[] = { 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 3, 'a', 'b', 'c' };

static void
a_request_and_its_answer_pass_whole(void **state)
{
	uint8_t bytes[sizeof(get_info)];
	struct stage stage;

	(void)state;
	raise_curtain(&stage);
	greet(&stage, 0);
	for (int i = 0; i < 3; i++) {
		put(stage.client, get_info, sizeof(get_info));
		get(stage.server, bytes, sizeof(get_info));
		assert_memory_equal(bytes, get_info, sizeof(get_info));
		put(stage.server, info_answer, sizeof(info_answer));
		get(stage.client, bytes, sizeof(info_answer));
		assert_memory_equal(bytes, info_answer, sizeof(info_answer));
	}
	shutdown(stage.client, SHUT_WR);
	assert_int_equal(lower_curtain(&stage), FRAMES_LEFT);
}

static void
newer_clients_are_told_the_version_that_is_read(void **state)
{
	struct stage stage;

	(void)state;
	raise_curtain(&stage);
	greet(&stage, 2);
	shutdown(stage.client, SHUT_WR);
	assert_int_equal(lower_curtain(&stage), FRAMES_LEFT);
}

static void
a_refused_function_is_answered_and_the_server_never_hears_of_it(void **state)
{
	/* C_DestroyObject is call 22, "uu". */
	static const uint8_t destroy[] = { 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 22, 0, 0,
		0, 2, 'u', 'u' };
	static const uint8_t refusal[] = { 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0,
		0, 1, 'u', 0, 0, 0, 0, 0, 0, 0, 0x54 };
	uint8_t bytes[sizeof(refusal)];
	struct pollfd server;
	struct stage stage;

	(void)state;
	raise_curtain(&stage);
	greet(&stage, 0);
	put(stage.client, destroy, sizeof(destroy));
	get(stage.client, bytes, sizeof(refusal));
	assert_memory_equal(bytes, refusal, sizeof(refusal));
	server = (struct pollfd){ .fd = stage.server, .events = POLLIN };
	assert_int_equal(poll(&server, 1, 0), 0);
	shutdown(stage.client, SHUT_WR);
	assert_int_equal(lower_curtain(&stage), FRAMES_LEFT);
}

static void
bad_headers_are_cut(void **state)
{
	static const struct {
		const char *name;
		uint8_t header[HEADER];
	} rows[] = {
		{ "a body of two gigabytes", { 0, 0, 0, 1, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff } },
		{ "a body of a megabyte", { 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0 } },
		{ "options of a megabyte", { 0, 0, 0, 1, 0, 0x10, 0, 0, 0, 0, 0, 1 } },
		{ "lengths that wrap", { 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 2 } },
		{ "call code 0", { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8 } },
		{ "text", "GET / HTTP/1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct stage stage;

		raise_curtain(&stage);
		greet(&stage, 0);
		put(stage.client, rows[i].header, HEADER);
		if (lower_curtain(&stage) != FRAMES_MALFORMED)
			fail_msg("%s was not cut", rows[i].name);
	}
}

static void
garbage_in_a_good_frame_is_cut(void **state)
{
	static const uint8_t garbage[] = { 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 43, 0xde,
		0xad, 0xbe, 0xef, 0x01 };
	struct stage stage;

	(void)state;
	raise_curtain(&stage);
	greet(&stage, 0);
	put(stage.client, garbage, sizeof(garbage));
	assert_int_equal(lower_curtain(&stage), FRAMES_MALFORMED);
}

static void
a_client_that_stops_within_a_frame_is_cut(void **state)
{
	static const size_t after[] = { 1, 11, 12, 15, sizeof(get_info) - 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++) {
		int64_t begun = clock_boot_ms();
		struct stage stage;

		raise_curtain(&stage);
		greet(&stage, 0);
		put(stage.client, get_info, after[i]);
		assert_int_equal(lower_curtain(&stage), FRAMES_STALLED);
		assert_in_range(clock_boot_ms() - begun, STALL_MS - 50, 4000);
	}
}

/* One byte now and then must not hold a connection for ever: the bound is on the whole frame. */
static void
a_trickle_is_a_stall(void **state)
{
	struct stage stage;

	(void)state;
	raise_curtain(&stage);
	greet(&stage, 0);
	for (size_t i = 0; i < 10; i++) {
		(void)!send(stage.client, get_info + i, 1, MSG_NOSIGNAL);
		poll(NULL, 0, 50);
	}
	assert_int_equal(lower_curtain(&stage), FRAMES_STALLED);
}

static void
an_idle_client_may_stay(void **state)
{
	uint8_t bytes[sizeof(get_info)];
	struct stage stage;

	(void)state;
	raise_curtain(&stage);
	greet(&stage, 0);
	poll(NULL, 0, 2 * STALL_MS);
	put(stage.client, get_info, sizeof(get_info));
	get(stage.server, bytes, sizeof(get_info));
	put(stage.server, info_answer, sizeof(info_answer));
	get(stage.client, bytes, sizeof(info_answer));
	shutdown(stage.client, SHUT_WR);
	assert_int_equal(lower_curtain(&stage), FRAMES_LEFT);
}

static void
a_slow_token_is_waited_for(void **state)
{
	uint8_t bytes[sizeof(get_info)];
	struct stage stage;

	(void)state;
	raise_curtain(&stage);
	greet(&stage, 0);
	put(stage.client, get_info, sizeof(get_info));
	get(stage.server, bytes, sizeof(get_info));
	poll(NULL, 0, 2 * STALL_MS);
	put(stage.server, info_answer, sizeof(info_answer));
	get(stage.client, bytes, sizeof(info_answer));
	shutdown(stage.client, SHUT_WR);
	assert_int_equal(lower_curtain(&stage), FRAMES_LEFT);
}

static void
a_client_that_never_reads_its_answer_is_cut(void **state)
{
	enum { BODY = 1 << 20 };
	uint8_t *answer = calloc(1, HEADER + BODY);
	uint8_t bytes[sizeof(get_info)];
	struct writer writer = writer_into(answer, HEADER);
	struct stage stage;

	(void)state;
	assert_non_null(answer);
	writer_u32(&writer, 16);
	writer_u32(&writer, 0);
	writer_u32(&writer, BODY);
	raise_curtain(&stage);
	greet(&stage, 0);
	put(stage.client, get_info, sizeof(get_info));
	get(stage.server, bytes, sizeof(get_info));
	put(stage.server, answer, HEADER + BODY);
	assert_int_equal(lower_curtain(&stage), FRAMES_STALLED);
	free(answer);
}

static void
a_client_that_vanishes_ends_it(void **state)
{
	struct stage stage;

	(void)state;
	raise_curtain(&stage);
	greet(&stage, 0);
	put(stage.client, get_info, 14);
	shutdown(stage.client, SHUT_RDWR);
	assert_int_equal(lower_curtain(&stage), FRAMES_BROKEN);
}

static void
a_server_that_ends_ends_it(void **state)
{
	uint8_t bytes[sizeof(get_info)];
	struct stage stage;

	(void)state;
	raise_curtain(&stage);
	greet(&stage, 0);
	put(stage.client, get_info, sizeof(get_info));
	get(stage.server, bytes, sizeof(get_info));
	shutdown(stage.server, SHUT_RDWR);
	assert_int_equal(lower_curtain(&stage), FRAMES_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_and_its_answer_pass_whole),
		cmocka_unit_test(newer_clients_are_told_the_version_that_is_read),
		cmocka_unit_test(a_refused_function_is_answered_and_the_server_never_hears_of_it),
		cmocka_unit_test(bad_headers_are_cut),
		cmocka_unit_test(garbage_in_a_good_frame_is_cut),
		cmocka_unit_test(a_client_that_stops_within_a_frame_is_cut),
		cmocka_unit_test(a_trickle_is_a_stall),
		cmocka_unit_test(an_idle_client_may_stay),
		cmocka_unit_test(a_slow_token_is_waited_for),
		cmocka_unit_test(a_client_that_never_reads_its_answer_is_cut),
		cmocka_unit_test(a_client_that_vanishes_ends_it),
		cmocka_unit_test(a_server_that_ends_ends_it),
	};

	return cmocka_run_group_tests_name("agent: frames", tests, NULL, NULL);
}
