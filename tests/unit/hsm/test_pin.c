/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "hsm/key.h"
#include "hsm/pin.h"
#include "tests/unit/hsm/softhsm.h"

static void
change(struct softhsm *softhsm, const struct token_facts *token, enum token_who who,
    const char *old_text, const char *new_text, enum err want)
{
	struct secret *old_pin = pin_of(old_text);
	struct secret *new_pin = pin_of(new_text);
	const struct token_pin_change what = { who, old_pin, new_pin };
	struct err_trace trace = { .count = 0 };
	enum err err = token_set_pin(softhsm->module, token, &what, &trace);

	if (want == ERR_OK)
		assert_ok(err, &trace);
	else
		assert_fails(err, want, &trace);
	secret_free(old_pin);
	secret_free(new_pin);
}

static void
make_key(struct softhsm *softhsm, const struct token_facts *token)
{
	const struct key_request request = { .kind = KEY_EC_P256, .label = "ca" };
	struct token_session *session = softhsm_login(softhsm, token);
	struct key_facts key;

	assert_ok(key_generate(session, &request, &key, &softhsm->trace), &softhsm->trace);
	token_session_close(session);
}

static size_t
count_objects(struct softhsm *softhsm, const struct token_facts *token, const char *pin)
{
	struct token_session *session = NULL;
	struct err_trace *trace = &softhsm->trace;
	struct secret *secret = NULL;
	size_t count = 0;

	assert_ok(token_session_open(softhsm->module, token, false, &session, trace), trace);
	if (pin) {
		secret = pin_of(pin);
		assert_ok(token_login(session, TOKEN_USER, secret, trace), trace);
	}
	assert_ok(token_count_objects(session, &count, trace), trace);
	token_session_close(session);
	secret_free(secret);
	return count;
}

static void
a_fresh_token_is_initialised_and_has_a_serial(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);

	assert_string_equal(token.label, LABEL);
	assert_int_equal(strlen(token.serial), 16);
	assert_true(token.initialised);
	assert_true(token.user_pin_set);
	assert_true(token.software);
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_USER, USER_PIN), TOKEN_PIN_RIGHT);
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_SO, SO_PIN), TOKEN_PIN_RIGHT);
}

static void
an_initialised_token_is_never_initialised_again(void **state)
{
	struct softhsm *softhsm = *state;
	struct secret *so = pin_of(SO_PIN);
	const struct token_init init = { "PRACTICE other", true, so };
	struct token_facts token = softhsm_token(softhsm);
	struct token_facts was = { .initialised = false };
	struct token_facts now;
	struct token_session *session = NULL;
	struct err_trace trace = { .count = 0 };

	make_key(softhsm, &token);
	assert_fails(token_init(softhsm->module, &token, &init, &now, &trace), ERR_EXISTS, &trace);
	/* Nor when the caller looked before it was. */
	was.slot = token.slot;
	err_clear(&trace);
	assert_fails(token_init(softhsm->module, &was, &init, &now, &trace), ERR_EXISTS, &trace);
	assert_fails(token_session_open(softhsm->module, &was, false, &session, &trace),
	    ERR_NOT_NOW, &trace);
	assert_int_equal(count_objects(softhsm, &token, USER_PIN), 2);
	secret_free(so);
}

static void
a_label_that_a_present_token_has_is_refused(void **state)
{
	struct softhsm *softhsm = *state;
	struct secret *so = pin_of(SO_PIN);
	const struct token_init init = { LABEL, true, so };
	struct token_facts fresh;
	struct token_facts now;
	struct err_trace trace = { .count = 0 };

	(void)softhsm_token(softhsm);
	assert_ok(token_find(softhsm->module, "", TOKEN_FRESH, &fresh, &trace), &trace);
	assert_fails(token_init(softhsm->module, &fresh, &init, &now, &trace), ERR_EXISTS, &trace);
	secret_free(so);
}

