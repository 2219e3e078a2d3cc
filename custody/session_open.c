/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/session_open.h"

#include <stdlib.h>

#include "base/secret.h"
#include "custody/token.h"
#include "quorum/derive.h"
#include "quorum/p256.h"

_Static_assert((int)AGENT_TOKENS >= (int)ROSTER_TOKENS_MAX, "a session holds all of a quorum");

/* What the order names, and the secrets in the same order. */
struct handing {
	struct agent_token token[AGENT_TOKENS];
	size_t tokens;
	struct secret *secret[AGENT_SECRETS];
	size_t secrets;
};

static enum err
derive_pin_of(struct handing *handing, const struct secret *prk,
    const struct roster_binding *binding, enum roster_token_pin which, struct err_trace *trace)
{
	enum err err =
	    bound_token_pin(prk, &binding->spec, which, &handing->secret[handing->secrets], trace);

	handing->secrets += err == ERR_OK;
	return err;
}

/* Only the PINs that this generation opens: another's would be a wrong try. */
static enum err
add_token(struct handing *handing, const struct roster_binding *binding, unsigned generation,
    const struct secret *prk, struct err_trace *trace)
{
	struct agent_token token = { .binding = binding->spec.name,
		.module = binding->spec.token.module,
		.uri = binding->spec.token.uri,
		.label = binding->spec.token.label,
		.has_user = binding->opens[ROSTER_USER_PIN] == generation,
		.has_so = binding->opens[ROSTER_SO_PIN] == generation };
	enum err err = ERR_OK;

	if (handing->tokens == AGENT_TOKENS)
		return FAIL(
		    trace, ERR_UNSUPPORTED, "a session opens at most %d tokens", AGENT_TOKENS);
	if (token.has_user)
		err = derive_pin_of(handing, prk, binding, ROSTER_USER_PIN, trace);
	if (err == ERR_OK && token.has_so)
		err = derive_pin_of(handing, prk, binding, ROSTER_SO_PIN, trace);
	if (err == ERR_OK)
		handing->token[handing->tokens++] = token;
	return err;
}

static enum err
derive_all(struct handing *handing, const struct activating *activating,
    const struct roster_binding *bindings, size_t count, const struct secret *prk,
    struct err_trace *trace)
{
	uint8_t point[P256_POINT];
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = add_token(
		    handing, &bindings[i], activating->target->generation.number, prk, trace);
	if (err == ERR_OK)
		err = derive_escrow_key(prk, &handing->secret[handing->secrets], point, trace);
	handing->secrets += err == ERR_OK;
	return err;
}

static enum err
start(const struct activating *activating, const struct handing *handing, struct agent **out,
    struct err_trace *trace)
{
	struct agent_secrets secrets = { .count = handing->secrets };
	struct agent_order order = activate_order(activating);

	for (size_t i = 0; i < handing->secrets; i++)
		secrets.secret[i] = handing->secret[i];
	order.tokens = handing->token;
	order.token_count = handing->tokens;
	return agent_start(&order, &secrets, out, trace);
}

enum err
session_start(struct activating *activating, const struct secret *prk, struct agent **out,
    struct err_trace *trace)
{
	struct roster_binding *bindings = NULL;
	struct handing *handing = calloc(1, sizeof(*handing));
	size_t count = 0;
	enum err err;

	if (handing == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a session");
	err = roster_binding_list(
	    activating->custody->roster, &activating->target->quorum.id, &bindings, &count, trace);
	if (err == ERR_OK)
		err = derive_all(handing, activating, bindings, count, prk, trace);
	if (err == ERR_OK)
		err = start(activating, handing, out, trace);
	for (size_t i = 0; i < handing->secrets; i++)
		secret_free(handing->secret[i]);
	free(handing);
	free(bindings);
	return err;
}
