/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal of operations: what custody/ writes before and after everything that cannot be
 * undone, and reads back to resume. An operation has a plan, fixed when it begins, and steps, each
 * one event. At most one is pending per quorum.
 */
#ifndef ROSTER_OPERATION_H
#define ROSTER_OPERATION_H

#include "roster/binding.h"
#include "roster/roster.h"

enum roster_operation_kind {
	ROSTER_OP_CREATE,
	ROSTER_OP_BIND,
	ROSTER_OP_UNBIND,
	ROSTER_OP_REKEY,
	ROSTER_OP_REPLACE_CARD,
	ROSTER_OP_DELIVER,
	ROSTER_OP_UNBLOCK,
	ROSTER_OP_SWITCH, /* tokens that were away during a re-key */
	ROSTER_OP__COUNT
};
const char *roster_operation_word(enum roster_operation_kind kind); /* "create" */

enum roster_operation_state { ROSTER_OP_PENDING, ROSTER_OP_FINISHED, ROSTER_OP_ABORTED };

enum roster_step_kind {
	/* the quorum */
	ROSTER_STEP_SEALED,
	ROSTER_STEP_RETIRED,
	/* per card: `card` */
	ROSTER_STEP_ESCROW_STORED,
	ROSTER_STEP_ADMIN_PIN_CHANGED,
	ROSTER_STEP_DELIVERED,
	ROSTER_STEP_OLD_RECORD_ERASED,
	/* per token: `binding`; `text` as said */
	ROSTER_STEP_INIT_BEGUN,   /* text: the label, before C_InitToken */
	ROSTER_STEP_INIT_DONE,    /* text: the serial */
	ROSTER_STEP_COPY_MADE,    /* text: where a software token's folder was copied to */
	ROSTER_STEP_SWITCH_BEGUN, /* and `pin` */
	ROSTER_STEP_SWITCH_DONE,  /* and `pin` */
	ROSTER_STEP_COPY_GONE,
	ROSTER_STEP_DELIVERY_BEGUN, /* `card`: from here on its record may be on it */
	ROSTER_STEP__COUNT
};
const char *roster_step_word(enum roster_step_kind kind); /* "switch-begun" */

/* Zeroed members are absent. Which a kind needs is a table in the source; others are refused. */
struct roster_step {
	enum roster_step_kind kind;
	struct roster_id card;
	char binding[ROSTER_BINDING_NAME];
	enum roster_token_pin pin;
	char text[ROSTER_TEXT];
	int64_t time; /* filled when read back */
};

struct roster_plan {
	enum roster_operation_kind kind;
	struct roster_id quorum;
	unsigned generation; /* that it makes or works with */
	unsigned threshold;
	unsigned cards; /* N, or the number of cards that it concerns */
	struct {
		struct roster_id card;
		unsigned index; /* of its share */
	} card[ROSTER_CARDS_MAX];
	unsigned tokens;
	struct roster_binding_spec token[ROSTER_TOKENS_MAX];
};

struct roster_operation {
	struct roster_id id;
	enum roster_operation_state state;
	struct roster_plan plan;
	struct roster_id by;
	int64_t begun;
	int64_t ended; /* 0: pending */
	size_t steps;
	struct roster_step *step; /* in order */
};

/*
 * What the policy says of a plan: software tokens where they are bound, M = N and the placement of
 * the shares where a generation is made. ERR_DENIED names the limit, and outside of a transaction
 * the roster remembers that it refused (roster_policy_refused).
 */
MUST_CHECK enum err
roster_plan_check(struct roster *roster, const struct roster_plan *plan, struct err_trace *trace);

/* Checks the plan too. ERR_NOT_NOW when another operation is pending for the quorum; it is named.
 */
MUST_CHECK enum err roster_operation_begin(struct roster *roster, const struct roster_plan *plan,
    struct roster_id *out, struct err_trace *trace);

/* The same, before anything is asked for one. */
MUST_CHECK enum err roster_operation_check_none(
    struct roster *roster, const struct roster_quorum *quorum, struct err_trace *trace);

/* ERR_ARGUMENT unless the step has exactly the members that its kind needs, and names a card or
 * token of the plan. ERR_NOT_NOW unless pending. */
MUST_CHECK enum err roster_operation_journal(struct roster *roster,
    const struct roster_id *operation, const struct roster_step *step, struct err_trace *trace);

MUST_CHECK enum err roster_operation_finish(
    struct roster *roster, const struct roster_id *operation, struct err_trace *trace);
MUST_CHECK enum err roster_operation_abort(struct roster *roster, const struct roster_id *operation,
    const char *reason, struct err_trace *trace);

/* With its steps; roster_operation_free *out. */
MUST_CHECK enum err roster_operation_get(struct roster *roster, const struct roster_id *id,
    struct roster_operation **out, struct err_trace *trace);

/* The pending one of a quorum; ERR_ABSENT when there is none. */
MUST_CHECK enum err roster_operation_pending(struct roster *roster, const struct roster_id *quorum,
    struct roster_operation **out, struct err_trace *trace);

/* The ids of all that are pending, oldest first; free() *out. */
MUST_CHECK enum err roster_operation_list_pending(
    struct roster *roster, struct roster_id **out, size_t *count, struct err_trace *trace);

void roster_operation_free(struct roster_operation *operation);

/*
 * The last step that matches, or NULL: kind always; card when set in `like`, binding when not
 * empty, and pin for kinds that have one.
 */
const struct roster_step *
roster_operation_step(const struct roster_operation *operation, const struct roster_step *like);

#endif
