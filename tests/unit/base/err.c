/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

static void
a_failure_is_returned_and_recorded_innermost_first(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_int_equal(
	    FAIL_RAW(&trace, ERR_DENIED, ERR_ORIGIN_SW, 0x63C2, "card refused the PIN"),
	    ERR_DENIED);
	assert_int_equal(FAIL(&trace, ERR_ABSENT, "custodian %u of %u", 2, 3), ERR_ABSENT);
	assert_int_equal(trace.count, 2);
	assert_int_equal(trace.frame[0].code, ERR_DENIED);
	assert_string_equal(trace.frame[0].text, "card refused the PIN");
	assert_string_equal(trace.frame[0].function, __func__);
	assert_string_equal(trace.frame[1].text, "custodian 2 of 3");
}

static void
a_full_trace_keeps_the_root_cause_and_counts_the_rest(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	for (unsigned i = 0; i < ERR_FRAMES + 3; i++)
		assert_int_equal(FAIL(&trace, ERR_IO, "level %u", i), ERR_IO);
	assert_int_equal(trace.count, ERR_FRAMES);
	assert_int_equal(trace.dropped, 3);
	assert_string_equal(trace.frame[0].text, "level 0");
	assert_string_equal(trace.frame[ERR_FRAMES - 1].text, "level 7");
}

static void
without_a_trace_there_is_still_the_code(void **state)
{
	unsigned long raw = 7;

	(void)state;
	errno = ENOENT;
	assert_int_equal(FAIL_ERRNO(NULL, "file"), ERR_ABSENT);
	assert_int_equal(FAIL(NULL, ERR_LOCKED, "card"), ERR_LOCKED);
	err_next(NULL, "do");
	err_next_instead(NULL, "do");
	err_clear(NULL);
	assert_false(err_raw(NULL, ERR_ORIGIN_SW, &raw));
	assert_int_equal(raw, 7);
}

static void
the_first_next_step_stays_unless_it_is_replaced(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	err_next(&trace, "Insert %s.", "root/2");
	err_next(&trace, "Give up.");
	assert_string_equal(trace.next, "Insert root/2.");
	err_next_instead(&trace, "Run quorum resume.");
	assert_string_equal(trace.next, "Run quorum resume.");
}

static void
a_cleared_trace_is_as_new(void **state)
{
	struct err_trace trace = { 0 };
	unsigned long raw = 7;

	(void)state;
	for (unsigned i = 0; i < ERR_FRAMES + 1; i++)
		assert_int_equal(FAIL_RAW(&trace, ERR_IO, ERR_ORIGIN_CKR, 5, "token"), ERR_IO);
	err_next(&trace, "Try again.");
	err_clear(&trace);
	assert_int_equal(trace.count, 0);
	assert_int_equal(trace.dropped, 0);
	assert_string_equal(trace.next, "");
	assert_false(err_raw(&trace, ERR_ORIGIN_CKR, &raw));
}

static void
the_innermost_raw_number_of_an_origin_is_found(void **state)
{
	struct err_trace trace = { 0 };
	unsigned long raw = 0;

	(void)state;
	assert_int_equal(FAIL(&trace, ERR_IO, "no number"), ERR_IO);
	assert_int_equal(FAIL_RAW(&trace, ERR_IO, ERR_ORIGIN_SW, 0x6982, "inner"), ERR_IO);
	assert_int_equal(FAIL_RAW(&trace, ERR_IO, ERR_ORIGIN_SW, 0x6A82, "outer"), ERR_IO);
	assert_true(err_raw(&trace, ERR_ORIGIN_SW, &raw));
	assert_int_equal(raw, 0x6982);
	assert_false(err_raw(&trace, ERR_ORIGIN_PCSC, &raw));
}

static const struct {
	int number;
	enum err code;
} errno_rows[] = {
	{ ENOENT, ERR_ABSENT },
	{ EACCES, ERR_DENIED },
	{ EROFS, ERR_DENIED },
	{ EEXIST, ERR_EXISTS },
	{ ENAMETOOLONG, ERR_ARGUMENT },
	{ EBUSY, ERR_NOT_NOW },
	{ ETIMEDOUT, ERR_TIMEOUT },
	{ ENOMEM, ERR_NOMEM },
	{ ENOSYS, ERR_UNSUPPORTED },
	{ ENOSPC, ERR_IO },
	{ EIO, ERR_IO },
};

static void
errno_chooses_the_code_and_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(errno_rows) / sizeof(errno_rows[0]); i++) {
		struct err_trace trace = { 0 };
		unsigned long raw = 0;

		errno = errno_rows[i].number;
		assert_int_equal(FAIL_ERRNO(&trace, "file"), errno_rows[i].code);
		assert_true(err_raw(&trace, ERR_ORIGIN_ERRNO, &raw));
		assert_int_equal(raw, errno_rows[i].number);
	}
}

static void
a_full_disk_says_what_to_do(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	errno = ENOSPC;
	assert_int_equal(FAIL_ERRNO(&trace, "roster not written"), ERR_IO);
	assert_string_equal(trace.next, "Make room on that disk, then run the command again.");
}

