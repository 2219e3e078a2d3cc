/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

/* A folder for each test, which is also the working folder of the process. */
static int
set_up(void **state)
{
	char *folder = strdup("/tmp/quorate-file-XXXXXX");

	*state = folder;
	return folder != NULL && mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	char *folder = *state;
	const bool gone = chdir("/") == 0 && file_remove_tree(folder, NULL) == ERR_OK;

	free(folder);
	return gone ? 0 : -1;
}

static void
put(const char *path, const char *text)
{
	struct err_trace trace = { 0 };

	assert_ok(file_replace(path, text, strlen(text), &trace), &trace);
}

static void
assert_holds(const char *path, const char *text)
{
	struct err_trace trace = { 0 };
	char *content = NULL;
	size_t len = 0;

	assert_ok(file_read(path, 1 << 20, &content, &len, &trace), &trace);
	assert_int_equal(len, strlen(text));
	assert_string_equal(content, text);
	free(content);
}

static unsigned
entries_in(const char *path)
{
	DIR *folder = opendir(path);
	unsigned count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count - 2;
}

static mode_t
mode_of(const char *path)
{
	struct stat there;

	assert_int_equal(lstat(path, &there), 0);
	return there.st_mode & 07777;
}

static void
a_file_is_replaced_whole_and_for_its_owner_alone(void **state)
{
	(void)state;
	put("roster", "old and longer");
	assert_int_equal(chmod("roster", 0644), 0);
	put("roster", "new");
	assert_holds("roster", "new");
	assert_int_equal(mode_of("roster"), 0600);
	assert_int_equal(entries_in("."), 1);
}

static void
what_is_published_is_replaced_whole_and_for_everybody_to_read(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	put("figures", "old and longer");
	assert_ok(file_publish("figures", "new", 3, &trace), &trace);
	assert_holds("figures", "new");
	assert_int_equal(mode_of("figures"), 0644);
	assert_int_equal(entries_in("."), 1);
	assert_fails(file_publish("none/figures", "x", 1, &trace), ERR_ABSENT, &trace);
}

static void
an_empty_file_can_be_written_and_read(void **state)
{
	(void)state;
	put("empty", "");
	assert_holds("empty", "");
}

static void
a_file_in_a_missing_folder_is_not_made(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_fails(file_replace("none/roster", "x", 1, &trace), ERR_ABSENT, &trace);
	assert_fails(file_create("none/roster", "x", 1, &trace), ERR_ABSENT, &trace);
}

static void
a_folder_is_not_replaced_by_a_file(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_fails(file_replace("folder", "x", 1, &trace), ERR_ARGUMENT, &trace);
	assert_int_equal(entries_in("."), 1);
}

static void
a_created_file_is_never_written_over_anything(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(file_create("pack", "one", 3, &trace), &trace);
	assert_fails(file_create("pack", "two", 3, &trace), ERR_EXISTS, &trace);
	assert_holds("pack", "one");
	assert_int_equal(symlink("nowhere", "link"), 0);
	assert_fails(file_create("link", "two", 3, &trace), ERR_EXISTS, &trace);
	assert_int_equal(entries_in("."), 2);
	assert_int_equal(mode_of("pack"), 0600);
}

/* Only in a mount namespace of its own; false where the system does not let us have one. */
static bool
mount_small_disk(const char *path)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", path, "tmpfs", 0, "size=64k") == 0;
}

static void
replace_on_a_full_disk(const char *path)
{
	static const uint8_t large[256 * 1024];
	struct err_trace trace = { 0 };

	put(path, "old");
	assert_fails(file_replace(path, large, sizeof(large), &trace), ERR_IO, &trace);
	assert_holds(path, "old");
	assert_fails(file_create("disk/other", large, sizeof(large), &trace), ERR_IO, &trace);
	assert_int_equal(entries_in("disk"), 1);
}

