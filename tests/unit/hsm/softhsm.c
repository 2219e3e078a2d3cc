/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "tests/unit/hsm/softhsm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "hsm/softhsm.h"

int
softhsm_start(void **state)
{
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_ok(secret_heap_init(&trace), &trace);
	return 0;
}

void
softhsm_path(const struct softhsm *softhsm, const char *name, char *out)
{
	assert_in_range(snprintf(out, TEST_PATH, "%s/%s", softhsm->folder, name), 1, TEST_PATH - 1);
}

static void
write_conf(struct softhsm *softhsm)
{
	char conf[TEST_PATH];
	char tokens[TEST_PATH];
	char text[TEST_PATH * 2];
	int len;

	softhsm_path(softhsm, "softhsm2.conf", conf);
	softhsm_path(softhsm, "tokens", tokens);
	assert_ok(file_make_folder(tokens, &softhsm->trace), &softhsm->trace);
	len = snprintf(text, sizeof(text),
	    "# a test's own\n directories.tokendir = %s # here\nobjectstore.backend = file\n"
	    "log.level = ERROR\n",
	    tokens);
	assert_ok(file_replace(conf, text, (size_t)len, &softhsm->trace), &softhsm->trace);
	assert_int_equal(setenv("SOFTHSM2_CONF", conf, 1), 0);
	assert_int_equal(setenv("XDG_CONFIG_HOME", softhsm->folder, 1), 0);
}

int
softhsm_setup(void **state)
{
	struct softhsm *softhsm = calloc(1, sizeof(*softhsm));

	assert_non_null(softhsm);
	(void)snprintf(softhsm->folder, sizeof(softhsm->folder), "/tmp/quorate-hsm-XXXXXX");
	assert_non_null(mkdtemp(softhsm->folder));
	write_conf(softhsm);
	softhsm_reopen(softhsm);
	*state = softhsm;
	return 0;
}

int
softhsm_teardown(void **state)
{
	struct softhsm *softhsm = *state;

	softhsm_close(softhsm);
	assert_ok(file_remove_tree(softhsm->folder, &softhsm->trace), &softhsm->trace);
	free(softhsm);
	return 0;
}

void
softhsm_close(struct softhsm *softhsm)
{
	module_close(softhsm->module);
	softhsm->module = NULL;
}

void
softhsm_reopen(struct softhsm *softhsm)
{
	softhsm_close(softhsm);
	assert_ok(module_open_named("softhsm", &softhsm->module, &softhsm->trace), &softhsm->trace);
}

struct secret *
pin_of(const char *text)
{
	struct err_trace trace = { .count = 0 };
	struct secret *pin = NULL;

	assert_ok(secret_from(text, strlen(text), &pin, &trace), &trace);
	return pin;
}

struct token_facts
softhsm_token(struct softhsm *softhsm)
{
	struct secret *so = pin_of(SO_PIN);
	struct secret *user = pin_of(USER_PIN);
	const struct token_init init = { .label = LABEL, .practice = true, .so_pin = so };
	const struct token_user_pin pins = { .so_pin = so, .user_pin = user };
	struct token_facts fresh;
	struct token_facts token;
	struct err_trace *trace = &softhsm->trace;

	assert_ok(token_find(softhsm->module, NULL, TOKEN_FRESH, &fresh, trace), trace);
	assert_ok(token_init(softhsm->module, &fresh, &init, &token, trace), trace);
	assert_ok(token_init_user_pin(softhsm->module, &token, &pins, trace), trace);
	assert_ok(token_refresh(softhsm->module, &token, &token, trace), trace);
	secret_free(so);
	secret_free(user);
	return token;
}

struct token_session *
softhsm_login(struct softhsm *softhsm, const struct token_facts *token)
{
	struct secret *user = pin_of(USER_PIN);
	struct token_session *session = NULL;
	struct err_trace *trace = &softhsm->trace;

	assert_ok(token_session_open(softhsm->module, token, true, &session, trace), trace);
	assert_ok(token_login(session, TOKEN_USER, user, trace), trace);
	secret_free(user);
	return session;
}

void
softhsm_file(
    const struct softhsm *softhsm, const struct token_facts *token, const char *name, char *out)
{
	struct err_trace trace = { .count = 0 };
	char *folder = NULL;

	(void)softhsm;
	assert_ok(softhsm_folder(token->serial, &folder, &trace), &trace);
	assert_in_range(snprintf(out, TEST_PATH, "%s/%s", folder, name), 1, TEST_PATH - 1);
	free(folder);
}

enum token_verdict
softhsm_try(
    struct softhsm *softhsm, const struct token_facts *token, enum token_who who, const char *pin)
{
	struct secret *secret = pin_of(pin);
	const struct token_try attempt = { .who = who, .pin = secret, .even_if_low = true };
	enum token_verdict verdict = TOKEN_PIN_NO_TOKEN;

	assert_ok(token_try_pin(softhsm->module, token, &attempt, &verdict, &softhsm->trace),
	    &softhsm->trace);
	secret_free(secret);
	return verdict;
}
