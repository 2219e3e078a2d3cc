/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands between a client's socket and p11-kit's server and passes whole frames, one request and
 * its answer at a time. A frame is call code (u32), length of options (u32), length of body (u32),
 * options, body. A frame that is too long, a body that agent/grammar.h cuts, and a client that
 * stops in the middle of sending or receiving one end the connection; a client that is idle
 * between frames may stay. Requests that the policy refuses are answered here.
 */
#ifndef AGENT_FRAMES_H
#define AGENT_FRAMES_H

#include <p11-kit/pkcs11.h>

enum {
	FRAMES_MAX = 1 << 20,    /* bytes of a request, header and all */
	FRAMES_OPTIONS = 4096,   /* bytes of it that may be options */
	FRAMES_ANSWER = 2 << 20, /* bytes of an answer; more is a fault of ours */
	FRAMES_STALL_MS = 10000,
};

struct frames {
	int client;   /* non-blocking */
	int server;   /* blocking; the other end is p11-kit's */
	int stall_ms; /* for the rest of a frame to come or go */
	/* Told of each call that the policy refused; NULL: nobody. */
	void (*refused)(void *context, const char *call, CK_RV rv);
	void *context;
};

/* Why a connection ended. */
enum frames_end {
	FRAMES_LEFT,      /* the client closed between two frames */
	FRAMES_MALFORMED, /* too long, or cut by the grammar */
	FRAMES_STALLED,   /* stopped within a frame */
	FRAMES_BROKEN,    /* closed within a frame, or our own side ended */
};

/* Relays until the connection is over. Closes neither. */
enum frames_end frames_relay(const struct frames *frames);

#endif
