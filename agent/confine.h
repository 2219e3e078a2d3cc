/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quorate-agent shuts itself in, by the profile of the modules that it uses (agent/profile.h):
 * files before there is a second thread, system calls when everything is set up.
 */
#ifndef AGENT_CONFINE_H
#define AGENT_CONFINE_H

#include <stdbool.h>

#include "agent/profile.h"
#include "base/err.h"

struct agent_order;
struct held;

struct confine {
	const struct profile *profile;
	bool unfenced; /* this kernel cannot fence files */
};

/* First of all: whatever it starts gains nothing, and a witness tells who clients are. */
MUST_CHECK enum err confine_begin(struct err_trace *trace);

/*
 * By the order, and for applications by the token that is found. From here on only what the profile
 * allows can be opened; without landlock everything, and the text says so.
 */
MUST_CHECK enum err confine_files(const struct agent_order *order, const struct held *held,
    struct confine *out, struct err_trace *trace);

/* From here on only the system calls that the profile allows, in all threads. */
MUST_CHECK enum err confine_calls(
    const struct confine *confine, const struct agent_order *order, struct err_trace *trace);

/* What a person should know of it, to be put behind a sentence: "", or "; …". */
const char *confine_text(const struct confine *confine);

#endif
