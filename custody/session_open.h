/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a session is handed: of each token that the generation opens, its PINs, and the private
 * escrow key; then the PRK is wiped.
 */
#ifndef CUSTODY_SESSION_OPEN_H
#define CUSTODY_SESSION_OPEN_H

#include "custody/activate_parts.h"

struct secret;

/* Starts the agent of a session with what `prk` gives; agent_free *out. */
MUST_CHECK enum err session_start(struct activating *activating, const struct secret *prk,
    struct agent **out, struct err_trace *trace);

#endif
