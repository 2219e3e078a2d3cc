/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "hsm/guard.h"
#include "hsm/key.h"
#include "hsm/setup.h"
#include "hsm/softhsm.h"
#include "tests/unit/hsm/kill_points.h"
#include "tests/unit/hsm/softhsm.h"

/* There were 140 when this was written; far fewer would mean that they are no longer seen. */
enum { POINTS_AT_LEAST = 80 };

struct making {
	struct softhsm *softhsm;
	struct secret *so_pin;
	struct secret *user_pin;
	char copy[TEST_PATH];
};

static struct making
making_begin(struct softhsm *softhsm)
{
	struct making making = { softhsm, pin_of(SO_PIN), pin_of(USER_PIN), "" };

	softhsm_path(softhsm, "copy", making.copy);
	return making;
}

static void
making_end(struct making *making)
{
	secret_free(making->so_pin);
	secret_free(making->user_pin);
}

static struct token_setup
setup_of(const struct making *making)
{
	return (struct token_setup){
		.init = { LABEL, true, making->so_pin },
		.user_pin = making->user_pin,
		.copy = making->copy,
	};
}

static enum err
make(const struct making *making, struct module *module, struct err_trace *trace)
{
	const struct token_setup setup = setup_of(making);
	struct token_facts fresh;
	struct token_facts token;
	enum err err = token_find(module, NULL, TOKEN_FRESH, &fresh, trace);

	return err ? err : token_setup(module, &fresh, &setup, &token, trace);
}

static enum err
resume(const struct making *making, struct err_trace *trace)
{
	const struct token_setup setup = setup_of(making);
	struct token_facts token;

	return token_setup_resume("softhsm", &setup, &token, trace);
}

static void
check_ready(const struct making *making)
{
	struct softhsm *softhsm = making->softhsm;
	struct token_facts token;

	softhsm_reopen(softhsm);
	assert_ok(
	    token_find_label(softhsm->module, LABEL, &token, &softhsm->trace), &softhsm->trace);
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_USER, USER_PIN), TOKEN_PIN_RIGHT);
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_SO, SO_PIN), TOKEN_PIN_RIGHT);
	assert_false(token_guard_is_open(making->copy));
	softhsm_close(softhsm);
}

static void
a_fresh_token_gets_both_pins(void **state)
{
	struct softhsm *softhsm = *state;
	struct making making = making_begin(softhsm);
	struct err_trace trace = { .count = 0 };

	assert_ok(make(&making, softhsm->module, &trace), &trace);
	check_ready(&making);
	making_end(&making);
}

static void
resuming_what_was_finished_changes_nothing(void **state)
{
	struct softhsm *softhsm = *state;
	struct making making = making_begin(softhsm);
	struct err_trace trace = { .count = 0 };

	assert_ok(make(&making, softhsm->module, &trace), &trace);
	softhsm_close(softhsm);
	assert_ok(resume(&making, &trace), &trace);
	check_ready(&making);
	making_end(&making);
}

static void
resuming_what_was_not_begun_says_so(void **state)
{
	struct softhsm *softhsm = *state;
	struct making making = making_begin(softhsm);
	struct err_trace trace = { .count = 0 };

	softhsm_close(softhsm);
	assert_fails(resume(&making, &trace), ERR_ABSENT, &trace);
	making_end(&making);
}

/* Rule 7: resume never initialises an initialised token, whatever its label. */
static void
resuming_leaves_anothers_token_alone(void **state)
{
	struct softhsm *softhsm = *state;
	struct making making = making_begin(softhsm);
	const struct key_request request = { .kind = KEY_EC_P256, .label = "theirs" };
	struct err_trace trace = { .count = 0 };
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	struct key_facts key;

	assert_ok(key_generate(session, &request, &key, &trace), &trace);
	token_session_close(session);
	softhsm_close(softhsm);
	secret_free(making.so_pin);
	making.so_pin = pin_of("another so pin");
	assert_fails(resume(&making, &trace), ERR_DENIED, &trace);
	assert_non_null(strstr(trace.next, token.serial));

	softhsm_reopen(softhsm);
	assert_ok(token_find_serial(softhsm->module, token.serial, &token, &trace), &trace);
	session = softhsm_login(softhsm, &token);
	assert_ok(key_find(session, "theirs", &key, &trace), &trace);
	token_session_close(session);
	making_end(&making);
}

