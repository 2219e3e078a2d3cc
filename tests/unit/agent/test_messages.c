/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/secret.h"
#include "custody/agent_link.h"
#include "custody/agent_wire.h"

enum { SOON_MS = 100 };

static int ends[2];

static int
open_link(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static int
close_link(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static void
an_order_arrives_as_it_was_given(void **state)
{
	static const uid_t users[] = { 1000, 1001 };
	static const char *const keys[] = { "label:root-ca", "id:0A1B" };
	static const struct agent_watched watched[] = { { "Virtual PCD 00 00", 7,
	    "FFFE:00000001" } };
	const struct agent_order order = { .module = "softhsm",
		.token = "pkcs11:serial=49a25dfe",
		.label = "root-ca",
		.quorum = "root",
		.purpose = "sign \"issuing CA 7\"\n",
		.users = users,
		.user_count = 2,
		.keys = keys,
		.key_count = 2,
		.watched = watched,
		.watched_count = 1,
		.record = "/state/a.uses",
		.for_ms = 900000,
		.max_uses = 1 };
	struct agent_order_read *read = NULL;
	struct err_trace trace = { 0 };
	json_t *json = NULL;

	(void)state;
	assert_ok(agent_order_to_json(&order, &json, &trace), &trace);
	assert_ok(agent_wire_send(ends[0], json, &trace), &trace);
	assert_ok(agent_wire_receive(ends[1], SOON_MS, &json, &trace), &trace);
	assert_ok(agent_order_from_json(json, &read, &trace), &trace);
	json_decref(json);
	assert_string_equal(read->order.token, order.token);
	assert_string_equal(read->order.purpose, order.purpose);
	assert_null(read->order.folder);
	assert_int_equal(read->order.user_count, 2);
	assert_int_equal(read->order.users[1], 1001);
	assert_string_equal(read->order.keys[1], "id:0A1B");
	assert_int_equal(read->order.watched_count, 1);
	assert_string_equal(read->order.watched[0].reader, "Virtual PCD 00 00");
	assert_int_equal(read->order.watched[0].events, 7);
	assert_string_equal(read->order.watched[0].serial, "FFFE:00000001");
	assert_string_equal(read->order.record, "/state/a.uses");
	assert_int_equal(read->order.for_ms, 900000);
	assert_int_equal(read->order.max_uses, 1);
	agent_order_read_free(read);
}

/* Each differs in one place from an order that is accepted. */
static void
orders_that_are_not_understood_are_refused(void **state)
{
	static const char good[] =
	    "{'v':2,'serves':'applications','generation':1,'module':'m','token':'t','label'"
	    ":'l','quorum':'q','users':[0],'keys':[],"
	    "'record':'/r','tokens':[],"
	    "'watch':[],'bounds':{'for_ms':0,'max_uses':0}}";
	static const struct {
		const char *name, *part, *instead;
	} rows[] = {
		{ "another version", "'v':2", "'v':1" },
		{ "a bound that is unknown", "'max_uses':0", "'max_uses':0,'max_mb':1" },
		{ "a member that is unknown", "'v':2", "'v':2,'only_on':'monday'" },
		{ "no token", "'token':'t',", "" },
		{ "a token that is a number", "'token':'t'", "'token':1" },
		{ "no bounds", ",'bounds':{'for_ms':0,'max_uses':0}", "" },
		{ "a bound below zero", "'max_uses':0", "'max_uses':-1" },
		{ "a user by name", "[0]", "['root']" },
		{ "a user below zero", "[0]", "[-1]" },
		{ "everybody as user", "[0]", "[4294967295]" },
		{ "nobody to serve", "'applications'", "'everybody'" },
		{ "no record", "'record':'/r','tokens':[],", "" },
		{ "a reader without its card", "'watch':[]", "'watch':['left']" },
		{ "a key that is a number", "'keys':[]", "'keys':[7]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *at = strstr(good, rows[i].part);
		struct agent_order_read *read = NULL;
		char text[512];
		json_t *json;

		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, rows[i].instead,
		    at + strlen(rows[i].part));
		for (char *quote = text; (quote = strchr(quote, '\'')) != NULL;)
			*quote = '"';
		json = json_loads(text, 0, NULL);
		assert_non_null(json);
		if (agent_order_from_json(json, &read, NULL) != ERR_FORMAT)
			fail_msg("%s was accepted", rows[i].name);
		json_decref(json);
	}
}

/* Each order that the page shows: read, and written again with not a byte changed. */
static void
the_orders_of_the_page_are_what_is_sent(void **state)
{
	FILE *page = fopen(AGENT_PAGE, "r");
	char line[AGENT_LINK_LINE / 16];
	size_t orders = 0;

	(void)state;
	assert_non_null(page);
	while (fgets(line, sizeof(line), page) != NULL) {
		json_t *shown = strncmp(line, "{\"v\":", 5) == 0 ? json_loads(line, 0, NULL) : NULL;
		struct agent_order_read *read = NULL;
		json_t *sent = NULL;

		if (shown == NULL)
			continue;
		assert_ok(agent_order_from_json(shown, &read, NULL), NULL);
		assert_ok(agent_order_to_json(&read->order, &sent, NULL), NULL);
		assert_true(json_equal(shown, sent));
		agent_order_read_free(read);
		json_decref(sent);
		json_decref(shown);
		orders++;
	}
	fclose(page);
	assert_int_equal(orders, 2);
}

static void
a_failure_keeps_its_code_its_words_and_the_next_step(void **state)
{
	struct err_trace here = { 0 }, there = { 0 };
	enum err err = FAIL(&here, ERR_DENIED, "token 't' refused the PIN");
	json_t *json = NULL;

	(void)state;
	err_next(&here, "Present the cards again.");
	assert_ok(agent_wire_send(ends[0], agent_failure_to_json(err, &here), NULL), &here);
	assert_ok(agent_wire_receive(ends[1], SOON_MS, &json, &there), &there);
	assert_fails(agent_failure_from_json(json, &there), ERR_DENIED, &there);
	assert_non_null(strstr(there.frame[0].text, "refused the PIN"));
	assert_string_equal(there.next, "Present the cards again.");
	json_decref(json);
}

static void
every_end_has_its_word(void **state)
{
	(void)state;
	for (unsigned i = 0; i < AGENT_END__COUNT; i++) {
		struct agent_event event = { .end = (enum agent_end)i, .uses = 7 }, back;
		json_t *json;

		snprintf(event.text, sizeof(event.text), "why");
		json = agent_event_to_json(&event);
		assert_int_equal(agent_event_from_json(json, &back, NULL), ERR_OK);
		json_decref(json);
		assert_int_equal(back.end, event.end);
		assert_int_equal(back.uses, 7);
		assert_string_equal(back.text, "why");
	}
	assert_int_equal(agent_end_from_word("nonsense"), AGENT_END_FAULT);
}

static void
a_pin_arrives_with_any_bytes(void **state)
{
	static const uint8_t bytes[] = { '1', 0, '\n', 0xFF, '"' };
	struct secret *sent = NULL, *got = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(secret_from(bytes, sizeof(bytes), &sent, &trace), &trace);
	assert_ok(agent_wire_send_secret(ends[0], sent, &trace), &trace);
	assert_ok(agent_wire_receive_secret(ends[1], SOON_MS, &got, &trace), &trace);
	assert_true(secret_equal(sent, got));
	secret_free(sent);
	secret_free(got);
}

static void
a_line_before_a_pin_leaves_the_pin_alone(void **state)
{
	struct secret *sent = NULL, *got = NULL;
	struct err_trace trace = { 0 };
	json_t *json = NULL;

	(void)state;
	assert_ok(secret_from("1234", 4, &sent, &trace), &trace);
	assert_ok(agent_wire_send(ends[0], json_pack("{}"), &trace), &trace);
	assert_ok(agent_wire_send_secret(ends[0], sent, &trace), &trace);
	assert_ok(agent_wire_receive(ends[1], SOON_MS, &json, &trace), &trace);
	json_decref(json);
	assert_ok(agent_wire_receive_secret(ends[1], SOON_MS, &got, &trace), &trace);
	assert_true(secret_equal_bytes(got, "1234", 4));
	secret_free(sent);
	secret_free(got);
}

static void
impossible_pins_are_refused(void **state)
{
	static const uint8_t prefixes[][4] = { { 0, 0, 0, 0 }, { 0, 0, 4, 1 }, { 0, 1, 0, 4 },
		{ 0xff, 0xff, 0xff, 0xff } };
	struct secret *got = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		assert_int_equal(send(ends[0], prefixes[i], 4, 0), 4);
		assert_int_equal(
		    agent_wire_receive_secret(ends[1], SOON_MS, &got, NULL), ERR_FORMAT);
	}
	assert_null(got);
}

static void
silence_is_a_timeout(void **state)
{
	json_t *json = NULL;

	(void)state;
	assert_int_equal(send(ends[0], "{\"half\":", 8, 0), 8);
	assert_int_equal(agent_wire_receive(ends[1], SOON_MS, &json, NULL), ERR_TIMEOUT);
}

static void
a_closed_link_is_absent(void **state)
{
	json_t *json = NULL;

	(void)state;
	shutdown(ends[0], SHUT_RDWR);
	assert_int_equal(agent_wire_receive(ends[1], SOON_MS, &json, NULL), ERR_ABSENT);
}

static void
a_line_without_end_is_refused(void **state)
{
	char *line = malloc(2 * AGENT_LINK_LINE);
	json_t *json = NULL;

	(void)state;
	assert_non_null(line);
	memset(line, ' ', 2 * AGENT_LINK_LINE);
	assert_int_equal(send(ends[0], line, 2 * AGENT_LINK_LINE, 0), 2 * AGENT_LINK_LINE);
	assert_int_equal(agent_wire_receive(ends[1], SOON_MS, &json, NULL), ERR_FORMAT);
	free(line);
}

static void *
send_long(void *text)
{
	return agent_wire_send_job(ends[0], json_pack("{s:s}", "der", text), NULL) == ERR_OK ? text
											     : NULL;
}

/* As long as a revocation list of 50,000 entries. */
static void
a_job_may_be_long(void **state)
{
	const size_t len = 3000000;
	char *text = malloc(len + 1);
	json_t *json = NULL;
	pthread_t thread;
	void *sent = NULL;

	(void)state;
	assert_non_null(text);
	memset(text, 'A', len);
	text[len] = '\0';
	assert_int_equal(pthread_create(&thread, NULL, send_long, text), 0);
	assert_ok(agent_wire_receive_job(ends[1], 60 * 1000, &json, NULL), NULL);
	assert_int_equal(pthread_join(thread, &sent), 0);
	assert_ptr_equal(sent, text);
	assert_string_equal(json_string_value(json_object_get(json, "der")), text);
	json_decref(json);
	assert_int_equal(
	    agent_wire_send(ends[0], json_pack("{s:s}", "der", text), NULL), ERR_UNSUPPORTED);
	free(text);
}

static void
nothing_may_come_behind_a_job(void **state)
{
	json_t *json = NULL;

	(void)state;
	assert_int_equal(send(ends[0], "{}\n1234", 7, 0), 7);
	assert_int_equal(agent_wire_receive_job(ends[1], SOON_MS, &json, NULL), ERR_FORMAT);
	assert_null(json);
}

static int
set_up_heap(void **state)
{
	(void)state;
	return secret_heap_init(NULL) == ERR_OK ? 0 : -1;
}

#define ON_A_LINK(test) cmocka_unit_test_setup_teardown(test, open_link, close_link)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_LINK(an_order_arrives_as_it_was_given),
		cmocka_unit_test(orders_that_are_not_understood_are_refused),
		cmocka_unit_test(the_orders_of_the_page_are_what_is_sent),
		ON_A_LINK(a_failure_keeps_its_code_its_words_and_the_next_step),
		cmocka_unit_test(every_end_has_its_word),
		ON_A_LINK(a_pin_arrives_with_any_bytes),
		ON_A_LINK(a_line_before_a_pin_leaves_the_pin_alone),
		ON_A_LINK(impossible_pins_are_refused),
		ON_A_LINK(silence_is_a_timeout),
		ON_A_LINK(a_closed_link_is_absent),
		ON_A_LINK(a_line_without_end_is_refused),
		ON_A_LINK(a_job_may_be_long),
		ON_A_LINK(nothing_may_come_behind_a_job),
	};

	return cmocka_run_group_tests_name("agent: messages", tests, set_up_heap, NULL);
}
