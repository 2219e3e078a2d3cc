/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serves Quorate's own commands: an open session. It holds, in the secure heap, the PINs of the
 * quorum's tokens and the private escrow key, and does jobs (custody/job.h) for commands of the
 * same user over a private socket that speaks no PKCS#11 (custody/session.h). For each job the
 * token is found, logged in to and closed again, so that an HSM that goes away may return. Each is
 * in the record before it is answered. One job runs at a time, in a thread of its own.
 */
#ifndef AGENT_COMMANDS_H
#define AGENT_COMMANDS_H

#include <stdbool.h>

#include "agent/place.h"
#include "agent/use.h"
#include "base/err.h"

struct agent_order;
struct commands;
struct secret;

/* Takes over the secrets, in the order of agent_secrets; commands_stop *out, also after a failure.
 */
MUST_CHECK enum err commands_new(const struct agent_order *order, struct secret **secrets,
    size_t count, struct commands **out, struct err_trace *trace);

/* Logs in to each token once: a PIN that is wrong is found before anybody relies on it. */
MUST_CHECK enum err commands_prove(struct commands *commands, struct err_trace *trace);

/* Makes the sockets and serves; `uses` keeps the bounds and the record, and is borrowed. */
MUST_CHECK enum err
commands_start(struct commands *commands, struct uses *uses, struct err_trace *trace);

/* Where it serves; borrowed. */
const struct place *commands_place(const struct commands *commands);

/*
 * Removes the sockets, waits at most `grace_ms` for a job that runs, and wipes; false when one is
 * still inside a token (then nothing it uses may be freed). NULL is fine.
 */
bool commands_stop(struct commands *commands, int grace_ms);

#endif
