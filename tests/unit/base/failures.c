/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system refuses: each call that base makes and that can fail is made to fail once, wherever
 * in an operation it comes. Afterwards the operation has failed with a code of the world, its
 * outputs are untouched, the old file is there and nothing else is. (The linker's --wrap puts the
 * functions below between base and the C library.)
 */
#include "tests/unit/test.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/process.h"
#include "base/secret.h"

/* Counts down; the call that finds 0 fails. Negative: none does. */
static int calls_left = -1;
static bool has_failed;

static bool
fails_now(int number)
{
	if (calls_left < 0 || calls_left-- > 0)
		return false;
	has_failed = true;
	errno = number;
	return true;
}

#define WRAP(type, name, parameters, arguments, number, failure)                                   \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		return fails_now(number) ? (failure) : __real_##name arguments;                    \
	}

WRAP(void *, malloc, (size_t size), (size), ENOMEM, NULL)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), ENOMEM, NULL)
WRAP(void *, realloc, (void *old, size_t size), (old, size), ENOMEM, NULL)
WRAP(char *, strdup, (const char *text), (text), ENOMEM, NULL)
WRAP(char *, strndup, (const char *text, size_t len), (text, len), ENOMEM, NULL)
WRAP(FILE *, open_memstream, (char **text, size_t *len), (text, len), ENOMEM, NULL)
WRAP(void *, EVP_MD_CTX_new, (void), (), ENOMEM, NULL)
WRAP(void *, CRYPTO_secure_malloc, (size_t size, const char *file, int line), (size, file, line),
    ENOMEM, NULL)
WRAP(ssize_t, getrandom, (void *out, size_t len, unsigned flags), (out, len, flags), ENOSYS, -1)
WRAP(int, fsync, (int fd), (fd), EIO, -1)
WRAP(int, rename, (const char *from, const char *to), (from, to), EIO, -1)
WRAP(int, mkostemp64, (char *name, int flags), (name, flags), EACCES, -1)
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), ENOSPC, -1)
WRAP(int, pipe2, (int pair[2], int flags), (pair, flags), EMFILE, -1)
WRAP(pid_t, fork, (void), (), EAGAIN, -1)
WRAP(ssize_t, read, (int fd, void *out, size_t len), (fd, out, len), EIO, -1)

/* A disk that takes one byte at a time, is interrupted, and then is full. */
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	static bool interrupted;

	interrupted = !interrupted;
	if (interrupted) {
		errno = EINTR;
		return -1;
	}
	return fails_now(ENOSPC) ? -1 : __real_write(fd, bytes, len < 1 ? len : 1);
}

static enum err
replaces(struct err_trace *trace)
{
	return file_replace("old", "new", 3, trace);
}

static enum err
creates(struct err_trace *trace)
{
	const enum err err = file_create("created", "new", 3, trace);

	assert_int_equal(access("created", F_OK) == 0, err == ERR_OK);
	unlink("created");
	return err;
}

static enum err
reads(struct err_trace *trace)
{
	char *content = NULL;
	size_t len = 7;
	const enum err err = file_read("large", 10000, &content, &len, trace);

	assert_int_equal(content != NULL, err == ERR_OK);
	assert_int_equal(len, err == ERR_OK ? 10000 : 7);
	free(content);
	return err;
}

static enum err
makes_a_folder(struct err_trace *trace)
{
	const enum err err = file_make_folder("folder/sub", trace);

	rmdir("folder/sub");
	rmdir("folder");
	return err;
}

static enum err
hashes(struct err_trace *trace)
{
	uint8_t hash[SHA256_SIZE] = { 0 };
	const enum err err = sha256("abc", 3, hash, trace);

	assert_int_equal(hash[0], err == ERR_OK ? 0xBA : 0);
	return err;
}

static enum err
makes_a_secret(struct err_trace *trace)
{
	struct secret *secret = NULL;
	const enum err err = secret_random(32, &secret, trace);

	assert_int_equal(secret != NULL, err == ERR_OK);
	secret_free(secret);
	return err;
}

