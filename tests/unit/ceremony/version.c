/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ceremony/version.h"

static char folder[] = "/tmp/ceremony-version-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? 1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL) == ERR_OK ? 0 : 1;
}

/* What a program of that shell text answers. */
static bool
ask(const char *text, unsigned wait_ms, char out[VERSION_TEXT])
{
	char path[64], script[256];

	snprintf(path, sizeof(path), "%s/program", folder);
	snprintf(script, sizeof(script), "#!/bin/sh\n%s\n", text);
	(void)remove(path);
	assert_ok(file_create(path, script, strlen(script), NULL), NULL);
	assert_int_equal(chmod(path, 0700), 0);
	return version_ask(path, "--version", wait_ms, out);
}

static void
the_first_line_of_what_it_says_is_its_version(void **state)
{
	char out[VERSION_TEXT];

	(void)state;
	assert_true(ask("echo \"tool 1.2 $1\"; echo more", 20000, out));
	assert_string_equal(out, "tool 1.2 --version");
	assert_true(ask("printf 'tool 3 \\033[1m\\n'", 20000, out));
	assert_string_equal(out, "tool 3 ?[1m");
}

static void
what_does_not_say_it_is_unknown(void **state)
{
	static const char *const programs[] = {
		"exit 0",
		"echo 'tool 1.2'; exit 1",
		"echo 'no such option'",
		"echo 'tool 1.2' >&2",
		"head -c 100000 /dev/zero",
	};
	char out[VERSION_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		assert_false(ask(programs[i], 20000, out));
		assert_string_equal(out, "unknown");
	}
	assert_false(version_ask("/nowhere/tool", "--version", 20000, out));
	assert_string_equal(out, "unknown");
}

static void
one_that_does_not_end_is_ended_and_unknown(void **state)
{
	char out[VERSION_TEXT];

	(void)state;
	assert_false(ask("echo 'tool 1.2'; sleep 1000", 50, out));
	assert_string_equal(out, "unknown");
}

static void
only_known_programs_of_the_system_are_asked(void **state)
{
	char out[VERSION_TEXT];

	(void)state;
	assert_string_equal(version_argument("/usr/bin/openssl"), "version");
	assert_string_equal(version_argument("/usr/sbin/pcscd"), "--version");
	assert_null(version_argument("/usr/bin/reboot"));
	assert_null(version_argument("/home/ann/openssl"));
	assert_null(version_argument("/usr/bin/../../home/ann/openssl"));
	assert_null(version_argument("../../brought/openssl"));
	assert_null(version_argument("openssl"));
	assert_null(version_argument(""));
	assert_string_equal(version_of_program("../../brought/openssl", out), "unknown");
	assert_memory_equal(version_of_program("/usr/bin/sha256sum", out), "sha256sum ", 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_of_what_it_says_is_its_version),
		cmocka_unit_test(what_does_not_say_it_is_unknown),
		cmocka_unit_test(one_that_does_not_end_is_ended_and_unknown),
		cmocka_unit_test(only_known_programs_of_the_system_are_asked),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
