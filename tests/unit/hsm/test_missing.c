/* SPDX-License-Identifier: BSD-2-Clause */
/* Modules that cannot do what Quorate needs (tests/fakes/p11_missing.c), and paths that are none.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "hsm/guard.h"
#include "hsm/module.h"

static struct secret *pin;

static int
start(void **state)
{
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_int_equal(setenv("XDG_CONFIG_HOME", "/nonexistent", 1), 0);
	assert_ok(secret_heap_init(&trace), &trace);
	assert_ok(secret_from("12345678", 8, &pin, &trace), &trace);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	secret_free(pin);
	return 0;
}

static struct module *
open_fake(const char *path, struct token_facts *token)
{
	struct module *module = NULL;
	struct err_trace trace = { .count = 0 };

	assert_ok(module_open(path, &module, &trace), &trace);
	assert_ok(token_find(module, NULL, TOKEN_ANY, token, &trace), &trace);
	return module;
}

static void
a_module_without_c_setpin_is_refused_by_the_functions_name(void **state)
{
	static const char *const modules[] = { FAKE_MISSING, FAKE_STUBS };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct err_trace trace = { .count = 0 };
		struct token_facts token;
		struct module *module = open_fake(modules[i], &token);
		const struct token_pin_change change = { TOKEN_USER, pin, pin };

		assert_fails(token_can_set_pins(module, &token, &trace), ERR_UNSUPPORTED, &trace);
		assert_non_null(strstr(trace.frame[0].text, "C_SetPIN"));
		assert_non_null(strstr(trace.next, "C_SetPIN"));
		err_clear(&trace);
		if (i == 0)
			assert_fails(token_set_pin(module, &token, &change, &trace),
			    ERR_UNSUPPORTED, &trace);
		module_close(module);
	}
}

static void
a_module_without_c_inittoken_initialises_nothing(void **state)
{
	struct token_facts token;
	struct module *module = open_fake(FAKE_MISSING, &token);
	const struct token_init init = { "PRACTICE x", true, pin };
	struct token_facts now;
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_fails(token_init(module, &token, &init, &now, &trace), ERR_EXISTS, &trace);
	err_clear(&trace);
	assert_fails(token_erase_all_objects(module, &token, "FAKE0001", &init, &trace), ERR_DENIED,
	    &trace); /* a real token, and practice */
	module_close(module);
}

static void
a_locked_token_is_not_tried_and_says_so_when_it_is(void **state)
{
	struct token_facts token;
	struct module *module = open_fake(FAKE_MISSING, &token);
	struct token_try attempt = { .who = TOKEN_USER, .pin = pin };
	enum token_verdict verdict = TOKEN_PIN_RIGHT;
	struct token_session *session = NULL;
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_true(token.user.locked);
	assert_true(token.so.final_try);
	assert_fails(
	    token_try_pin(module, &token, &attempt, &verdict, &trace), ERR_NOT_NOW, &trace);
	assert_non_null(strstr(trace.frame[0].text, "locked"));
	attempt.even_if_low = true;
	assert_ok(token_try_pin(module, &token, &attempt, &verdict, &trace), &trace);
	assert_int_equal(verdict, TOKEN_PIN_LOCKED);
	assert_ok(token_session_open(module, &token, false, &session, &trace), &trace);
	err_clear(&trace);
	assert_fails(token_login(session, TOKEN_USER, pin, &trace), ERR_LOCKED, &trace);
	err_clear(&trace);
	assert_fails(token_login(session, TOKEN_SO, pin, &trace), ERR_DENIED, &trace);
	assert_non_null(strstr(trace.frame[0].text, "ONE try"));
	token_session_close(session);
	module_close(module);
}

static void
what_a_token_says_is_fit_for_a_terminal(void **state)
{
	struct token_facts token;
	struct module *module = open_fake(FAKE_MISSING, &token);

	(void)state;
	assert_string_equal(token.label, "fake?[2J?");
	assert_string_equal(token.model, "Fake HSM");
	assert_string_equal(token.serial, "FAKE0001");
	assert_string_equal(token.hardware, "3.1");
	assert_string_equal(token.firmware, "10.42");
	assert_false(token.software);
	assert_string_equal(
	    module_description(module), "Quorate tests: Fake HSM 1.0 (PKCS#11 2.40)");
	module_close(module);
}