static void
a_full_disk_leaves_the_old_file(void **state)
{
	static const uint8_t block[64 * 1024];
	struct err_trace trace = { 0 };
	int opened;

	(void)state;
	assert_int_equal(mkdir("disk", 0700), 0);
	if (!mount_small_disk("disk"))
		skip();
	replace_on_a_full_disk("disk/roster");
	opened = open("disk/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(opened >= 0);
	assert_int_not_equal(posix_fallocate(opened, 0, 1 << 20), 0);
	close(opened);
	assert_fails(file_replace("disk/roster", block, sizeof(block), &trace), ERR_IO, &trace);
	assert_non_null(strstr(trace.next, "Make room"));
	assert_holds("disk/roster", "old");
	assert_int_equal(umount("disk"), 0);
}

/* The same without a disk of our own: the system refuses to write files beyond 64 KiB. */
static void
a_refused_write_leaves_the_old_file(void **state)
{
	struct rlimit limit;
	struct rlimit before;

	(void)state;
	assert_int_equal(mkdir("disk", 0700), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 64UL * 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	replace_on_a_full_disk("disk/roster");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
}

static void
a_file_up_to_the_maximum_is_read_and_ends_in_nul(void **state)
{
	char *content = NULL;
	char *large = calloc(1, 100001);
	struct err_trace trace = { 0 };
	size_t len = 0;

	(void)state;
	assert_non_null(large);
	memset(large, 'x', 100000);
	put("large", large);
	assert_ok(file_read("large", 100000, &content, &len, &trace), &trace);
	assert_int_equal(len, 100000);
	assert_string_equal(content, large);
	free(content);
	free(large);
}

static void
a_file_beyond_the_maximum_is_refused(void **state)
{
	struct err_trace trace = { 0 };
	char *content = NULL;
	size_t len = 7;

	(void)state;
	put("four", "1234");
	assert_fails(file_read("four", 3, &content, &len, &trace), ERR_FORMAT, &trace);
	assert_fails(file_read("four", 0, &content, &len, &trace), ERR_FORMAT, &trace);
	assert_fails(file_read("/dev/zero", 100000, &content, &len, &trace), ERR_FORMAT, &trace);
	assert_null(content);
	assert_int_equal(len, 7);
}

static void
what_is_missing_or_a_folder_is_not_read(void **state)
{
	struct err_trace trace = { 0 };
	char *content = NULL;
	size_t len = 7;

	(void)state;
	assert_fails(file_read("none", 10, &content, &len, &trace), ERR_ABSENT, &trace);
	assert_fails(file_read(".", 10, &content, &len, &trace), ERR_ARGUMENT, &trace);
	assert_null(content);
}

static void
folders_are_made_down_to_the_last(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(file_make_folder("a/b//c/", &trace), &trace);
	assert_int_equal(mode_of("a"), 0700);
	assert_int_equal(mode_of("a/b/c"), 0700);
}

static void
a_folder_that_exists_is_left_as_it_is(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_int_equal(mkdir("a", 0700), 0);
	assert_int_equal(chmod("a", 0755), 0);
	assert_ok(file_make_folder("a", &trace), &trace);
	assert_ok(file_make_folder("a/b", &trace), &trace);
	assert_ok(file_make_folder("/", &trace), &trace);
	assert_int_equal(mode_of("a"), 0755);
}

static void
a_file_in_the_way_of_a_folder_is_an_error(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	put("a", "file");
	assert_fails(file_make_folder("a", &trace), ERR_EXISTS, &trace);
	assert_fails(file_make_folder("a/b", &trace), ERR_EXISTS, &trace);
	assert_holds("a", "file");
}

static void
the_folder_of_a_file_is_synced_if_it_is_there(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(file_sync_folder_of("bare", &trace), &trace);
	assert_ok(file_sync_folder_of("/top", &trace), &trace);
	assert_fails(file_sync_folder_of("none/file", &trace), ERR_ABSENT, &trace);
}

static void
a_lock_is_had_once_and_names_its_holder(void **state)
{
	struct err_trace trace = { 0 };
	int fd = -1;
	int second = -7;
	char want[64];

	(void)state;
	assert_ok(file_lock("lock", &fd, &trace), &trace);
	assert_fails(file_lock("lock", &second, &trace), ERR_NOT_NOW, &trace);
	assert_int_equal(second, -7);
	snprintf(
	    want, sizeof(want), "'lock' is held by another command, process %d", (int)getpid());
	assert_string_equal(trace.frame[0].text, want);
	file_unlock(fd);
	assert_ok(file_lock("lock", &second, &trace), &trace);
	file_unlock(second);
}

static void
a_lock_ends_with_its_process(void **state)
{
	struct err_trace trace = { 0 };
	int ready[2];
	int status;
	char byte;
	int fd = -1;

	(void)state;
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	const pid_t pid = fork();
	if (pid == 0) {
		if (file_lock("lock", &fd, NULL) != ERR_OK || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_fails(file_lock("lock", &fd, &trace), ERR_NOT_NOW, &trace);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_ok(file_lock("lock", &fd, &trace), &trace);
	file_unlock(fd);
	close(ready[0]);
	close(ready[1]);
}

static void
a_link_is_no_lock_file(void **state)
{
	struct err_trace trace = { 0 };
	int fd = -7;

	(void)state;
	put("target", "precious");
	assert_int_equal(symlink("target", "lock"), 0);
	assert_fails(file_lock("lock", &fd, &trace), ERR_ARGUMENT, &trace);
	assert_holds("target", "precious");
	assert_int_equal(fd, -7);
}

static void
a_tree_is_copied_and_removed(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(file_make_folder("token/one/two", &trace), &trace);
	put("token/generation", "1");
	put("token/one/two/object", "bytes");
	put("token/one/empty", "");
	assert_ok(file_copy_tree("token", "copy", &trace), &trace);
	assert_holds("copy/generation", "1");
	assert_holds("copy/one/two/object", "bytes");
	assert_holds("copy/one/empty", "");
	assert_int_equal(mode_of("copy/one"), 0700);
	assert_ok(file_remove_tree("token", &trace), &trace);
	assert_ok(file_remove_tree("token", &trace), &trace);
	assert_int_equal(entries_in("."), 1);
}

static void
a_copy_over_anything_is_refused(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(file_make_folder("token", &trace), &trace);
	assert_ok(file_make_folder("copy", &trace), &trace);
	put("copy/kept", "x");
	assert_fails(file_copy_tree("token", "copy", &trace), ERR_EXISTS, &trace);
	assert_holds("copy/kept", "x");
}

static void
an_incomplete_copy_does_not_stay(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(file_make_folder("token/one", &trace), &trace);
	put("token/one/file", "x");
	assert_int_equal(symlink("file", "token/one/link"), 0);
	assert_fails(file_copy_tree("token", "copy", &trace), ERR_UNSUPPORTED, &trace);
	assert_fails(file_copy_tree("none", "copy", &trace), ERR_ABSENT, &trace);
	assert_int_equal(access("copy", F_OK), -1);
}

static void
a_copy_into_itself_ends(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(file_make_folder("token", &trace), &trace);
	assert_fails(file_copy_tree("token", "token/copy", &trace), ERR_UNSUPPORTED, &trace);
	assert_int_equal(entries_in("token"), 0);
}

static void
removing_a_tree_does_not_follow_links(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(file_make_folder("tree", &trace), &trace);
	assert_ok(file_make_folder("outside", &trace), &trace);
	put("outside/kept", "x");
	assert_int_equal(symlink("../outside", "tree/link"), 0);
	assert_ok(file_remove_tree("tree", &trace), &trace);
	assert_holds("outside/kept", "x");
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(a_file_is_replaced_whole_and_for_its_owner_alone),
		IN_A_FOLDER(what_is_published_is_replaced_whole_and_for_everybody_to_read),
		IN_A_FOLDER(an_empty_file_can_be_written_and_read),
		IN_A_FOLDER(a_file_in_a_missing_folder_is_not_made),
		IN_A_FOLDER(a_folder_is_not_replaced_by_a_file),
		IN_A_FOLDER(a_created_file_is_never_written_over_anything),
		IN_A_FOLDER(a_full_disk_leaves_the_old_file),
		IN_A_FOLDER(a_refused_write_leaves_the_old_file),
		IN_A_FOLDER(a_file_up_to_the_maximum_is_read_and_ends_in_nul),
		IN_A_FOLDER(a_file_beyond_the_maximum_is_refused),
		IN_A_FOLDER(what_is_missing_or_a_folder_is_not_read),
		IN_A_FOLDER(folders_are_made_down_to_the_last),
		IN_A_FOLDER(a_folder_that_exists_is_left_as_it_is),
		IN_A_FOLDER(a_file_in_the_way_of_a_folder_is_an_error),
		IN_A_FOLDER(the_folder_of_a_file_is_synced_if_it_is_there),
		IN_A_FOLDER(a_lock_is_had_once_and_names_its_holder),
		IN_A_FOLDER(a_lock_ends_with_its_process),
		IN_A_FOLDER(a_link_is_no_lock_file),
		IN_A_FOLDER(a_tree_is_copied_and_removed),
		IN_A_FOLDER(a_copy_over_anything_is_refused),
		IN_A_FOLDER(an_incomplete_copy_does_not_stay),
		IN_A_FOLDER(a_copy_into_itself_ends),
		IN_A_FOLDER(removing_a_tree_does_not_follow_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
