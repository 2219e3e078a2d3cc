/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/use.h"

#include "base/clock.h"

CK_RV
use_begin(struct uses *uses, const struct use *use)
{
	int64_t taken = atomic_load(&uses->taken);

	(void)use;
	if (uses->deadline_ms != 0 && clock_boot_ms() >= uses->deadline_ms)
		return CKR_FUNCTION_REJECTED;
	do {
		if (uses->max != 0 && taken >= uses->max)
			return CKR_FUNCTION_REJECTED;
	} while (!atomic_compare_exchange_weak(&uses->taken, &taken, taken + 1));
	return CKR_OK;
}

CK_RV
use_end(struct uses *uses, const struct use *use, CK_RV result)
{
	(void)use;
	if (result != CKR_OK)
		atomic_fetch_sub(&uses->taken, 1);
	return result;
}

int64_t
use_count(const struct uses *uses)
{
	return atomic_load(&uses->taken);
}
