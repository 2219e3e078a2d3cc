/* SPDX-License-Identifier: BSD-2-Clause */
/* Plans of operations as JSON. Internal to roster/. */
#ifndef ROSTER_OPERATION_INTERNAL_H
#define ROSTER_OPERATION_INTERNAL_H

#include "roster/event.h"
#include "roster/operation.h"

/* The words of enum roster_operation_kind, NULL-terminated. */
extern const char *const operation_words[];

extern const struct member operation_plan_members[];

MUST_CHECK enum err operation_plan_check(const struct roster_plan *plan, struct err_trace *trace);

/* All of a plan but its kind, quorum and generation; NULL when there is no memory. */
json_t *operation_plan_pack(const struct roster_plan *plan);
MUST_CHECK enum err
operation_plan_unpack(const char *text, struct roster_plan *out, struct err_trace *trace);

/* Reads the steps of an operation whose id is known. */
MUST_CHECK enum err
operation_load_steps(struct db *db, struct roster_operation *operation, struct err_trace *trace);

extern const struct event_type operation_events[];
extern const struct event_type step_events[];

#endif
