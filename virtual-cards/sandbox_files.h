/* SPDX-License-Identifier: BSD-2-Clause */
/* The sandbox's folder, and the environment that leads every program to it. */
#ifndef VIRTUAL_CARDS_SANDBOX_FILES_H
#define VIRTUAL_CARDS_SANDBOX_FILES_H

#include "base/err.h"

#include "virtual-cards/sandbox.h"

/* Writes DIR/`name` as a path; it always fits, for what SANDBOX_DIR allows. */
void files_path(const struct sandbox *sandbox, const char *name, char out[SANDBOX_PATH]);

/* Folders, SoftHSM's configuration, and what an earlier run left of inserted cards removed. */
MUST_CHECK enum err files_prepare(const struct sandbox *sandbox, struct err_trace *trace);

/* Five fresh cards, card1 to card5, unless the folder has cards already. */
MUST_CHECK enum err files_make_cards(const struct sandbox *sandbox, struct err_trace *trace);

/* Leads this process and its children to the sandbox, and away from everything outside. */
MUST_CHECK enum err files_set_environment(const struct sandbox *sandbox, struct err_trace *trace);

#endif
