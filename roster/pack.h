/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packs: how a roster travels between installations, and its backup (docs/formats/pack.md). A pack
 * has events and the contents beside them; taking one verifies everything and adds what is not
 * there yet. Packs merge without conflict and in any order; a second one with the same events adds
 * nothing.
 */
#ifndef ROSTER_PACK_H
#define ROSTER_PACK_H

#include "roster/roster.h"
#include "roster/seat.h"

struct roster_packed {
	int64_t events;
	int64_t contents;
	struct roster_hash head; /* of the whole roster, as the pack's last line but one says */
};

/*
 * Writes a new file with everything, or with what an installation lacks as far as is known here
 * (`lacks` is NULL, or one of roster_installation_find). ERR_EXISTS: never overwritten. A failure
 * or a crash leaves no file of that name.
 */
MUST_CHECK enum err roster_pack(struct roster *roster, const char *path,
    const struct roster_installation *lacks, struct roster_packed *out, struct err_trace *trace);

struct roster_taken {
	struct roster_id from;   /* the writer that made the pack */
	int64_t events;          /* that were new here */
	int64_t contents;        /* likewise */
	int64_t unapplied;       /* events in the roster, in all, that contradict earlier ones */
	struct roster_hash head; /* of this roster now */
	struct roster_hash pack_head; /* the same when the pack has all that this roster has */
};

/*
 * Verifies a pack and adds what is new, in one transaction. Nothing is changed by a failure:
 * ERR_FORMAT: truncated, changed, not a pack, of another roster, or its events do not fit;
 * ERR_DENIED: PRACTICE and real do not mix; ERR_UNSUPPORTED: of a newer version;
 * ERR_NOT_NOW: it does not follow what is here, it knows more of this installation than its own
 * roster (rolled back), or a clock is wrong; ERR_EXISTS: two different events with one writer and
 * number, both of which are named: one of the two rosters is a clone.
 */
MUST_CHECK enum err roster_take(
    struct roster *roster, const char *path, struct roster_taken *out, struct err_trace *trace);

struct roster_joining {
	struct roster_paths paths;
	struct roster_clock clock;
	bool practice_only; /* refuse a real roster's pack (a sandbox) */
	const char *pack;
	const char *person;       /* at the keyboard: of the roster in the pack */
	const char *installation; /* what this one is to be called */
	const char *group;        /* as struct roster_founding */
};

/*
 * Begins a second installation of the roster that a whole pack brings, and opens it for writing.
 * Errors as roster_create and roster_take; ERR_EXISTS also when this installation has a roster of
 * that id already.
 */
MUST_CHECK enum err
roster_join(const struct roster_joining *joining, struct roster **out, struct err_trace *trace);

#endif
