/* SPDX-License-Identifier: BSD-2-Clause */
/* The record of a ceremony: what is written is read again, and nothing else is. */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "ceremony/record.h"

#define HASH "0000000000000000000000000000000000000000000000000000000000000000"

static char folder[] = "/tmp/ceremony-record-XXXXXX";
static char path[64];

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/record.jsonl", folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL) == ERR_OK ? 0 : 1;
}

static json_t *
opening(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:{}, s:s, s:[], s:{}, s:n, s:s}", "mode",
	    "run", "name", "x", "title", "X", "script", HASH, "sheet", HASH, "roster", "build", "b",
	    "programs", "host", "previous", "by", "ann");
}

static json_t *
note(const char *text)
{
	return json_pack("{s:i, s:s, s:s}", "step", 1, "text", text, "by", "ann");
}

/* A new record with its opening and two notes. */
static void
write_record(void)
{
	struct record_writer *writer = NULL;
	struct err_trace trace = { 0 };

	(void)unlink(path);
	assert_ok(record_writer_open(path, &writer, &trace), &trace);
	assert_ok(record_add(writer, RECORD_OPEN, opening(), &trace), &trace);
	assert_ok(record_add(writer, RECORD_NOTE, note("one"), &trace), &trace);
	assert_ok(record_add(writer, RECORD_NOTE, note("two"), &trace), &trace);
	record_writer_close(writer);
}

/* The file with `from` in place of `to`, as often as it is there. */
static void
change(const char *from, const char *to)
{
	struct err_trace trace = { 0 };
	char *bytes = NULL;
	char *at;
	size_t len = 0;

	assert_ok(file_read(path, 1U << 20, &bytes, &len, &trace), &trace);
	at = strstr(bytes, from);
	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
	assert_ok(file_replace(path, bytes, len, &trace), &trace);
	free(bytes);
}

static void
append(const char *bytes, size_t len)
{
	FILE *file = fopen(path, "ae");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void
what_was_added_is_read_again(void **state)
{
	struct err_trace trace = { 0 };
	struct record record;

	(void)state;
	write_record();
	assert_ok(record_read(path, &record, &trace), &trace);
	assert_int_equal(record.count, 3);
	assert_int_equal(record.lines[0].kind, RECORD_OPEN);
	assert_int_equal(record.lines[2].n, 3);
	assert_string_equal(
	    json_string_value(json_object_get(record.lines[2].json, "text")), "two");
	assert_memory_equal(record.head, record.lines[2].hash, SHA256_SIZE);
	assert_false(record.torn || record.frozen);
	assert_ptr_equal(record_last(&record, RECORD_NOTE, 1), &record.lines[2]);
	assert_null(record_last(&record, RECORD_NOTE, 2));
	record_free(&record);
}

static void
a_record_that_is_not_there_is_absent(void **state)
{
	struct err_trace trace = { 0 };
	struct record record;

	(void)state;
	(void)unlink(path);
	assert_fails(record_read(path, &record, &trace), ERR_ABSENT, &trace);
}

static void
a_changed_word_is_found_in_the_line_that_follows(void **state)
{
	struct err_trace trace = { 0 };
	struct record record;

	(void)state;
	write_record();
	change("\"one\"", "\"oNe\"");
	assert_fails(record_read(path, &record, &trace), ERR_FORMAT, &trace);
	assert_non_null(strstr(trace.frame[1].text, "line 3"));
}

static void
a_member_that_its_kind_has_not_is_refused(void **state)
{
	struct record_writer *writer = NULL;
	struct err_trace trace = { 0 };
	json_t *more = note("three");

	(void)state;
	write_record();
	json_object_set_new(more, "extra", json_true());
	assert_ok(record_writer_open(path, &writer, &trace), &trace);
	assert_fails(record_add(writer, RECORD_NOTE, more, &trace), ERR_INTERNAL, &trace);
	assert_fails(record_add(writer, RECORD_DONE, note("four"), NULL), ERR_INTERNAL, NULL);
	assert_ok(record_add(writer, RECORD_NOTE, note("five"), &trace), &trace);
	record_writer_close(writer);
}

/* Three ways in which a power cut leaves a line that nobody went on after. */
static void
a_torn_line_is_no_line_and_is_cut_off(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} tails[] = { { "{\"kind\":\"no", 11 }, { "\0\0\0\0", 4 }, { "{\"k\0\0\0\n", 7 } };

	(void)state;
	for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		struct record_writer *writer = NULL;
		struct err_trace trace = { 0 };
		struct record record;

		write_record();
		append(tails[i].bytes, tails[i].len);
		assert_ok(record_read(path, &record, &trace), &trace);
		assert_true(record.torn && record.count == 3);
		record_free(&record);
		assert_ok(record_writer_open(path, &writer, &trace), &trace);
		assert_ok(record_add(writer, RECORD_NOTE, note("on"), &trace), &trace);
		record_writer_close(writer);
		assert_ok(record_read(path, &record, &trace), &trace);
		assert_true(!record.torn && record.count == 4);
		record_free(&record);
	}
}

