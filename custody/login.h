/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A quorum's login to one of its tokens for a command of Quorate's own: the cards are gathered, the
 * PIN derived, the session opened, and the PIN wiped.
 */
#ifndef CUSTODY_LOGIN_H
#define CUSTODY_LOGIN_H

#include "custody/custody.h"
#include "custody/gather.h"
#include "custody/job.h"
#include "custody/token.h"
#include "roster/quorum.h"

/* A quorum that can open something, and the token that is meant. */
struct login_target {
	struct roster_quorum quorum;
	struct roster_generation generation;
	struct roster_binding binding;
};

/* ERR_NOT_NOW when the quorum is not complete, or its token opens with no live generation. */
MUST_CHECK enum err login_find(struct custody *custody, const char *quorum, const char *binding,
    struct login_target *out, struct err_trace *trace);

/*
 * ERR_NOT_NOW while this token's PINs are being changed, or it is being taken from its quorum: it
 * may have other PINs already, and those that the roster tells of would be a wrong try.
 */
MUST_CHECK enum err login_check_stays(
    struct custody *custody, const struct login_target *target, struct err_trace *trace);

/*
 * One way to have jobs done on tokens that one generation opens: by the quorum's open session where
 * there is one, and nobody is asked; else here, after one gathering that serves them all. What is
 * borrowed stays the caller's until login_end.
 */
enum { LOGIN_TOKENS = 3 };
struct login_set {
	const struct login_target *target[LOGIN_TOKENS];
	size_t count;
	const char *purpose; /* for the people who are asked for cards */
};
struct login_work;

/*
 * Checks that the tokens are there before anyone is bothered, gathers the cards, and logs in. The
 * last card signs a checkpoint. ERR_NOT_NOW when not one generation opens them all.
 */
MUST_CHECK enum err login_begin(struct custody *custody, const struct login_set *set,
    struct login_work **out, struct err_trace *trace);

/* Has a job of custody/job.h done on one of them; `request` is borrowed; job_result_drop *out. */
MUST_CHECK enum err login_do(struct login_work *work, const struct login_target *on,
    const char *job, json_t *request, struct job_result *out, struct err_trace *trace);

/* Logs out of all and wipes; NULL is fine. */
void login_end(struct login_work *work);

/* The three for one job on one token. */
struct login_job {
	const char *name;    /* of custody/job.h */
	const char *purpose; /* for the people who are asked for cards */
	json_t *request;     /* borrowed */
};
MUST_CHECK enum err login_run(struct custody *custody, const struct login_target *target,
    const struct login_job *job, struct job_result *out, struct err_trace *trace);

/*
 * Refuses a token whose PIN is locked, and asks where its counter shows a wrong try that nobody
 * here can explain. While nobody's share is held: people are awaited.
 */
MUST_CHECK enum err login_check_tries(struct custody *custody, const struct token_facts *facts,
    enum token_who who, struct err_trace *trace);

#endif
