/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fresh token made ready with both PINs, and finished after a crash: C_InitToken, C_InitPIN under
 * the guard of hsm/guard.h, and both PINs proven in a fresh process. The caller journals the label
 * first; by it the token is found again. C_InitToken is never called on an initialised token.
 */
#ifndef HSM_SETUP_H
#define HSM_SETUP_H

#include "hsm/pin.h"

struct token_setup {
	struct token_init init;
	const struct secret *user_pin;
	const char *copy; /* as in hsm/guard.h */
};

MUST_CHECK enum err token_setup(struct module *module, const struct token_facts *fresh,
    const struct token_setup *setup, struct token_facts *now, struct err_trace *trace);

/*
 * Finishes a token_setup that was interrupted, with the module closed in this process. It is named
 * by a journal, so it is a name of this installation's configuration and never a path. What SoftHSM
 * left when it died inside C_InitToken is cleared away first. ERR_ABSENT: no token has the label,
 * so that nothing was begun: begin again. ERR_DENIED: a token has the label and not the SO PIN,
 * because it is another's; the trace says how to be rid of it.
 */
MUST_CHECK enum err token_setup_resume(const char *module, const struct token_setup *setup,
    struct token_facts *now, struct err_trace *trace);

#endif
