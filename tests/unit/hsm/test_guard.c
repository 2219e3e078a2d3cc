/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "hsm/guard.h"
#include "hsm/key.h"
#include "tests/unit/hsm/kill_points.h"
#include "tests/unit/hsm/softhsm.h"

#define NEW_PIN "user-pin-new"

/* There were 108 when this was written; far fewer would mean that they are no longer seen. */
enum { POINTS_AT_LEAST = 60 };

/* One change of the user's or the SO's PIN of one token, and where its copy goes. */
struct change {
	struct softhsm *softhsm;
	struct token_facts token;
	char copy[TEST_PATH];
	struct token_switch to;
	struct secret *old_pin;
	struct secret *new_pin;
};

static struct change
change_begin(struct softhsm *softhsm, enum token_who who)
{
	struct change change = {
		.softhsm = softhsm,
		.token = softhsm_token(softhsm),
		.old_pin = pin_of(who == TOKEN_SO ? SO_PIN : USER_PIN),
		.new_pin = pin_of(NEW_PIN),
	};
	const struct key_request request = { .kind = KEY_EC_P256, .label = "ca" };
	struct token_session *session = softhsm_login(softhsm, &change.token);
	struct key_facts key;

	assert_ok(key_generate(session, &request, &key, &softhsm->trace), &softhsm->trace);
	token_session_close(session);
	softhsm_path(softhsm, "copy", change.copy);
	change.to.change = (struct token_pin_change){ who, change.old_pin, change.new_pin };
	return change;
}

/* `copy` lies in the struct, which was copied: set it where the struct stays. */
static const struct token_switch *
change_to(struct change *change)
{
	change->to.copy = change->copy;
	return &change->to;
}

static void
change_end(struct change *change)
{
	secret_free(change->old_pin);
	secret_free(change->new_pin);
}

static enum token_verdict
prove(const struct change *change, const struct secret *pin)
{
	const struct token_proof proof = {
		.module_path = "/usr/lib/softhsm/libsofthsm2.so",
		.serial = change->token.serial,
		.attempt = { .who = change->to.change.who, .pin = pin, .even_if_low = true },
	};
	enum token_verdict verdict = TOKEN_PIN_LOCKED;
	struct err_trace trace = { .count = 0 };

	assert_ok(token_prove_pin(&proof, &verdict, &trace), &trace);
	return verdict;
}

static enum err
resume(struct change *change, enum token_pin_now *now, struct err_trace *trace)
{
	const struct token_unfinished unfinished = {
		.module = "softhsm",
		.serial = change->token.serial,
		.change = change->to.change,
		.copy = change->copy,
	};

	return token_guard_resume(&unfinished, now, trace);
}

static void
empty_file(const char *path)
{
	assert_int_equal(truncate(path, 0), 0);
}

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void
a_switched_token_has_the_new_pin_and_no_copy_is_left(void **state)
{
	struct softhsm *softhsm = *state;
	struct err_trace trace = { .count = 0 };
	struct change change = change_begin(softhsm, TOKEN_USER);

	assert_ok(
	    token_switch_pin(softhsm->module, &change.token, change_to(&change), &trace), &trace);
	assert_false(token_guard_is_open(change.copy));
	assert_int_equal(prove(&change, change.new_pin), TOKEN_PIN_RIGHT);
	assert_int_equal(prove(&change, change.old_pin), TOKEN_PIN_WRONG);
	change_end(&change);
}

static void
a_wrong_old_pin_leaves_nothing_behind(void **state)
{
	struct softhsm *softhsm = *state;
	struct change change = change_begin(softhsm, TOKEN_USER);
	struct secret *wrong = pin_of("not the pin");
	struct err_trace trace = { .count = 0 };

	change.to.change.old_pin = wrong;
	assert_fails(token_switch_pin(softhsm->module, &change.token, change_to(&change), &trace),
	    ERR_DENIED, &trace);
	assert_false(token_guard_is_open(change.copy));
	assert_int_equal(prove(&change, change.old_pin), TOKEN_PIN_RIGHT);
	secret_free(wrong);
	change_end(&change);
}

