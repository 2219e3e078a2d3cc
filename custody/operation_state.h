/* SPDX-License-Identifier: BSD-2-Clause */
/* What a journal says of how far an operation came, and so what may still be done about it. */
#ifndef CUSTODY_OPERATION_STATE_H
#define CUSTODY_OPERATION_STATE_H

#include <stdbool.h>

#include "roster/operation.h"

/* Create and re-key: the plan's generation does not exist until it is sealed. */
bool operation_makes_generation(const struct roster_operation *operation);

/* True when a token may have been touched: from there on there is no way back. */
bool operation_has_switched(const struct roster_operation *operation);

/*
 * True when all that may have been touched is a fresh token that was about to be initialised: there
 * is a way back if that device is gone for good.
 */
bool operation_has_only_begun_init(const struct roster_operation *operation);

/* Before any token was touched, and where something can be taken back at all. */
bool operation_may_abort(const struct roster_operation *operation);

#endif
