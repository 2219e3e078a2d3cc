/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine before a ceremony: a row a check; a finding is fatal, or accepted by two people. */
#ifndef CEREMONY_PREFLIGHT_H
#define CEREMONY_PREFLIGHT_H

#include "ceremony/approval.h"
#include "ceremony/run_internal.h"

enum { PREFLIGHT_TEXT = 400 };

/* Where a check looks; the machine's own folders unless a test says otherwise. */
struct preflight_place {
	const char *net;                 /* "/proc/net/dev": of the process's own namespace */
	bool (*is_up)(const char *name); /* whether an interface is */
	const char *routes;              /* "/proc/net/route" */
	const char *routes6;             /* "/proc/net/ipv6_route" */
	const char *sockets[4];          /* "/proc/net/tcp" and the like; NULL: fewer */
	const char *swaps;               /* "/proc/swaps" */
	const char *proc;                /* "/proc": how pcscd was started */
	const char *configurations;      /* of readers, for a pcscd that is not told of another */
	const char *drivers[2];          /* folders with drivers of readers */
	const char *state_dir;
	const char *evidence;
	const struct script_words *network; /* interfaces and addresses that may be up */
	const struct script *script;
	const struct approvals *approvals; /* NULL: none are wanted, as in a rehearsal */
	int64_t roster_last;
	int64_t now;
};
extern const struct preflight_place preflight_machine;

struct preflight_check {
	const char *name; /* "network" */
	/* Says what was found; true: well. */
	bool (*look)(const struct preflight_place *place, char finding[PREFLIGHT_TEXT]);
	const char *next; /* what to do about it */
};
extern const struct preflight_check preflight_checks[]; /* one without a name ends them */

/* "well"; "reported": a practice roster goes on with it; "refused", unless two people accept it. */
const char *preflight_word(bool well, bool practice);

/*
 * Looks at all of it and writes each down. ERR_DENIED: something was found and not accepted. In a
 * practice roster findings are told, and it goes on.
 */
MUST_CHECK enum err preflight(struct running *run, struct err_trace *trace);

#endif
