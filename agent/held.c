/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/held.h"

#include <string.h>

#include "agent/bound_clock.h"
#include "agent/policy.h"
#include "custody/agent_link.h"
#include "hsm/module.h"
#include "hsm/pkcs11.h"
#include "hsm/token.h"

/*
 * A list of functions has no gaps (PKCS#11 2.40, 3.6), but some makers leave them: found here, not
 * by the first client that falls into one.
 */
static enum err
check_functions(const struct agent_order *order, struct module *module, struct err_trace *trace)
{
	const uint8_t *list = (const uint8_t *)module_functions(module);
	size_t count;
	const struct policy_row *rows = policy_rows(&count);

	for (size_t i = 0; i < count; i++) {
		CK_C_Initialize function;

		memcpy(&function, list + rows[i].offset, sizeof(function));
		if (rows[i].verdict == POLICY_ALLOWED && function == NULL)
			return FAIL(trace, ERR_UNSUPPORTED,
			    "the module of token '%s' has no %s and cannot be served", order->label,
			    rows[i].name);
	}
	return ERR_OK;
}

enum err
held_open(const struct agent_order *order, struct held *held, struct err_trace *trace)
{
	struct token_facts token;
	enum err err = module_open(order->module, &held->module, trace);

	if (err == ERR_OK)
		err = check_functions(order, held->module, trace);
	if (err == ERR_OK)
		err = token_find(held->module, order->token, TOKEN_INITIALISED, &token, trace);
	if (err == ERR_OK)
		err = token_session_open(held->module, &token, false, &held->session, trace);
	return err;
}

enum err
held_log_in(struct held *held, const struct agent_order *order, const struct secret *pin,
    struct err_trace *trace)
{
	struct visible_source source;
	enum err err = token_login(held->session, TOKEN_USER, pin, trace);

	if (err != ERR_OK)
		return err;
	source.functions = module_functions(held->module);
	source.session = token_session_handle(held->session);
	return visible_read(&source, order, &held->visible, trace);
}

void
held_activation(const struct held *held, const struct agent_order *order, struct activation *out)
{
	const struct bound_clock clock = bound_clock();

	*out = (struct activation){ .functions = module_functions(held->module),
		.slot = token_session_token(held->session)->slot,
		.visible = held->visible,
		.token_gone_fd = -1 };
	out->uses.max = order->max_uses;
	out->uses.time = bound_time(&clock, order->for_ms);
}

void
held_close(struct held *held)
{
	token_session_close(held->session);
	visible_free(held->visible);
	module_close(held->module);
	*held = (struct held){ 0 };
}
