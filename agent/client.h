/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One client, which is one connection: its sessions, its operations, and its own numbers for the
 * objects it may see. Numbers are drawn at random for each client and looked up in its own tables
 * only, so that a number of another client, or a guessed one, means nothing here.
 *
 * PKCS#11 functions take no context, so the thread that serves a client says which one it is:
 * client_enter at its start, client_current everywhere below.
 */
#ifndef AGENT_CLIENT_H
#define AGENT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <p11-kit/pkcs11.h>

#include "agent/peer.h"
#include "agent/use.h"
#include "agent/visible.h"

/* What all clients share. */
struct activation {
	CK_FUNCTION_LIST *functions;
	CK_SLOT_ID slot;
	const struct visible *visible;
	struct uses uses;
	_Atomic bool token_gone; /* set by a filter that was told so by the token */
	int token_gone_fd;       /* an eventfd beside it, for the main loop's poll; -1: none */
};

enum { CLIENT_SESSIONS = 64 };

struct client_operation {
	bool active;
	const struct visible_object *key;
	const struct mechanism *mechanism;
	struct sha256_stream *given; /* of what came bit by bit; NULL: nothing did */
};

struct client_session {
	CK_SESSION_HANDLE number; /* what the client calls it; 0: this place is free */
	CK_SESSION_HANDLE real;
	struct client_operation sign;
	bool finding;
	CK_OBJECT_HANDLE *found; /* the client's own numbers, still to be handed out */
	size_t found_count;
	size_t found_next;
};

struct client {
	struct activation *activation;
	struct peer peer;
	int64_t since;                   /* seconds of UTC */
	_Atomic int64_t made;            /* signatures that it was given */
	CK_OBJECT_HANDLE *object_number; /* one for each of activation->visible */
	struct client_session session[CLIENT_SESSIONS];
};

/* NULL when there is no memory or no randomness. */
struct client *client_new(struct activation *activation, const struct peer *peer);

/* Closes the client's sessions on the token; NULL is fine. */
void client_free(struct client *client);

/* This thread serves `client` from now on; NULL: none. */
void client_enter(struct client *client);
struct client *client_current(void);

/* Forgets the signature that was begun in the session. */
void client_forget_signing(struct client_session *session);

CK_RV client_open_session(struct client *client, CK_SESSION_HANDLE *number);
void client_close_session(struct client *client, struct client_session *session);

/*
 * Ends whatever runs in the session, by giving it a new one on the token: PKCS#11 2.40 has no other
 * way to end a signature that was begun and must not be made.
 */
CK_RV client_renew_session(struct client *client, struct client_session *session);
void client_close_all(struct client *client);

/* NULL for a number that is not this client's. */
struct client_session *client_session(struct client *client, CK_SESSION_HANDLE number);
const struct visible_object *client_object(const struct client *client, CK_OBJECT_HANDLE number);

/* This client's number for an object, 0 for one it may not see. */
CK_OBJECT_HANDLE client_number_of(const struct client *client, CK_OBJECT_HANDLE real);

/* Passes `rv` on, and notes when it says that the token is no longer there. */
CK_RV client_answer(const struct client *client, CK_RV rv);

#endif