static void
pins_are_held_to_the_tokens_limits(void **state)
{
	static const struct {
		unsigned long min, max;
		size_t length;
		enum err want;
	} rows[] = {
		{ 6, 16, 6, ERR_OK },
		{ 6, 16, 16, ERR_OK },
		{ 6, 16, 5, ERR_UNSUPPORTED },
		{ 6, 16, 32, ERR_UNSUPPORTED },
		{ 4, 0, 32, ERR_OK },
		{ 4, ~0UL, 32, ERR_OK },
		{ ~0UL, ~0UL, 32, ERR_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct token_facts token = { .pin_min = rows[i].min, .pin_max = rows[i].max };

		assert_int_equal(token_pin_fits(&token, rows[i].length, NULL), rows[i].want);
	}
}

static void
a_hardware_token_is_not_copied(void **state)
{
	struct token_facts token;
	struct module *module = open_fake(FAKE_MISSING, &token);
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_ok(token_guard_begin(&token, "/nonexistent/copy", &trace), &trace);
	assert_false(token_guard_is_open("/nonexistent/copy"));
	assert_ok(token_guard_end(&token, "/nonexistent/copy", &trace), &trace);
	module_close(module);
}

static void
a_hardware_token_is_proven_in_a_new_process(void **state)
{
	const struct token_proof proof = {
		.module_path = FAKE_MISSING,
		.serial = "FAKE0001",
		.attempt = { .who = TOKEN_SO, .pin = pin, .even_if_low = true },
	};
	struct token_proof careful = proof;
	enum token_verdict verdict = TOKEN_PIN_RIGHT;
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_ok(token_prove_pin(&proof, &verdict, &trace), &trace);
	assert_int_equal(verdict, TOKEN_PIN_WRONG);
	careful.attempt.who = TOKEN_USER;
	assert_ok(token_prove_pin(&careful, &verdict, &trace), &trace);
	assert_int_equal(verdict, TOKEN_PIN_LOCKED);
	careful.attempt.even_if_low = false;
	assert_fails(token_prove_pin(&careful, &verdict, &trace), ERR_NOT_NOW, &trace);
	careful.serial = "FAKE0002";
	err_clear(&trace);
	assert_ok(token_prove_pin(&careful, &verdict, &trace), &trace);
	assert_int_equal(verdict, TOKEN_PIN_NO_TOKEN);
	careful.module_path = "/nonexistent/module.so";
	assert_fails(token_prove_pin(&careful, &verdict, &trace), ERR_ABSENT, &trace);
}

static void
only_a_pkcs11_module_is_loaded(void **state)
{
	static const struct {
		const char *path;
		enum err want;
	} rows[] = {
		{ "/nonexistent/module.so", ERR_ABSENT },
		{ "/etc/passwd", ERR_FORMAT },
		{ "/", ERR_FORMAT },
		{ "relative/module.so", ERR_ARGUMENT },
		{ "../module.so", ERR_ARGUMENT },
		{ "", ERR_ARGUMENT },
		{ "no-such-module", ERR_ABSENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct module *module = NULL;
		struct err_trace trace = { .count = 0 };

		assert_fails(module_open(rows[i].path, &module, &trace), rows[i].want, &trace);
		assert_null(module);
	}
}

static void
a_name_from_the_roster_is_never_a_path(void **state)
{
	struct module *module = NULL;
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_fails(module_open_named(FAKE_MISSING, &module, &trace), ERR_ARGUMENT, &trace);
	assert_fails(module_open_named("../x", &module, &trace), ERR_ARGUMENT, &trace);
}

static void
a_typed_uri_may_name_the_module(void **state)
{
	struct module *module = NULL;
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_ok(module_open_for_uri("pkcs11:serial=FAKE0001?module-path=" FAKE_MISSING, "softhsm",
		      &module, &trace),
	    &trace);
	assert_string_equal(module_path(module), FAKE_MISSING);
	assert_null(module_name(module));
	module_close(module);
	assert_fails(module_open_for_uri("pkcs11:?module-path=fake.so", NULL, &module, &trace),
	    ERR_ARGUMENT, &trace);
	assert_fails(module_open_for_uri("pkcs11:?module-name=none-such", NULL, &module, &trace),
	    ERR_ABSENT, &trace);
	assert_fails(
	    module_open_for_uri("root-ca", FAKE_MISSING, &module, &trace), ERR_FORMAT, &trace);
	assert_ok(module_open_for_uri("pkcs11:", FAKE_MISSING, &module, &trace), &trace);
	module_close(module);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_without_c_setpin_is_refused_by_the_functions_name),
		cmocka_unit_test(a_module_without_c_inittoken_initialises_nothing),
		cmocka_unit_test(a_locked_token_is_not_tried_and_says_so_when_it_is),
		cmocka_unit_test(what_a_token_says_is_fit_for_a_terminal),
		cmocka_unit_test(pins_are_held_to_the_tokens_limits),
		cmocka_unit_test(a_hardware_token_is_not_copied),
		cmocka_unit_test(a_hardware_token_is_proven_in_a_new_process),
		cmocka_unit_test(only_a_pkcs11_module_is_loaded),
		cmocka_unit_test(a_name_from_the_roster_is_never_a_path),
		cmocka_unit_test(a_typed_uri_may_name_the_module),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
