/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "pcsc/reader.h"

/* -- /proc as somebody else sees it ------------------------------------------------------------ */

static char proc[] = "/tmp/quorate-proc-XXXXXX";

static void
put(const char *pid, const char *name, const void *bytes, size_t len)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", proc, pid);
	assert_ok(file_make_folder(path, NULL), NULL);
	(void)snprintf(path, sizeof(path), "%s/%s/%s", proc, pid, name);
	assert_ok(file_replace(path, bytes, len, NULL), NULL);
}

static int
make_proc(void **state)
{
	(void)state;
	(void)snprintf(proc, sizeof(proc), "/tmp/quorate-proc-XXXXXX");
	return mkdtemp(proc) == NULL ? -1 : 0;
}

static int
remove_proc(void **state)
{
	(void)state;
	return file_remove_tree(proc, NULL) == ERR_OK ? 0 : -1;
}

struct cmdline {
	const char *bytes;
	size_t len;
	bool logs;
};

#define CMDLINE(text, logs)                                                                        \
	{                                                                                          \
		text, sizeof(text), logs                                                           \
	}

static const struct cmdline cmdlines[] = {
	CMDLINE("/usr/sbin/pcscd\0--foreground\0--auto-exit", false),
	CMDLINE("/usr/sbin/pcscd\0--foreground\0--apdu", true),
	CMDLINE("pcscd\0--ap", true),
	CMDLINE("pcscd\0--auto-exit", false),
	CMDLINE("pcscd\0-fda", true),
	CMDLINE("pcscd\0-f\0-c/etc/a", false),
	CMDLINE("pcscd", false),
	CMDLINE("/usr/bin/vim\0--apdu", false),
};

static void
a_pcscd_that_logs_apdus_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cmdlines) / sizeof(cmdlines[0]); i++) {
		put("4711", "cmdline", cmdlines[i].bytes, cmdlines[i].len);
		if (reader_pcscd_logs_apdus_in(proc) != cmdlines[i].logs)
			fail_msg("row %zu", i);
	}
}

static const struct {
	const char *bytes;
	size_t len;
	const char *config; /* NULL: it was told of none */
} configs[] = {
	{ "pcscd\0-f\0-c/etc/a", 17, "/etc/a" },
	{ "pcscd\0-fc\0/etc/b\0-d", 20, "/etc/b" },
	{ "pcscd\0--config\0/c", 18, "/c" },
	{ "pcscd\0--conf=/d", 16, "/d" },
	{ "pcscd\0--color\0/e", 17, NULL },
	{ "pcscd\0-t3c", 11, NULL },
	{ "pcscd\0--config", 15, NULL },
	{ "/usr/bin/vim\0-c/etc/a", 22, NULL },
};

static void
the_configuration_of_a_pcscd_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		char found[READER_CONFIG] = "";

		put("4711", "cmdline", configs[i].bytes, configs[i].len);
		assert_int_equal(reader_pcscd_config_in(proc, found), configs[i].config != NULL);
		assert_string_equal(found, configs[i].config == NULL ? "" : configs[i].config);
	}
}

static void
no_proc_at_all_is_nobody(void **state)
{
	char text[READER_HOLDERS];

	(void)state;
	assert_false(reader_pcscd_logs_apdus_in("/nonexistent"));
	reader_holders_in("/nonexistent", text);
	assert_string_equal(text, "");
}

static void
programs_that_use_cards_are_named(void **state)
{
	static const char maps[] = "7f00-7f01 r--p 0 0 0 /usr/lib/libc.so.6\n"
				   "7f02-7f03 r--p 0 0 0 /usr/lib/libpcsclite.so.1.0.0\n";
	char text[READER_HOLDERS];

	(void)state;
	put("10", "comm", "bash\n", 5);
	put("10", "maps", maps, 40);
	put("11", "comm", "scdaemon\n", 9);
	reader_holders_in(proc, text);
	assert_string_equal(text, "scdaemon (11)");
	put("12", "comm", "firefox\n", 8);
	put("12", "maps", maps, sizeof(maps) - 1);
	reader_holders_in(proc, text);
	assert_non_null(strstr(text, "firefox (12)"));
	assert_non_null(strstr(text, "scdaemon (11)"));
	assert_null(strstr(text, "bash"));
}

static void
many_holders_fill_the_text_and_no_more(void **state)
{
	char text[READER_HOLDERS];

	(void)state;
	for (int i = 0; i < 40; i++) {
		char pid[8];

		(void)snprintf(pid, sizeof(pid), "%d", 100 + i);
		put(pid, "comm", "scdaemon\n", 9);
	}
	reader_holders_in(proc, text);
	assert_in_range(strlen(text), 60, READER_HOLDERS - 1);
}

/* -- Lists ------------------------------------------------------------------------------------- */

static struct reader_list before;
static struct reader_list after;

static void
two_readers(struct reader_list *list)
{
	*list = (struct reader_list){
		.count = 2,
		.reader = { { .name = "A", .present = true }, { .name = "B" } },
	};
}

static void
readers_are_found_by_name_and_cards_counted(void **state)
{
	(void)state;
	two_readers(&before);
	assert_ptr_equal(reader_find(&before, "B"), &before.reader[1]);
	assert_null(reader_find(&before, "C"));
	assert_int_equal(reader_cards(&before), 1);
}

static void
a_swap_between_two_looks_is_a_change_and_use_by_others_is_none(void **state)
{
	(void)state;
	two_readers(&before);
	two_readers(&after);
	assert_true(reader_list_same(&before, &after));
	after.reader[0].in_use = true;
	assert_true(reader_list_same(&before, &after));
	after.reader[0].events = 2;
	assert_false(reader_list_same(&before, &after));
	two_readers(&after);
	after.count = 1;
	assert_false(reader_list_same(&before, &after));
}

static void
an_atr_is_shown_in_hex(void **state)
{
	char text[READER_ATR_TEXT];
	uint8_t longest[READER_ATR] = { 0 };

	(void)state;
	reader_atr_text((const uint8_t[]){ 0x3B, 0x8C, 0x01 }, 3, text);
	assert_string_equal(text, "3B 8C 01");
	reader_atr_text(longest, 0, text);
	assert_string_equal(text, "");
	reader_atr_text(longest, sizeof(longest), text);
	assert_int_equal(strlen(text), READER_ATR * 3 - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_pcscd_that_logs_apdus_is_seen, make_proc, remove_proc),
		cmocka_unit_test_setup_teardown(
		    the_configuration_of_a_pcscd_is_seen, make_proc, remove_proc),
		cmocka_unit_test(no_proc_at_all_is_nobody),
		cmocka_unit_test_setup_teardown(
		    programs_that_use_cards_are_named, make_proc, remove_proc),
		cmocka_unit_test_setup_teardown(
		    many_holders_fill_the_text_and_no_more, make_proc, remove_proc),
		cmocka_unit_test(readers_are_found_by_name_and_cards_counted),
		cmocka_unit_test(a_swap_between_two_looks_is_a_change_and_use_by_others_is_none),
		cmocka_unit_test(an_atr_is_shown_in_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
