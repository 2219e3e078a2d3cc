/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PKCS#11 behind the other headers, for hsm/ itself and for agent/, which serves a module to
 * other programs. Nobody else includes it. All calls go straight to the module's own table of
 * functions: what it leaves out is NULL there.
 */
#ifndef HSM_PKCS11_H
#define HSM_PKCS11_H

#include <p11-kit/pkcs11.h>

#include "base/err.h"

struct module;
struct token_session;

CK_FUNCTION_LIST *module_functions(struct module *module);
CK_SESSION_HANDLE token_session_handle(const struct token_session *session);
struct module *token_session_module(const struct token_session *session);

/* "CKR_PIN_INCORRECT"; "a code of the maker's own" for what the standard does not name. */
const char *ckr_word(CK_RV rv);

/* The member of enum err that says whose doing it is. */
enum err ckr_err(CK_RV rv);

/* return FAIL_CKR(trace, rv, "token '%s': login refused", label); the word for rv is added. */
enum err ckr_fail(struct err_trace *trace, CK_RV rv, const char *function, int line,
    const char *fmt, ...) PRINTF_LIKE(5, 6);
#define FAIL_CKR(trace, rv, ...) ckr_fail((trace), (rv), __func__, __LINE__, __VA_ARGS__)

#endif
