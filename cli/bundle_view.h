/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence as people read it. */
#ifndef CLI_BUNDLE_VIEW_H
#define CLI_BUNDLE_VIEW_H

#include "ceremony/bundle.h"

struct cli;

/* Signatures, what is wrong, what is only said, the head, and the verdict in one line. */
void
bundle_print_verdict(struct cli *cli, const char *evidence, const struct bundle_verdict *verdict);

#endif