static void
labels_follow_the_practice_rule(void **state)
{
	static const struct {
		const char *label;
		bool practice;
		enum err want;
	} rows[] = {
		{ "PRACTICE root", true, ERR_OK },
		{ "root", false, ERR_OK },
		{ "Wurzel-Schl\xc3\xbcssel", false, ERR_OK },
		{ "12345678901234567890123456789012", false, ERR_OK },
		{ "123456789012345678901234567890123", false, ERR_ARGUMENT },
		{ "root", true, ERR_ARGUMENT },
		{ "PRACTICE root", false, ERR_ARGUMENT },
		{ "practice root", true, ERR_ARGUMENT },
		{ "", false, ERR_ARGUMENT },
		{ " root", false, ERR_ARGUMENT },
		{ "root ", false, ERR_ARGUMENT },
		{ "PRACTICE ", true, ERR_ARGUMENT },
		{ "ro\not", false, ERR_ARGUMENT },
		{ "ro\x1b[2Jot", false, ERR_ARGUMENT },
		{ "ro\xc3ot", false, ERR_ARGUMENT },
		{ "ro\xc2\x9bot", false, ERR_ARGUMENT },
		{ "\xed\xa0\x80", false, ERR_ARGUMENT },
		{ "\xc0\x80", false, ERR_ARGUMENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_trace trace = { .count = 0 };
		enum err got = token_label_check(rows[i].label, rows[i].practice, &trace);

		if (got != rows[i].want)
			fail_msg("label '%s': %s", rows[i].label, err_word(got));
	}
}

static void
practice_and_real_refuse_each_others_tokens(void **state)
{
	const struct token_facts practice = { .initialised = true, .label = LABEL };
	const struct token_facts real = { .initialised = true, .label = "root-ca" };
	const struct token_facts fresh = { .label = "" };
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_ok(token_practice_check(&practice, true, &trace), &trace);
	assert_ok(token_practice_check(&real, false, &trace), &trace);
	assert_ok(token_practice_check(&fresh, true, &trace), &trace);
	assert_fails(token_practice_check(&practice, false, &trace), ERR_DENIED, &trace);
	assert_fails(token_practice_check(&real, true, &trace), ERR_DENIED, &trace);
}

static void
taking_a_token_over_keeps_its_objects(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);

	make_key(softhsm, &token);
	change(softhsm, &token, TOKEN_USER, USER_PIN, "user-pin-2", ERR_OK);
	change(softhsm, &token, TOKEN_SO, SO_PIN, "so-pin-2", ERR_OK);
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_USER, "user-pin-2"), TOKEN_PIN_RIGHT);
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_SO, "so-pin-2"), TOKEN_PIN_RIGHT);
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_USER, USER_PIN), TOKEN_PIN_WRONG);
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_SO, SO_PIN), TOKEN_PIN_WRONG);
	assert_int_equal(count_objects(softhsm, &token, "user-pin-2"), 2);
}

static void
a_wrong_old_pin_changes_nothing(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);

	change(softhsm, &token, TOKEN_USER, "not the pin", "user-pin-2", ERR_DENIED);
	change(softhsm, &token, TOKEN_SO, "not the pin", "so-pin-2", ERR_DENIED);
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_USER, USER_PIN), TOKEN_PIN_RIGHT);
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_SO, SO_PIN), TOKEN_PIN_RIGHT);
}

static void
a_pin_that_does_not_fit_is_refused_before_the_old_one_is_tried(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_facts now;

	assert_int_equal(token.pin_min, 4);
	assert_int_equal(token.pin_max, 255);
	change(softhsm, &token, TOKEN_USER, "not the pin", "123", ERR_UNSUPPORTED);
	assert_ok(token_refresh(softhsm->module, &token, &now, &softhsm->trace), &softhsm->trace);
	assert_false(now.user.count_low);
}

static void
the_so_sets_a_new_user_pin_and_keeps_the_objects(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct secret *so = pin_of(SO_PIN);
	struct secret *wrong = pin_of("not the pin");
	struct secret *user = pin_of("user-pin-3");
	struct token_user_pin pins = { .so_pin = wrong, .user_pin = user };
	struct err_trace trace = { .count = 0 };

	make_key(softhsm, &token);
	assert_fails(
	    token_init_user_pin(softhsm->module, &token, &pins, &trace), ERR_DENIED, &trace);
	pins.so_pin = so;
	assert_ok(token_init_user_pin(softhsm->module, &token, &pins, &trace), &trace);
	assert_int_equal(count_objects(softhsm, &token, "user-pin-3"), 2);
	secret_free(so);
	secret_free(wrong);
	secret_free(user);
}

static void
after_a_wrong_pin_nothing_is_tried_until_somebody_was_asked(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct secret *right = pin_of(USER_PIN);
	struct token_try attempt = { .who = TOKEN_USER, .pin = right };
	enum token_verdict verdict = TOKEN_PIN_NO_TOKEN;
	struct err_trace trace = { .count = 0 };

	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_USER, "wrong"), TOKEN_PIN_WRONG);
	assert_fails(token_try_pin(softhsm->module, &token, &attempt, &verdict, &trace),
	    ERR_NOT_NOW, &trace);
	assert_int_equal(verdict, TOKEN_PIN_NO_TOKEN);
	assert_non_null(strstr(trace.frame[0].text, "few tries"));
	attempt.even_if_low = true;
	assert_ok(token_try_pin(softhsm->module, &token, &attempt, &verdict, &trace), &trace);
	assert_int_equal(verdict, TOKEN_PIN_RIGHT);
	secret_free(right);
}

