/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/token_change.h"

#include <stdio.h>

#include "base/file.h"
#include "custody/token.h"
#include "hsm/guard.h"
#include "hsm/module.h"

enum err
token_copy_path(const struct custody *custody, const struct roster_id *binding,
    enum roster_token_pin pin, struct token_copy_path *out, struct err_trace *trace)
{
	char id[ROSTER_ID_TEXT];
	char folder[448];

	roster_id_format(binding, id);
	snprintf(folder, sizeof(folder), "%s/token-copies", custody->state_dir);
	snprintf(out->text, sizeof(out->text), "%s/%.32s-%s", folder, id,
	    pin == ROSTER_SO_PIN ? "so" : "user");
	return file_make_folder(folder, trace);
}

enum err
token_copy_undo(const struct custody *custody, const struct roster_id *binding,
    enum roster_token_pin pin, struct err_trace *trace)
{
	struct token_copy_path copy;
	enum err err = token_copy_path(custody, binding, pin, &copy, trace);

	return err == ERR_OK ? token_guard_undo(copy.text, trace) : err;
}

static struct token_pin_change
pin_change(const struct token_change *change)
{
	return (struct token_pin_change){ .who = bound_token_who(change->pin),
		.old_pin = change->old_pin,
		.new_pin = change->new_pin };
}

/* The new PIN is tried once, in a process of its own: did an earlier run get that far? */
static enum err
try_new_pin(const struct token_change *change, bool *done, struct err_trace *trace)
{
	const struct roster_token *token = &change->binding->spec.token;
	struct token_proof proof = { .serial = token->serial,
		.attempt = { bound_token_who(change->pin), change->new_pin, true } };
	enum token_verdict verdict = TOKEN_PIN_WRONG;
	struct module *module = NULL;
	enum err err = module_open_named(token->module, &module, trace);

	if (err != ERR_OK)
		return err;
	proof.module_path = module_path(module);
	err = token_prove_pin(&proof, &verdict, trace);
	*done = verdict == TOKEN_PIN_RIGHT;
	module_close(module);
	return err;
}

static enum err
find_out(const struct token_change *change, const char *copy, bool *done, struct err_trace *trace)
{
	const struct roster_token *token = &change->binding->spec.token;
	const struct token_unfinished unfinished = { .module = token->module,
		.serial = token->serial,
		.change = pin_change(change),
		.copy = copy };
	enum token_pin_now now = TOKEN_HAS_OLD_PIN;
	enum err err;

	if (!token_guard_is_open(copy))
		return change->begun ? try_new_pin(change, done, trace) : ERR_OK;
	err = token_guard_resume(&unfinished, &now, trace);
	*done = now == TOKEN_HAS_NEW_PIN;
	return err;
}

enum err
token_change_pin(
    struct custody *custody, const struct token_change *change, struct err_trace *trace)
{
	struct token_copy_path copy;
	const struct token_switch to = { .change = pin_change(change), .copy = copy.text };
	struct bound_token bound;
	bool done = false;
	enum err err = token_copy_path(custody, &change->binding->id, change->pin, &copy, trace);

	if (err == ERR_OK)
		err = find_out(change, copy.text, &done, trace);
	if (err != ERR_OK || done)
		return err;
	err = bound_token_open(custody, &change->binding->spec.token, &bound, trace);
	if (err != ERR_OK)
		return err;
	err = token_switch_pin(bound.module, &bound.facts, &to, trace);
	bound_token_close(&bound);
	return err;
}
