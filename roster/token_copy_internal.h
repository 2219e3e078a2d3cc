/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of copies of tokens. Internal to roster/. */
#ifndef ROSTER_TOKEN_COPY_INTERNAL_H
#define ROSTER_TOKEN_COPY_INTERNAL_H

#include "roster/event.h"

extern const struct event_type token_copy_events[];

#endif
