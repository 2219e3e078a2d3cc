/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <time.h>

#include "base/clock.h"

static const struct {
	int64_t utc;
	const char *text;
	const char *date;
} times[] = {
	{ 0, "1970-01-01T00:00:00Z", "1970-01-01" },
	{ 951782400, "2000-02-29T00:00:00Z", "2000-02-29" },
	{ 1795434706, "2026-11-23T11:51:46Z", "2026-11-23" },
	{ 2147483648, "2038-01-19T03:14:08Z", "2038-01-19" },
	{ 253402300799, "9999-12-31T23:59:59Z", "9999-12-31" },
};

static void
times_are_written_and_read_alike(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		char text[CLOCK_TEXT];
		char date[CLOCK_DATE];
		int64_t utc = -1;

		clock_format(times[i].utc, text);
		clock_format_date(times[i].utc, date);
		assert_string_equal(text, times[i].text);
		assert_string_equal(date, times[i].date);
		assert_true(clock_parse(text, &utc));
		assert_true(utc == times[i].utc);
	}
}

static void
a_date_is_its_midnight(void **state)
{
	int64_t utc = -1;

	(void)state;
	assert_true(clock_parse("2026-11-23", &utc));
	assert_true(utc == 1795392000);
}

static void
a_time_before_1970_or_after_9999_is_written_as_the_nearest(void **state)
{
	char text[CLOCK_TEXT];

	(void)state;
	clock_format(-1, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	clock_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static const char *const no_times[] = {
	"",
	"2026",
	"2026-11-23T11:51:46",
	"2026-11-23T11:51:46+00:00",
	"2026-11-23T11:51:46.0Z",
	"2026-11-23 11:51:46Z",
	"2026-11-23T11:51:46z",
	"2026-11-23Z",
	" 2026-11-23",
	"2026-11-23 ",
	"2026-1-23",
	"2026-11-2a",
	"2026-00-01",
	"2026-13-01",
	"2026-02-29",
	"2026-04-31",
	"2026-04-00",
	"2026-11-23T24:00:00Z",
	"2026-11-23T11:60:00Z",
	"2026-12-31T23:59:60Z", /* a leap second: POSIX time has none */
	"1969-12-31",
	"0000-01-01",
	"-999-01-01",
};

static void
other_forms_and_days_that_never_were_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(no_times) / sizeof(no_times[0]); i++) {
		int64_t utc = -7;

		print_message("  '%s'\n", no_times[i]);
		assert_false(clock_parse(no_times[i], &utc));
		assert_true(utc == -7);
	}
}

static void
a_day_that_a_person_typed_is_read_within_its_bounds(void **state)
{
	/* 2026-11-23T11:51:46Z and two days later. */
	static const struct clock_days days = { 1795434706, 1795607506 };
	static const struct {
		const char *text;
		const char *said;
	} rows[] = {
		{ "2026-11-22", "--on: 2026-11-22 is too early: it must not be before 2026-11-23" },
		{ "2026-11-26", "--on: 2026-11-26 is too late: it must not be after 2026-11-25" },
		{ "2026-02-30", "--on: '2026-02-30' is not a date" },
		{ "23.11.2026", "--on: '23.11.2026' is not a date" },
		{ "2026-11-23T11:51:46Z", "--on: '2026-11-23T11:51:46Z' is not a date" },
		{ "", "--on: '' is not a date" },
	};
	int64_t day = -7;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err_trace trace = { 0 };

		assert_fails(clock_read_day(rows[i].text, "--on", &days, &day, &trace),
		    ERR_ARGUMENT, &trace);
		assert_string_equal(trace.frame[0].text, rows[i].said);
		assert_true(trace.next[0] != '\0');
		assert_true(day == -7);
	}
	assert_int_equal(clock_read_day("2026-11-23", "--on", &days, &day, NULL), ERR_OK);
	assert_true(day == 1795392000);
	assert_int_equal(clock_read_day("2026-11-25", "--on", &days, &day, NULL), ERR_OK);
	assert_int_equal(clock_read_day("1999-01-01", "--on", NULL, &day, NULL), ERR_OK);
	assert_true(day == 915148800);
}

static void
the_clocks_go(void **state)
{
	const int64_t before = clock_boot_ms();
	const int64_t utc = clock_utc();

	(void)state;
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	assert_true(clock_boot_ms() - before >= 20);
	assert_true(utc - time(NULL) >= -1 && utc - time(NULL) <= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_and_read_alike),
		cmocka_unit_test(a_date_is_its_midnight),
		cmocka_unit_test(a_time_before_1970_or_after_9999_is_written_as_the_nearest),
		cmocka_unit_test(other_forms_and_days_that_never_were_are_refused),
		cmocka_unit_test(a_day_that_a_person_typed_is_read_within_its_bounds),
		cmocka_unit_test(the_clocks_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
