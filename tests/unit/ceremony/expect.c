/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands and what is expected of them, each row with what it refuses. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ceremony/expect.h"
#include "ceremony/program.h"

static char folder[] = "/tmp/ceremony-expect-XXXXXX";
static char out[64], err_file[64];

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(out, sizeof(out), "%s/out", folder);
	snprintf(err_file, sizeof(err_file), "%s/err", folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL) == ERR_OK ? 0 : 1;
}

static struct program_end
run(const char *command, unsigned timeout_s)
{
	const char *const argv[] = { "sh", "-c", command, NULL };
	const struct program_call call = { .argv = argv,
		.folder = folder,
		.out = out,
		.err = err_file,
		.timeout_s = timeout_s,
		.own_group = true };
	struct err_trace trace = { 0 };
	struct program_end end;

	(void)remove(out);
	(void)remove(err_file);
	assert_ok(program_run(&call, &end, &trace), &trace);
	return end;
}

static bool
meets(const struct script_expect *expect, const struct program_end *end)
{
	const struct expect_seen seen = { .status = end->status,
		.timed_out = end->timed_out,
		.out = out,
		.err = err_file,
		.files = folder };
	struct err_trace trace = { 0 };
	struct expect_result result;

	assert_ok(expect_compare(expect, &seen, &result, &trace), &trace);
	assert_string_not_equal(result.expected, "");
	assert_string_not_equal(result.actual, "");
	return result.well;
}

static void
each_kind_is_met_or_refused(void **state)
{
	static const struct {
		const char *command;
		struct script_expect expect;
		bool well;
	} rows[] = {
		{ "exit 3", { .kind = SCRIPT_EXPECT_STATUS, .status = 3 }, true },
		{ "exit 3", { .kind = SCRIPT_EXPECT_STATUS, .status = 0 }, false },
		{ "echo all is well", { .kind = SCRIPT_EXPECT_TEXT, .text = "is well" }, true },
		{ "echo all is well >&2", { .kind = SCRIPT_EXPECT_TEXT, .text = "is well" }, true },
		{ "echo all is ill", { .kind = SCRIPT_EXPECT_TEXT, .text = "is well" }, false },
		{ "echo a; echo b7", { .kind = SCRIPT_EXPECT_PATTERN, .text = "^b[0-9]$" }, true },
		{ "echo a; echo xb7", { .kind = SCRIPT_EXPECT_PATTERN, .text = "^b[0-9]$" },
		    false },
		{ "echo '{\"a\":[{\"b\":true}]}'",
		    { .kind = SCRIPT_EXPECT_JSON, .path = "a.0.b", .text = "true" }, true },
		{ "echo '{\"a\":[{\"b\":true}]}'",
		    { .kind = SCRIPT_EXPECT_JSON, .path = "a.1.b", .text = "true" }, false },
		{ "echo '{\"a\":\"x\"}'", { .kind = SCRIPT_EXPECT_JSON, .path = "a", .text = "x" },
		    true },
		{ "echo no json", { .kind = SCRIPT_EXPECT_JSON, .path = "a", .text = "x" }, false },
		{ "printf made >f", { .kind = SCRIPT_EXPECT_FILE, .path = "f" }, true },
		{ "rm -f f", { .kind = SCRIPT_EXPECT_FILE, .path = "f" }, false },
		{ "printf made >f",
		    { .kind = SCRIPT_EXPECT_FILE,
			.path = "f",
			.text =
			    "ea0890697a77af0a2e054cccec587c8a42feb5cf38e778c6c6e2a96bfb945c0b" },
		    true },
		{ "printf mode >f",
		    { .kind = SCRIPT_EXPECT_FILE,
			.path = "f",
			.text =
			    "ea0890697a77af0a2e054cccec587c8a42feb5cf38e778c6c6e2a96bfb945c0b" },
		    false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct program_end end = run(rows[i].command, 60);

		if (meets(&rows[i].expect, &end) != rows[i].well)
			fail_msg("row %zu: %s", i, rows[i].command);
	}
}

static void
what_hangs_is_ended_with_all_that_it_began(void **state)
{
	static const struct script_expect status = { .kind = SCRIPT_EXPECT_STATUS };
	const struct program_end end = run("sleep 600 & sleep 600", 1);

	(void)state;
	assert_true(end.timed_out);
	assert_false(meets(&status, &end));
}

static void
a_program_that_is_not_there_is_an_end_like_another(void **state)
{
	const char *const argv[] = { "/nowhere/program", NULL };
	const struct program_call call = {
		.argv = argv, .folder = folder, .out = out, .err = err_file, .timeout_s = 5
	};
	struct program_end end;

	(void)state;
	(void)remove(out);
	(void)remove(err_file);
	assert_ok(program_run(&call, &end, NULL), NULL);
	assert_int_equal(end.status, 127);
	assert_true(end.err.bytes > 0);
}

static void
output_is_kept_whole_and_never_written_over(void **state)
{
	const struct program_end end = run("head -c 100000 /dev/zero", 60);
	const char *const argv[] = { "true", NULL };
	const struct program_call again = {
		.argv = argv, .folder = folder, .out = out, .err = err_file, .timeout_s = 5
	};
	struct program_end other;
	char *text = NULL;
	bool whole = true;

	(void)state;
	assert_int_equal(end.out.bytes, 100000);
	assert_ok(program_peek(out, 10, &text, &whole, NULL), NULL);
	assert_false(whole);
	assert_int_equal(strspn(text, "?"), strlen(text));
	free(text);
	assert_fails(program_run(&again, &other, NULL), ERR_EXISTS, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_met_or_refused),
		cmocka_unit_test(what_hangs_is_ended_with_all_that_it_began),
		cmocka_unit_test(a_program_that_is_not_there_is_an_end_like_another),
		cmocka_unit_test(output_is_kept_whole_and_never_written_over),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
