/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an agent's sockets lie: "<folder>/<quorum>-<eight hex digits>.sock" for applications, and
 * beside it ".ctl", for the agent's own user alone (agent/control.h). The folder is the
 * order's, else $XDG_RUNTIME_DIR/quorate, else /run/quorate for root and ~/.local/state/quorate/run
 * for others. It is made for its owner alone; when the order lets other users in, they may pass
 * through it, and the socket itself asks who they are.
 */
#ifndef AGENT_PLACE_H
#define AGENT_PLACE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"

struct agent_order;

enum { PLACE_PATH = 108 }; /* sun_path */

struct place {
	int fd;         /* listening, non-blocking */
	int control_fd; /* likewise */
	char path[PLACE_PATH];
	char control_path[PLACE_PATH];
	struct stat bound[2]; /* what the two paths name while they are ours */
};

/* Makes the folder, as place_make does. */
MUST_CHECK enum err
place_folder(const struct agent_order *order, char out[PLACE_PATH], struct err_trace *trace);

/* ERR_DENIED when the folder belongs to another, or others could write there. */
MUST_CHECK enum err
place_make(const struct agent_order *order, struct place *out, struct err_trace *trace);

/* False when one of the paths is gone, or names something else. */
bool place_stands(const struct place *place);

/* Unlinks the sockets, if they are still ours, and closes them. */
void place_remove(struct place *place);

#endif
