/* SPDX-License-Identifier: BSD-2-Clause */
/* The real command table as a ceremony's lint asks it. */
#ifndef CLI_CEREMONY_COMMANDS_H
#define CLI_CEREMONY_COMMANDS_H

#include "ceremony/lint.h"

extern const struct lint_commands ceremony_commands;

#endif
