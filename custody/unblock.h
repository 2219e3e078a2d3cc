/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unblocking: a card whose PIN was mistyped too often gets a new one, chosen by its custodian,
 * behind M other cards. They open the escrow of its admin PIN, which nobody sees. Share and keys
 * stay.
 */
#ifndef CUSTODY_UNBLOCK_H
#define CUSTODY_UNBLOCK_H

#include "custody/custody.h"

/*
 * `name`: the card's short name. ERR_ABSENT: no live generation has its admin PIN in escrow.
 * Interrupted, the same command begins again; the card has its old PIN or the new one.
 */
MUST_CHECK enum err
unblock_card(struct custody *custody, const char *name, struct err_trace *trace);

#endif
