/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/guard.h"

#include <stdlib.h>

#include "hsm/guard_copy.h"
#include "hsm/module.h"
#include "hsm/module_config.h"
#include "hsm/proof.h"
#include "hsm/token_info.h"

/* The login was refused: nothing changed, so the copy has nothing to guard. */
static enum err
end_unchanged(const struct token_facts *token, const char *copy, enum err refused)
{
	(void)!token_guard_end(token, copy, NULL);
	return refused;
}

enum err
token_switch_pin(struct module *module, const struct token_facts *token,
    const struct token_switch *to, struct err_trace *trace)
{
	const struct token_pin_change *change = &to->change;
	const struct token_try new_pin = { change->who, change->new_pin, true };
	enum err err = token_guard_begin(token, to->copy, trace);

	if (err)
		return err;
	err = token_set_pin(module, token, change, trace);
	if (err == ERR_DENIED || err == ERR_LOCKED)
		return end_unchanged(token, to->copy, err);
	if (!err)
		err = proof_expect(module, token, &new_pin, trace);
	if (!err)
		return token_guard_end(token, to->copy, trace);
	if (token_guard_is_open(to->copy))
		err_next(trace,
		    "Run 'quorate quorum resume QUORUM --by NAME': the token as it was is kept in "
		    "%s.",
		    to->copy);
	return err;
}

enum err
token_guard_user_pin(struct module *module, const struct token_facts *token,
    const struct token_user_pin *pins, const char *copy, struct err_trace *trace)
{
	const struct token_try user = { TOKEN_USER, pins->user_pin, true };
	const struct token_try so = { TOKEN_SO, pins->so_pin, true };
	enum err err = token_guard_begin(token, copy, trace);

	if (err)
		return err;
	err = token_init_user_pin(module, token, pins, trace);
	if (err == ERR_DENIED || err == ERR_LOCKED)
		return end_unchanged(token, copy, err);
	if (!err)
		err = proof_expect(module, token, &user, trace);
	if (!err)
		err = proof_expect(module, token, &so, trace);
	return err ? err : token_guard_end(token, copy, trace);
}

static enum err
opens(const struct token_proof *token, enum token_who who, const struct secret *pin, bool *yes,
    struct err_trace *trace)
{
	struct token_proof proof = *token;
	enum token_verdict verdict;
	enum err err;

	/* SoftHSM's counter only warns, and a wrong new PIN must not stop the old one's try. */
	proof.attempt = (struct token_try){ .who = who, .pin = pin, .even_if_low = true };
	err = token_prove_pin(&proof, &verdict, trace);
	if (!err)
		*yes = verdict == TOKEN_PIN_RIGHT;
	return err;
}

/* Which PIN opens the token; ERR_DENIED when neither does. */
static enum err
look(const struct token_proof *proof, const struct token_pin_change *change,
    enum token_pin_now *now, struct err_trace *trace)
{
	bool yes = false;
	enum err err = opens(proof, change->who, change->new_pin, &yes, trace);

	if (err)
		return err;
	if (yes) {
		*now = TOKEN_HAS_NEW_PIN;
		return ERR_OK;
	}
	err = opens(proof, change->who, change->old_pin, &yes, trace);
	if (err)
		return err;
	if (!yes)
		return FAIL(trace, ERR_DENIED,
		    "neither the old nor the new %s opens the token with serial %s",
		    token_pin_word(change->who), proof->serial);
	*now = TOKEN_HAS_OLD_PIN;
	return ERR_OK;
}

static enum err
restore_and_look(const struct token_unfinished *unfinished, const struct token_proof *proof,
    enum token_pin_now *now, struct err_trace *trace)
{
	struct err_trace torn = { .count = 0 };
	enum err err = look(proof, &unfinished->change, now, &torn);

	if (err != ERR_DENIED) {
		if (err && trace)
			*trace = torn;
		return err;
	}
	err = token_guard_restore(unfinished->copy, trace);
	if (err)
		return err;
	return look(proof, &unfinished->change, now, trace);
}

enum err
token_guard_resume(
    const struct token_unfinished *unfinished, enum token_pin_now *now, struct err_trace *trace)
{
	struct token_proof proof = { .serial = unfinished->serial };
	enum token_pin_now seen = TOKEN_HAS_OLD_PIN;
	char *path = NULL;
	enum err err;

	if (!token_guard_is_open(unfinished->copy))
		return FAIL(
		    trace, ERR_NOT_NOW, "no change of PIN is unfinished at %s", unfinished->copy);
	err = module_config_path(unfinished->module, &path, trace);
	if (err)
		return err;
	proof.module_path = path;
	err = restore_and_look(unfinished, &proof, &seen, trace);
	if (err)
		err_next(trace, "The token as it was is kept in %s.", unfinished->copy);
	else
		err = guard_copy_settle(unfinished->serial, unfinished->copy, trace);
	if (!err)
		*now = seen;
	free(path);
	return err;
}
