/* SPDX-License-Identifier: BSD-2-Clause */
/* Health as monitoring reads it: figures, escapes, JSON; and that a failure leaves the old file. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/health.h"

static const struct roster_question nothing;

static struct roster_reason reasons[] = {
	{ .kind = ROSTER_REASON_MARGIN, .level = ROSTER_LEVEL_WARNING, .words = "too few" },
	{ .kind = ROSTER_REASON_TRIES, .level = ROSTER_LEVEL_WARNING, .words = "one try" },
	{ .kind = ROSTER_REASON_TRIES, .level = ROSTER_LEVEL_WARNING, .words = "one try" },
};
static struct roster_health_change change = {
	.at = 1800000000, .level = ROSTER_LEVEL_CRITICAL, .margin = -3
};
/* Names come from [a-z0-9-]; the format must not lean on that. */
static struct roster_health health = { .name = "a\"b\\c\nd",
	.at = 1790000000,
	.level = ROSTER_LEVEL_WARNING,
	.generation = 2,
	.threshold = 3,
	.size = 5,
	.ready = 3,
	.margin = 0,
	.exposure = 1,
	.oldest_proof = 1780000000,
	.next_due = 1795552000,
	.reasons = 3,
	.reason = reasons,
	.changes = 1,
	.change = &change };
static struct roster_health *list[] = { &health };
static const struct health_answer answer = { .question = &nothing,
	.supposed = "",
	.level = ROSTER_LEVEL_WARNING,
	.count = 1,
	.health = list };

static int
set_up(void **state)
{
	static char folder[] = "/tmp/quorate-health-XXXXXX";

	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	*state = folder;
	return 0;
}

static int
tear_down(void **state)
{
	assert_int_equal(chdir("/"), 0);
	return file_remove_tree(*state, NULL) == ERR_OK ? 0 : -1;
}

static char *
content_of(const char *path)
{
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(file_read(path, 65536, &text, &len, NULL), ERR_OK);
	return text;
}

static void
the_figures_are_in_the_textfile_format_with_escaped_labels(void **state)
{
	struct err_trace trace = { 0 };
	char *text = NULL;

	(void)state;
	assert_ok(health_write_prometheus("quorate.prom", &answer, &trace), &trace);
	text = content_of("quorate.prom");
	static const char *const lines[] = {
		"# TYPE quorate_health_level gauge\n"
		"quorate_health_level{quorum=\"a\\\"b\\\\c\\nd\"} 1\n",
		"quorate_margin_cards{quorum=\"a\\\"b\\\\c\\nd\"} 0\n",
		"quorate_exposed_shares{quorum=\"a\\\"b\\\\c\\nd\"} 1\n",
		"quorate_oldest_proof_timestamp_seconds{quorum=\"a\\\"b\\\\c\\nd\"} 1780000000\n",
		"quorate_next_change_timestamp_seconds{quorum=\"a\\\"b\\\\c\\nd\"} 1800000000\n",
		"quorate_reasons{quorum=\"a\\\"b\\\\c\\nd\",reason=\"margin\",level=\"WARNING\"} "
		"1\n",
		"quorate_reasons{quorum=\"a\\\"b\\\\c\\nd\",reason=\"tries\",level=\"WARNING\"} "
		"2\n",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		print_message("%s", lines[i]);
		assert_non_null(strstr(text, lines[i]));
	}
	assert_null(strstr(text, "exposed\""));
	free(text);
}

static void
figures_that_cannot_be_written_leave_the_old_ones(void **state)
{
	struct err_trace trace = { 0 };
	char *text = NULL;

	(void)state;
	assert_ok(file_publish("quorate.prom", "old\n", 4, &trace), &trace);
	assert_fails(
	    health_write_prometheus("none/quorate.prom", &answer, &trace), ERR_ABSENT, &trace);
	assert_int_equal(mkdir("folder.prom", 0700), 0);
	err_clear(&trace);
	assert_fails(health_write_prometheus("folder.prom", &answer, &trace), ERR_EXISTS, &trace);
	assert_non_null(strstr(trace.next, "folder.prom"));
	text = content_of("quorate.prom");
	assert_string_equal(text, "old\n");
	free(text);
}

static void
figures_replace_figures_and_no_other_file(void **state)
{
	struct err_trace trace = { 0 };
	char *text = NULL;

	(void)state;
	assert_ok(file_publish("roster.db", "SQLite format 3", 15, &trace), &trace);
	assert_fails(health_write_prometheus("roster.db", &answer, &trace), ERR_EXISTS, &trace);
	text = content_of("roster.db");
	assert_string_equal(text, "SQLite format 3");
	free(text);
	assert_ok(file_publish("empty.prom", "", 0, &trace), &trace);
	for (int i = 0; i < 2; i++)
		assert_ok(health_write_prometheus("empty.prom", &answer, &trace), &trace);
}

static void
the_document_has_levels_reasons_and_what_comes(void **state)
{
	json_t *document = health_json(&answer);
	const json_t *quorum = json_array_get(json_object_get(document, "quorums"), 0);
	const json_t *next = json_array_get(json_object_get(quorum, "timeline"), 0);
	const json_t *first = json_array_get(json_object_get(quorum, "reasons"), 0);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(document, "level")), "WARNING");
	assert_int_equal(json_integer_value(json_object_get(quorum, "margin")), 0);
	assert_true(json_is_null(json_object_get(quorum, "pending")));
	assert_string_equal(json_string_value(json_object_get(first, "reason")), "margin");
	assert_null(json_object_get(first, "card"));
	assert_int_equal(json_integer_value(json_object_get(next, "at")), 1800000000);
	assert_string_equal(json_string_value(json_object_get(next, "level")), "CRITICAL");
	json_decref(document);
}

static void
text_has_colour_only_when_asked(void **state)
{
	char *text = NULL;
	size_t len = 0;

	(void)state;
	for (int color = 0; color < 2; color++) {
		const struct health_page page = { open_memstream(&text, &len), color != 0 };

		health_print(&page, &answer);
		assert_int_equal(fclose(page.out), 0);
		assert_int_equal(memchr(text, '\033', len) != NULL, color);
		assert_non_null(strstr(text, "too few"));
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_figures_are_in_the_textfile_format_with_escaped_labels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    figures_that_cannot_be_written_leave_the_old_ones, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    figures_replace_figures_and_no_other_file, set_up, tear_down),
		cmocka_unit_test(the_document_has_levels_reasons_and_what_comes),
		cmocka_unit_test(text_has_colour_only_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
