/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of readers (pcsc/reader.h) whose cards are virtual ones in this process: what operations
 * are tested with, thousands of times, without pcscd. Waiting never sleeps: when nothing differs
 * and no script moves a card, it times out at once.
 */
#ifndef TESTS_FAKES_READERS_LOCAL_H
#define TESTS_FAKES_READERS_LOCAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "pcsc/reader.h"
#include "tests/fakes/channel_fault.h"
#include "tests/fakes/vcard_local.h"

enum { READERS_LOCAL_MAX = 8 };

struct readers_local {
	size_t count;                                /* readers; "Local 0", "Local 1", .. */
	struct vcard_local *card[READERS_LOCAL_MAX]; /* NULL: the reader is empty */
	uint32_t events[READERS_LOCAL_MAX];
	bool pcscd_is_gone;       /* every call fails as it does without pcscd */
	bool held_elsewhere;      /* connecting fails with a sharing violation */
	struct wire_fault *fault; /* around every channel; NULL: none. Counts over visits. */

	/* Called when a wait finds nothing: may move cards. NULL: nobody does. */
	void (*on_wait)(struct readers_local *self, void *context);
	void *on_wait_context;
};

/* The set stays the caller's, as do the cards. */
void readers_local_open(struct readers_local *local, struct readers *out);

/* Puts a card (NULL: none) into reader n; what was there is out. */
void readers_local_put(struct readers_local *local, size_t n, struct vcard_local *card);

/* A channel straight to one card; closing resets the card. */
void channel_local(struct vcard_local *card, struct channel *out);

#endif
