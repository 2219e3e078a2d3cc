/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate of private-key operations. Every one passes use_begin before the token is asked and
 * use_end before the client is answered; nothing else calls the token with a private key. The
 * bounds are kept here, atomically: with one use left and fifty clients at once, one gets it.
 *
 * Each use is in the record (docs/formats/use-record.md) before the client is answered, and so is
 * each that was refused. A use is taken when it begins and given back when the token made nothing:
 * what counts is what was signed.
 */
#ifndef AGENT_USE_H
#define AGENT_USE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>
#include <p11-kit/pkcs11.h>

#include "agent/bound_clock.h"
#include "base/err.h"

struct client;
struct mechanism;
struct visible_object;

/* Where uses are written down: agent/recorder.h. One that is zeroed has no room. */
struct use_log {
	void *context;
	bool (*has_room)(void *context);
	/* Takes the line; it is durable after ERR_OK. */
	enum err (*write)(void *context, json_t *line, struct err_trace *trace);
};

struct uses {
	int64_t max; /* 0: no bound */
	struct bound_time time;
	struct use_log log;
	_Atomic int64_t taken;
	_Atomic int64_t refused;
};

enum {
	USE_SIGNED = 192,          /* "raw:…" or "sha256:…", with its NUL */
	USE_RAW_MAX = 83,          /* bytes: the DigestInfo of a SHA-512 */
	USE_REFUSALS_SINGLY = 1000 /* that have a line each; then a line says how many more */
};

struct use {
	struct client *client;
	const struct visible_object *key;
	const struct mechanism *mechanism;
	char signed_what[USE_SIGNED];
};

/* Fills signed_what: what the client gave if that is a digest itself, else its SHA-256. */
MUST_CHECK enum err
use_describe(struct use *use, const void *data, size_t len, struct err_trace *trace);
/* From the SHA-256 of what was given bit by bit. */
void use_describe_digest(struct use *use, const uint8_t digest[32]);

/*
 * CKR_OK, or why it is refused: CKR_FUNCTION_REJECTED for a bound that is reached,
 * CKR_DEVICE_MEMORY when it could not be recorded. Then use_end is not called.
 */
CK_RV use_begin(struct uses *uses, const struct use *use);

/*
 * `result` is what the token answered. Returns what the client is answered: CKR_DEVICE_ERROR when
 * it could not be recorded, and then the client must not get what the token made.
 */
CK_RV use_end(struct uses *uses, const struct use *use, CK_RV result);

/* Records a call that the policy refused. */
void use_refuse_call(struct uses *uses, struct client *client, const char *call, CK_RV rv);

/* For what is no signature but is bounded and recorded too (agent/commands.h). */

/* Why nothing may begin any more, in words; NULL: it may. */
const char *use_over(const struct uses *uses);
/* False when a line more could not be written down. */
bool use_has_room(struct uses *uses);
/* Takes the line; it is durable after ERR_OK. */
MUST_CHECK enum err use_write(struct uses *uses, json_t *line, struct err_trace *trace);

int64_t use_count(const struct uses *uses);

#endif
