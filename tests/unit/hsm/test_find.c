/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hsm/pkcs11.h"
#include "tests/unit/hsm/softhsm.h"

static struct token_facts
another_token(struct softhsm *softhsm, const char *label)
{
	struct secret *so = pin_of(SO_PIN);
	const struct token_init init = { .label = label, .practice = true, .so_pin = so };
	struct token_facts fresh;
	struct token_facts token;

	assert_ok(token_find(softhsm->module, NULL, TOKEN_FRESH, &fresh, &softhsm->trace),
	    &softhsm->trace);
	assert_ok(
	    token_init(softhsm->module, &fresh, &init, &token, &softhsm->trace), &softhsm->trace);
	secret_free(so);
	return token;
}

/* "%s" in a URI is the serial of the first token. */
static void
a_uri_means_exactly_one_token(void **state)
{
	static const struct {
		const char *uri;
		enum token_wanted wanted;
		enum err want;
		const char *label; /* of the token found; "" is the fresh one */
	} rows[] = {
		{ "pkcs11:serial=%s", TOKEN_ANY, ERR_OK, LABEL },
		{ "pkcs11:model=SoftHSM%%20v2;serial=%s", TOKEN_INITIALISED, ERR_OK, LABEL },
		{ "pkcs11:token=PRACTICE%%20root-ca", TOKEN_ANY, ERR_OK, LABEL },
		{ "pkcs11:token=PRACTICE%%20other", TOKEN_ANY, ERR_OK, "PRACTICE other" },
		{ "pkcs11:serial=%s", TOKEN_FRESH, ERR_ABSENT, NULL },
		{ "pkcs11:serial=0000000000000000", TOKEN_ANY, ERR_ABSENT, NULL },
		{ "pkcs11:token=practice%%20root-ca", TOKEN_ANY, ERR_ABSENT, NULL },
		{ "pkcs11:token=PRACTICE%%20root", TOKEN_ANY, ERR_ABSENT, NULL },
		{ "pkcs11:model=SoftHSM%%20v2", TOKEN_FRESH, ERR_OK, "" },
		{ "pkcs11:manufacturer=SoftHSM%%20project", TOKEN_FRESH, ERR_OK, "" },
		{ "pkcs11:model=SoftHSM%%20v2", TOKEN_INITIALISED, ERR_NOT_NOW, NULL },
		{ "pkcs11:model=SoftHSM%%20v2", TOKEN_ANY, ERR_NOT_NOW, NULL },
		{ "pkcs11:model=Luna", TOKEN_FRESH, ERR_ABSENT, NULL },
		{ "pkcs11:slot-id=2", TOKEN_FRESH, ERR_OK, "" },
		{ "pkcs11:slot-id=3", TOKEN_FRESH, ERR_ABSENT, NULL },
		{ "pkcs11:", TOKEN_FRESH, ERR_OK, "" },
		{ "", TOKEN_FRESH, ERR_OK, "" },
		{ "", TOKEN_INITIALISED, ERR_NOT_NOW, NULL },
		{ "pkcs11:library-manufacturer=SoftHSM;serial=%s", TOKEN_ANY, ERR_OK, LABEL },
		{ "pkcs11:library-manufacturer=Luna;serial=%s", TOKEN_ANY, ERR_ABSENT, NULL },
		{ "pkcs11:slot-manufacturer=Luna;serial=%s", TOKEN_ANY, ERR_ABSENT, NULL },
		{ "PRACTICE root-ca", TOKEN_ANY, ERR_FORMAT, NULL },
		{ "pkcs11:serial", TOKEN_ANY, ERR_FORMAT, NULL },
		{ "pkcs11:serial=%s?pin-value=1234", TOKEN_ANY, ERR_ARGUMENT, NULL },
		{ "pkcs11:serial=%s?pin-source=file:/x", TOKEN_ANY, ERR_ARGUMENT, NULL },
		{ "pkcs11:serial=%s;object=ca", TOKEN_ANY, ERR_ARGUMENT, NULL },
		{ "pkcs11:serial=%s;colour=red", TOKEN_ANY, ERR_ARGUMENT, NULL },
	};
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);

	(void)another_token(softhsm, "PRACTICE other");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_trace trace = { .count = 0 };
		struct token_facts found = { .label = "untouched" };
		char uri[TOKEN_URI] = "";
		enum err got;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(uri, sizeof(uri), rows[i].uri, token.serial);
#pragma GCC diagnostic pop
		got = token_find(softhsm->module, uri, rows[i].wanted, &found, &trace);
		if (got != rows[i].want)
			fail_msg("'%s': %s: %s", uri, err_word(got), trace.frame[0].text);
		assert_string_equal(found.label, rows[i].label ? rows[i].label : "untouched");
	}
}

static void
what_is_not_found_is_listed(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_facts found;
	struct err_trace trace = { .count = 0 };

	assert_fails(token_find(softhsm->module, "pkcs11:token=x", TOKEN_ANY, &found, &trace),
	    ERR_ABSENT, &trace);
	assert_non_null(strstr(trace.frame[0].text, LABEL));
	assert_non_null(strstr(trace.frame[0].text, token.serial));
	assert_non_null(strstr(trace.frame[0].text, "(fresh)"));
	assert_non_null(strstr(trace.next, "quorate token list"));
}

