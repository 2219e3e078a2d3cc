/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "hsm/module_config.h"

static char folder[] = "/tmp/quorate-conf-XXXXXX";
static char conf[128];

static int
start(void **state)
{
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(conf, sizeof(conf), "%s/quorate", folder);
	assert_ok(file_make_folder(conf, &trace), &trace);
	(void)snprintf(conf, sizeof(conf), "%s/quorate/modules.conf", folder);
	assert_int_equal(setenv("XDG_CONFIG_HOME", folder, 1), 0);
	return 0;
}

static int
stop(void **state)
{
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_ok(file_remove_tree(folder, &trace), &trace);
	return 0;
}

static void
write_conf(const char *text)
{
	struct err_trace trace = { .count = 0 };

	assert_ok(file_replace(conf, text, strlen(text), &trace), &trace);
}

static void
a_line_gives_a_name_its_path(void **state)
{
	static const struct {
		const char *what, *text;
		enum err want; /* of looking up 'luna' */
		const char *path;
	} rows[] = {
		{ "one line", "luna = /opt/luna.so\n", ERR_OK, "/opt/luna.so" },
		{ "no blanks, no newline", "luna=/opt/luna.so", ERR_OK, "/opt/luna.so" },
		{ "tabs, CR", "\tluna\t=\t/opt/luna.so \r\n", ERR_OK, "/opt/luna.so" },
		{ "comment and blank lines", "# mine\n\n  # x\nluna = /a b.so\n", ERR_OK,
		    "/a b.so" },
		{ "second line", "a = /a.so\nluna = /l.so\n", ERR_OK, "/l.so" },
		{ "another name", "luna-2 = /l.so\n", ERR_ABSENT, NULL },
		{ "empty file", "", ERR_ABSENT, NULL },
		{ "no equals sign", "luna /l.so\n", ERR_FORMAT, NULL },
		{ "a profile", "luna = off:/opt/luna.so\n", ERR_OK, "/opt/luna.so" },
		{ "a colon in the path", "luna = /a:/b.so\n", ERR_OK, "/a:/b.so" },
		{ "a profile without a path", "luna = off:\n", ERR_FORMAT, NULL },
		{ "a relative path behind a profile", "luna = off:l.so\n", ERR_FORMAT, NULL },
		{ "a profile with blanks", "luna = o f:/l.so\n", ERR_FORMAT, NULL },
		{ "a profile too long", "luna = a23456789012345678901234567890123:/l.so\n",
		    ERR_FORMAT, NULL },
		{ "no path", "luna =\n", ERR_FORMAT, NULL },
		{ "relative path", "luna = lib/l.so\n", ERR_FORMAT, NULL },
		{ "no name", "= /l.so\n", ERR_FORMAT, NULL },
		{ "capitals", "Luna = /l.so\n", ERR_FORMAT, NULL },
		{ "a path as a name", "../luna = /l.so\n", ERR_FORMAT, NULL },
		{ "a name too long", "a23456789012345678901234567890123 = /l.so\n", ERR_FORMAT,
		    NULL },
		{ "twice", "luna = /l.so\nluna = /m.so\n", ERR_FORMAT, NULL },
		{ "a bad line behind a good one", "luna = /l.so\nnonsense\n", ERR_FORMAT, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_trace trace = { .count = 0 };
		char *path = NULL;
		enum err got;

		write_conf(rows[i].text);
		got = module_config_path("luna", &path, &trace);
		if (got != rows[i].want)
			fail_msg("%s: %s", rows[i].what, err_word(got));
		if (rows[i].path)
			assert_string_equal(path, rows[i].path);
		free(path);
	}
}

static void
an_error_names_file_and_line(void **state)
{
	struct err_trace trace = { .count = 0 };
	char *path = NULL;
	char want[160];

	(void)state;
	write_conf("# comment\nluna = /l.so\nnonsense\n");
	assert_fails(module_config_path("luna", &path, &trace), ERR_FORMAT, &trace);
	(void)snprintf(want, sizeof(want), "%s:3: ", conf);
	assert_non_null(strstr(trace.frame[0].text, want));
}

static void
a_file_that_others_can_write_is_refused(void **state)
{
	static const mode_t bad[] = { 0666, 0664, 0602, 0620 };
	static const mode_t good[] = { 0600, 0644, 0400 };
	char *path = NULL;

	(void)state;
	write_conf("luna = /l.so\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err_trace trace = { .count = 0 };

		assert_int_equal(chmod(conf, bad[i]), 0);
		assert_fails(module_config_path("luna", &path, &trace), ERR_DENIED, &trace);
		assert_non_null(strstr(trace.next, "chmod go-w"));
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct err_trace trace = { .count = 0 };

		assert_int_equal(chmod(conf, good[i]), 0);
		assert_ok(module_config_path("luna", &path, &trace), &trace);
		free(path);
	}
	assert_int_equal(chmod(conf, 0600), 0);
}

static void
the_users_file_wins_over_what_is_built_in(void **state)
{
	struct err_trace trace = { .count = 0 };
	char *path = NULL;
	struct module_entry *entries = NULL;
	size_t count = 0;

	(void)state;
	write_conf("softhsm = /opt/softhsm.so\n");
	assert_ok(module_config_path("softhsm", &path, &trace), &trace);
	assert_string_equal(path, "/opt/softhsm.so");
	free(path);
	assert_ok(module_entries(&entries, &count, &trace), &trace);
	assert_true(count >= 1);
	assert_string_equal(entries[0].name, "softhsm");
	assert_string_equal(entries[0].from, conf);
	module_entries_free(entries, count);
}

static void
a_path_has_the_name_that_leads_to_it(void **state)
{
	struct err_trace trace = { .count = 0 };
	char link_path[128];
	char text[256];
	char name[MODULE_NAME] = "";

	(void)state;
	(void)snprintf(link_path, sizeof(link_path), "%s/link.so", folder);
	assert_int_equal(symlink("/bin/true", link_path), 0);
	(void)snprintf(text, sizeof(text), "none = /nonexistent\nluna = %s\n", link_path);
	write_conf(text);
	assert_ok(module_config_name("/bin/true", name, &trace), &trace);
	assert_string_equal(name, "luna");
	assert_fails(module_config_name("/bin/false", name, &trace), ERR_ABSENT, &trace);
	assert_fails(module_config_name("/nonexistent", name, &trace), ERR_ABSENT, &trace);
	assert_string_equal(name, "luna");
}

static void
an_unknown_name_says_where_to_write_it(void **state)
{
	struct err_trace trace = { .count = 0 };
	char *path = NULL;

	(void)state;
	write_conf("");
	assert_fails(module_config_path("luna", &path, &trace), ERR_ABSENT, &trace);
	assert_non_null(strstr(trace.next, "luna = /path"));
}

static void
a_module_has_the_profile_of_its_line_or_that_of_its_kind(void **state)
{
	static const struct {
		const char *what, *conf, *module;
		const char *want; /* NULL: there is no such module */
	} rows[] = {
		{ "named", "luna = device:/opt/luna.so\n", "luna", "device" },
		{ "by its path", "luna = off:/bin/true\n", "/bin/true", "off" },
		{ "none is named", "luna = /opt/luna.so\n", "luna", "network" },
		{ "a path without a name", "", "/opt/luna.so", "network" },
		{ "SoftHSM", "", "/usr/lib/softhsm/libsofthsm2.so", "softhsm" },
		{ "SoftHSM by its name", "", NULL, "softhsm" },
		{ "SoftHSM, on other terms", "softhsm = off:/usr/lib/softhsm/libsofthsm2.so\n",
		    "softhsm", "off" },
		{ "another under SoftHSM's name", "softhsm = /opt/x.so\n", "softhsm", "network" },
		{ "unknown", "", "luna", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_trace trace = { .count = 0 };
		char profile[MODULE_NAME] = "untouched";
		enum err err;

		write_conf(rows[i].conf);
		err = module_profile(rows[i].module, profile, &trace);
		if (err != (rows[i].want ? ERR_OK : ERR_ABSENT))
			fail_msg("%s: error %d", rows[i].what, (int)err);
		if (strcmp(profile, rows[i].want ? rows[i].want : "untouched") != 0)
			fail_msg("%s: '%s'", rows[i].what, profile);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_gives_a_name_its_path),
		cmocka_unit_test(an_error_names_file_and_line),
		cmocka_unit_test(a_file_that_others_can_write_is_refused),
		cmocka_unit_test(the_users_file_wins_over_what_is_built_in),
		cmocka_unit_test(a_path_has_the_name_that_leads_to_it),
		cmocka_unit_test(an_unknown_name_says_where_to_write_it),
		cmocka_unit_test(a_module_has_the_profile_of_its_line_or_that_of_its_kind),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
