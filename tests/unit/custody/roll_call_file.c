/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of a roll-call at a distance, against the vector of docs/formats/roll-call.md, and what
 * is made of records on a card.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"
#include "custody/roll_call_file.h"
#include "roster/point.h"

enum { PAGE_MAX = 64 * 1024, LINE_SIZE = 4096 };

static char *page;

static int
load_page(void **state)
{
	size_t len = 0;

	(void)state;
	return file_read(ROLL_CALL_PAGE, PAGE_MAX, &page, &len, NULL) == ERR_OK ? 0 : 1;
}

static int
free_page(void **state)
{
	(void)state;
	free(page);
	return 0;
}

/* The value behind "name = " in the page's vector. */
static const char *
line(const char *name, char value[LINE_SIZE])
{
	const char *at = strstr(page, "```vector\n");
	char start[40];
	size_t len;

	assert_non_null(at);
	snprintf(start, sizeof(start), "\n%s = ", name);
	at = strstr(at, start);
	if (at == NULL) {
		fail_msg("the page's vector has no line %s", name);
		return NULL;
	}
	at += strlen(start);
	len = strcspn(at, "\n");
	assert_true(len > 0 && len < LINE_SIZE);
	memcpy(value, at, len);
	value[len] = '\0';
	return value;
}

static void
assert_line(const void *bytes, size_t len, const char *name)
{
	char value[LINE_SIZE], hex[2 * 512 + 1];

	assert_true(len <= 512);
	hex_encode(bytes, len, hex);
	assert_string_equal(hex, line(name, value));
}

/* ---- The page ------------------------------------------------------------------------------ */

static void
the_pages_request_is_read_and_written_again(void **state)
{
	char text[LINE_SIZE];
	struct roll_call_request request;
	struct err_trace trace = { 0 };
	char *again = NULL;

	(void)state;
	line("request", text);
	assert_ok(roll_call_request_read(text, strlen(text), &request, &trace), &trace);
	assert_string_equal(request.card, "root/2");
	assert_string_equal(request.custodian, "bob");
	assert_string_equal(request.quorum, "root");
	assert_string_equal(request.serial, "FFFE:00000002");
	assert_int_equal(request.made, 1790000000);
	assert_int_equal(request.expires, 1791209600);
	assert_false(request.want.subject.practice);
	assert_int_equal(request.want.count, 1);
	assert_int_equal(request.want.record[0].generation, 1);
	assert_true(request.want.record[0].due);
	assert_false(request.want.all_known);
	const struct info info = info_for_roll_call(&request.want.subject);
	assert_line(info.bytes, info.len, "info");
	assert_ok(roll_call_request_write(&request, &again, &trace), &trace);
	assert_int_equal(strlen(again), strlen(text) + 1);
	assert_memory_equal(again, text, strlen(text));
	assert_int_equal(again[strlen(text)], '\n');
	free(again);
}

static void
read_statement(struct roll_call_signed *out)
{
	char text[LINE_SIZE];
	struct err_trace trace = { 0 };

	line("file", text);
	assert_ok(roll_call_statement_read(text, strlen(text), out, &trace), &trace);
}

static void
the_pages_statement_is_read_and_written_again(void **state)
{
	char text[LINE_SIZE];
	struct roll_call_signed what;
	struct err_trace trace = { 0 };
	uint8_t hash[SHA256_SIZE];
	char *again = NULL;

	(void)state;
	read_statement(&what);
	assert_line(what.statement.nonce, sizeof(what.statement.nonce), "nonce");
	assert_int_equal(sha256(what.statement.nonce, sizeof(what.statement.nonce), hash, NULL), 0);
	assert_line(hash, sizeof(hash), "nonce-hash");
	assert_line(what.signature, what.signature_len, "signature");
	assert_string_equal(what.statement.firmware, "OpenPGP card 3.4");
	assert_int_equal(what.statement.tries, 3);
	assert_int_equal(what.statement.time, 1790086400);
	assert_int_equal(what.statement.checkpoint, 7);
	assert_ok(roll_call_statement_write(&what, &again, &trace), &trace);
	assert_memory_equal(again, line("file", text), strlen(text));
	free(again);
	free(what.message);
}

