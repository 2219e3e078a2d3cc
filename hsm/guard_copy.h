/* SPDX-License-Identifier: BSD-2-Clause */
/* What guard.c needs of the copy beside the parts that hsm/guard.h offers to all. */
#ifndef HSM_GUARD_COPY_H
#define HSM_GUARD_COPY_H

#include "hsm/guard.h"

/* Syncs the files of SoftHSM's token with this serial and destroys the copy. */
MUST_CHECK enum err
guard_copy_settle(const char *serial, const char *copy, struct err_trace *trace);

#endif
