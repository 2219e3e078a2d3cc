/* SPDX-License-Identifier: BSD-2-Clause */
/* What was made in tokens, for evidence and reports: generated keys, and those sealed since. */
#ifndef ROSTER_KEY_H
#define ROSTER_KEY_H

#include "roster/binding.h"
#include "roster/roster.h"

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

/* The one made last with this label; ERR_ABSENT: none that the roster knows of. */
MUST_CHECK enum err roster_key_find(struct roster *roster, const char *binding, const char *label,
    struct roster_key *out, struct err_trace *trace);

/* The key cannot leave the token of this binding any more. */
MUST_CHECK enum err roster_key_sealed(struct roster *roster, const char *binding, const char *label,
    const struct roster_hash *public_hash, struct err_trace *trace);
MUST_CHECK enum err roster_key_is_sealed(struct roster *roster, const char *binding,
    const struct roster_hash *public_hash, bool *out, struct err_trace *trace);

#endif
