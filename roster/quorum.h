/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quorums, their generations, the shares sealed to cards and what is escrowed to a generation. The
 * sealed records and the escrows lie beside the events and can be erased; what remains in the
 * events (commitments, hashes) opens nothing.
 */
#ifndef ROSTER_QUORUM_H
#define ROSTER_QUORUM_H

#include "roster/roster.h"

enum {
	ROSTER_RECORD_SIZE = 98, /* a sealed share as it lies on the card */
	ROSTER_CHECK_SIZE = 16,
	ROSTER_ESCROW_MAX = 256, /* enc (33) and ciphertext with its tag */
	ROSTER_SUBJECT_SIZE = 32,
	ROSTER_BINDING_NAME = 33,
};

enum roster_quorum_state {
	ROSTER_QUORUM_FORMING,  /* its first generation is not live yet */
	ROSTER_QUORUM_STANDING, /* a generation is or was live */
	ROSTER_QUORUM_ABANDONED,
	ROSTER_QUORUM_STATE__COUNT
};

/* Only forwards; aborted only before live. */
enum roster_generation_state {
	ROSTER_GENERATION_SEALED,
	ROSTER_GENERATION_DELIVERING,
	ROSTER_GENERATION_LIVE,
	ROSTER_GENERATION_DEAD,
	ROSTER_GENERATION_ABORTED,
	ROSTER_GENERATION_STATE__COUNT
};
const char *roster_generation_word(enum roster_generation_state state);

struct roster_quorum {
	struct roster_id id;
	char name[ROSTER_NAME]; /* [a-z0-9-]{1,32} */
	enum roster_quorum_state state;
	unsigned newest; /* the highest generation number ever used, 0 for none */
	unsigned live;   /* the newest live generation, 0 for none */
	int64_t created;
	int64_t adopted; /* from cards and tokens, its roster being lost; 0: it was made here */
};

struct roster_share {
	unsigned index; /* SLIP-39's member index, 0 to 15 */
	struct roster_id card;
	struct roster_id custodian;
	struct roster_hash commitment;
	struct roster_hash record_hash; /* SHA-256 of the record on the card */
	bool has_record;                /* false when it was erased from the roster */
	uint8_t record[ROSTER_RECORD_SIZE];
	int64_t delivered; /* written, read back, unsealed and compared; 0 for not yet */
	int64_t begun;     /* since when its record may be on the card, 0 for not yet */
	int64_t erased;    /* since when it is no longer there, 0 for not */
};

struct roster_generation {
	unsigned number;
	unsigned threshold;
	unsigned size;
	unsigned shares; /* known: `size`, or fewer where an adopted roster saw not all cards */
	enum roster_generation_state state;
	uint8_t check[ROSTER_CHECK_SIZE];
	uint8_t escrow[ROSTER_POINT_SIZE]; /* public half */
	int64_t sealed;
	int64_t live;                                /* since, 0 for never */
	struct roster_share share[ROSTER_CARDS_MAX]; /* `shares` of them */
};

/* What is sealed: all that a generation is, in one event. */
struct roster_seal {
	unsigned number;
	unsigned threshold;
	unsigned size;
	uint8_t check[ROSTER_CHECK_SIZE];
	uint8_t escrow[ROSTER_POINT_SIZE];
	struct {
		unsigned index;
		struct roster_id card;
		struct roster_hash commitment;
		uint8_t record[ROSTER_RECORD_SIZE];
	} share[ROSTER_CARDS_MAX]; /* `size` of them */
};

enum roster_escrow_kind { ROSTER_ESCROW_ADMIN_PIN = 1, ROSTER_ESCROW_OLDER_SECRET = 2 };

struct roster_escrow {
	enum roster_escrow_kind kind;
	uint8_t subject[ROSTER_SUBJECT_SIZE]; /* fingerprint, or generation left-padded */
	unsigned generation;                  /* that it is sealed to */
	size_t blob_len;                      /* 0 when erased */
	uint8_t blob[ROSTER_ESCROW_MAX];      /* enc ‖ ciphertext */
	size_t former_len; /* what it replaces, kept until it is settled; 0 for none */
	uint8_t former[ROSTER_ESCROW_MAX];
	int64_t stored;
};

/* ERR_EXISTS when a quorum that was not abandoned has the name. */
MUST_CHECK enum err roster_quorum_create(
    struct roster *roster, const char *name, struct roster_id *out, struct err_trace *trace);

/* Gives the name of a quorum that never stood free again. */
MUST_CHECK enum err roster_quorum_abandon(struct roster *roster, const struct roster_id *quorum,
    const char *reason, struct err_trace *trace);

