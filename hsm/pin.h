/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Initialising tokens and setting their PINs (design.md, rule 7): a token is never erased by
 * accident, and one with known PINs is taken over without touching an object.
 *
 * None of these is atomic by itself when the token is SoftHSM's: see hsm/guard.h, whose
 * token_switch_pin is what changes the PIN of a token that matters.
 */
#ifndef HSM_PIN_H
#define HSM_PIN_H

#include <stdbool.h>
#include <stddef.h>

#include "hsm/token.h"

struct token_init {
	const char *label;
	bool practice;
	const struct secret *so_pin;
};

/*
 * C_InitToken on a fresh token. ERR_EXISTS when it is initialised after all, or when any token
 * present has the label. *now are the facts afterwards, with the serial that was drawn.
 */
MUST_CHECK enum err token_init(struct module *module, const struct token_facts *fresh,
    const struct token_init *init, struct token_facts *now, struct err_trace *trace);

/*
 * C_InitToken on an initialised token: every object on it is gone. For `token init --erase` alone,
 * which has shown label, serial and number of objects and had the serial typed: `serial_typed` is
 * compared once more. Only with the token's present SO PIN in `init`. Never called by resume.
 */
MUST_CHECK enum err token_erase_all_objects(struct module *module, const struct token_facts *token,
    const char *serial_typed, const struct token_init *init, struct err_trace *trace);

/* The SO sets the user PIN (C_InitPIN); objects stay. */
struct token_user_pin {
	const struct secret *so_pin;
	const struct secret *user_pin;
};
MUST_CHECK enum err token_init_user_pin(struct module *module, const struct token_facts *token,
    const struct token_user_pin *pins, struct err_trace *trace);

struct token_pin_change {
	enum token_who who;
	const struct secret *old_pin;
	const struct secret *new_pin;
};

/*
 * Logs in with the old PIN and calls C_SetPIN; objects stay. ERR_DENIED and ERR_LOCKED come from
 * the login: nothing changed. After any other failure token_try_pin tells which PIN it has.
 */
MUST_CHECK enum err token_set_pin(struct module *module, const struct token_facts *token,
    const struct token_pin_change *change, struct err_trace *trace);

enum token_verdict {
	TOKEN_PIN_RIGHT,
	TOKEN_PIN_WRONG,
	TOKEN_PIN_LOCKED,
	TOKEN_PIN_NO_TOKEN, /* only from token_prove_pin */
	TOKEN_VERDICT__COUNT
};

struct token_try {
	enum token_who who;
	const struct secret *pin;
	bool even_if_low; /* a person was asked: try although a counter is low, at its last or
			     locked */
};

/*
 * Tries a PIN exactly once, in this process; a wrong one is ERR_OK and a verdict. ERR_NOT_NOW, and
 * no try, when the counter is low, at its last try or locked and nobody was asked, or when this
 * process is logged in already.
 */
MUST_CHECK enum err token_try_pin(struct module *module, const struct token_facts *token,
    const struct token_try *attempt, enum token_verdict *verdict, struct err_trace *trace);

/* ERR_UNSUPPORTED, with the limits, when a PIN of this length cannot be the token's. */
MUST_CHECK enum err
token_pin_fits(const struct token_facts *token, size_t length, struct err_trace *trace);

/*
 * Whether the module has what binding this token needs: C_SetPIN, and C_InitToken and C_InitPIN
 * for a fresh one. ERR_UNSUPPORTED names the missing function. A function that is only a stub is
 * found by calling it on the session handle 0, which belongs to no token: no PIN can be tried by
 * that, while a stub says CKR_FUNCTION_NOT_SUPPORTED before it looks (YubiHSM's do). C_InitToken
 * is not probed: there is no harmless call of it.
 */
MUST_CHECK enum err
token_can_set_pins(struct module *module, const struct token_facts *token, struct err_trace *trace);

#endif
