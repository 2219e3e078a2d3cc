/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/profile.h"

#include <string.h>

static const struct profile profiles[] = {
	{ .name = "softhsm", .rank = 0, .on = true, .strict = true },
	{ .name = "device", .rank = 1, .on = true },
	{ .name = "network", .rank = 2, .on = true, .network = true },
	{ .name = "off", .rank = 3 },
};

enum err
profile_find(const char *name, const struct profile **out, struct err_trace *trace)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(*profiles); i++) {
		if (strcmp(profiles[i].name, name) != 0)
			continue;
		*out = &profiles[i];
		return ERR_OK;
	}
	err_next(trace, "Write softhsm, device, network or off before the path in modules.conf.");
	return FAIL(trace, ERR_ARGUMENT, "there is no profile '%s' for a module", name);
}

const struct profile *
profile_wider(const struct profile *a, const struct profile *b)
{
	return a->rank >= b->rank ? a : b;
}
