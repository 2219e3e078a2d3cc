/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs: what Quorate's own commands do with a token that is logged in, or with an open escrow, by
 * name, with JSON going in and coming out. A job runs in the command after a gathering, or in the
 * agent of an open session (custody/login.h chooses), so that a session hands out no PIN: it does
 * the work. A job knows no roster and asks nobody; what it did becomes an event in the command.
 */
#ifndef CUSTODY_JOB_H
#define CUSTODY_JOB_H

#include <jansson.h>

#include "base/err.h"
#include "hsm/key.h"
#include "x509/encoding.h"

struct secret;
struct token_session;

/* What a job may work with: one of the two. */
struct job_tools {
	struct token_session *session; /* logged in as user, writable */
	const struct secret *user_pin; /* of that token */
	const struct secret *so_pin;   /* likewise; NULL: the quorum does not have it */
	const struct secret *escrow;   /* the generation's private escrow key */
};

struct job_result {
	json_t *reply;         /* json_decref() */
	struct secret *secret; /* where the job gives one; NULL: it does not */
};

struct job {
	const char *name; /* "key.generate" */
	bool on_token;    /* needs a session on a token; else the escrow key */
	enum err (*run)(const struct job_tools *tools, const json_t *request,
	    struct job_result *out, struct err_trace *trace);
};

/* ERR_ABSENT for a name that no job has. */
MUST_CHECK enum err job_find(const char *name, const struct job **out, struct err_trace *trace);

/* Ends what is held of a result. */
void job_result_drop(struct job_result *result);

/*
 * key.generate  {"label","type","extractable"} → {"key",…,"pem","public_hash"}
 * key.list      {}                             → {"keys":[…]}
 * cert.self-sign {"label","draft","rules","store","again"} → {"id","der","stored","not-stored"?}
 * cert.sign     {"label","draft","issuer","rules"} → {"id","der"}
 * crl.sign      {"label","draft","issuer","rules"} → {"id","der"}
 * cert.read     {"label"}                      → {"certificates":[{"der"}…]}
 * admin-pin     {"quorum","generation","fingerprint","practice","sealed"} → the secret
 */
json_t *job_key_request(const struct key_request *request);
MUST_CHECK enum err
job_key_read(const json_t *json, struct key_facts *out, struct err_trace *trace);

/* DER, and bytes like it, travel as base64; der_drop *out. NULL when there is no memory. */
json_t *job_der(const uint8_t *bytes, size_t len);
MUST_CHECK enum err
job_der_read(const json_t *json, const char *name, struct der *out, struct err_trace *trace);

/* A key's facts as they travel; NULL when there is no memory. */
json_t *job_key_json(const struct key_facts *key);

/*
 * From token to token (hsm/backup.h); keys and what is wrapped travel as DER does.
 * backup.look       {"label","leaves","prove"} → {"key","public","public_hash"}: what there is, and
 *                   refused where it cannot leave, or does not sign
 * backup.transport  {"label","public","keep"} → {"there"}, and if it is not there yet
 *                   {"transport","objects"}: with `keep` the label must be free
 * backup.wrap       {"label","transport"} → {"key","wrapped","wrapper","trust"}
 * backup.unwrap     {"label","public","transport","wrapped","wrapper","keep","extractable",
 *                   "with_trusted"} → {"key","objects"}: it signed; no transport key is left
 * backup.clear      {} → {"cleared"}: of transport keys
 * key.seal          {"label","public_hash"} → {"key"}
 */
extern const struct job job_backup_rows[], job_cert_rows[], job_escrow_rows[], job_key_rows[];

#endif
