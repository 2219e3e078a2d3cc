/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/operation_state.h"

static bool
has_step(const struct roster_operation *operation, enum roster_step_kind kind)
{
	for (size_t i = 0; i < operation->steps; i++)
		if (operation->step[i].kind == kind)
			return true;
	return false;
}

bool
operation_makes_generation(const struct roster_operation *operation)
{
	return operation->plan.kind == ROSTER_OP_CREATE || operation->plan.kind == ROSTER_OP_REKEY;
}

bool
operation_has_switched(const struct roster_operation *operation)
{
	return has_step(operation, ROSTER_STEP_INIT_BEGUN) ||
	       has_step(operation, ROSTER_STEP_SWITCH_BEGUN);
}

bool
operation_has_only_begun_init(const struct roster_operation *operation)
{
	return has_step(operation, ROSTER_STEP_INIT_BEGUN) &&
	       !has_step(operation, ROSTER_STEP_INIT_DONE) &&
	       !has_step(operation, ROSTER_STEP_SWITCH_BEGUN);
}

/* A share that was given to another card cannot be taken back: the old card is marked. */
bool
operation_may_abort(const struct roster_operation *operation)
{
	if (operation->plan.kind == ROSTER_OP_REPLACE_CARD)
		return !has_step(operation, ROSTER_STEP_SEALED);
	return !operation_has_switched(operation);
}
