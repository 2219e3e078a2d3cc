/* SPDX-License-Identifier: BSD-2-Clause */
/* A key's way from one token into another: what creating, verifying and restoring share. */
#ifndef CUSTODY_BACKUP_TRANSFER_H
#define CUSTODY_BACKUP_TRANSFER_H

#include "custody/backup.h"
#include "custody/login.h"
#include "roster/policy.h"

struct transfer {
	struct custody *custody;
	const struct backup_request *request;
	struct login_target from, to;
	bool has_from;             /* else `to` alone is looked at */
	struct login_target third; /* of whose key something else is done, too */
	bool has_third;
	bool keep;                          /* on the target for good; else in a session there */
	bool extractable;                   /* there */
	const struct roster_hash *expected; /* the key's public hash; NULL: whatever it is */
	struct login_work *work;
	struct backup_result *result;
};

/*
 * One operation, from an empty *result to having logged out of all. A transfer holds whole
 * generations: too much for a stack.
 */
typedef enum err transfer_steps(struct transfer *transfer, struct err_trace *trace);
MUST_CHECK enum err transfer_do(struct custody *custody, const struct backup_request *request,
    struct backup_result *result, transfer_steps *steps, struct err_trace *trace);

/* Finds both ends; ERR_ARGUMENT when they are the same token or `to` has another role. */
MUST_CHECK enum err
transfer_find(struct transfer *transfer, enum roster_binding_role role, struct err_trace *trace);

/* The name of the quorum's only primary token; ERR_ARGUMENT when it has none or several. */
MUST_CHECK enum err
transfer_primary(struct transfer *transfer, char out[ROSTER_BINDING_NAME], struct err_trace *trace);

/* Logs in to all that take part. */
MUST_CHECK enum err
transfer_begin(struct transfer *transfer, const char *purpose, struct err_trace *trace);

/* The copying itself; the result has the key's facts, public hash and all that was seen. */
MUST_CHECK enum err transfer_run(struct transfer *transfer, struct err_trace *trace);

/* One job on one of them; takes `request`, which may be NULL for want of memory. */
MUST_CHECK enum err transfer_ask(struct transfer *transfer, const struct login_target *on,
    const char *job, json_t *request, struct job_result *out, struct err_trace *trace);

/* What the roster has on the key's backup in the token of the binding `target`, into the result. */
MUST_CHECK enum err
transfer_find_backup(struct transfer *transfer, const char *target, struct err_trace *trace);

MUST_CHECK enum err
transfer_policy(struct transfer *transfer, enum roster_extractable *out, struct err_trace *trace);

#endif