static void
the_copy_holds_the_tokens_files(void **state)
{
	struct softhsm *softhsm = *state;
	struct change change = change_begin(softhsm, TOKEN_USER);
	struct err_trace trace = { .count = 0 };
	char path[TEST_PATH];
	struct stat st;

	assert_ok(token_guard_begin(&change.token, change.copy, &trace), &trace);
	assert_true(token_guard_is_open(change.copy));
	softhsm_path(softhsm, "copy/token/token.object", path);
	assert_true(is_there(path));
	assert_int_equal(stat(change.copy, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	/* A second change must not overwrite the only good copy of a first. */
	assert_fails(token_guard_begin(&change.token, change.copy, &trace), ERR_EXISTS, &trace);
	assert_ok(token_guard_end(&change.token, change.copy, &trace), &trace);
	assert_false(is_there(change.copy));
	assert_false(token_guard_is_open(change.copy));
	change_end(&change);
}

static void
a_token_whose_folder_is_not_found_is_not_changed(void **state)
{
	struct softhsm *softhsm = *state;
	struct change change = change_begin(softhsm, TOKEN_USER);
	struct err_trace trace = { .count = 0 };
	const char *set = getenv("SOFTHSM2_CONF");
	char conf[TEST_PATH];
	char other[TEST_PATH];
	char text[TEST_PATH * 2];

	(void)snprintf(conf, sizeof(conf), "%s", set != NULL ? set : "");
	softhsm_path(softhsm, "other.conf", other);
	(void)snprintf(text, sizeof(text), "directories.tokendir = %s\n", softhsm->folder);
	assert_ok(file_replace(other, text, strlen(text), &trace), &trace);
	assert_int_equal(setenv("SOFTHSM2_CONF", other, 1), 0);
	assert_fails(token_switch_pin(softhsm->module, &change.token, change_to(&change), &trace),
	    ERR_ABSENT, &trace);
	assert_int_equal(setenv("SOFTHSM2_CONF", conf, 1), 0);
	assert_int_equal(prove(&change, change.old_pin), TOKEN_PIN_RIGHT);
	change_end(&change);
}

static void
a_torn_token_is_restored_from_the_copy(void **state)
{
	struct softhsm *softhsm = *state;
	struct change change = change_begin(softhsm, TOKEN_USER);
	struct err_trace trace = { .count = 0 };
	enum token_pin_now now = TOKEN_HAS_NEW_PIN;
	struct token_session *session;
	struct key_facts key;
	char path[TEST_PATH];

	assert_ok(token_guard_begin(&change.token, change.copy, &trace), &trace);
	softhsm_close(softhsm);
	softhsm_file(softhsm, &change.token, "token.object", path);
	empty_file(path);
	assert_int_equal(prove(&change, change.old_pin), TOKEN_PIN_NO_TOKEN);
	assert_ok(resume(&change, &now, &trace), &trace);
	assert_int_equal(now, TOKEN_HAS_OLD_PIN);
	assert_false(token_guard_is_open(change.copy));

	softhsm_reopen(softhsm);
	assert_ok(
	    token_find(softhsm->module, NULL, TOKEN_INITIALISED, &change.token, &trace), &trace);
	session = softhsm_login(softhsm, &change.token);
	assert_ok(key_find(session, "ca", &key, &trace), &trace);
	assert_ok(key_prove(session, &key, &trace), &trace);
	token_session_close(session);
	change_end(&change);
}

static void
a_vanished_file_is_restored_too(void **state)
{
	struct softhsm *softhsm = *state;
	struct change change = change_begin(softhsm, TOKEN_USER);
	struct err_trace trace = { .count = 0 };
	enum token_pin_now now = TOKEN_HAS_NEW_PIN;
	char path[TEST_PATH];

	assert_ok(token_guard_begin(&change.token, change.copy, &trace), &trace);
	softhsm_close(softhsm);
	softhsm_file(softhsm, &change.token, "token.object", path);
	assert_int_equal(unlink(path), 0);
	assert_ok(resume(&change, &now, &trace), &trace);
	assert_int_equal(now, TOKEN_HAS_OLD_PIN);
	change_end(&change);
}

static void
a_token_that_was_used_since_is_not_overwritten(void **state)
{
	struct softhsm *softhsm = *state;
	struct change change = change_begin(softhsm, TOKEN_USER);
	struct err_trace trace = { .count = 0 };
	enum token_pin_now now = TOKEN_HAS_NEW_PIN;
	char torn[TEST_PATH];
	char later[TEST_PATH];
	struct stat st;

	assert_ok(token_guard_begin(&change.token, change.copy, &trace), &trace);
	softhsm_close(softhsm);
	softhsm_file(softhsm, &change.token, "token.object", torn);
	softhsm_file(softhsm, &change.token, "later.object", later);
	empty_file(torn);
	assert_ok(file_create(later, "a key", 5, &trace), &trace);
	assert_fails(resume(&change, &now, &trace), ERR_NOT_NOW, &trace);
	assert_int_equal(stat(torn, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_true(token_guard_is_open(change.copy));
	change_end(&change);
}

/* A person changed the PIN by other means: nothing is overwritten, the copy stays. */
static void
a_token_with_a_third_pin_keeps_its_copy(void **state)
{
	struct softhsm *softhsm = *state;
	struct change change = change_begin(softhsm, TOKEN_USER);
	struct secret *third = pin_of("a third pin");
	const struct token_pin_change to_third = { TOKEN_USER, change.old_pin, third };
	struct err_trace trace = { .count = 0 };
	enum token_pin_now now = TOKEN_HAS_NEW_PIN;

	assert_ok(token_set_pin(softhsm->module, &change.token, &to_third, &trace), &trace);
	assert_ok(token_guard_begin(&change.token, change.copy, &trace), &trace);
	softhsm_close(softhsm);
	assert_fails(resume(&change, &now, &trace), ERR_DENIED, &trace);
	assert_int_equal(now, TOKEN_HAS_NEW_PIN);
	assert_true(token_guard_is_open(change.copy));
	assert_non_null(strstr(trace.next, change.copy));
	secret_free(third);
	change_end(&change);
}

static void
nothing_unfinished_is_not_resumed(void **state)
{
	struct softhsm *softhsm = *state;
	struct change change = change_begin(softhsm, TOKEN_USER);
	struct err_trace trace = { .count = 0 };
	enum token_pin_now now;

	assert_fails(resume(&change, &now, &trace), ERR_NOT_NOW, &trace);
	change_end(&change);
}

/* PKCS#11 does not survive fork, so the child opens the module itself. */
static int
switch_in_a_child(struct change *change)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct module *module = NULL;
		struct token_facts token;

		if (module_open("softhsm", &module, NULL) != ERR_OK ||
		    token_find_serial(module, change->token.serial, &token, NULL) != ERR_OK)
			_exit(10);
		kill_points->armed = true;
		if (token_switch_pin(module, &token, change_to(change), NULL) != ERR_OK)
			_exit(11);
		kill_points->armed = false;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	kill_points->armed = false;
	return status;
}

static void
put_snapshot_back(struct softhsm *softhsm, const char *snapshot)
{
	struct err_trace trace = { .count = 0 };
	char tokens[TEST_PATH];

	softhsm_path(softhsm, "tokens", tokens);
	assert_ok(file_remove_tree(tokens, &trace), &trace);
	assert_ok(file_copy_tree(snapshot, tokens, &trace), &trace);
}

/* Whatever happened: one of the two PINs opens it, resume says which, and the key is there. */
static void
check_after_a_kill(struct change *change, unsigned point)
{
	struct err_trace trace = { .count = 0 };
	enum token_pin_now now = TOKEN_HAS_OLD_PIN;
	enum token_verdict old_verdict;
	enum token_verdict new_verdict;

	if (token_guard_is_open(change->copy)) {
		if (resume(change, &now, &trace) != ERR_OK)
			fail_msg("point %u: %s", point, trace.frame[0].text);
		assert_false(token_guard_is_open(change->copy));
	} else {
		now = prove(change, change->new_pin) == TOKEN_PIN_RIGHT ? TOKEN_HAS_NEW_PIN
									: TOKEN_HAS_OLD_PIN;
	}
	old_verdict = prove(change, change->old_pin);
	new_verdict = prove(change, change->new_pin);
	if (now == TOKEN_HAS_OLD_PIN
		? old_verdict != TOKEN_PIN_RIGHT || new_verdict != TOKEN_PIN_WRONG
		: old_verdict != TOKEN_PIN_WRONG || new_verdict != TOKEN_PIN_RIGHT)
		fail_msg(
		    "point %u: old PIN %d, new PIN %d", point, (int)old_verdict, (int)new_verdict);
}

static void
check_key(struct change *change)
{
	struct softhsm *softhsm = change->softhsm;
	struct err_trace *trace = &softhsm->trace;
	struct token_session *session = NULL;
	struct token_facts token;
	struct key_facts key;
	bool is_new = prove(change, change->new_pin) == TOKEN_PIN_RIGHT;

	if (change->to.change.who == TOKEN_SO)
		return;
	softhsm_reopen(softhsm);
	assert_ok(token_find_serial(softhsm->module, change->token.serial, &token, trace), trace);
	assert_ok(token_session_open(softhsm->module, &token, false, &session, trace), trace);
	assert_ok(
	    token_login(session, TOKEN_USER, is_new ? change->new_pin : change->old_pin, trace),
	    trace);
	assert_ok(key_find(session, "ca", &key, trace), trace);
	assert_ok(key_prove(session, &key, trace), trace);
	token_session_close(session);
	softhsm_close(softhsm);
}

static void
kill_everywhere(struct softhsm *softhsm, enum token_who who, unsigned step)
{
	struct change change = change_begin(softhsm, who);
	struct err_trace trace = { .count = 0 };
	char snapshot[TEST_PATH];
	char tokens[TEST_PATH];
	unsigned points;

	softhsm_close(softhsm);
	softhsm_path(softhsm, "snapshot", snapshot);
	softhsm_path(softhsm, "tokens", tokens);
	assert_ok(file_copy_tree(tokens, snapshot, &trace), &trace);
	*kill_points = (struct kill_points){ .kill_at = 0 };
	assert_int_equal(switch_in_a_child(&change), 0);
	points = kill_points->count;
	print_message("%u points\n", points);
	assert_true(points >= POINTS_AT_LEAST);

	for (unsigned i = 0; i < points * 2; i += step) {
		int status;

		put_snapshot_back(softhsm, snapshot);
		*kill_points = (struct kill_points){ .kill_at = i / 2 + 1, .after = i % 2 };
		status = switch_in_a_child(&change);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			fail_msg("point %u was not reached: status %d", i, status);
		check_after_a_kill(&change, i);
		check_key(&change);
	}
	change_end(&change);
}

static void
killed_at_any_write_the_user_pin_is_the_old_or_the_new_one(void **state)
{
	kill_everywhere(*state, TOKEN_USER, 1);
}

/* The same code with the other PIN: a sample. */
static void
killed_at_a_write_the_so_pin_is_the_old_or_the_new_one(void **state)
{
	kill_everywhere(*state, TOKEN_SO, 5);
}

/* What the copy is for: without it, some of these kills cost the token. */
static void
without_the_guard_a_kill_can_cost_the_token(void **state)
{
	struct softhsm *softhsm = *state;
	struct change change = change_begin(softhsm, TOKEN_USER);
	char path[TEST_PATH];

	softhsm_close(softhsm);
	softhsm_file(softhsm, &change.token, "token.object", path);
	empty_file(path);
	assert_int_equal(prove(&change, change.old_pin), TOKEN_PIN_NO_TOKEN);
	assert_int_equal(prove(&change, change.new_pin), TOKEN_PIN_NO_TOKEN);
	change_end(&change);
}

static int
start(void **state)
{
	kill_points_start();
	return softhsm_start(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, softhsm_setup, softhsm_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_switched_token_has_the_new_pin_and_no_copy_is_left),
		TEST(a_wrong_old_pin_leaves_nothing_behind),
		TEST(the_copy_holds_the_tokens_files),
		TEST(a_token_whose_folder_is_not_found_is_not_changed),
		TEST(a_torn_token_is_restored_from_the_copy),
		TEST(a_vanished_file_is_restored_too),
		TEST(a_token_that_was_used_since_is_not_overwritten),
		TEST(a_token_with_a_third_pin_keeps_its_copy),
		TEST(nothing_unfinished_is_not_resumed),
		TEST(without_the_guard_a_kill_can_cost_the_token),
		TEST(killed_at_any_write_the_user_pin_is_the_old_or_the_new_one),
		TEST(killed_at_a_write_the_so_pin_is_the_old_or_the_new_one),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
