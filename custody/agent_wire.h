/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of custody/agent_link.h as bytes on the link. Both ends use these functions, so
 * that what one writes the other reads. A line is read byte by byte, because the PIN that may
 * follow it must never pass through a buffer that is not locked.
 */
#ifndef CUSTODY_AGENT_WIRE_H
#define CUSTODY_AGENT_WIRE_H

#include <jansson.h>

#include "base/err.h"
#include "custody/agent_link.h"

/* Sends one line and gives up `message`, also on failure. A NULL message is ERR_NOMEM. */
MUST_CHECK enum err agent_wire_send(int fd, json_t *message, struct err_trace *trace);

/* One line within `timeout_ms`; ERR_ABSENT when the other side closed. json_decref() *out. */
MUST_CHECK enum err
agent_wire_receive(int fd, int timeout_ms, json_t **out, struct err_trace *trace);

/*
 * The same for a job of a session and its answer, of up to AGENT_LINK_JOB bytes. Only for a line
 * behind which no secret comes: it is read in blocks. ERR_FORMAT when anything comes behind it.
 */
MUST_CHECK enum err agent_wire_send_job(int fd, json_t *message, struct err_trace *trace);
MUST_CHECK enum err
agent_wire_receive_job(int fd, int timeout_ms, json_t **out, struct err_trace *trace);

MUST_CHECK enum err
agent_wire_send_secret(int fd, const struct secret *secret, struct err_trace *trace);
MUST_CHECK enum err
agent_wire_receive_secret(int fd, int timeout_ms, struct secret **out, struct err_trace *trace);

/* An order that owns what it points to. */
struct agent_order_read {
	struct agent_order order; /* `program` is not sent and stays NULL */
	json_t *json;
	uid_t users[AGENT_USERS];
	const char *key_names[AGENT_KEYS];
	struct agent_watched watched[AGENT_WATCHED];
	struct agent_token tokens[AGENT_TOKENS];
};

MUST_CHECK enum err
agent_order_to_json(const struct agent_order *order, json_t **out, struct err_trace *trace);

/* Refuses a missing, mistyped or unknown member. The result holds a reference to `json`. */
MUST_CHECK enum err
agent_order_from_json(json_t *json, struct agent_order_read **out, struct err_trace *trace);
void agent_order_read_free(struct agent_order_read *read);

/* {"failed":…}: the trace as a message, and back into a trace and its code. */
json_t *agent_failure_to_json(enum err err, const struct err_trace *trace);
MUST_CHECK enum err agent_failure_from_json(const json_t *json, struct err_trace *trace);

/* {"ended":…} */
json_t *agent_event_to_json(const struct agent_event *event);
MUST_CHECK enum err
agent_event_from_json(const json_t *json, struct agent_event *out, struct err_trace *trace);

#endif
