/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/setup.h"

#include "hsm/guard.h"
#include "hsm/module.h"
#include "hsm/token_info.h"

static enum err
give_user_pin(struct module *module, const struct token_facts *token,
    const struct token_setup *setup, struct err_trace *trace)
{
	const struct token_user_pin pins = { setup->init.so_pin, setup->user_pin };

	return token_guard_user_pin(module, token, &pins, setup->copy, trace);
}

enum err
token_setup(struct module *module, const struct token_facts *fresh, const struct token_setup *setup,
    struct token_facts *now, struct err_trace *trace)
{
	struct token_facts token;
	enum err err = token_pin_fits(fresh, secret_len(setup->user_pin), trace);

	if (!err)
		err = token_init(module, fresh, &setup->init, &token, trace);
	if (!err)
		err = give_user_pin(module, &token, setup, trace);
	return err ? err : token_refresh(module, &token, now, trace);
}

static enum err
check_so_pin(struct module *module, const struct token_facts *token,
    const struct token_setup *setup, struct err_trace *trace)
{
	const struct token_try attempt = { TOKEN_SO, setup->init.so_pin, token->software };
	enum token_verdict verdict;
	enum err err = token_try_pin(module, token, &attempt, &verdict, trace);

	if (err)
		return err;
	if (verdict == TOKEN_PIN_RIGHT)
		return ERR_OK;
	if (token->software)
		err_next(trace,
		    "If nobody else made it, remove it and begin again: softhsm2-util "
		    "--delete-token --serial %s",
		    token->serial);
	else
		err_next(trace, "Choose another label, or reset the token by its maker's means.");
	return FAIL(trace, ERR_DENIED,
	    "token '%s' (serial %s) does not take the SO PIN that it was being given", token->label,
	    token->serial);
}

enum err
token_setup_resume(const char *module, const struct token_setup *setup, struct token_facts *now,
    struct err_trace *trace)
{
	struct module *opened = NULL;
	struct token_facts token;
	enum err err = token_guard_undo(setup->copy, trace);

	if (!err)
		err = module_open_named(module, &opened, trace);
	if (err)
		return err;
	err = token_find_label(opened, setup->init.label, &token, trace);
	if (!err)
		err = token_practice_check(&token, setup->init.practice, trace);
	if (!err)
		err = check_so_pin(opened, &token, setup, trace);
	if (!err)
		err = give_user_pin(opened, &token, setup, trace);
	if (!err)
		err = token_refresh(opened, &token, now, trace);
	module_close(opened);
	return err;
}
