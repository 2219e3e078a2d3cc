/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Activation: M cards are gathered, the token's user PIN derived and handed to quorate-agent, and
 * everything else wiped; the agent serves the token until a bound ends it (design.md, section 7).
 */
#ifndef CUSTODY_ACTIVATE_H
#define CUSTODY_ACTIVATE_H

#include "custody/agent_link.h"
#include "custody/custody.h"
#include "roster/journal.h"

struct activate_request {
	const char *quorum;
	const char *binding; /* NULL: the quorum's only token */
	const char *purpose; /* NULL: none given */
	bool persistent;     /* taking the last card out does not end it */
	int64_t for_ms;      /* 0: what the policy allows at most */
	int64_t max_uses;    /* 0: no bound */
};

struct activation {
	struct agent *agent;
	struct roster_activation record;
	char reader[READER_NAME]; /* where the card that was presented last must stay */
	char last_card[ROSTER_SHORT_NAME];
	char token[64]; /* the token's label */
	bool software;
};

/*
 * Gathers the cards and starts the agent; the activation is in the roster. The caller may close the
 * roster while it lasts. End with activate_close.
 */
MUST_CHECK enum err activate_open(struct custody *custody, const struct activate_request *request,
    struct activation *out, struct err_trace *trace);

/* Ends the agent if it still serves, and records how it ended. *event says the same. */
MUST_CHECK enum err activate_close(struct custody *custody, struct activation *activation,
    struct agent_event *event, struct err_trace *trace);

#endif
