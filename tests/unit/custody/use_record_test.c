/* SPDX-License-Identifier: BSD-2-Clause */
/* The record of uses: the vector of docs/formats/use-record.md, and files that were damaged. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "custody/use_record.h"

enum { PAGE_MAX = 64 * 1024, LINES = 4 };

static char *page;
static char folder[] = "/tmp/use-record-XXXXXX";
static char path[64];

static int
setup(void **state)
{
	size_t len = 0;

	(void)state;
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/a.uses", folder);
	return file_read(getenv("USE_RECORD_PAGE"), PAGE_MAX, &page, &len, NULL) == ERR_OK ? 0 : 1;
}

static int
teardown(void **state)
{
	(void)state;
	free(page);
	return file_remove_tree(folder, NULL) == ERR_OK ? 0 : 1;
}

/* The value behind "name-number = " in the page's vector; free() it. */
static char *
value(const char *name, int number)
{
	char start[32];
	const char *at;

	snprintf(start, sizeof(start), "\n%s-%d = ", name, number);
	at = strstr(page, start);
	assert_non_null(at);
	at += strlen(start);
	return strndup(at, strcspn(at, "\n"));
}

/* The page's lines as a file, each changed by `change`, the last with what stands behind it. */
static void
write_page(void (*change)(char *line, int number), const char *behind)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	for (int i = 1; i <= LINES; i++) {
		char *line = value("line", i);

		if (change != NULL)
			change(line, i);
		fprintf(file, "%s\n", line);
		free(line);
	}
	fputs(behind, file);
	assert_int_equal(fclose(file), 0);
}

/* Reads to the end; how many lines hold. */
static int
count_lines(enum err wanted)
{
	struct chain *record = NULL;
	struct chain_entry entry;
	struct err_trace trace = { 0 };
	bool more = true;
	int count = 0;
	enum err err;

	assert_ok(chain_open(path, &record, &trace), &trace);
	do {
		err = chain_next(record, &entry, &more, &trace);
		count += err == ERR_OK && more;
	} while (err == ERR_OK && more);
	chain_close(record);
	assert_int_equal(err, wanted);
	return count;
}

static void
the_lines_of_the_page_have_its_hashes_and_its_chain(void **state)
{
	struct chain *record = NULL;
	struct chain_entry entry;
	struct err_trace trace = { 0 };
	bool more = false;

	(void)state;
	write_page(NULL, "");
	assert_ok(chain_open(path, &record, &trace), &trace);
	for (int i = 1; i <= LINES; i++) {
		char hex[2 * SHA256_SIZE + 1];
		char *hash = value("hash", i);

		assert_ok(chain_next(record, &entry, &more, &trace), &trace);
		assert_true(more);
		assert_int_equal(entry.place.n, i);
		hex_encode(entry.place.head, SHA256_SIZE, hex);
		assert_string_equal(hex, hash);
		free(hash);
	}
	assert_string_equal(entry.kind, "end");
	chain_close(record);
}

static void
what_is_written_reads_back_in_a_chain(void **state)
{
	const struct use_record_opening opening = { .roster = "c0",
		.activation = "a1",
		.quorum = "root",
		.token = "root-ca",
		.by = "ann \xff\n",
		.cards = json_array(),
		.bounds = json_object() };
	struct chain_place place;
	struct err_trace trace = { 0 };
	char *line = NULL;
	size_t len = 0;
	int fd = -1;

	(void)state;
	unlink(path);
	assert_ok(use_record_create(path, &opening, &trace), &trace);
	assert_fails(use_record_create(path, &opening, &trace), ERR_EXISTS, &trace);
	err_clear(&trace);
	assert_ok(chain_take(path, &place, &fd, &trace), &trace);
	assert_int_equal(place.n, 1);
	assert_ok(
	    chain_line(&place, json_pack("{s:s}", "kind", "end"), &line, &len, &trace), &trace);
	assert_int_equal(place.n, 2);
	assert_int_equal(lseek(fd, 0, SEEK_END) > 0, true);
	assert_int_equal(write(fd, line, len), (ssize_t)len);
	free(line);
	close(fd);
	json_decref(opening.cards);
	json_decref(opening.bounds);
	assert_int_equal(count_lines(ERR_OK), 2);
}

