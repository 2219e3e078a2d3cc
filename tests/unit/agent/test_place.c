/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/place.h"
#include "base/file.h"
#include "custody/agent_link.h"

enum { PATH = 64 };
static char root[PATH];
static char folder[PATH + 8];

static int
make_root(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/quorate-place-XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(folder, sizeof(folder), "%s/run", root);
	return 0;
}

static int
remove_root(void **state)
{
	(void)state;
	return file_remove_tree(root, NULL) == ERR_OK ? 0 : -1;
}

static mode_t
mode_of(const char *path)
{
	struct stat stat;

	assert_int_equal(lstat(path, &stat), 0);
	return stat.st_mode & 0777;
}

static struct agent_order
order_for(const uid_t *users, size_t count)
{
	return (struct agent_order){
		.quorum = "root", .folder = folder, .users = users, .user_count = count
	};
}

static void
the_socket_is_for_its_owner_alone(void **state)
{
	struct agent_order order = order_for(NULL, 0);
	struct err_trace trace = { 0 };
	struct place place;

	(void)state;
	assert_ok(place_make(&order, &place, &trace), &trace);
	assert_int_equal(mode_of(folder), 0700);
	assert_int_equal(mode_of(place.path), 0600);
	place_remove(&place);
	assert_int_not_equal(access(place.path, F_OK), 0);
}

static void
other_users_may_pass_when_the_order_lets_them_in(void **state)
{
	uid_t users[] = { geteuid() + 1 };
	struct agent_order order = order_for(users, 1);
	struct err_trace trace = { 0 };
	struct place place;

	(void)state;
	assert_ok(place_make(&order, &place, &trace), &trace);
	assert_int_equal(mode_of(folder), 0711);
	assert_int_equal(mode_of(place.path), 0666);
	place_remove(&place);
}

static size_t
sockets_in_folder(void)
{
	size_t count = 0;
	struct dirent *entry;
	DIR *dir = opendir(folder);

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += strstr(entry->d_name, ".sock") != NULL;
	closedir(dir);
	return count;
}

static void
a_dead_agents_socket_is_cleared_and_a_living_ones_is_not(void **state)
{
	struct agent_order order = order_for(NULL, 0);
	struct place dead, living, next;

	(void)state;
	assert_int_equal(place_make(&order, &dead, NULL), ERR_OK);
	close(dead.fd);
	assert_int_equal(place_make(&order, &living, NULL), ERR_OK);
	assert_int_equal(sockets_in_folder(), 1);
	assert_int_equal(place_make(&order, &next, NULL), ERR_OK);
	assert_int_equal(sockets_in_folder(), 2);
	place_remove(&living);
	place_remove(&next);
}

static void
a_folder_that_others_can_write_to_is_refused(void **state)
{
	struct agent_order order = order_for(NULL, 0);
	struct err_trace trace = { 0 };
	struct place place;

	(void)state;
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(chmod(folder, 0770), 0);
	assert_fails(place_make(&order, &place, &trace), ERR_DENIED, &trace);
}

static void
a_link_to_a_folder_is_refused(void **state)
{
	struct agent_order order = order_for(NULL, 0);
	struct err_trace trace = { 0 };
	struct place place;

	(void)state;
	assert_int_equal(symlink("/tmp", folder), 0);
	assert_fails(place_make(&order, &place, &trace), ERR_DENIED, &trace);
}

static void
a_path_that_is_too_long_is_refused(void **state)
{
	char name[PLACE_PATH];
	struct agent_order order = order_for(NULL, 0);
	struct err_trace trace = { 0 };
	struct place place;

	(void)state;
	memset(name, 'q', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	order.quorum = name;
	assert_fails(place_make(&order, &place, &trace), ERR_ARGUMENT, &trace);
	order.quorum = "../root";
	assert_fails(place_make(&order, &place, NULL), ERR_ARGUMENT, &trace);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(the_socket_is_for_its_owner_alone),
		IN_A_FOLDER(other_users_may_pass_when_the_order_lets_them_in),
		IN_A_FOLDER(a_dead_agents_socket_is_cleared_and_a_living_ones_is_not),
		IN_A_FOLDER(a_folder_that_others_can_write_to_is_refused),
		IN_A_FOLDER(a_link_to_a_folder_is_refused),
		IN_A_FOLDER(a_path_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests_name("agent: place", tests, NULL, NULL);
}
