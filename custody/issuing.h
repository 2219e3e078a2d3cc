/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine that makes a generation and puts it in its place (design.md, rule 4). Create, bind,
 * re-key, the switch of a token that was away, a later delivery and a card's replacement are the
 * same machine with different phases (the table in issuing.c): read the key of every card in the
 * room, open what stands, seal in one step, deliver card by card, switch the tokens, retire. Each
 * phase asks the roster what is done already and does the rest, so that going on after a crash is
 * the same as going on.
 *
 * This header is for the files of the machine; operations use custody/create.h, custody/rekey.h,
 * custody/replace.h and custody/pending.h.
 */
#ifndef CUSTODY_ISSUING_H
#define CUSTODY_ISSUING_H

#include "custody/attendance.h"
#include "custody/collect.h"
#include "custody/visit.h"
#include "roster/card.h"
#include "roster/operation.h"
#include "roster/person.h"

/* A custodian of the generation that is made, or one whose card the operation is about. */
struct issuing_member {
	struct roster_card card;
	char custodian[ROSTER_NAME];
	unsigned index;              /* of the share */
	bool seen_now;               /* its key was read from the card in this sitting */
	bool later;                  /* not here today: it gets its share at its next visit */
	struct secret *admin_pin[2]; /* while they are changed: the one to have, and the former */
};

/* A token of the plan, and the PINs that it has until it is switched; NULL for a fresh one. */
struct issuing_token {
	const struct roster_binding_spec *spec;
	struct secret *old_pin[ROSTER_TOKEN_PIN__COUNT];
	bool away; /* left as it is; `quorum resume` switches it when it is here */
	bool gone; /* for good, as two people said: it is no quorum's any more */
};

/* What opens tokens that were left behind by an earlier re-key. */
struct issuing_older {
	unsigned generation;
	struct secret *prk;
};

struct issuing {
	struct custody *custody;
	struct roster_quorum quorum;
	struct roster_operation *operation;
	struct roster_generation *generation; /* NULL until sealed */
	struct roster_generation *former;     /* whose cards open what stands; NULL: not loaded */
	const char *people[3]; /* who compare receipts of those not here; NULL: nobody */
	size_t members;
	struct issuing_member member[ROSTER_CARDS_MAX];
	size_t tokens;
	struct issuing_token token[ROSTER_TOKENS_MAX];
	struct secret *entropy[ROSTER_CARDS_MAX + ROSTER_TOKENS_MAX];
	size_t entropies;
	struct collection collection; /* what the cards themselves gave back */
	struct visit_seen seen;
	struct visit last; /* the card that completed the secret, still in its reader */
	struct roster_card last_card;
	struct secret *prk;
	struct secret *former_secret; /* from the last old card until the sealing's end: no wait */
	struct secret *former_prk;
	size_t olders;
	struct issuing_older older[ROSTER_TOKENS_MAX];
};

/* Loads the operation and its people; issuing_close frees. Large: the caller keeps it on the heap.
 */
MUST_CHECK enum err issuing_open(struct custody *custody, const struct roster_id *operation,
    struct issuing **out, struct err_trace *trace);
void issuing_close(struct issuing *issuing);

/*
 * Who and what is not here today. ERR_ARGUMENT: a name that the plan does not have; ERR_DENIED: so
 * many that too few cards would be proven before the tokens switch, with who must be there.
 */
MUST_CHECK enum err issuing_excuse(
    struct issuing *issuing, const struct attendance *attendance, struct err_trace *trace);

/* Goes on until the operation is finished. */
MUST_CHECK enum err issuing_run(struct issuing *issuing, struct err_trace *trace);

/* issuing_open, issuing_excuse (`attendance` may be NULL), issuing_run, issuing_close. */
MUST_CHECK enum err issuing_carry_out(struct custody *custody, const struct roster_id *operation,
    const struct attendance *attendance, struct err_trace *trace);

/* An HSM that people work with keeps its PINs until they are done: ERR_NOT_NOW. */
MUST_CHECK enum err issuing_check_not_active(
    struct custody *custody, const struct roster_quorum *quorum, struct err_trace *trace);

/* The phases; each does nothing when it was done. */
MUST_CHECK enum err issuing_ask_tokens(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_find_tokens(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_read_keys(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_open_former(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_seal(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_recompute(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_deliver(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_complete(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_switch(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_retire(struct issuing *issuing, struct err_trace *trace);
MUST_CHECK enum err issuing_change_admin_pins(struct issuing *issuing, struct err_trace *trace);

/* Before the sealing: somebody vouches for each key that nobody has read today. */
MUST_CHECK enum err issuing_check_unseen(const struct issuing *issuing, struct err_trace *trace);

/* The member's share in the generation, and its place there. */
const struct roster_share *
issuing_share(const struct issuing *issuing, const struct issuing_member *member);
size_t issuing_place(const struct issuing *issuing, const struct issuing_member *member);

/* True when the journal has such a step (roster_operation_step). */
bool issuing_did(const struct issuing *issuing, const struct roster_step *like);

/* Journals a step and reads the journal back. */
MUST_CHECK enum err
issuing_journal(struct issuing *issuing, const struct roster_step *step, struct err_trace *trace);

/* A generation of the quorum, on the heap; what *out was is freed. */
MUST_CHECK enum err issuing_get_generation(const struct issuing *issuing, unsigned number,
    struct roster_generation **out, struct err_trace *trace);

/* The members whose admin PIN is still to be changed: those here, with a PIN that was escrowed. */
size_t issuing_admin_pins_due(const struct issuing *issuing, size_t member[ROSTER_CARDS_MAX]);

/* The PRK of an older generation whose secret is escrowed to this one; borrowed. */
MUST_CHECK enum err issuing_older_prk(struct issuing *issuing, unsigned generation,
    const struct secret **prk, struct err_trace *trace);

#endif