static void
zeros_before_a_whole_line_are_no_crash_and_nothing_is_cut(void **state)
{
	struct record_writer *writer = NULL;
	struct err_trace trace = { 0 };
	struct record record;
	char *bytes = NULL;
	char *at;
	size_t len = 0, after = 0;

	(void)state;
	write_record();
	assert_ok(file_read(path, 1U << 20, &bytes, &len, &trace), &trace);
	at = strstr(bytes, "\"one\"");
	assert_non_null(at);
	*at = '\0';
	assert_ok(file_replace(path, bytes, len, &trace), &trace);
	free(bytes);
	assert_fails(record_read(path, &record, &trace), ERR_FORMAT, &trace);
	assert_fails(record_writer_open(path, &writer, NULL), ERR_FORMAT, NULL);
	assert_ok(file_read(path, 1U << 20, &bytes, &after, NULL), NULL);
	assert_int_equal(after, len);
	free(bytes);
}

static void
a_second_writer_is_refused(void **state)
{
	struct record_writer *first = NULL, *second = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	write_record();
	assert_ok(record_writer_open(path, &first, &trace), &trace);
	assert_fails(record_writer_open(path, &second, &trace), ERR_NOT_NOW, &trace);
	record_writer_close(first);
}

static void
nothing_follows_the_line_that_freezes(void **state)
{
	struct record_writer *writer = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	write_record();
	assert_ok(record_writer_open(path, &writer, &trace), &trace);
	assert_ok(
	    record_add(writer, RECORD_FROZEN,
		json_pack("{s:i, s:i, s:i}", "steps", 1, "deviations", 0, "exceptions", 0), &trace),
	    &trace);
	assert_fails(record_add(writer, RECORD_NOTE, note("no"), NULL), ERR_NOT_NOW, NULL);
	record_writer_close(writer);
	assert_ok(record_writer_open(path, &writer, &trace), &trace);
	assert_fails(record_add(writer, RECORD_NOTE, note("no"), &trace), ERR_NOT_NOW, &trace);
	record_writer_close(writer);
}

/* The limit of a file's size stands for a disk that is full in the middle of a line. */
static void
a_line_that_the_disk_has_no_room_for_is_not_there_at_all(void **state)
{
	struct rlimit before, limit;
	struct record_writer *writer = NULL;
	struct err_trace trace = { 0 };
	struct record record;
	char *bytes = NULL;
	size_t len = 0;

	(void)state;
	write_record();
	assert_ok(file_read(path, 1U << 20, &bytes, &len, &trace), &trace);
	free(bytes);
	assert_ok(record_writer_open(path, &writer, &trace), &trace);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = (struct rlimit){ .rlim_cur = len + 20, .rlim_max = before.rlim_max };
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_not_equal(record_add(writer, RECORD_NOTE, note("three"), NULL), ERR_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_ok(record_read(path, &record, &trace), &trace);
	assert_true(!record.torn && record.count == 3);
	record_free(&record);
	assert_ok(record_add(writer, RECORD_NOTE, note("three"), &trace), &trace);
	record_writer_close(writer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_read_again),
		cmocka_unit_test(a_record_that_is_not_there_is_absent),
		cmocka_unit_test(a_changed_word_is_found_in_the_line_that_follows),
		cmocka_unit_test(a_member_that_its_kind_has_not_is_refused),
		cmocka_unit_test(a_torn_line_is_no_line_and_is_cut_off),
		cmocka_unit_test(zeros_before_a_whole_line_are_no_crash_and_nothing_is_cut),
		cmocka_unit_test(a_second_writer_is_refused),
		cmocka_unit_test(nothing_follows_the_line_that_freezes),
		cmocka_unit_test(a_line_that_the_disk_has_no_room_for_is_not_there_at_all),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
