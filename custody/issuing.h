/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine that makes a generation (design.md, rule 4): read the key of every card in the room,
 * seal in one step, deliver card by card, switch the tokens, retire. Each phase asks the roster
 * what is done already and does the rest, so that going on after a crash is the same as going on.
 *
 * This header is for the files of the machine; operations use custody/create.h and
 * custody/pending.h.
 */
#ifndef CUSTODY_ISSUING_H
#define CUSTODY_ISSUING_H

#include "custody/collect.h"
#include "custody/visit.h"
#include "roster/card.h"
#include "roster/operation.h"
#include "roster/person.h"

/* A custodian of the generation that is made. */
struct issuing_member {
	struct roster_card card;
	char custodian[ROSTER_NAME];
	bool seen_now; /* its key was read from the card in this sitting */
};

/* A token of the plan, and the PINs that it has until it is switched; NULL for a fresh one. */
struct issuing_token {
	const struct roster_binding_spec *spec;
	struct secret *old_pin[ROSTER_TOKEN_PIN__COUNT];
};

struct issuing {
	struct custody *custody;
	struct roster_quorum quorum;
	struct roster_operation *operation;
	struct roster_generation *generation; /* NULL until sealed */
	size_t members;
	struct issuing_member member[ROSTER_CARDS_MAX]; /* by share index */
	size_t tokens;
	struct issuing_token token[ROSTER_TOKENS_MAX];
	struct secret *entropy[ROSTER_CARDS_MAX + ROSTER_TOKENS_MAX];
	size_t entropies;
	struct collection collection; /* what the cards themselves gave back */
	struct visit_seen seen;
	struct visit last;  /* the card that completed the secret, still in its reader */
	size_t last_member; /* whose it is */
	struct secret *prk;
};

/* Loads the operation and its people; issuing_close frees. Large: the caller keeps it on the heap.
 */
MUST_CHECK enum err issuing_open(struct custody *custody, const struct roster_id *operation,
    struct issuing **out, struct err_trace *trace);
void issuing_close(struct issuing *issuing);

/* Goes on until the operation is finished. */
MUST_CHECK enum err issuing_run(struct issuing *issuing, struct err_trace *trace);

/* The phases, in order; each does nothing when it was done. */
MUST_CHECK enum err issuing_read_keys(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_seal(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_ask_tokens(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_deliver(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_complete(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_switch(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_retire(struct issuing *issuing, struct err_trace *trace);

/* True when the journal has such a step (roster_operation_step). */
bool issuing_did(const struct issuing *issuing, const struct roster_step *like);

/* Journals a step and reads the journal back. */
MUST_CHECK enum err
issuing_journal(struct issuing *issuing, const struct roster_step *step, struct err_trace *trace);

/* True when a token may have been touched: from there on there is no way back. */
bool issuing_has_switched(const struct roster_operation *operation);

#endif
