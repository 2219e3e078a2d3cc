/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "ceremony/sheet.h"
#include "tests/unit/ceremony/refused.h"

#define HEAD                                                                                       \
	"quorate-sheet: 1\nceremony: try\ndate: 2027-03-01\nplace: Room 4\n"                       \
	"people:\n  admin: Anna Arndt\n"

static enum err
parse(const char *text, struct err_trace *trace)
{
	struct sheet *sheet = NULL;
	const enum err err = sheet_parse("f", text, strlen(text), &sheet, trace);

	sheet_free(sheet);
	return err;
}

static void
a_sheet_has_all_that_was_written(void **state)
{
	static const char text[] =
	    HEAD "  custodian:\n    - Ben Bauer\n    - {name: Cleo Conrad, deputy: Dan Dorn}\n"
		 "start: 09:30\n"
		 "tokens:\n  primary: {uri: 'pkcs11:serial=1', firmware: 2.60}\n"
		 "media:\n  usb-1: {path: /media/usb1, label: A, copy: true}\n"
		 "values:\n  subject: CN=Root\n"
		 "network: [lo]\n"
		 "previous:\n  evidence: /media/old\n"
		 "  head: 0000000000000000000000000000000000000000000000000000000000000001\n";
	struct err_trace trace = { 0 };
	struct sheet *sheet = NULL;

	(void)state;
	assert_ok(sheet_parse("f", text, strlen(text), &sheet, &trace), &trace);
	assert_int_equal(sheet->date, 1803859200);
	assert_string_equal(sheet->start, "09:30");
	assert_int_equal(sheet->person_count, 3);
	assert_string_equal(sheet->people[1].name, "Ben Bauer");
	assert_string_equal(sheet->people[2].role, "custodian");
	assert_string_equal(sheet->people[2].deputy, "Dan Dorn");
	assert_int_equal(sheet->people[2].place.line, 9);
	assert_string_equal(sheet_token(sheet, "primary")->firmware, "2.60");
	assert_int_equal(sheet->tokens[0].place.line, 12);
	assert_null(sheet_token(sheet, "backup"));
	assert_string_equal(sheet->media[0].path, "/media/usb1");
	assert_true(sheet->media[0].takes_copy);
	assert_string_equal(sheet->values[0].value, "CN=Root");
	assert_string_equal(sheet->network.word[0], "lo");
	assert_string_equal(sheet->previous, "/media/old");
	sheet_free(sheet);
}

static void
what_the_format_does_not_say_is_refused_with_its_place(void **state)
{
	static const struct refused rows[] = {
		{ "quorate-script: 1\n",
		    "f:1:1: this is not such a file: it must begin with 'quorate-sheet: 1'" },
		{ "quorate-sheet: 1\nceremony: try\nplace: x\npeople: {a: b}\n",
		    "f:1:1: a sheet needs 'date'" },
		{ "quorate-sheet: 1\ndate: 2027-02-30\n",
		    "f:2:7: '2027-02-30' is no day such as 2027-01-31" },
		{ "quorate-sheet: 1\ndate: 2027-02-03T10:00:00Z\n",
		    "f:2:7: '2027-02-03T10:00:00Z' is no day such as 2027-01-31" },
		{ "quorate-sheet: 1\nstart: 24:00\n", "f:2:8: '24:00' is no time such as 09:30" },
		{ "quorate-sheet: 1\nstart: 1:::9\n", "f:2:8: '1:::9' is no time such as 09:30" },
		{ "quorate-sheet: 1\nstart: 09:60\n", "f:2:8: '09:60' is no time such as 09:30" },
		{ "quorate-sheet: 1\npeople: []\n",
		    "f:2:9: 'people' must be a mapping from roles to names" },
		{ "quorate-sheet: 1\npeople: {A: b}\n", "f:2:10: 'A' is no name of a role" },
		{ "quorate-sheet: 1\npeople: {a: [{deputy: x}]}\n",
		    "f:2:14: a person needs 'name'" },
		{ HEAD "tokens:\n  primary: {serial: 1}\n", "f:8:12: a token needs 'uri'" },
		{ HEAD "tokens:\n  primary: {uri: u, firmwar: 1}\n",
		    "f:8:21: a token has no key 'firmwar'; nearest: 'firmware'" },
		{ HEAD "tokens:\n  Primary: {uri: u}\n", "f:8:3: 'Primary' is no name: a to z, 0 "
							 "to 9 and -, at most 32, and no - first" },
		{ HEAD "media:\n  usb: {path: media/usb}\n",
		    "f:8:8: the path of a medium begins with /; 'media/usb' does not" },
		{ HEAD "values: {a: [b]}\n", "f:7:13: 'a' must be a text, and is a list" },
		{ HEAD "previous: {evidence: x, head: 12}\n",
		    "f:7:11: 'head' must be 64 hexadecimal digits" },
	};

	(void)state;
	check_refused(rows, sizeof(rows) / sizeof(*rows), parse);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sheet_has_all_that_was_written),
		cmocka_unit_test(what_the_format_does_not_say_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