static void
its_signature_verifies_over_prefix_and_statement(void **state)
{
	char text[LINE_SIZE], message[LINE_SIZE + 40];
	uint8_t point[ROSTER_POINT_SIZE];
	struct roll_call_signed what;
	struct err_trace trace = { 0 };

	(void)state;
	read_statement(&what);
	snprintf(
	    message, sizeof(message), "quorate/1 roll-call statement%s", line("statement", text));
	assert_int_equal(what.message_len, strlen(message));
	assert_memory_equal(what.message, message, what.message_len);
	assert_true(hex_decode(line("sig-point", text), point, sizeof(point)));
	struct point_signed by_hand = { (const uint8_t *)what.message, what.message_len,
		what.signature, what.signature_len };
	assert_ok(point_verify(point, &by_hand, &trace), &trace);
	what.message[what.message_len - 3] ^= 1;
	assert_fails(point_verify(point, &by_hand, &trace), ERR_DENIED, &trace);
	free(what.message);
}

static void
a_practice_statement_has_another_prefix(void **state)
{
	struct roll_call_signed what;
	struct err_trace trace = { 0 };
	static const char prefix[] = "quorate/1 PRACTICE roll-call statement{\"card\":";
	size_t len = 0;

	(void)state;
	read_statement(&what);
	free(what.message);
	what.statement.subject.practice = true;
	assert_ok(
	    roll_call_statement_message(&what.statement, &what.message, &len, &trace), &trace);
	assert_memory_equal(what.message, prefix, sizeof(prefix) - 1);
	free(what.message);
}

/* ---- Bad files ----------------------------------------------------------------------------- */

