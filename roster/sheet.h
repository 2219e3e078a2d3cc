/* SPDX-License-Identifier: BSD-2-Clause */
/* The binding sheet: what must be on paper to open the HSM without the roster. No secret on it. */
#ifndef ROSTER_SHEET_H
#define ROSTER_SHEET_H

#include "roster/roster.h"

/* UTF-8 text of one quorum's newest live (or sealed) generation; free() *out. */
MUST_CHECK enum err roster_sheet(
    struct roster *roster, const struct roster_id *quorum, char **out, struct err_trace *trace);

#endif
