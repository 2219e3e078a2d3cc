/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an activation's socket lies: "<folder>/<quorum>-<eight hex digits>.sock". The folder is the
 * order's, else $XDG_RUNTIME_DIR/quorate, else /run/quorate for root and ~/.local/state/quorate/run
 * for others. It is made for its owner alone; when the order lets other users in, they may pass
 * through it, and the socket itself asks who they are.
 */
#ifndef AGENT_PLACE_H
#define AGENT_PLACE_H

#include "base/err.h"

struct agent_order;

enum { PLACE_PATH = 108 }; /* sun_path */

struct place {
	int fd; /* listening, non-blocking */
	char path[PLACE_PATH];
};

/* ERR_DENIED when the folder belongs to another, or others could write there. */
MUST_CHECK enum err
place_make(const struct agent_order *order, struct place *out, struct err_trace *trace);

/* Unlinks the socket and closes it. */
void place_remove(struct place *place);

#endif