static void
a_pin_is_not_tried_while_this_program_is_logged_in(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = softhsm_login(softhsm, &token);
	struct secret *wrong = pin_of("wrong");
	const struct token_try attempt = { .who = TOKEN_USER, .pin = wrong };
	enum token_verdict verdict;
	struct err_trace trace = { .count = 0 };

	assert_fails(token_try_pin(softhsm->module, &token, &attempt, &verdict, &trace),
	    ERR_NOT_NOW, &trace);
	token_session_close(session);
	secret_free(wrong);
}

static enum err
erase(struct softhsm *softhsm, const struct token_facts *token, const char *serial,
    const char *so_pin)
{
	struct secret *so = pin_of(so_pin);
	const struct token_init init = { LABEL, true, so };
	struct err_trace trace = { .count = 0 };
	enum err err = token_erase_all_objects(softhsm->module, token, serial, &init, &trace);

	secret_free(so);
	return err;
}

static void
erasing_wants_the_serial_and_the_so_pin(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_facts now;
	struct err_trace trace = { .count = 0 };

	make_key(softhsm, &token);
	assert_int_equal(erase(softhsm, &token, "0123456789abcdef", SO_PIN), ERR_DENIED);
	assert_int_equal(erase(softhsm, &token, "", SO_PIN), ERR_DENIED);
	assert_int_equal(erase(softhsm, &token, token.serial, "not the pin"), ERR_DENIED);
	assert_int_equal(count_objects(softhsm, &token, NULL), 1);
	assert_int_equal(count_objects(softhsm, &token, USER_PIN), 2);
	assert_int_equal(erase(softhsm, &token, token.serial, SO_PIN), ERR_OK);
	assert_ok(token_find(softhsm->module, NULL, TOKEN_INITIALISED, &now, &trace), &trace);
	assert_false(now.user_pin_set);
	assert_int_equal(count_objects(softhsm, &now, NULL), 0);
}

static void
a_pin_goes_to_no_token_but_the_one_meant(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_session *session = NULL;
	struct err_trace trace = { .count = 0 };

	token.serial[0] = token.serial[0] == 'f' ? 'e' : 'f';
	assert_fails(token_session_open(softhsm->module, &token, true, &session, &trace),
	    ERR_ABSENT, &trace);
	change(softhsm, &token, TOKEN_USER, USER_PIN, "user-pin-2", ERR_ABSENT);
}

static void
softhsm_can_have_its_pins_set(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts fresh;
	struct token_facts token;
	struct err_trace trace = { .count = 0 };

	assert_ok(token_find(softhsm->module, NULL, TOKEN_FRESH, &fresh, &trace), &trace);
	assert_ok(token_can_set_pins(softhsm->module, &fresh, &trace), &trace);
	token = softhsm_token(softhsm);
	assert_ok(token_can_set_pins(softhsm->module, &token, &trace), &trace);
	/* Asking cost no try. */
	assert_ok(token_refresh(softhsm->module, &token, &token, &trace), &trace);
	assert_false(token.user.count_low || token.so.count_low);
	token.write_protected = true;
	assert_fails(token_can_set_pins(softhsm->module, &token, &trace), ERR_NOT_NOW, &trace);
	token.own_pin_pad = true;
	assert_fails(token_can_set_pins(softhsm->module, &token, &trace), ERR_UNSUPPORTED, &trace);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, softhsm_setup, softhsm_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fresh_token_is_initialised_and_has_a_serial),
		TEST(an_initialised_token_is_never_initialised_again),
		TEST(a_label_that_a_present_token_has_is_refused),
		cmocka_unit_test(labels_follow_the_practice_rule),
		cmocka_unit_test(practice_and_real_refuse_each_others_tokens),
		TEST(taking_a_token_over_keeps_its_objects),
		TEST(a_wrong_old_pin_changes_nothing),
		TEST(a_pin_that_does_not_fit_is_refused_before_the_old_one_is_tried),
		TEST(the_so_sets_a_new_user_pin_and_keeps_the_objects),
		TEST(after_a_wrong_pin_nothing_is_tried_until_somebody_was_asked),
		TEST(a_pin_is_not_tried_while_this_program_is_logged_in),
		TEST(erasing_wants_the_serial_and_the_so_pin),
		TEST(a_pin_goes_to_no_token_but_the_one_meant),
		TEST(softhsm_can_have_its_pins_set),
	};

	return cmocka_run_group_tests(tests, softhsm_start, NULL);
}