/* In the page's line, `from` becomes `to`. */
static void
changed(const char *name, const char *from, const char *to, char out[LINE_SIZE])
{
	char text[LINE_SIZE];
	char *at;

	line(name, text);
	at = strstr(text, from);
	if (at == NULL) {
		fail_msg("the line has no %s", from);
		return;
	}
	snprintf(out, LINE_SIZE, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static const struct {
	const char *from;
	const char *to;
	enum err err;
} bad[] = {
	{ "{", "", ERR_FORMAT },
	{ "\"v\":1}", "\"v\":1}}", ERR_FORMAT },
	{ "\"v\":1}", "\"v\":1,\"w\":1}", ERR_FORMAT },
	{ "\"v\":1}", "\"v\":0}", ERR_FORMAT },
	{ "\"v\":1}", "\"v\":2}", ERR_UNSUPPORTED },
	{ "\"v\":1}", "\"v\":\"1\"}", ERR_FORMAT },
	{ "\"card\":\"root/2\"", "\"card\" :\"root/2\"", ERR_FORMAT },
	{ "\"card\":\"root/2\"", "\"card\":\"\"", ERR_FORMAT },
	{ "\"card\":\"root/2\"", "\"card\":\"root\\u001b[2J\"", ERR_FORMAT },
	{ "\"card\":\"root/2\"", "\"card\":\"root\302\233\"", ERR_FORMAT },
	{ "\"card\":\"root/2\",", "", ERR_FORMAT },
	{ "\"kind\":\"roll-call ", "\"kind\":\"roll-Call ", ERR_FORMAT },
	{ "\"practice\":false", "\"practice\":0", ERR_FORMAT },
	{ "\"generation\":1,\"k", "\"generation\":-1,\"k", ERR_FORMAT },
	{ "\"fingerprint\":\"d9", "\"fingerprint\":\"D9", ERR_FORMAT },
	{ "\"fingerprint\":\"d9", "\"fingerprint\":\"", ERR_FORMAT },
	{ "\"records\":[{", "\"records\":[{},{},{", ERR_FORMAT },
	{ "\"records\":[{\"generation\":1", "\"records\":[{\"generation\":0", ERR_FORMAT },
};

static void
a_bad_file_is_refused_with_words(void **state)
{
	struct roll_call_request request;
	struct roll_call_signed what;
	char text[LINE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err_trace trace = { 0 };

		changed("request", bad[i].from, bad[i].to, text);
		assert_fails(roll_call_request_read(text, strlen(text), &request, &trace),
		    bad[i].err, &trace);
		assert_string_equal(
		    trace.frame[trace.count - 1].text, "this is not a roll-call request");
		err_clear(&trace);
		changed("file", bad[i].from, bad[i].to, text);
		assert_fails(roll_call_statement_read(text, strlen(text), &what, &trace),
		    bad[i].err, &trace);
		assert_string_equal(
		    trace.frame[trace.count - 1].text, "this is not a roll-call statement");
	}
}

static void
one_is_not_taken_for_the_other_nor_cut_nor_empty(void **state)
{
	struct roll_call_request request;
	struct roll_call_signed what;
	struct err_trace trace = { 0 };
	char text[LINE_SIZE];

	(void)state;
	line("file", text);
	assert_fails(
	    roll_call_request_read(text, strlen(text), &request, &trace), ERR_FORMAT, &trace);
	line("request", text);
	assert_fails(
	    roll_call_statement_read(text, strlen(text), &what, &trace), ERR_FORMAT, &trace);
	for (size_t len = 0; len < strlen(text); len += 7)
		assert_fails(
		    roll_call_request_read(text, len, &request, &trace), ERR_FORMAT, &trace);
	line("file", text);
	for (size_t len = 0; len < strlen(text); len += 7)
		assert_fails(
		    roll_call_statement_read(text, len, &what, &trace), ERR_FORMAT, &trace);
}

/* ---- Records ------------------------------------------------------------------------------- */

static struct roll_call_record
record_of(uint32_t generation, int byte, bool due)
{
	struct roll_call_record record = { .generation = generation, .due = due };

	memset(record.hash, byte, sizeof(record.hash));
	return record;
}

/* The card was given generation 3, generation 2 is dead, and it holds what the row says. */
static const struct {
	const char *what;
	size_t count;
	uint32_t generation[2];
	int byte[2];
	enum err err;
	const char *words;
} held[] = {
	{ "what it was given", 1, { 3 }, { 0x33 }, ERR_OK, NULL },
	{ "the one before too", 2, { 2, 3 }, { 0x22, 0x33 }, ERR_OK, NULL },
	{ "nothing", 0, { 0 }, { 0 }, ERR_ABSENT, "holds no share" },
	{ "the older one", 1, { 2 }, { 0x22 }, ERR_NOT_NOW,
	    "holds the share of generation 2, and it was given that of generation 3" },
	{ "other bytes", 1, { 3 }, { 0x34 }, ERR_FORMAT, "a byte of it changed" },
	{ "other bytes of the older one", 2, { 2, 3 }, { 0x23, 0x33 }, ERR_FORMAT,
	    "generation 2 than was made for it" },
	{ "one that is not known", 2, { 3, 4 }, { 0x33, 0x44 }, ERR_NOT_NOW,
	    "generation 4, of which this roster knows nothing" },
};

static void
a_card_holds_what_it_was_given_or_it_is_said_what_else(void **state)
{
	const struct roll_call_want want = { .count = 2,
		.record = { record_of(3, 0x33, true), record_of(2, 0x22, false) },
		.all_known = true };

	(void)state;
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++) {
		struct roll_call_found found = { .count = held[i].count };
		struct err_trace trace = { 0 };
		enum err err;

		for (size_t k = 0; k < found.count; k++)
			found.record[k] = record_of(held[i].generation[k], held[i].byte[k], false);
		err = roll_call_compare(&want, &found, &trace);
		if (err != held[i].err)
			fail_msg("a card with %s gives %s", held[i].what, err_word(err));
		if (err != ERR_OK)
			assert_non_null(strstr(trace.frame[0].text, held[i].words));
	}
}

static void
without_a_roster_only_what_is_due_is_compared(void **state)
{
	const struct roll_call_want want = { .count = 1, .record = { record_of(3, 0x33, true) } };
	struct roll_call_found found = { .count = 2,
		.record = { record_of(3, 0x33, false), record_of(4, 0x44, false) } };
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(roll_call_compare(&want, &found, &trace), &trace);
	found.record[0].generation = 2;
	assert_fails(roll_call_compare(&want, &found, &trace), ERR_NOT_NOW, &trace);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pages_request_is_read_and_written_again),
		cmocka_unit_test(the_pages_statement_is_read_and_written_again),
		cmocka_unit_test(its_signature_verifies_over_prefix_and_statement),
		cmocka_unit_test(a_practice_statement_has_another_prefix),
		cmocka_unit_test(a_bad_file_is_refused_with_words),
		cmocka_unit_test(one_is_not_taken_for_the_other_nor_cut_nor_empty),
		cmocka_unit_test(a_card_holds_what_it_was_given_or_it_is_said_what_else),
		cmocka_unit_test(without_a_roster_only_what_is_due_is_compared),
	};

	return cmocka_run_group_tests(tests, load_page, free_page);
}
