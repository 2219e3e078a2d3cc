/* SPDX-License-Identifier: BSD-2-Clause */
/* What the first line of a record says: with what, on which machine, of which roster. */
#ifndef CEREMONY_RUN_OPEN_H
#define CEREMONY_RUN_OPEN_H

#include "ceremony/run_internal.h"

/* Opens the roster for a moment and keeps what the record says of it. */
MUST_CHECK enum err run_look_at_roster(struct running *run, struct err_trace *trace);

MUST_CHECK enum err run_write_open(struct running *run, struct err_trace *trace);

/* The kernel's name for this start of the machine; "?" where it has none. Returns `out`. */
const char *run_boot_id(char out[64]);

#endif
