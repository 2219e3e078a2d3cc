/* SPDX-License-Identifier: BSD-2-Clause */
/* The vectors of docs/formats/ceremony-evidence.md and ceremony-record.md. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "ceremony/addendum.h"
#include "ceremony/bundle_card.h"
#include "ceremony/bundle_manifest.h"
#include "ceremony/record.h"
#include "roster/point.h"

static char *
read_page(const char *name)
{
	struct err_trace trace = { .count = 0 };
	char path[512];
	char *text = NULL;
	size_t len = 0;

	snprintf(path, sizeof(path), "%s/docs/formats/%s", TREE, name);
	assert_ok(file_read(path, 1 << 20, &text, &len, &trace), &trace);
	return text;
}

/* The value behind "name = "; free() it. */
static char *
value(const char *page, const char *name)
{
	char start[40];
	const char *at;

	snprintf(start, sizeof(start), "\n%s = ", name);
	at = strstr(page, start);
	assert_non_null(at);
	at += strlen(start);
	return strndup(at, strcspn(at, "\n"));
}

static void
assert_hex(const uint8_t hash[SHA256_SIZE], const char *page, const char *name)
{
	char hex[2 * SHA256_SIZE + 1];
	char *wanted = value(page, name);

	hex_encode(hash, SHA256_SIZE, hex);
	assert_string_equal(hex, wanted);
	free(wanted);
}

/* Lines name-1 to name-count, each with a newline; free() it. */
static char *
lines(const char *page, const char *name, unsigned count)
{
	char *all = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&all, &len);

	assert_non_null(to);
	for (unsigned i = 1; i <= count; i++) {
		char one[24];
		char *line;

		snprintf(one, sizeof(one), "%s-%u", name, i);
		line = value(page, one);
		fprintf(to, "%s\n", line);
		free(line);
	}
	assert_int_equal(fclose(to), 0);
	return all;
}

static void
assert_signed(const char *page, const struct bundle_message *what, const char *name)
{
	struct err_trace trace = { .count = 0 };
	uint8_t message[BUNDLE_MESSAGE_MAX], der[BUNDLE_SIGNATURE_MAX];
	const size_t len = bundle_message(what, message);
	char *hex = value(page, name), *text = value(page, "card");
	struct bundle_card card;
	json_t *json = NULL;

	assert_ok(json_parse(text, strlen(text), BUNDLE_CARD_TEXT, &json, &trace), &trace);
	assert_ok(bundle_card_read(json, &card, &trace), &trace);
	assert_true(hex_decode(hex, der, strlen(hex) / 2));
	assert_ok(point_verify(card.sig,
		      &(struct point_signed){ message, len, der, strlen(hex) / 2 }, &trace),
	    &trace);
	json_decref(json);
	free(text);
	free(hex);
}

static void
the_manifest_s_hash_is_the_head(void **state)
{
	char *page = read_page("ceremony-evidence.md"), *text = lines(page, "manifest", 2);
	struct err_trace trace = { .count = 0 };
	struct bundle_manifest manifest;
	uint8_t head[SHA256_SIZE];

	(void)state;
	assert_ok(bundle_manifest_parse(text, strlen(text), &manifest, &trace), &trace);
	assert_int_equal(manifest.count, 2);
	assert_string_equal(manifest.line[1].path, "outputs/001-1.out");
	assert_ok(sha256(text, strlen(text), head, &trace), &trace);
	assert_hex(head, page, "head");
	bundle_manifest_free(&manifest);
	free(text);
	free(page);
}

static void
the_card_signed_head_and_addendum(void **state)
{
	char *page = read_page("ceremony-evidence.md"), *text = lines(page, "addendum", 2);
	char *head_hex = value(page, "head"), *wanted = value(page, "message"), *shown,
	     *signed_by = NULL;
	struct err_trace trace = { .count = 0 };
	uint8_t head[SHA256_SIZE], message[BUNDLE_MESSAGE_MAX];
	char hex[2 * BUNDLE_MESSAGE_MAX + 1];
	struct bundle_message what = { .hash = head };
	struct bundle_signed read = { .line = 9 };
	struct addendum addendum;

	(void)state;
	assert_true(hex_decode(head_hex, head, sizeof(head)));
	hex_encode(message, bundle_message(&what, message), hex);
	assert_string_equal(hex, wanted);
	assert_signed(page, &what, "signature");
	shown = value(page, "signed");
	assert_true(asprintf(&signed_by, "%s\n", shown) > 0);
	free(shown);
	assert_ok(bundle_signed_parse(signed_by, strlen(signed_by), &read, &trace), &trace);
	assert_string_equal(read.card, "root/1");
	assert_memory_equal(read.hash, head, sizeof(head));
	assert_ok(
	    addendum_parse(&(struct part){ text, strlen(text) }, head, &addendum, &trace), &trace);
	assert_int_equal(addendum.count, 1);
	assert_hex(addendum.line[0].hash, page, "addendum-head");
	what = (struct bundle_message){ .addendum = true, .hash = addendum.line[0].hash };
	assert_signed(page, &what, "addendum-signature");
	addendum_free(&addendum);
	free(signed_by);
	free(wanted);
	free(head_hex);
	free(text);
	free(page);
}

static void
the_record_s_lines_follow_one_another(void **state)
{
	char *page = read_page("ceremony-record.md"), *text = lines(page, "line", 3);
	char path[] = "/tmp/record-XXXXXX";
	struct err_trace trace = { .count = 0 };
	const int fd = mkstemp(path);
	struct record record;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	assert_ok(record_read(path, &record, &trace), &trace);
	assert_int_equal(record.count, 3);
	assert_true(record.frozen);
	assert_hex(record.head, page, "head");
	record_free(&record);
	assert_int_equal(unlink(path), 0);
	free(text);
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_manifest_s_hash_is_the_head),
		cmocka_unit_test(the_card_signed_head_and_addendum),
		cmocka_unit_test(the_record_s_lines_follow_one_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