static void
a_tokens_uri_leads_back_to_it(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_facts found;
	char stored[TOKEN_URI];
	char shown[TOKEN_URI];
	char want[TOKEN_URI];
	struct err_trace *trace = &softhsm->trace;

	assert_ok(token_uri(&token, TOKEN_URI_STORED, stored, trace), trace);
	(void)snprintf(want, sizeof(want),
	    "pkcs11:model=SoftHSM%%20v2;manufacturer=SoftHSM%%20project;serial=%s", token.serial);
	assert_string_equal(stored, want);
	assert_ok(token_uri(&token, TOKEN_URI_SHOWN, shown, trace), trace);
	assert_non_null(strstr(shown, ";token=PRACTICE%20root-ca"));
	/* SoftHSM moves an initialised token to another slot when it is loaded anew. */
	softhsm_reopen(softhsm);
	assert_ok(token_find(softhsm->module, stored, TOKEN_ANY, &found, trace), trace);
	assert_string_equal(found.serial, token.serial);
	assert_int_not_equal(found.slot, token.slot);
	assert_ok(token_find(softhsm->module, shown, TOKEN_ANY, &found, trace), trace);
	assert_ok(token_find_serial(softhsm->module, token.serial, &found, trace), trace);
	assert_string_equal(found.label, LABEL);
}

static void
a_fresh_token_is_named_by_its_slot(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts fresh;
	struct token_facts found;
	char uri[TOKEN_URI];
	struct err_trace *trace = &softhsm->trace;

	assert_ok(token_find(softhsm->module, NULL, TOKEN_ANY, &fresh, trace), trace);
	assert_false(fresh.initialised);
	assert_string_equal(fresh.serial, "");
	assert_ok(token_uri(&fresh, TOKEN_URI_STORED, uri, trace), trace);
	assert_non_null(strstr(uri, "slot-id=0"));
	assert_ok(token_find(softhsm->module, uri, TOKEN_FRESH, &found, trace), trace);
	assert_int_equal(found.slot, fresh.slot);
}

static void
a_broken_token_hides_no_other(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts token = softhsm_token(softhsm);
	struct token_facts other = another_token(softhsm, "PRACTICE other");
	struct token_facts found;
	struct token_facts *all = NULL;
	size_t count = 0;
	size_t broken = 0;
	char path[TEST_PATH];
	struct err_trace *trace = &softhsm->trace;

	softhsm_file(softhsm, &other, "token.object", path);
	assert_int_equal(truncate(path, 0), 0);
	assert_ok(token_list(softhsm->module, &all, &count, trace), trace);
	for (size_t i = 0; i < count; i++)
		broken += all[i].broken;
	assert_int_equal(broken, 1);
	free(all);
	assert_ok(token_find(softhsm->module, NULL, TOKEN_INITIALISED, &found, trace), trace);
	assert_string_equal(found.serial, token.serial);
	assert_ok(token_find(softhsm->module, NULL, TOKEN_FRESH, &found, trace), trace);
}

static void
a_serial_that_is_not_there_is_absent(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_facts found;
	struct err_trace trace = { .count = 0 };

	assert_fails(token_find_serial(softhsm->module, "", &found, &trace), ERR_ABSENT, &trace);
	assert_fails(token_find_serial(softhsm->module, "91f20b4226f4004f", &found, &trace),
	    ERR_ABSENT, &trace);
}

static void
a_fresh_token_opens_no_session(void **state)
{
	struct softhsm *softhsm = *state;
	struct token_session *session = NULL;
	struct token_facts fresh;
	struct err_trace trace = { .count = 0 };

	assert_ok(token_find(softhsm->module, NULL, TOKEN_FRESH, &fresh, &trace), &trace);
	assert_fails(token_session_open(softhsm->module, &fresh, false, &session, &trace),
	    ERR_NOT_NOW, &trace);
	assert_null(session);
}

static void
the_same_module_is_not_opened_twice(void **state)
{
	struct softhsm *softhsm = *state;
	struct module *second = NULL;
	struct token_facts token = softhsm_token(softhsm);
	struct err_trace trace = { .count = 0 };

	assert_fails(module_open("softhsm", &second, &trace), ERR_NOT_NOW, &trace);
	/* And the first goes on. */
	assert_int_equal(softhsm_try(softhsm, &token, TOKEN_USER, USER_PIN), TOKEN_PIN_RIGHT);
	assert_string_equal(module_name(softhsm->module), "softhsm");
}

static void
codes_have_words(void **state)
{
	(void)state;
	assert_string_equal(ckr_word(CKR_PIN_INCORRECT), "CKR_PIN_INCORRECT");
	assert_int_equal(ckr_err(CKR_PIN_INCORRECT), ERR_DENIED);
	assert_int_equal(ckr_err(CKR_PIN_LOCKED), ERR_LOCKED);
	assert_int_equal(ckr_err(CKR_DEVICE_REMOVED), ERR_IO);
	assert_int_equal(ckr_err(CKR_VENDOR_DEFINED + 5), ERR_IO);
	assert_string_equal(ckr_word(CKR_VENDOR_DEFINED + 5), "a code of the maker's own");
	assert_string_equal(ckr_word(0x7777), "a code without a name");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, softhsm_setup, softhsm_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_uri_means_exactly_one_token),
		TEST(what_is_not_found_is_listed),
		TEST(a_tokens_uri_leads_back_to_it),
		TEST(a_fresh_token_is_named_by_its_slot),
		TEST(a_broken_token_hides_no_other),
		TEST(a_serial_that_is_not_there_is_absent),
		TEST(a_fresh_token_opens_no_session),
		TEST(the_same_module_is_not_opened_twice),
		cmocka_unit_test(codes_have_words),
	};

	return cmocka_run_group_tests(tests, softhsm_start, NULL);
}
