/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a quorum, and binding a further token to one that stands. Both write a plan down and then
 * run the machine of custody/issuing.h; resume runs the same.
 */
#ifndef CUSTODY_CREATE_H
#define CUSTODY_CREATE_H

#include "custody/attendance.h"
#include "custody/custody.h"
#include "roster/binding.h"

/* The token that is to open with the quorum. */
struct create_token {
	const char *uri;    /* as a person typed it; NULL: the only fresh token */
	const char *module; /* name or path; NULL: the URI's, else 'softhsm' */
	const char *name;   /* the binding's name */
	enum roster_binding_role role;
	bool
	    user_only; /* a token whose SO PIN stays with others: only the user PIN is taken over */
	struct roster_pin_format format[ROSTER_TOKEN_PIN__COUNT];
};

struct create_request {
	const char *name;
	unsigned threshold;
	const char *const *custodians;
	size_t custodian_count;
	struct create_token token;
	struct attendance attendance; /* who gets the share at the next visit */
};

/*
 * Checks everything that can be checked before a card is touched, writes the plan down and runs it.
 * *quorum is set as soon as the plan is written, also when it is then interrupted.
 */
MUST_CHECK enum err create_quorum(struct custody *custody, const struct create_request *request,
    struct roster_id *quorum, struct err_trace *trace);

/* Binds one more token to the quorum's live generation: M cards are gathered. */
MUST_CHECK enum err bind_token(struct custody *custody, const char *quorum,
    const struct create_token *token, struct err_trace *trace);

#endif
