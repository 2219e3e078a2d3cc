/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watches the readers whose cards keep an activation open. Taking a card out ends it at once; a
 * reader that goes, or a pcscd that dies, is given a short grace to return with the card in it.
 */
#ifndef AGENT_WATCH_H
#define AGENT_WATCH_H

#include <stddef.h>

#include "base/err.h"

struct readers;
struct watch;

enum { WATCH_GRACE_MS = 5000 };

struct watch_order {
	struct readers *readers; /* borrowed, and used by the watch alone until it is stopped */
	const char *const *names;
	size_t count;
	int grace_ms;
};

/* ERR_ABSENT when a card is not in its reader now; watch_stop *out. */
MUST_CHECK enum err
watch_start(const struct watch_order *order, struct watch **out, struct err_trace *trace);

/* For poll: readable once a card is gone. Then watch_text says which, in a sentence. */
int watch_fd(const struct watch *watch);
const char *watch_text(const struct watch *watch);

/* NULL is fine. */
void watch_stop(struct watch *watch);

#endif
