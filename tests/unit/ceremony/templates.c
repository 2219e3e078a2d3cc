/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "ceremony/folder.h"
#include "ceremony/sheet.h"
#include "ceremony/template.h"

static const char *const names[] = {
	"crl-issue",
	"custodian-replacement",
	"disaster-recovery",
	"firmware-update",
	"intermediate-signing",
	"recovery-test",
	"root-key-generation",
	"root-renewal",
};

/* ceremony/templates has two files of each. */
static void
each_template_is_a_script_and_a_sheet_for_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct err_trace trace = { 0 };
		struct script *script = NULL;
		struct sheet *sheet = NULL;
		char path[512];

		snprintf(path, sizeof(path), TREE "/ceremony/templates/%s.script.yaml", names[i]);
		assert_ok(script_read(path, &script, &trace), &trace);
		snprintf(path, sizeof(path), TREE "/ceremony/templates/%s.sheet.yaml", names[i]);
		assert_ok(sheet_read(path, &sheet, &trace), &trace);
		assert_string_equal(script->name, names[i]);
		assert_string_equal(sheet->ceremony, names[i]);
		sheet_free(sheet);
		script_free(script);
	}
}

static void
an_unknown_template_is_refused_with_the_names_that_there_are(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_int_equal(
	    template_write(TREE "/ceremony/templates", "nonsense", "/nowhere", &trace), ERR_ABSENT);
	assert_string_equal(trace.next,
	    "Name one of these: crl-issue, custodian-replacement, disaster-recovery, "
	    "firmware-update, intermediate-signing, recovery-test, root-key-generation, "
	    "root-renewal.");
	err_clear(&trace);
	assert_int_equal(
	    template_write(TREE "/ceremony/templates", "root-renewl", "/nowhere", &trace),
	    ERR_ABSENT);
	assert_non_null(strstr(trace.next, "Did you mean 'root-renewal'? There are crl-issue, "));
}

static void
what_is_missing_is_said_with_what_makes_it(void **state)
{
	static const char next[] = "Look at the path: a ceremony's folder has script.yaml and "
				   "sheet.yaml. A new one is made "
				   "by: quorate ceremony new TEMPLATE FOLDER";
	struct err_trace trace = { 0 };
	struct script *script = NULL;
	struct sheet *sheet = NULL;
	char *path = NULL;

	(void)state;
	assert_int_equal(folder_path("/nowhere", FOLDER_SCRIPT, &path, &trace), ERR_ABSENT);
	assert_string_equal(trace.next, next);
	err_clear(&trace);
	assert_int_equal(folder_evidence("/nowhere", &path, &trace), ERR_ABSENT);
	assert_string_equal(trace.next, next);
	err_clear(&trace);
	assert_int_equal(script_read("/nowhere/script.yaml", &script, &trace), ERR_ABSENT);
	assert_string_equal(trace.next, next);
	err_clear(&trace);
	assert_int_equal(sheet_read("/nowhere/sheet.yaml", &sheet, &trace), ERR_ABSENT);
	assert_string_equal(trace.next, next);
	err_clear(&trace);
	assert_int_equal(script_read("/proc/self/mem", &script, &trace), ERR_IO);
	assert_string_equal(trace.next, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_template_is_a_script_and_a_sheet_for_it),
		cmocka_unit_test(an_unknown_template_is_refused_with_the_names_that_there_are),
		cmocka_unit_test(what_is_missing_is_said_with_what_makes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
