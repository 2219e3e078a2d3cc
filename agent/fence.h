/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files a process may open from now on (landlock, linux/landlock.h). What is open already
 * stays so. Holds for the calling thread and those it starts later: call it before there are any.
 */
#ifndef AGENT_FENCE_H
#define AGENT_FENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum fence_use {
	FENCE_FILES,   /* a folder: read, write, make and remove files in it */
	FENCE_SOCKETS, /* a folder: make and remove sockets in it */
	FENCE_DEVICE,  /* a file: read and write it */
};

struct fence_place {
	const char *path; /* must exist */
	enum fence_use use;
};

struct fence_order {
	bool all_files; /* any file may be opened; `place` is not looked at */
	bool network;   /* TCP may be used */
	const struct fence_place *place;
	size_t count;
};

/*
 * Whatever is ordered, no program is started, no process outside is signalled or traced, where the
 * kernel knows how to keep that. ERR_UNSUPPORTED when the kernel has no landlock.
 */
MUST_CHECK enum err fence_files(const struct fence_order *order, struct err_trace *trace);

#endif
