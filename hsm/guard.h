/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard around a change of PIN (design.md, rule 7). Inside one PKCS#11 call atomicity is the
 * token's own affair, and SoftHSM has none: C_SetPIN truncates and rewrites token.object in place
 * without fsync, and a crash then costs the token and every key on it. So a software token's folder
 * is copied and synced before, the new PIN proven by a login in a fresh process after, and the copy
 * destroyed; until then the copy counts as exposure. A hardware token is proven and not copied.
 *
 * `copy` is the path of a folder that does not exist yet, in durable state, one for each binding.
 * That it exists says that a change is unfinished: it is the guard's whole journal.
 */
#ifndef HSM_GUARD_H
#define HSM_GUARD_H

#include <stdbool.h>

#include "hsm/pin.h"

/*
 * The whole of it: guard, token_set_pin, prove the new PIN in a fresh process, destroy the copy.
 * After a refused old PIN nothing changed and no copy is left; after any other failure the copy
 * stays and token_guard_resume finishes.
 */
struct token_switch {
	struct token_pin_change change;
	const char *copy;
};
MUST_CHECK enum err token_switch_pin(struct module *module, const struct token_facts *token,
    const struct token_switch *to, struct err_trace *trace);

/*
 * token_init_user_pin under the guard, and both PINs proven: C_InitPIN rewrites SoftHSM's token as
 * C_SetPIN does. May be repeated; after a crash token_guard_undo comes first.
 */
MUST_CHECK enum err token_guard_user_pin(struct module *module, const struct token_facts *token,
    const struct token_user_pin *pins, const char *copy, struct err_trace *trace);

/* An unfinished change left its copy here. */
bool token_guard_is_open(const char *copy);

enum token_pin_now { TOKEN_HAS_OLD_PIN, TOKEN_HAS_NEW_PIN };

struct token_unfinished {
	const char *module; /* from a journal: its name in this installation, never a path */
	const char *serial; /* of the token, from the caller's journal */
	struct token_pin_change change;
	const char *copy;
};

/*
 * After a crash, with the module closed in this process: tries the new PIN, then the old one, each
 * in a fresh process; when neither opens a whole token, puts the copy back and tries the old PIN
 * again. Then destroys the copy and says which PIN the token has. ERR_NOT_NOW when no guard is
 * open; ERR_DENIED when neither PIN opens the token (the copy is kept).
 */
MUST_CHECK enum err token_guard_resume(
    const struct token_unfinished *unfinished, enum token_pin_now *now, struct err_trace *trace);

/* The parts, for a caller that journals between them. No-ops, but for the proof, on hardware. */

/* ERR_EXISTS when `copy` exists; ERR_ABSENT when the software token's folder is not found. */
MUST_CHECK enum err
token_guard_begin(const struct token_facts *token, const char *copy, struct err_trace *trace);

/* Syncs the token's own files and destroys the copy. */
MUST_CHECK enum err
token_guard_end(const struct token_facts *token, const char *copy, struct err_trace *trace);

/*
 * Puts the copy's files back into the token's folder; the copy stays until token_guard_end.
 * ERR_NOT_NOW, and nothing is overwritten, when the token got objects after the copy was made.
 */
MUST_CHECK enum err token_guard_restore(const char *copy, struct err_trace *trace);

/*
 * For a change that is simply made again (C_InitPIN by the SO): puts the copy back, if one is
 * whole, and destroys it. ERR_OK when no guard is open. With the module closed in this process.
 */
MUST_CHECK enum err token_guard_undo(const char *copy, struct err_trace *trace);

/*
 * A login in a fresh process (quorate-token-check), which sees what the token kept and not what a
 * module remembers. The PIN goes to it through a pipe. `module_path` as module_path() says. A token
 * that is not there or does not answer, as after a torn write, is the verdict TOKEN_PIN_NO_TOKEN;
 * errors mean that the check itself could not be made.
 */
struct token_proof {
	const char *module_path;
	const char *serial;
	struct token_try attempt;
};
MUST_CHECK enum err token_prove_pin(
    const struct token_proof *proof, enum token_verdict *verdict, struct err_trace *trace);

/*
 * Makes durable what a software token wrote: its files and folder are synced. No-op on hardware.
 * The functions of hsm/ that change a token do it themselves.
 */
MUST_CHECK enum err token_sync(const struct token_facts *token, struct err_trace *trace);

#endif
