/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the vector in docs/formats/roster.md and computes each of its lines. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"
#include "roster/checkpoint_internal.h"
#include "roster/event.h"
#include "roster/point.h"

enum { PAGE_MAX = 256 * 1024, LINE_MAX_SIZE = 2048 };

static char *page;

static int
load_page(void **state)
{
	size_t len = 0;

	(void)state;
	return file_read(ROSTER_PAGE, PAGE_MAX, &page, &len, NULL) == ERR_OK ? 0 : 1;
}

static int
free_page(void **state)
{
	(void)state;
	free(page);
	return 0;
}

/* The value behind "name = " in the page's vector block. */
static const char *
line(const char *name, char value[LINE_MAX_SIZE])
{
	const char *block = strstr(page, "```vector\n");
	char start[40];

	assert_non_null(block);
	snprintf(start, sizeof(start), "\n%s = ", name);
	const char *at = strstr(block, start);
	if (at == NULL) {
		fail_msg("the page's vector has no line %s", name);
		return NULL;
	}
	at += strlen(start);
	const size_t len = strcspn(at, "\n");
	assert_true(len > 0 && len < LINE_MAX_SIZE);
	memcpy(value, at, len);
	value[len] = '\0';
	return value;
}

static size_t
bytes(const char *name, uint8_t *out, size_t size)
{
	char value[LINE_MAX_SIZE];
	const size_t len = strlen(line(name, value)) / 2;

	assert_true(len <= size);
	assert_true(hex_decode(value, out, len));
	return len;
}

static void
parse_numbered(int number, struct event *out)
{
	struct err_trace trace = { 0 };
	char name[32];
	char text[LINE_MAX_SIZE];
	uint8_t hash[ROSTER_HASH_SIZE];

	snprintf(name, sizeof(name), "event-%d", number);
	line(name, text);
	assert_ok(event_parse(text, strlen(text), out, &trace), &trace);
	snprintf(name, sizeof(name), "hash-%d", number);
	bytes(name, hash, sizeof(hash));
	assert_memory_equal(out->hash.bytes, hash, sizeof(hash));
}

static void
the_events_of_the_page_have_its_hashes_and_its_chain(void **state)
{
	struct event event[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		parse_numbered(i + 1, &event[i]);
	assert_memory_equal(&event[1].prev, &event[0].hash, sizeof(event[0].hash));
	assert_int_equal(event[2].n, 1);
	assert_string_equal(event[2].type->name, "policy.set");
	for (int i = 0; i < 3; i++)
		event_clear(&event[i]);
}

static void
a_changed_byte_of_the_page_gives_another_hash(void **state)
{
	char text[LINE_MAX_SIZE];
	uint8_t hash[ROSTER_HASH_SIZE];
	struct event event;

	(void)state;
	line("event-2", text);
	bytes("hash-2", hash, sizeof(hash));
	/* A later second of the same form. NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
	memcpy(strstr(text, "1790000000"), "1790000001", 10);
	assert_int_equal(event_parse(text, strlen(text), &event, NULL), ERR_OK);
	assert_memory_not_equal(event.hash.bytes, hash, sizeof(hash));
	event_clear(&event);
}

static void
the_head_of_the_page_comes_from_its_events(void **state)
{
	struct err_trace trace = { 0 };
	struct event event;
	struct event_head heads[2];
	struct roster_hash head;
	uint8_t wanted[ROSTER_HASH_SIZE];

	(void)state;
	for (int i = 0; i < 2; i++) {
		parse_numbered(i + 2, &event);
		heads[i] = (struct event_head){ event.writer, event.n, event.hash };
		event_clear(&event);
	}
	assert_ok(checkpoint_hash_heads(heads, 2, &head, &trace), &trace);
	bytes("head", wanted, sizeof(wanted));
	assert_memory_equal(head.bytes, wanted, sizeof(wanted));
}

static void
the_content_of_the_page_is_bound_by_its_salted_hash(void **state)
{
	uint8_t salt[32];
	uint8_t content[64];
	uint8_t wanted[ROSTER_HASH_SIZE];
	uint8_t hash[ROSTER_HASH_SIZE];
	char value[LINE_MAX_SIZE];

	(void)state;
	const size_t len = bytes("content", content, sizeof(content));
	bytes("salt", salt, sizeof(salt));
	bytes("content-hash", wanted, sizeof(wanted));
	const struct part parts[] = { { salt, sizeof(salt) }, { content, len } };
	assert_int_equal(sha256_parts(parts, 2, hash, NULL), ERR_OK);
	assert_memory_equal(hash, wanted, sizeof(wanted));
	assert_non_null(strstr(line("event-2", value), "8cc7d458"));
}

static void
the_signature_of_the_page_verifies_and_with_a_changed_byte_it_does_not(void **state)
{
	struct err_trace trace = { 0 };
	uint8_t message[64] = "quorate/1 checkpoint";
	uint8_t point[ROSTER_POINT_SIZE];
	uint8_t der[ROSTER_SIGNATURE_MAX];
	uint8_t digest[ROSTER_HASH_SIZE];
	uint8_t wanted[ROSTER_HASH_SIZE];
	const size_t context = strlen("quorate/1 checkpoint");

	(void)state;
	bytes("head", message + context, ROSTER_HASH_SIZE);
	bytes("point", point, sizeof(point));
	const struct point_signed what = { message, context + ROSTER_HASH_SIZE, der,
		bytes("signature", der, sizeof(der)) };
	assert_ok(point_verify(point, &what, &trace), &trace);
	assert_int_equal(sha256(message, what.message_len, digest, NULL), ERR_OK);
	bytes("digest", wanted, sizeof(wanted));
	assert_memory_equal(digest, wanted, sizeof(wanted));
	message[context] ^= 1;
	assert_fails(point_verify(point, &what, &trace), ERR_DENIED, &trace);
}

static void
the_page_names_every_type_and_member(void **state)
{
	char shown[80];

	(void)state;
	for (size_t i = 0; event_type_at(i) != NULL; i++) {
		const struct event_type *type = event_type_at(i);

		snprintf(shown, sizeof(shown), "\n| `%s` |", type->name);
		const char *row = strstr(page, shown);
		if (row == NULL) {
			fail_msg("the page has no row for %s", type->name);
			return;
		}
		const char *end = strchr(row + 1, '\n');
		for (const struct member *member = type->body; member->name != NULL; member++) {
			snprintf(shown, sizeof(shown), "`%s`", member->name);
			if (memmem(row, (size_t)(end - row), shown, strlen(shown)) == NULL)
				fail_msg(
				    "the row of %s does not name %s", type->name, member->name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_events_of_the_page_have_its_hashes_and_its_chain),
		cmocka_unit_test(a_changed_byte_of_the_page_gives_another_hash),
		cmocka_unit_test(the_head_of_the_page_comes_from_its_events),
		cmocka_unit_test(the_content_of_the_page_is_bound_by_its_salted_hash),
		cmocka_unit_test(
		    the_signature_of_the_page_verifies_and_with_a_changed_byte_it_does_not),
		cmocka_unit_test(the_page_names_every_type_and_member),
	};

	return cmocka_run_group_tests(tests, load_page, free_page);
}
