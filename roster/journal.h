/* SPDX-License-Identifier: BSD-2-Clause */
/* What was done with tokens and keys: activations and generated keys, for evidence and reports. */
#ifndef ROSTER_JOURNAL_H
#define ROSTER_JOURNAL_H

#include "roster/quorum.h"
#include "roster/roster.h"

struct roster_activation {
	struct roster_id id; /* filled by roster_activation_open */
	struct roster_id quorum;
	unsigned generation;
	char binding[ROSTER_BINDING_NAME];
	char purpose[ROSTER_TEXT]; /* what for; empty when not given */
	unsigned cards;
	struct roster_id card[ROSTER_CARDS_MAX];
	struct roster_id by;
	int64_t opened;
	int64_t closed; /* 0: not recorded */
	int64_t uses;
	char result[ROSTER_TEXT];
};

MUST_CHECK enum err roster_activation_open(
    struct roster *roster, struct roster_activation *activation, struct err_trace *trace);
MUST_CHECK enum err roster_activation_close(struct roster *roster, const struct roster_id *id,
    int64_t uses, const char *result, struct err_trace *trace);
/* Newest first; free() *out. */
MUST_CHECK enum err roster_activation_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_activation **out, size_t *count, struct err_trace *trace);

struct roster_key {
	char binding[ROSTER_BINDING_NAME];
	char label[ROSTER_TEXT];
	char algorithm[32];             /* "ec-p384" */
	char id[ROSTER_TEXT];           /* CKA_ID, hex */
	struct roster_hash public_hash; /* SHA-256 of the SubjectPublicKeyInfo */
	int64_t generated;
};

MUST_CHECK enum err
roster_key_generated(struct roster *roster, const struct roster_key *key, struct err_trace *trace);
MUST_CHECK enum err roster_key_list(struct roster *roster, const char *binding,
    struct roster_key **out, size_t *count, struct err_trace *trace);

#endif
