/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/setup.h"

#include <stdlib.h>
#include <string.h>

#include "hsm/guard.h"
#include "hsm/module.h"
#include "hsm/softhsm_torn.h"
#include "hsm/text.h"
#include "hsm/token_info.h"

static enum err
give_user_pin(struct module *module, const struct token_facts *token,
    const struct token_setup *setup, struct err_trace *trace)
{
	const struct token_user_pin pins = { setup->init.so_pin, setup->user_pin };

	return token_guard_user_pin(module, token, &pins, setup->copy, trace);
}

/* Beside the copy, which exists only later: the tokens that there were before; free(). */
static char *
note_path(const struct token_setup *setup)
{
	return text_joined(setup->copy, ".before", "");
}

/* With what a death inside C_InitToken would leave known for what it is. */
static enum err
init_noted(struct module *module, const struct token_facts *fresh, const struct token_setup *setup,
    struct token_facts *token, struct err_trace *trace)
{
	char *note = note_path(setup);
	enum err err = note ? softhsm_torn_note(fresh, note, trace)
			    : FAIL(trace, ERR_NOMEM, "no memory for a path");

	if (!err)
		err = token_init(module, fresh, &setup->init, token, trace);
	free(note);
	return err;
}

static enum err
forget_note(const struct token_setup *setup, struct err_trace *trace)
{
	char *note = note_path(setup);
	enum err err = note ? softhsm_torn_forget(note, trace)
			    : FAIL(trace, ERR_NOMEM, "no memory for a path");

	free(note);
	return err;
}

enum err
token_setup(struct module *module, const struct token_facts *fresh, const struct token_setup *setup,
    struct token_facts *now, struct err_trace *trace)
{
	struct token_facts token;
	enum err err = token_pin_fits(fresh, secret_len(setup->user_pin), trace);

	if (!err)
		err = init_noted(module, fresh, setup, &token, trace);
	if (!err)
		err = give_user_pin(module, &token, setup, trace);
	if (!err)
		err = forget_note(setup, trace);
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

/*
 * A token that is not what a death inside C_InitToken left: another's, one that somebody has given
 * a user PIN, or ours with its SO PIN.
 */
static bool
is_whole(struct module *module, const struct token_facts *token, const struct token_setup *setup)
{
	const struct token_try attempt = { TOKEN_SO, setup->init.so_pin, true };
	enum token_verdict verdict = TOKEN_PIN_WRONG;

	if (!token->initialised)
		return false;
	if (token->user_pin_set || strcmp(token->label, setup->init.label) != 0)
		return true;
	return token_try_pin(module, token, &attempt, &verdict, NULL) != ERR_OK ||
	       verdict == TOKEN_PIN_RIGHT;
}

/* The tokens that stay; *count of them at the beginning of *out, which is free()d by the caller. */
static enum err
list_whole(struct module *module, const struct token_setup *setup, struct token_facts **out,
    size_t *count, struct err_trace *trace)
{
	struct token_facts *tokens = NULL;
	size_t all = 0, kept = 0;
	enum err err = token_list(module, &tokens, &all, trace);

	if (err)
		return err;
	for (size_t i = 0; i < all; i++)
		if (is_whole(module, &tokens[i], setup))
			tokens[kept++] = tokens[i];
	*out = tokens;
	*count = kept;
	return ERR_OK;
}

static enum err
clear_torn(const char *module, const struct token_setup *setup, struct err_trace *trace)
{
	char *note = note_path(setup);
	struct module *opened = NULL;
	struct token_facts *whole = NULL;
	size_t count = 0;
	enum err err = ERR_OK;

	if (!note)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	if (!softhsm_torn_is_noted(note))
		goto out;
	err = module_open_named(module, &opened, trace);
	if (!err)
		err = list_whole(opened, setup, &whole, &count, trace);
	module_close(opened);
	if (!err)
		err = softhsm_torn_clear(note, whole, count, trace);
	free(whole);
out:
	free(note);
	return err;
}

enum err
token_setup_resume(const char *module, const struct token_setup *setup, struct token_facts *now,
    struct err_trace *trace)
{
	struct module *opened = NULL;
	struct token_facts token;
	enum err err = token_guard_undo(setup->copy, trace);

	if (!err)
		err = clear_torn(module, setup, trace);
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
		err = forget_note(setup, trace);
	if (!err)
		err = token_refresh(opened, &token, now, trace);
	module_close(opened);
	return err;
}
