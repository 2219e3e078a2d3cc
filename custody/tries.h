/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a visit learns of a card's tries becomes known to the roster at once, so that nobody counts
 * on a card that is blocked. Noted where a card is first looked at, and after each refused PIN.
 */
#ifndef CUSTODY_TRIES_H
#define CUSTODY_TRIES_H

#include "custody/custody.h"

/* Nothing happens for a card that the roster does not know as enrolled, for numbers that it has
 * already, or where the roster is only read. */
MUST_CHECK enum err
tries_note(struct custody *custody, const struct card *card, struct err_trace *trace);

#endif
