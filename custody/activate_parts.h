/* SPDX-License-Identifier: BSD-2-Clause */
/* What an activation needs beside the cards: its bounds, its record, its order. */
#ifndef CUSTODY_ACTIVATE_PARTS_H
#define CUSTODY_ACTIVATE_PARTS_H

#include "custody/activate.h"
#include "custody/login.h"

struct activating {
	struct custody *custody;
	const struct activate_request *request;
	struct login_target *target; /* `binding` is not set for a session */
	struct activation out;
	int64_t for_ms;
	struct agent_watched watched[ROSTER_CARDS_MAX];
	size_t watched_count;
	char record_path[1024];
};

/* The bound in time: asked for, or the longest that the policy allows. */
MUST_CHECK enum err activate_settle_time(struct activating *activating, struct err_trace *trace);

/* Notes which cards came, in which readers, and which of them are watched. */
void activate_note_cards(struct activating *activating, const struct gathered *gathered);

/* Makes the record of uses and appends the event; both or neither. */
MUST_CHECK enum err activate_record(struct activating *activating, struct err_trace *trace);

/* The order, but for what is served. It borrows from `activating`. */
struct agent_order activate_order(const struct activating *activating);

#endif