MUST_CHECK enum err roster_quorum_get(struct roster *roster, const struct roster_id *id,
    struct roster_quorum *out, struct err_trace *trace);
MUST_CHECK enum err roster_quorum_find(
    struct roster *roster, const char *name, struct roster_quorum *out, struct err_trace *trace);
/* Without the abandoned; by name; free() *out. */
MUST_CHECK enum err roster_quorum_list(
    struct roster *roster, struct roster_quorum **out, size_t *count, struct err_trace *trace);

/*
 * Stores a sealed generation durably. Its number is the quorum's newest + 1; each card is enrolled,
 * of a present custodian, and of no other quorum; no card or index twice. Starts as SEALED.
 */
MUST_CHECK enum err roster_generation_seal(struct roster *roster, const struct roster_id *quorum,
    const struct roster_seal *seal, struct err_trace *trace);

MUST_CHECK enum err
roster_generation_set_state(struct roster *roster, const struct roster_id *quorum, unsigned number,
    enum roster_generation_state state, struct err_trace *trace);

MUST_CHECK enum err roster_generation_get(struct roster *roster, const struct roster_id *quorum,
    unsigned number, struct roster_generation *out, struct err_trace *trace);

/* All generations of a quorum, oldest first; free() *out. */
MUST_CHECK enum err roster_generation_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_generation **out, size_t *count, struct err_trace *trace);

/* A proof that a card, its PIN and (except for enrolment) its share work. */
enum roster_proof_kind {
	ROSTER_PROOF_ENROLMENT,
	ROSTER_PROOF_DELIVERY,
	ROSTER_PROOF_ACTIVATION, /* its share took part in rebuilding the secret */
	ROSTER_PROOF_ROLL_CALL,
	ROSTER_PROOF__COUNT
};

struct roster_proof {
	enum roster_proof_kind kind;
	struct roster_id card;
	struct roster_id quorum; /* unset for enrolment */
	unsigned generation; /* 0 for enrolment, and for a roll-call of a card without a share */
	unsigned tries_left;
	const char *firmware;
	const struct roster_hash *nonce; /* the roll-call request that it answers; NULL: none */
};

/* Records the proof, and for a delivery marks the card's share as delivered. */
MUST_CHECK enum err roster_card_proven(
    struct roster *roster, const struct roster_proof *proof, struct err_trace *trace);

/* When the card was last proven so; 0: never. */
MUST_CHECK enum err roster_card_last_proof(struct roster *roster, const struct roster_id *card,
    enum roster_proof_kind kind, int64_t *out, struct err_trace *trace);

/* One per kind, subject and generation; storing again replaces the blob, the old one is erased. */
MUST_CHECK enum err roster_escrow_store(struct roster *roster, const struct roster_id *quorum,
    const struct roster_escrow *escrow, struct err_trace *trace);
/*
 * As roster_escrow_store, but what is replaced is kept as `former` while either may be the one that
 * holds: a card's admin PIN is being changed. roster_escrow_settle erases it.
 */
MUST_CHECK enum err roster_escrow_store_beside(struct roster *roster,
    const struct roster_id *quorum, const struct roster_escrow *escrow, struct err_trace *trace);
MUST_CHECK enum err roster_escrow_settle(struct roster *roster, const struct roster_id *quorum,
    const struct roster_escrow *which, struct err_trace *trace);
MUST_CHECK enum err roster_escrow_erase(struct roster *roster, const struct roster_id *quorum,
    const struct roster_escrow *which, struct err_trace *trace);
/* `which` gives kind, subject and generation. ERR_ABSENT: none, or erased. */
MUST_CHECK enum err roster_escrow_get(struct roster *roster, const struct roster_id *quorum,
    const struct roster_escrow *which, struct roster_escrow *out, struct err_trace *trace);
/* Those not erased that are sealed to `generation`; free() *out. */
MUST_CHECK enum err roster_escrow_list(struct roster *roster, const struct roster_id *quorum,
    unsigned generation, struct roster_escrow **out, size_t *count, struct err_trace *trace);

/* Which quorum and generations a card holds shares of (delivered or not), newest first. */
struct roster_holding {
	struct roster_id quorum;
	unsigned generation;
	enum roster_generation_state state;
	unsigned index;
	int64_t delivered;
	struct roster_hash record_hash; /* of the record that the card holds for it */
};
MUST_CHECK enum err roster_card_holdings(struct roster *roster, const struct roster_id *card,
    struct roster_holding **out, size_t *count, struct err_trace *trace);

#endif
