/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watches the cards that keep an activation open. Taking one out ends it at once, and so does one
 * that was swapped before the first look: the reader's count of insertions tells. A reader that
 * goes, or a pcscd that dies, is given a short grace to return with the same card in it; as nobody
 * counted meanwhile, the card is asked for its serial.
 */
#ifndef AGENT_WATCH_H
#define AGENT_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct agent_watched;
struct readers;
struct watch;

enum { WATCH_GRACE_MS = 5000 };

struct watch_order {
	struct readers *readers; /* borrowed, and used by the watch alone until it is stopped */
	const struct agent_watched *watched; /* borrowed likewise */
	size_t count;
	int grace_ms;
	/* Whether the card in the reader is the one that is watched; NULL: its serial is read. */
	bool (*is_card)(struct readers *readers, const struct agent_watched *watched);
};

/* ERR_ABSENT when a card is not in its reader, or was taken out meanwhile; watch_stop *out. */
MUST_CHECK enum err
watch_start(const struct watch_order *order, struct watch **out, struct err_trace *trace);

/* For poll: readable once a card is gone. Then watch_text says which, in a sentence. */
int watch_fd(const struct watch *watch);
const char *watch_text(const struct watch *watch);

/* NULL is fine. */
void watch_stop(struct watch *watch);

#endif
