/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of the preflight: what the process's own network namespace is connected to. */
#ifndef CEREMONY_PREFLIGHT_NETWORK_H
#define CEREMONY_PREFLIGHT_NETWORK_H

#include "ceremony/preflight.h"

/* Whether the kernel would send through that interface; true when it cannot be asked. */
bool preflight_is_up(const char *name);

/* struct preflight_check's look: interfaces that are up, where routes lead, who is connected. */
bool preflight_interfaces(const struct preflight_place *place, char finding[PREFLIGHT_TEXT]);
bool preflight_routes(const struct preflight_place *place, char finding[PREFLIGHT_TEXT]);
bool preflight_peers(const struct preflight_place *place, char finding[PREFLIGHT_TEXT]);

#endif
