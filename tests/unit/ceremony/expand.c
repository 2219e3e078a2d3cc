/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "ceremony/sheet.h"

static const char text[] = "quorate-sheet: 1\nceremony: try\ndate: 2027-03-01\nplace: Room 4\n"
			   "people:\n  admin: Anna Arndt\n  custodian: [Ben Bauer, Cleo Conrad]\n"
			   "tokens:\n  primary: {uri: 'pkcs11:serial=1', firmware: 2.60}\n"
			   "media:\n  usb: {path: /media/usb}\n"
			   "values:\n  subject: 'CN=Root ${primary.uri}'\n";

static const char *
find(void *context, const char *step, const char *name)
{
	(void)context;
	return strcmp(step, "stow-cards") == 0 && strcmp(name, "bag") == 0 ? "100231" : NULL;
}

static struct sheet *
read_sheet(void)
{
	struct err_trace trace = { 0 };
	struct sheet *sheet = NULL;

	assert_ok(sheet_parse("f", text, strlen(text), &sheet, &trace), &trace);
	return sheet;
}

static void
each_name_stands_for_what_the_sheet_says(void **state)
{
	static const struct {
		const char *word, *becomes;
	} rows[] = {
		{ "plain", "plain" },
		{ "", "" },
		{ "${primary.uri}", "pkcs11:serial=1" },
		{ "firmware=${primary.firmware}, yes", "firmware=2.60, yes" },
		{ "${admin}", "Anna Arndt" },
		{ "${custodian}", "Ben Bauer,Cleo Conrad" },
		{ "${custodian.2}", "Cleo Conrad" },
		{ "${media.usb}/x", "/media/usb/x" },
		{ "${brought.ca.csr}", "../../brought/ca.csr" },
		{ "${sheet.date} ${sheet.place}", "2027-03-01 Room 4" },
		{ "${stow-cards.bag}", "100231" },
		{ "$$ $x $${primary.uri} }", "$ $x ${primary.uri} }" },
		/* What was put in is not looked at again. */
		{ "${value.subject}", "CN=Root ${primary.uri}" },
	};
	struct sheet *sheet = read_sheet();
	const struct sheet_recorded recorded = { .find = find };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_trace trace = { 0 };
		char *got = NULL;

		assert_ok(sheet_expand(sheet, &recorded, rows[i].word, &got, &trace), &trace);
		assert_string_equal(got, rows[i].becomes);
		free(got);
	}
	sheet_free(sheet);
}

static void
what_nothing_is_is_refused_by_name(void **state)
{
	static const struct {
		const char *word, *says;
	} rows[] = {
		{ "${primary.serial}", "nothing in the sheet is '${primary.serial}'" },
		{ "${primary}", "nothing in the sheet is '${primary}'" },
		{ "${backup.uri}", "nothing in the sheet is '${backup.uri}'" },
		{ "${custodian.0}", "nothing in the sheet is '${custodian.0}'" },
		{ "${custodian.3}", "nothing in the sheet is '${custodian.3}'" },
		{ "${media.cd}", "nothing in the sheet is '${media.cd}'" },
		{ "${value.x}", "nothing in the sheet is '${value.x}'" },
		{ "${brought.../x}", "nothing in the sheet is '${brought.../x}'" },
		{ "${brought...}", "nothing in the sheet is '${brought...}'" },
		{ "${stow-cards.safe}", "nothing in the sheet is '${stow-cards.safe}'" },
		{ "${}", "'${}' is no name" },
		{ "a ${primary.uri", "'${primary.uri' has no closing brace" },
	};
	struct sheet *sheet = read_sheet();
	const struct sheet_recorded recorded = { .find = find };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_trace trace = { 0 };
		char *got = NULL;

		assert_fails(
		    sheet_expand(sheet, &recorded, rows[i].word, &got, &trace), ERR_ABSENT, &trace);
		assert_string_equal(trace.frame[0].text, rows[i].says);
		assert_null(got);
	}
	sheet_free(sheet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_stands_for_what_the_sheet_says),
		cmocka_unit_test(what_nothing_is_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
