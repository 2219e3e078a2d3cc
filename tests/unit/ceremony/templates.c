/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "ceremony/sheet.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_template_is_a_script_and_a_sheet_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
