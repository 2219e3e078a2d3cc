/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backups of keys: a copy in a second token, or what the maker of an HSM made by his own means; and
 * when each was last shown to be good. Names of bindings and labels of keys are as they were then.
 */
#ifndef ROSTER_BACKUP_H
#define ROSTER_BACKUP_H

#include "roster/binding.h"
#include "roster/roster.h"

struct roster_backup {
	struct roster_id id;
	char label[ROSTER_TEXT];          /* of the key */
	struct roster_hash public_hash;   /* of the key: SHA-256 of its SubjectPublicKeyInfo */
	char source[ROSTER_BINDING_NAME]; /* the binding of the token that it was made from */
	char target[ROSTER_BINDING_NAME]; /* of the token that has the copy; empty: the maker's */
	char what[ROSTER_TEXT];           /* the maker's: what it is */
	char place[ROSTER_TEXT];          /* the maker's: where it is kept */
	struct roster_id copy;            /* the maker's: the copy of the token; else not set */
	int64_t made;                     /* seconds UTC, as all here */
	int64_t verified;                 /* last; 0: never */
	char verified_on[ROSTER_BINDING_NAME];
	int64_t restored; /* last; 0: never */
	char restored_on[ROSTER_BINDING_NAME];
};

/* `id` and what comes behind `made` is not read; a `made` of 0 is now. */
MUST_CHECK enum err roster_backup_add(struct roster *roster, const struct roster_backup *backup,
    struct roster_id *out, struct err_trace *trace);

/* How it was shown that a backup is good: on the token of the binding `on`. */
enum roster_backup_proof {
	ROSTER_BACKUP_RESTORED_TO_SESSION, /* an object of one session there signed */
	ROSTER_BACKUP_SIGNED,              /* what was restored there signed */
	ROSTER_BACKUP_PROOF__COUNT
};
MUST_CHECK enum err roster_backup_verified(struct roster *roster, const struct roster_id *backup,
    const char *on, enum roster_backup_proof proof, struct err_trace *trace);

/* The key is in use again on the token of the binding `on`. */
MUST_CHECK enum err roster_backup_restored(
    struct roster *roster, const struct roster_id *backup, const char *on, struct err_trace *trace);

/* Of keys whose tokens a quorum opens, or all with NULL; in order of making; free() *out. */
MUST_CHECK enum err roster_backup_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_backup **out, size_t *count, struct err_trace *trace);

/*
 * The last backup of a quorum's key that is in the token of the binding `target`; with "" the last
 * that is the maker's. ERR_ABSENT: there is none.
 */
struct roster_backup_of {
	const struct roster_id *quorum;
	const char *label; /* of the key */
	const char *target;
};
MUST_CHECK enum err roster_backup_find(struct roster *roster, const struct roster_backup_of *of,
    struct roster_backup *out, struct err_trace *trace);

#endif
