/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Activation: M cards are gathered, what is to be opened is derived and handed to quorate-agent,
 * and everything else wiped; the agent serves it until a bound ends it (design.md, section 7).
 * Either one token is served to applications, or a session to Quorate's own commands.
 */
#ifndef CUSTODY_ACTIVATE_H
#define CUSTODY_ACTIVATE_H

#include "custody/agent_link.h"
#include "custody/custody.h"
#include "custody/gather.h"
#include "roster/activation.h"

struct activate_request {
	const char *quorum;
	const char *binding;   /* NULL: the quorum's only token; not for a session */
	const char *purpose;   /* NULL: none given */
	const char *by;        /* the person at the keyboard */
	bool commands;         /* a session */
	enum gather_stay stay; /* which cards keep it open */
	int64_t for_ms;        /* 0: what the policy allows at most */
	int64_t max_uses;      /* 0: no bound */
	const uid_t *users;    /* who may connect; none: only this user */
	size_t user_count;
	const char *const *keys; /* "label:…" or "id:HEX"; none: every private key */
	size_t key_count;
};

struct activation {
	struct agent *agent;
	struct roster_activation record;
	size_t cards;
	struct gathered_seat seat[ROSTER_CARDS_MAX];    /* of the cards, as presented */
	char card[ROSTER_CARDS_MAX][ROSTER_SHORT_NAME]; /* likewise */
	char token[64];                                 /* the token's label; empty for a session */
	bool software;
};

/*
 * Gathers the cards and starts the agent; the activation is in the roster. The caller may close the
 * roster while it lasts. End with activate_close or activate_leave.
 */
MUST_CHECK enum err activate_open(struct custody *custody, const struct activate_request *request,
    struct activation *out, struct err_trace *trace);

/* Ends the agent if it still serves, and takes its record into the log. *event says how it ended.
 */
MUST_CHECK enum err activate_close(struct custody *custody, struct activation *activation,
    struct agent_event *event, struct err_trace *trace);

/* Leaves the agent to itself; the roster may be closed. */
MUST_CHECK enum err activate_leave(struct activation *activation, struct err_trace *trace);

#endif
