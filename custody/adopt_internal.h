/* SPDX-License-Identifier: BSD-2-Clause */
/* What an adoption knows so far, for the files that do its parts. Internal to custody/adopt*. */
#ifndef CUSTODY_ADOPT_INTERNAL_H
#define CUSTODY_ADOPT_INTERNAL_H

#include "custody/adopt.h"
#include "custody/visit.h"
#include "hsm/token.h"
#include "quorum/header.h"
#include "roster/adopt.h"
#include "roster/card.h"

struct module;
struct secret;

enum { ADOPT_GENERATIONS = 8, ADOPT_TOKENS = 16, ADOPT_MODULES = 4 };

/* A card that did its part. */
struct adopt_card {
	bool aside; /* for now: what it gave may be what fits with no other; it may come again */
	char name[ROSTER_SHORT_NAME];
	char quorum[ROSTER_NAME]; /* of the short name */
	unsigned number;
	char custodian[ROSTER_NAME];
	char serial[ROSTER_TEXT];
	char family[32];
	char model[ROSTER_TEXT];
	char firmware[ROSTER_TEXT];
	char atr[2 * 33 + 1];
	bool resettable;
	unsigned tries_left;
	struct roster_card_keys keys;
	unsigned checkpoint;
	uint8_t head[ROSTER_HEAD_PREFIX];
};

struct adopt_share {
	bool seen;
	bool known;  /* the roster has it from a former sitting */
	size_t card; /* in the adoption's */
	struct roster_hash commitment;
	uint8_t record[ROSTER_RECORD_SIZE];
};

struct adopt_generation {
	unsigned number;
	unsigned threshold;
	unsigned size;
	bool known;    /* complete in the roster, from a former sitting */
	bool unsure;   /* and likewise, what opens with it */
	bool opened;   /* in this sitting: what its cards gave fits together */
	bool complete; /* M of its shares made its secret once, from which these came: */
	uint8_t check[ROSTER_CHECK_SIZE];
	uint8_t escrow[ROSTER_POINT_SIZE];
	struct roster_escrow escrowed; /* its secret, to a newer generation; blob_len 0: not so */
	struct adopt_share share[ROSTER_CARDS_MAX]; /* by index */
	size_t held; /* M − 1 at most, while people are awaited; longest first */
	struct adopt_hold {
		unsigned index;
		struct secret *share;
	} hold[ROSTER_CARDS_MAX];
};

struct adopt_token {
	struct roster_binding_spec spec; /* its token is set once it is found */
	bool known;                      /* the roster has it from a former sitting */
	bool searched;
	bool found;
	struct module *module;
	struct token_facts facts;              /* when it was found */
	bool may_try[ROSTER_TOKEN_PIN__COUNT]; /* people were asked where its counter is low */
	bool tried[ROSTER_TOKEN_PIN__COUNT][ADOPT_GENERATIONS];
	unsigned opens[ROSTER_TOKEN_PIN__COUNT]; /* the generation; 0: none so far */
};

struct adoption {
	struct custody *custody;
	const struct adopt_request *request;
	bool has_id;
	struct roster_id quorum;
	bool more_bindings; /* a card says that it does not list all */
	size_t cards;
	struct adopt_card card[ROSTER_CARDS_MAX];
	size_t generations;
	struct adopt_generation generation[ADOPT_GENERATIONS];
	size_t tokens;
	struct adopt_token token[ADOPT_TOKENS];
	size_t modules;
	struct module *module[ADOPT_MODULES];
	struct visit_seen seen;
	struct visit visit; /* of the last card, while its work lasts */
};

/* What the roster adopted before. */
MUST_CHECK enum err adopt_load_known(struct adoption *adoption, struct err_trace *trace);

/*
 * One card, whose visit has begun: who it is, whose, its PIN, its shares. *used stays false, with
 * the reason in `why`, for a card that is none of the quorum's or is of no further use.
 */
MUST_CHECK enum err adopt_take_card(struct adoption *adoption, struct card *card, bool *used,
    char why[ADOPTED_LINE], struct err_trace *trace);

/*
 * A share that a card gave back, which is taken over: the M-th opens what it can; those above are
 * compared. Where M of them do not make one secret, nobody can tell whose is not right: the one
 * that the others name, else the one that was held longest, is set aside for this one, and its card
 * may come again.
 */
enum adopt_fit { ADOPT_FITS, ADOPT_FITS_NOT, ADOPT_SETS_ASIDE };
struct adopt_offer {
	unsigned index;
	struct secret *share;
	enum adopt_fit fit; /* out */
	size_t aside;       /* out: the card that is set aside */
};
MUST_CHECK enum err adopt_take_share(struct adoption *adoption, struct adopt_generation *generation,
    struct adopt_offer *offer, struct err_trace *trace);

/*
 * The first secret of a generation says what its check value is; any other must say the same, else
 * *fits is false.
 */
MUST_CHECK enum err adopt_compare(struct adopt_generation *generation, const struct secret *prk,
    bool *fits, struct err_trace *trace);

/*
 * What the sheet has of generations before this one, sealed to it: their tokens open without their
 * own cards. One that does not open is told, and passed by.
 */
MUST_CHECK enum err adopt_open_older(struct adoption *adoption,
    const struct adopt_generation *generation, const struct secret *prk, struct err_trace *trace);

/* The generation that a share is of; NULL when there are too many, or its M and N contradict. */
struct adopt_generation *
adopt_generation_of(struct adoption *adoption, unsigned number, unsigned threshold, unsigned size);

/* The bindings that people know of, by the sheet or by name, then those of each header: their
 * tokens are looked for, and asked about. */
MUST_CHECK enum err adopt_told_bindings(struct adoption *adoption, struct err_trace *trace);
MUST_CHECK enum err adopt_header_bindings(
    struct adoption *adoption, const struct header *header, struct err_trace *trace);

/* Tries what this generation would have each token open with, once. */
MUST_CHECK enum err adopt_try_pins(struct adoption *adoption,
    const struct adopt_generation *generation, const struct secret *prk, struct err_trace *trace);

/* True when each PIN of the token is accounted for: it opens, or no generation is left to try. */
bool adopt_is_settled(const struct adoption *adoption, const struct adopt_token *token);

/* True when some PIN opens with the generation. */
bool adopt_opens(const struct adoption *adoption, unsigned generation);

/* True when nothing can open with a generation that is not among those that do. */
bool adopt_is_accounted(const struct adoption *adoption);

/* Writes all of it as one change of the roster, and what there is to say of it. */
MUST_CHECK enum err adopt_write(struct adoption *adoption, struct err_trace *trace);
void adopt_report(const struct adoption *adoption, struct adopted *out);

/* What becomes of a generation in the new roster. */
enum roster_generation_state
adopt_state_of(const struct adoption *adoption, const struct adopt_generation *generation);

#endif