static void
a_user_pin_that_does_not_fit_is_refused_before_the_token_is_touched(void **state)
{
	struct softhsm *softhsm = *state;
	struct making making = making_begin(softhsm);
	struct token_facts fresh;
	struct err_trace trace = { .count = 0 };

	secret_free(making.user_pin);
	making.user_pin = pin_of("123");
	assert_fails(make(&making, softhsm->module, &trace), ERR_UNSUPPORTED, &trace);
	assert_ok(token_find(softhsm->module, NULL, TOKEN_ANY, &fresh, &trace), &trace);
	assert_false(fresh.initialised);
	making_end(&making);
}

static int
make_in_a_child(const struct making *making)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct module *module = NULL;

		if (module_open("softhsm", &module, NULL) != ERR_OK)
			_exit(10);
		kill_points->armed = true;
		if (make(making, module, NULL) != ERR_OK)
			_exit(11);
		kill_points->armed = false;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	kill_points->armed = false;
	return status;
}

static void
no_tokens(struct softhsm *softhsm)
{
	struct err_trace trace = { .count = 0 };
	char tokens[TEST_PATH];

	softhsm_path(softhsm, "tokens", tokens);
	assert_ok(file_remove_tree(tokens, &trace), &trace);
	assert_ok(file_make_folder(tokens, &trace), &trace);
}

static void
finish_after_a_kill(const struct making *making, unsigned point)
{
	struct softhsm *softhsm = making->softhsm;
	struct err_trace trace = { .count = 0 };
	enum err err = resume(making, &trace);

	if (err && err != ERR_ABSENT)
		fail_msg("point %u: %s: %s", point, err_word(err), trace.frame[0].text);
	if (err) {
		softhsm_reopen(softhsm);
		err_clear(&trace);
		assert_ok(make(making, softhsm->module, &trace), &trace);
		softhsm_close(softhsm);
	}
}

/* What SoftHSM left when it died inside C_InitToken is gone. */
static void
check_alone(struct softhsm *softhsm)
{
	struct token_facts *tokens = NULL;
	struct err_trace trace = { .count = 0 };
	size_t count = 0;

	softhsm_reopen(softhsm);
	assert_ok(token_list(softhsm->module, &tokens, &count, &trace), &trace);
	assert_int_equal(count, 2); /* SoftHSM always shows a fresh one */
	free(tokens);
	softhsm_close(softhsm);
}

static void
killed_at_any_write_it_is_finished_or_begun_again(void **state)
{
	struct softhsm *softhsm = *state;
	struct making making = making_begin(softhsm);
	unsigned points;

	softhsm_close(softhsm);
	*kill_points = (struct kill_points){ .kill_at = 0 };
	assert_int_equal(make_in_a_child(&making), 0);
	points = kill_points->count;
	assert_true(points >= POINTS_AT_LEAST);
	for (unsigned i = 0; i < points; i++) {
		int status;

		no_tokens(softhsm);
		*kill_points = (struct kill_points){ .kill_at = i + 1 };
		status = make_in_a_child(&making);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			fail_msg("point %u was not reached: status %d", i, status);
		finish_after_a_kill(&making, i);
		check_ready(&making);
		check_alone(softhsm);
	}
	making_end(&making);
}

static int
start(void **state)
{
	kill_points_start();
	return softhsm_start(state);
}

/* What a journal names may come from somebody else's roster. */
static void
a_path_is_no_module_to_resume_with(void **state)
{
	struct softhsm *softhsm = *state;
	struct making making = making_begin(softhsm);
	const struct token_setup setup = setup_of(&making);
	struct err_trace trace = { .count = 0 };
	struct token_facts token;

	softhsm_close(softhsm);
	assert_fails(token_setup_resume("/usr/lib/softhsm/libsofthsm2.so", &setup, &token, &trace),
	    ERR_ARGUMENT, &trace);
	making_end(&making);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, softhsm_setup, softhsm_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fresh_token_gets_both_pins),
		TEST(resuming_what_was_finished_changes_nothing),
		TEST(resuming_what_was_not_begun_says_so),
		TEST(resuming_leaves_anothers_token_alone),
		TEST(a_user_pin_that_does_not_fit_is_refused_before_the_token_is_touched),
		TEST(a_path_is_no_module_to_resume_with),
		TEST(killed_at_any_write_it_is_finished_or_begun_again),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
