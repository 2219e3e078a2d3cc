/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A SoftHSM of a test's own: a folder of tokens below a temporary one, which SOFTHSM2_CONF names,
 * and no module configuration but what the test writes into it. Each test begins with no token.
 */
#ifndef TESTS_UNIT_HSM_SOFTHSM_H
#define TESTS_UNIT_HSM_SOFTHSM_H

#include "base/secret.h"
#include "hsm/module.h"
#include "hsm/pin.h"
#include "hsm/token.h"

#define LABEL    "PRACTICE root-ca"
#define USER_PIN "user-pin-1"
#define SO_PIN   "so-pin-1"

enum { TEST_PATH = 256 };

struct softhsm {
	char folder[TEST_PATH];
	struct module *module;
	struct err_trace trace;
};

/* cmocka setup and teardown; the group's setup starts the secure heap. */
int softhsm_start(void **state);
int softhsm_setup(void **state);
int softhsm_teardown(void **state);

/* Opens, or closes and opens again: what SoftHSM remembers in between is gone. */
void softhsm_reopen(struct softhsm *softhsm);
void softhsm_close(struct softhsm *softhsm);

/* A token with LABEL, USER_PIN and SO_PIN. */
struct token_facts softhsm_token(struct softhsm *softhsm);

/* A session logged in as user with USER_PIN. */
struct token_session *softhsm_login(struct softhsm *softhsm, const struct token_facts *token);

/* The file `name` in the folder of this token. */
void softhsm_file(
    const struct softhsm *softhsm, const struct token_facts *token, const char *name, char *out);

/* A path below the test's folder. */
void softhsm_path(const struct softhsm *softhsm, const char *name, char *out);

struct secret *pin_of(const char *text);

/* token_try_pin's verdict, asked. */
enum token_verdict softhsm_try(
    struct softhsm *softhsm, const struct token_facts *token, enum token_who who, const char *pin);

#endif