static const struct {
	enum err_origin origin;
	unsigned long raw;
	const char *text;
} format_rows[] = {
	{ ERR_ORIGIN_NONE, 0, "it failed" },
	{ ERR_ORIGIN_ERRNO, 2, "it failed [No such file or directory]" },
	{ ERR_ORIGIN_ERRNO, 99999, "it failed [errno 99999]" },
	{ ERR_ORIGIN_PCSC, 0x80100069, "it failed [PC/SC 0x80100069]" },
	{ ERR_ORIGIN_PCSC, 0xFFFFFFFF80100069, "it failed [PC/SC 0x80100069]" },
	{ ERR_ORIGIN_SW, 0x63C2, "it failed [SW 63C2]" },
	{ ERR_ORIGIN_CKR, 0xA0, "it failed [CKR 0x000000A0]" },
	{ ERR_ORIGIN_SQLITE, 13, "it failed [SQLite 13]" },
	{ ERR_ORIGIN_OPENSSL, 0x1C8000D6, "it failed [OpenSSL 0x1C8000D6]" },
};

static void
the_raw_number_is_printed_as_its_origin_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(format_rows) / sizeof(format_rows[0]); i++) {
		struct err_trace trace = { 0 };
		char text[128];

		assert_int_equal(FAIL_RAW(&trace, ERR_IO, format_rows[i].origin, format_rows[i].raw,
				     "it failed"),
		    ERR_IO);
		err_format(&trace.frame[0], text, sizeof(text));
		assert_string_equal(text, format_rows[i].text);
	}
}

static void
a_formatted_frame_is_cut_to_fit(void **state)
{
	struct err_trace trace = { 0 };
	char text[8];

	(void)state;
	assert_int_equal(FAIL(&trace, ERR_IO, "much too long"), ERR_IO);
	err_format(&trace.frame[0], text, sizeof(text));
	assert_string_equal(text, "much to");
}

static void
a_text_that_is_too_long_is_cut_between_characters(void **state)
{
	struct err_trace trace = { 0 };
	char name[ERR_TEXT + 2];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name + ERR_TEXT - 3, "\xE2\x82\xAC", 3); /* a euro sign, one byte too far */
	assert_int_equal(FAIL(&trace, ERR_IO, "%s", name), ERR_IO);
	assert_int_equal(strlen(trace.frame[0].text), ERR_TEXT - 3);
	assert_int_equal(trace.frame[0].text[ERR_TEXT - 4], 'x');
}

static void
a_text_that_just_fits_keeps_its_last_character(void **state)
{
	struct err_trace trace = { 0 };
	char name[ERR_TEXT + 1];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name + ERR_TEXT - 4, "\xE2\x82\xAC", 3);
	assert_int_equal(FAIL(&trace, ERR_IO, "%s", name), ERR_IO);
	assert_string_equal(trace.frame[0].text + ERR_TEXT - 4, "\xE2\x82\xAC");
}

static void
a_name_from_a_card_cannot_steer_the_terminal(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_int_equal(FAIL(&trace, ERR_IO, "card '%s'",
			     "a\033[2J\n\x7F\xC2\x9B"
			     "b \xC3\xA9"),
	    ERR_IO);
	assert_string_equal(trace.frame[0].text, "card 'a?[2J?\?\?\?b \xC3\xA9'");
}

static void
each_code_has_a_word_and_an_exit_status(void **state)
{
	static const struct {
		const char *word;
		int status;
	} want[] = {
		[ERR_OK] = { "done", 0 },
		[ERR_ARGUMENT] = { "refused", 2 },
		[ERR_NOT_NOW] = { "not now", 1 },
		[ERR_DENIED] = { "denied", 3 },
		[ERR_LOCKED] = { "locked", 3 },
		[ERR_ABSENT] = { "absent", 4 },
		[ERR_CANCELLED] = { "cancelled", 1 },
		[ERR_EXISTS] = { "exists", 1 },
		[ERR_IO] = { "i/o", 5 },
		[ERR_FORMAT] = { "format", 1 },
		[ERR_TIMEOUT] = { "timeout", 1 },
		[ERR_NOMEM] = { "memory", 1 },
		[ERR_UNSUPPORTED] = { "unsupported", 1 },
		[ERR_INTERNAL] = { "bug", 70 },
		[ERR__COUNT] = { "bug", 70 },
	};

	(void)state;
	for (unsigned code = 0; code <= ERR__COUNT; code++) {
		assert_string_equal(err_word((enum err)code), want[code].word);
		assert_int_equal(err_exit_code((enum err)code), want[code].status);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_is_returned_and_recorded_innermost_first),
		cmocka_unit_test(a_full_trace_keeps_the_root_cause_and_counts_the_rest),
		cmocka_unit_test(without_a_trace_there_is_still_the_code),
		cmocka_unit_test(the_first_next_step_stays_unless_it_is_replaced),
		cmocka_unit_test(a_cleared_trace_is_as_new),
		cmocka_unit_test(the_innermost_raw_number_of_an_origin_is_found),
		cmocka_unit_test(errno_chooses_the_code_and_is_kept),
		cmocka_unit_test(a_full_disk_says_what_to_do),
		cmocka_unit_test(the_raw_number_is_printed_as_its_origin_does),
		cmocka_unit_test(a_formatted_frame_is_cut_to_fit),
		cmocka_unit_test(a_text_that_is_too_long_is_cut_between_characters),
		cmocka_unit_test(a_text_that_just_fits_keeps_its_last_character),
		cmocka_unit_test(a_name_from_a_card_cannot_steer_the_terminal),
		cmocka_unit_test(each_code_has_a_word_and_an_exit_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
