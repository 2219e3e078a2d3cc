/* SPDX-License-Identifier: BSD-2-Clause */
/* What the first line of a record says: with what, on which machine, of which roster. */
#ifndef CEREMONY_RUN_OPEN_H
#define CEREMONY_RUN_OPEN_H

#include "ceremony/run_internal.h"

/* The hash, in hex (NULL: not wanted), and the time of a roster's last event. */
MUST_CHECK enum err run_last_event(
    struct roster *roster, char hex[ROSTER_HASH_TEXT], int64_t *time, struct err_trace *trace);

/* Opens the roster for a moment and keeps what the record says of it, and of the script. */
MUST_CHECK enum err run_look_at_roster(struct running *run, struct err_trace *trace);

MUST_CHECK enum err run_write_open(struct running *run, struct err_trace *trace);

/* Who approved these bytes, those of them that the record has not yet. */
MUST_CHECK enum err
run_write_approvals(struct running *run, const struct record *record, struct err_trace *trace);

/* The kernel's name for this start of the machine; "?" where it has none. Returns `out`. */
const char *run_boot_id(char out[64]);

#endif
