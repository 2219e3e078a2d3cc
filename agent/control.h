/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control socket of an agent, beside the one for applications: what `quorate status` and
 * `quorate deactivate` speak with (custody/agent_control.h). One line of JSON is asked, one
 * answered; the agent's own user and root may ask. A thread of its own serves it, so that who asks
 * and then stalls keeps nobody else waiting for long, and ends nothing late.
 */
#ifndef AGENT_CONTROL_H
#define AGENT_CONTROL_H

#include <jansson.h>

#include "base/err.h"

struct control;

struct control_order {
	int door; /* listening, non-blocking; borrowed */
	/* What is going on, as {"status":…} has it; NULL when there is no memory. */
	json_t *(*status)(void *context);
	void *context;
};

MUST_CHECK enum err
control_start(const struct control_order *order, struct control **out, struct err_trace *trace);

/* For poll: readable once somebody asked for the end; then who, in a sentence. */
int control_asked_fd(const struct control *control);
const char *control_asked_text(const struct control *control);

/*
 * Stops serving. The connection of whoever asked for the end stays open: its closing, by the end of
 * the process, tells them that all is closed. NULL is fine.
 */
void control_stop(struct control *control);

#endif
