/* SPDX-License-Identifier: BSD-2-Clause */
/* Taking a pack into a roster that may still be empty. Internal to roster/. */
#ifndef ROSTER_TAKE_INTERNAL_H
#define ROSTER_TAKE_INTERNAL_H

#include "roster/pack.h"
#include "roster/pack_file.h"
#include "roster/roster_internal.h"

/* Within roster_begin and roster_end, also into a roster that has nothing yet. */
MUST_CHECK enum err take_into(struct roster *roster, struct pack_reader *pack,
    struct roster_taken *out, struct err_trace *trace);

#endif
