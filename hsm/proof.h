/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What quorate-token-check is told on its stdin, the PIN raw behind the newline up to the end:
 *
 *   {"asked":true,"module":"/path","serial":"…","who":"user"}
 *
 * and what it answers on its stdout, one line:
 *
 *   {"verdict":"right"}   or "wrong", "locked", "no token"
 *   {"failed":"state","text":"…"}   when no try was made, or the check itself failed
 */
#ifndef HSM_PROOF_H
#define HSM_PROOF_H

#include "hsm/pin.h"

enum { PROOF_LINE = 8192, PROOF_PIN = 1024 };

extern const char *const proof_verdict_words[TOKEN_VERDICT__COUNT];
extern const char *const proof_who_words[2]; /* by enum token_who */

/* token_prove_pin, and ERR_IO unless the PIN is right: after it was set. */
MUST_CHECK enum err proof_expect(struct module *module, const struct token_facts *token,
    const struct token_try *attempt, struct err_trace *trace);

#endif
