/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How closely quorate-agent shuts itself in, by name. A line of modules.conf may name one for its
 * module (hsm/module.h); 'off' is never chosen for anybody. Whatever the profile, the agent makes
 * no core dump, cannot be traced by its own user and gains no privileges by what it starts.
 *
 *   softhsm  the system calls that SoftHSM and the agent need and no others; no file but the
 *            token's own folder, the folder of the sockets and what was opened before; no network
 *   device   for a token at this machine: starts no program, traces nothing, changes nothing of the
 *            kernel, and has no network
 *   network  the same for an HSM behind a network
 *   off      nothing of this
 */
#ifndef AGENT_PROFILE_H
#define AGENT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct profile {
	const char *name;
	unsigned rank; /* the lower, the closer */
	bool on;
	bool strict;  /* allows what is listed; else refuses what is listed */
	bool network; /* an HSM may be behind it */
};

/* ERR_ARGUMENT for a name that no profile has. */
MUST_CHECK enum err
profile_find(const char *name, const struct profile **out, struct err_trace *trace);

/* The one of the two that allows what both need. */
const struct profile *profile_wider(const struct profile *a, const struct profile *b);

#endif
