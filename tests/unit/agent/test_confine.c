/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/calls.h"
#include "agent/fence.h"
#include "agent/profile.h"
#include "agent/witness.h"

/* What cannot be taken back is tried in a process of its own. */
static void
assert_in_child(bool (*holds)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(holds() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static const struct profile *
find(const char *name)
{
	struct err_trace trace = { .count = 0 };
	const struct profile *profile = NULL;

	assert_ok(profile_find(name, &profile, &trace), &trace);
	return profile;
}

static void
there_are_four_profiles(void **state)
{
	struct err_trace trace = { .count = 0 };
	const struct profile *profile = NULL;

	(void)state;
	assert_true(find("softhsm")->strict && find("softhsm")->on);
	assert_true(!find("device")->strict && !find("device")->network && find("device")->on);
	assert_true(!find("network")->strict && find("network")->network && find("network")->on);
	assert_false(find("off")->on);
	assert_int_equal(profile_find("lax", &profile, &trace), ERR_ARGUMENT);
	assert_null(profile);
}

static void
of_two_profiles_the_wider_serves_both(void **state)
{
	(void)state;
	assert_ptr_equal(profile_wider(find("softhsm"), find("device")), find("device"));
	assert_ptr_equal(profile_wider(find("network"), find("device")), find("network"));
	assert_ptr_equal(profile_wider(find("off"), find("network")), find("off"));
}

static bool
opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
is_unsupported(enum err err)
{
	return err == ERR_UNSUPPORTED; /* an older kernel: nothing to see */
}

static bool
a_place_alone_is_open(void)
{
	char folder[] = "/tmp/quorate-fence-XXXXXX";
	char path[64];
	struct fence_place place = { folder, FENCE_FILES };
	const struct fence_order order = { .place = &place, .count = 1 };
	int before = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	char byte;
	bool holds;
	enum err err;

	if (before < 0 || mkdtemp(folder) == NULL)
		return false;
	snprintf(path, sizeof(path), "%s/file", folder);
	err = fence_files(&order, NULL);
	holds = err == ERR_OK && opens(path, O_WRONLY | O_CREAT) && unlink(path) == 0 &&
		!opens("/etc/passwd", O_RDONLY) && errno == EACCES &&
		!opens("/tmp/quorate-fence", O_WRONLY | O_CREAT) && errno == EACCES &&
		read(before, &byte, 1) == 1;
	rmdir(folder);
	return holds || is_unsupported(err);
}

static bool
a_place_that_is_not_there_is_an_error(void)
{
	struct fence_place place = { "/nowhere/at/all", FENCE_FILES };
	const struct fence_order order = { .place = &place, .count = 1 };
	enum err err = fence_files(&order, NULL);

	return err == ERR_ABSENT || is_unsupported(err);
}

static bool
with_all_files_no_program_starts(void)
{
	const struct fence_order order = { .all_files = true, .network = true };
	enum err err = fence_files(&order, NULL);

	if (is_unsupported(err))
		return true;
	return err == ERR_OK && opens("/etc/passwd", O_RDONLY) &&
	       execl("/bin/true", "true", (char *)NULL) != 0 && errno == EACCES;
}

static void *
try_a_socket(void *context)
{
	int *number = context;

	*number = socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
	return NULL;
}

static bool
the_strict_calls_hold_in_later_threads(void)
{
	pthread_t thread;
	int number = 0;

	if (calls_confine(find("softhsm"), false, NULL) != ERR_OK ||
	    pthread_create(&thread, NULL, try_a_socket, &number) != 0)
		return false;
	pthread_join(thread, NULL);
	return number == EPERM && socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM &&
	       fork() < 0 && errno == EPERM;
}

static bool
readers_need_sockets_of_this_machine_alone(void)
{
	return calls_confine(find("softhsm"), true, NULL) == ERR_OK &&
	       socket(AF_UNIX, SOCK_STREAM, 0) >= 0 && socket(AF_INET, SOCK_STREAM, 0) < 0 &&
	       errno == EPERM;
}

static bool
a_device_has_no_network(void)
{
	return calls_confine(find("device"), false, NULL) == ERR_OK &&
	       socket(AF_INET6, SOCK_STREAM, 0) < 0 && errno == EPERM &&
	       socket(AF_UNIX, SOCK_STREAM, 0) >= 0 &&
	       execl("/bin/true", "true", (char *)NULL) != 0 && errno == EPERM;
}

static void
files_are_fenced_off(void **state)
{
	(void)state;
	assert_in_child(a_place_alone_is_open);
	assert_in_child(a_place_that_is_not_there_is_an_error);
	assert_in_child(with_all_files_no_program_starts);
}

static void
calls_are_refused_by_the_profile(void **state)
{
	(void)state;
	assert_in_child(the_strict_calls_hold_in_later_threads);
	assert_in_child(readers_need_sockets_of_this_machine_alone);
	assert_in_child(a_device_has_no_network);
}

/* Also when the one who asks is confined, and may look at no process. */
static bool
a_witness_looks_for_one_who_may_not(void)
{
	const struct fence_order order = { .network = true };
	char alone[PEER_PROGRAM] = "", asked[PEER_PROGRAM] = "";
	enum err err;

	if (witness_ask(getpid(), asked))
		return false;
	peer_look_at_program(getpid(), alone);
	err = witness_start(NULL);
	if (err == ERR_OK)
		err = fence_files(&order, NULL);
	if (err != ERR_OK && !is_unsupported(err))
		return false;
	peer_find_program(getpid(), asked);
	if (strstr(alone, "/test-agent-confine") == NULL || strcmp(asked, alone) != 0)
		return false;
	peer_find_program(0x3fffff, asked);
	return strcmp(asked, "?") == 0;
}

static void
a_witness_tells_who_a_client_is(void **state)
{
	(void)state;
	assert_in_child(a_witness_looks_for_one_who_may_not);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_are_four_profiles),
		cmocka_unit_test(of_two_profiles_the_wider_serves_both),
		cmocka_unit_test(files_are_fenced_off),
		cmocka_unit_test(calls_are_refused_by_the_profile),
		cmocka_unit_test(a_witness_tells_who_a_client_is),
	};

	return cmocka_run_group_tests_name("agent: confined", tests, NULL, NULL);
}
