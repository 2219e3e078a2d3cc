/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking an agent that is left to itself, over its control socket. One line of JSON each:
 *
 *   {"ask":"status"}  →  {"status":{"pid":…,"socket":…,"left_ms":…,"max_uses":…,"uses":…,
 *                         "refused":…,"clients":[{"uid":…,"pid":…,"program":…,"since":…,
 *                         "made":…}]}}
 *   {"ask":"end"}     →  {"ending":true}, and the connection closes when the agent is gone
 */
#ifndef CUSTODY_AGENT_CONTROL_H
#define CUSTODY_AGENT_CONTROL_H

#include <jansson.h>

#include "base/err.h"

/* json_decref() *out. ERR_ABSENT: nobody listens there; ERR_TIMEOUT: no answer in a few seconds. */
MUST_CHECK enum err agent_control_status(const char *path, json_t **out, struct err_trace *trace);

/* Returns when the agent is gone and the token closed with it. */
MUST_CHECK enum err agent_control_end(const char *path, struct err_trace *trace);

#endif
