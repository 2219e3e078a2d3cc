/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The socket of an activation: a folder of our own, a name of our own in it, and for each client
 * that connects and may, one connection. Each connection has two threads: one relays whole frames
 * (agent/frames.h), the other is p11-kit's server over the filtered function list.
 */
#ifndef AGENT_SERVE_H
#define AGENT_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <jansson.h>

#include "base/err.h"

struct activation;
struct agent_order;
struct place;
struct serve;

enum { SERVE_CONNECTIONS = 256 };

/*
 * Makes the folder and the socket, after clearing sockets that dead agents left there. ERR_DENIED
 * when the folder is another's or open to others. `activation` must outlive *out.
 */
MUST_CHECK enum err serve_open(const struct agent_order *order, struct activation *activation,
    struct serve **out, struct err_trace *trace);

/* Where it serves; borrowed. */
const struct place *serve_place(const struct serve *serve);

/* [{"uid":…,"pid":…,"program":…,"since":…,"made":…}]: who is connected now. */
json_t *serve_clients(struct serve *serve);

/* Lets in whoever waits, or turns them away. */
void serve_accept(struct serve *serve);

/* How many connections there are now. */
size_t serve_count(struct serve *serve);

/*
 * Removes the socket, cuts all connections and waits for their threads, at most `grace_ms`; false
 * when some are still inside the token (then nothing they use may be freed).
 */
bool serve_close(struct serve *serve, int grace_ms);

#endif
