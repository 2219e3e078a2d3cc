/* SPDX-License-Identifier: BSD-2-Clause */
/* `quorate doctor`: what a ceremony would stumble over on this machine. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/cli.h"

/* ERR_DENIED when something must be mended first; each finding comes with the line that mends it.
 */
MUST_CHECK enum err doctor_run(struct cli *cli, const void *values, struct err_trace *trace);

#endif
