/* SPDX-License-Identifier: BSD-2-Clause */
/* What a step puts into a numbered bag, or takes out of one, is in the register of things, too. */
#ifndef CEREMONY_RUN_STOW_H
#define CEREMONY_RUN_STOW_H

#include "ceremony/run_internal.h"

/*
 * For records of the kinds stow and unstow, `line` being "BAG, SAFE" or "BAG, yes"; nothing for
 * others. What the roster refuses is told and noted in the record, and the ceremony goes on: the
 * bag is what it is.
 */
MUST_CHECK enum err run_stow(struct running *run, const struct script_record *record,
    const char *about, const char *line, struct err_trace *trace);

#endif