static enum err
writes_json(struct err_trace *trace)
{
	json_t *value = json_pack("{s:{s:[i]}}", "a", "b", 1);
	char *text = NULL;
	const enum err err = json_canonical(value, &text, trace);

	assert_int_equal(text != NULL, err == ERR_OK);
	free(text);
	json_decref(value);
	return err;
}

static enum err
starts_a_program(struct err_trace *trace)
{
	static const char *const argv[] = { "true", NULL };
	const struct process_start start = { .argv = argv, .pass_fd = -1 };
	pid_t pid = -1;
	int to = -1;
	int from = -1;
	int status;
	const enum err err = process_spawn(&start, &pid, &to, &from, trace);

	assert_int_equal(pid != -1, err == ERR_OK);
	assert_int_equal(to != -1 && from != -1, err == ERR_OK);
	if (err == ERR_OK) {
		close(to);
		close(from);
		assert_int_equal(process_wait(pid, &status, trace), ERR_OK);
		assert_int_equal(status, 0);
	}
	return err;
}

static const struct {
	const char *name;
	enum err (*run)(struct err_trace *trace);
	int at_least; /* calls that can fail, so that a wrap that fell off is noticed */
} operations[] = {
	{ "file_replace", replaces, 8 },
	{ "file_create", creates, 6 },
	{ "file_read", reads, 5 },
	{ "file_make_folder", makes_a_folder, 7 },
	{ "sha256", hashes, 1 },
	{ "secret_random", makes_a_secret, 3 },
	{ "json_canonical", writes_json, 3 },
	{ "process_spawn", starts_a_program, 5 },
};

static unsigned
count_entries(const char *path)
{
	DIR *folder = opendir(path);
	unsigned count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static void
assert_old_file_is_whole(void)
{
	char *content = NULL;
	size_t len = 0;

	assert_int_equal(file_read("old", 100, &content, &len, NULL), ERR_OK);
	assert_true(strcmp(content, "old") == 0 || strcmp(content, "new") == 0);
	free(content);
}

/* Fails the n-th call for n = 0, 1, 2 … until the operation comes through; returns that n. */
static int fail_each_call(enum err (*run)(struct err_trace *trace))
{
	const unsigned descriptors = count_entries("/proc/self/fd");
	const unsigned files = count_entries(".");
	enum err err = ERR_INTERNAL;
	int n;

	for (n = 0; n < 100; n++) {
		struct err_trace trace = { 0 };

		calls_left = n;
		has_failed = false;
		err = run(&trace);
		calls_left = -1;
		if (!has_failed)
			break;
		assert_true(err == ERR_IO || err == ERR_NOMEM || err == ERR_DENIED ||
			    err == ERR_UNSUPPORTED);
		assert_true(trace.count > 0);
		assert_int_equal(count_entries("/proc/self/fd"), descriptors);
		assert_int_equal(count_entries("."), files);
		assert_old_file_is_whole();
	}
	assert_int_equal(err, ERR_OK);
	return n;
}

static void
each_call_that_fails_is_reported_and_leaves_the_old_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		assert_int_equal(file_replace("old", "old", 3, NULL), ERR_OK);
		const int calls = fail_each_call(operations[i].run);

		print_message("  %s: %d calls can fail\n", operations[i].name, calls);
		assert_true(calls >= operations[i].at_least);
	}
}

static int
set_up(void **state)
{
	static char large[10000];
	char *folder = strdup("/tmp/quorate-failures-XXXXXX");

	*state = folder;
	if (folder == NULL || mkdtemp(folder) == NULL || chdir(folder) != 0)
		return -1;
	if (secret_heap_init(NULL) != ERR_OK)
		return -1;
	memset(large, 'x', sizeof(large));
	return file_replace("large", large, sizeof(large), NULL) == ERR_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	char *folder = *state;
	const bool gone = chdir("/") == 0 && file_remove_tree(folder, NULL) == ERR_OK;

	free(folder);
	return gone ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_that_fails_is_reported_and_leaves_the_old_state),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
