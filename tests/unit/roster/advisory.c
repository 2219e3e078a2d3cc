/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of bad card firmware: what is taken, what is refused and in which words. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "roster/advisory.h"

#define LIST(entry) "{\"quorate-advisories\":1,\"advisories\":[" entry "]}"
#define ENTRY(from, below)                                                                         \
	"{\"id\":\"X-1\",\"model\":\"Yubico\",\"from\":\"" from "\",\"below\":\"" below            \
	"\",\"says\":\"it leaks\",\"do\":\"replace it\"}"

static bool
is_affected(const char *list, const char *model, const char *firmware)
{
	struct err_trace trace = { 0 };
	struct advisories *advisories = NULL;
	struct roster_card card = { 0 };
	size_t index = 99;

	assert_ok(advisories_parse(list, strlen(list), &advisories, &trace), &trace);
	snprintf(card.model, sizeof(card.model), "%s", model);
	snprintf(card.firmware, sizeof(card.firmware), "%s", firmware);
	const bool is = advisory_find(advisories, &card, &index);

	assert_int_equal(index, is ? 0 : 99);
	advisories_free(advisories);
	return is;
}

static void
a_card_is_affected_from_one_version_to_below_another(void **state)
{
	const char *const list = LIST(ENTRY("5.2.3", "5.7"));

	(void)state;
	assert_false(is_affected(list, "Yubico", "5.2.2"));
	assert_true(is_affected(list, "Yubico", "5.2.3"));
	assert_true(is_affected(list, "Yubico", "5.6.99"));
	/* Numbers, not letters: 5.10 comes after 5.7. */
	assert_false(is_affected(list, "Yubico", "5.10.0"));
	assert_false(is_affected(list, "Yubico", "5.7.0"));
	assert_false(is_affected(list, "Nitrokey", "5.4.3"));
	/* What does not tell its firmware, or in another way, is not accused. */
	assert_false(is_affected(list, "Yubico", ""));
	assert_false(is_affected(list, "Yubico", "5.4.3-beta"));
	assert_false(is_affected(LIST(""), "Yubico", "5.4.3"));
}

static void
a_broken_list_is_refused_with_the_entry_and_member(void **state)
{
	static const struct {
		const char *text;
		enum err err;
		const char *words;
	} rows[] = {
		{ "", ERR_FORMAT, "" },
		{ "[]", ERR_FORMAT, "quorate-advisories" },
		{ "{\"quorate-advisories\":2,\"advisories\":[]}", ERR_UNSUPPORTED, "version 2" },
		{ "{\"quorate-advisories\":1}", ERR_FORMAT, "not a list" },
		{ LIST("7"), ERR_FORMAT, "id" },
		{ LIST(ENTRY("5.7", "5.7.0")), ERR_FORMAT, "\"from\" is not before \"below\"" },
		{ LIST(ENTRY("five", "5.7.0")), ERR_FORMAT, "\"from\" is not a version" },
		{ LIST(ENTRY("5.", "5.7.0")), ERR_FORMAT, "\"from\" is not a version" },
		{ LIST(ENTRY("1.2.3.4.5", "5.7.0")), ERR_FORMAT, "\"from\" is not a version" },
		{ LIST(ENTRY("5.7", "99999999999")), ERR_FORMAT, "\"below\" is not a version" },
		{ LIST("{\"id\":\"X\",\"model\":\"Y\",\"from\":\"1\",\"below\":\"2\",\"says\":\"\","
		       "\"do\":\"z\"}"),
		    ERR_FORMAT, "\"says\" has 1 to" },
		{ LIST("{\"id\":\"X\\u001b[2J\",\"model\":\"Y\"}"), ERR_FORMAT,
		    "\"id\" has a control character" },
		{ LIST(ENTRY("1", "2")) "more", ERR_FORMAT, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err_trace trace = { 0 };
		struct advisories *advisories = NULL;
		bool found = rows[i].words[0] == '\0';

		print_message("%s\n", rows[i].text);
		assert_fails(
		    advisories_parse(rows[i].text, strlen(rows[i].text), &advisories, &trace),
		    rows[i].err, &trace);
		assert_null(advisories);
		for (unsigned frame = 0; frame < trace.count; frame++)
			found = found || strstr(trace.frame[frame].text, rows[i].words) != NULL;
		assert_true(found);
	}
}

static void
the_list_that_comes_with_the_program_is_taken(void **state)
{
	struct err_trace trace = { 0 };
	struct advisories *advisories = NULL;

	(void)state;
	assert_ok(advisories_read(ADVISORIES_FILE, &advisories, &trace), &trace);
	assert_true(advisories_count(advisories) >= 1);
	assert_string_equal(advisories_at(advisories, 0)->id, "YSA-2024-03");
	advisories_free(advisories);
	assert_fails(
	    advisories_read(ADVISORIES_FILE ".none", &advisories, &trace), ERR_ABSENT, &trace);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_is_affected_from_one_version_to_below_another),
		cmocka_unit_test(a_broken_list_is_refused_with_the_entry_and_member),
		cmocka_unit_test(the_list_that_comes_with_the_program_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