static void
a_line_that_was_torn_is_not_there(void **state)
{
	struct chain_place place;
	struct err_trace trace = { 0 };
	int fd = -1;

	(void)state;
	write_page(NULL, "{\"kind\":\"use\",\"n\":5");
	assert_int_equal(count_lines(ERR_OK), LINES);
	assert_ok(chain_take(path, &place, &fd, &trace), &trace);
	assert_int_equal(place.n, LINES);
	close(fd);
	write_page(NULL, "");
	assert_int_equal(count_lines(ERR_OK), LINES);
}

static void
zeros_are_room_and_what_stands_behind_them_was_never_answered(void **state)
{
	static const char torn[] = "\0\0\0\0\"use\"}\n";
	FILE *file;

	(void)state;
	write_page(NULL, "");
	file = fopen(path, "ae");
	assert_non_null(file);
	assert_int_equal(fwrite(torn, 1, sizeof(torn) - 1, file), sizeof(torn) - 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(count_lines(ERR_OK), LINES);
}

static void
change_a_digest(char *line, int number)
{
	char *at = number == 3 ? strstr(line, "raw:") : NULL;

	if (at != NULL)
		at[4] = at[4] == '0' ? '1' : '0';
}

static void
change_the_form(char *line, int number)
{
	char *at = number == 2 ? strstr(line, ",\"n\"") : NULL;

	if (at != NULL)
		at[0] = ' ';
}

static void
a_line_that_was_changed_breaks_the_chain_behind_it(void **state)
{
	(void)state;
	write_page(change_a_digest, "");
	assert_int_equal(count_lines(ERR_FORMAT), 3);
	write_page(change_the_form, "");
	assert_int_equal(count_lines(ERR_FORMAT), 1);
	write_page(NULL, "{\"kind\":\"use\"}\n");
	assert_int_equal(count_lines(ERR_FORMAT), LINES);
}

static void
a_file_has_one_writer(void **state)
{
	struct chain_place place;
	struct err_trace trace = { 0 };
	int fd = -1, second = -1;

	(void)state;
	write_page(NULL, "");
	assert_false(chain_is_held(path));
	assert_ok(chain_take(path, &place, &fd, &trace), &trace);
	assert_true(chain_is_held(path));
	assert_fails(chain_take(path, &place, &second, &trace), ERR_NOT_NOW, &trace);
	close(fd);
	assert_false(chain_is_held(path));
}

static void
a_text_that_is_no_text_becomes_one(void **state)
{
	static const struct {
		const char *given, *made;
	} rows[] = { { "/usr/bin/openssl", "/usr/bin/openssl" }, { "Zo\xc3\xab", "Zo\xc3\xab" },
		{ "a\xff", "a?" }, { "a\nb", "a?b" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *text = chain_text(rows[i].given);

		assert_string_equal(json_string_value(text), rows[i].made);
		json_decref(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lines_of_the_page_have_its_hashes_and_its_chain),
		cmocka_unit_test(what_is_written_reads_back_in_a_chain),
		cmocka_unit_test(a_line_that_was_torn_is_not_there),
		cmocka_unit_test(zeros_are_room_and_what_stands_behind_them_was_never_answered),
		cmocka_unit_test(a_line_that_was_changed_breaks_the_chain_behind_it),
		cmocka_unit_test(a_file_has_one_writer),
		cmocka_unit_test(a_text_that_is_no_text_becomes_one),
	};

	return cmocka_run_group_tests_name("custody: record of uses", tests, setup, teardown);
}
