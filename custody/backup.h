/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backups of keys from token to token, their proof, and the way back (docs/backup.md). One
 * gathering opens all tokens that take part; with a session open nobody is asked for a card. Two
 * people compare the words of the transport key, because whoever could swap it would get the key.
 *
 * A backup that was interrupted is taken up by giving the same command again: what it left of
 * transport keys is destroyed, and a copy that is there already is proven and recorded.
 */
#ifndef CUSTODY_BACKUP_H
#define CUSTODY_BACKUP_H

#include "custody/custody.h"
#include "hsm/key.h"
#include "roster/backup.h"

struct backup_note {
	const char *what;
	const char *place;
	int64_t made; /* 0: now */
};

struct backup_request {
	const char *quorum;
	const char *label; /* of the key */
	const char *from;  /* a binding; NULL: the quorum's only primary one, to make a backup */
	const char *to;    /* a binding */
	const struct backup_note *note; /* of a backup_record */
	const char *const
	    *people; /* the two who compare the words, and NULL; NULL: nobody has to */
};

enum { BACKUP_TRUST_TEXT = 24, BACKUP_WORDS_BYTES = 16, BACKUP_SEALED = 2 };

struct backup_result {
	struct roster_backup backup; /* as it is in the roster now */
	struct roster_binding from, to;
	struct key_facts key;                /* on the target */
	bool was_there;                      /* an interrupted backup had copied it already */
	uint8_t transport[ROSTER_HASH_SIZE]; /* SHA-256 of the transport key; zero: none was made */
	char trust[BACKUP_TRUST_TEXT];       /* as backup_trust_word of hsm/backup.h; empty: nothing
						was wrapped */
	int64_t objects_before, objects_after; /* that the target showed when logged in */
	/* Of a verification: where the key may no longer leave its token, and where it still may.
	 */
	char sealed[BACKUP_SEALED][ROSTER_BINDING_NAME];
	size_t sealed_count;
	char open[ROSTER_BINDING_NAME]; /* that token is not here; empty: none such */
};

/*
 * A copy in a token that is bound as a backup; the key may leave it again until the backup was
 * verified. ERR_EXISTS: the token has the label already, or the backup is in the roster and there.
 */
MUST_CHECK enum err backup_create(struct custody *custody, const struct backup_request *request,
    struct backup_result *out, struct err_trace *trace);

/*
 * From the backup's token into a session of one that is bound for tests, where it signs; nothing is
 * left there. Then the key is sealed as the policy says, and the date of the recovery test set.
 */
MUST_CHECK enum err backup_verify(struct custody *custody, const struct backup_request *request,
    struct backup_result *out, struct err_trace *trace);

/* The same of what is on the token `to` for good, restored there by its maker's means. */
MUST_CHECK enum err backup_verify_on(struct custody *custody, const struct backup_request *request,
    struct backup_result *out, struct err_trace *trace);

/* From the backup's token into one that is bound as primary, for good. */
MUST_CHECK enum err backup_restore(struct custody *custody, const struct backup_request *request,
    struct backup_result *out, struct err_trace *trace);

/* A backup by the maker's own means, of the key in `from`; it counts as a copy of the token, too.
 */
MUST_CHECK enum err backup_record(struct custody *custody, const struct backup_request *request,
    struct backup_result *out, struct err_trace *trace);

#endif
