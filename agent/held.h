/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The token that the agent holds open: its module, and a session of the agent's own that stays
 * logged in whatever clients do. (When a token's last session closes, it logs out.)
 */
#ifndef AGENT_HELD_H
#define AGENT_HELD_H

#include "agent/client.h"
#include "base/err.h"

struct agent_order;
struct module;
struct secret;
struct token_session;

struct held {
	struct module *module;
	struct token_session *session;
	struct visible *visible;
};

/* Loads the module and finds the token; no PIN yet. held_close also after a failure. */
MUST_CHECK enum err
held_open(const struct agent_order *order, struct held *held, struct err_trace *trace);

/* Logs in, and reads which objects clients may see. The caller wipes the PIN. */
MUST_CHECK enum err held_log_in(struct held *held, const struct agent_order *order,
    const struct secret *pin, struct err_trace *trace);

/* What clients share, with the order's bounds running from now. */
void
held_activation(const struct held *held, const struct agent_order *order, struct activation *out);

/* Logs out, closes, unloads. */
void held_close(struct held *held);

#endif
