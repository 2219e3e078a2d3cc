/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the record of uses (docs/formats/use-record.md), as people read them. */
#ifndef CLI_USES_H
#define CLI_USES_H

#include <stdio.h>

#include <jansson.h>

#include "base/err.h"

struct roster;
struct roster_id;

/* "12:03:41 root-ca signed, ECDSA, raw:1234… (/usr/bin/openssl, user 1000, process 4711)" */
void uses_print_line(FILE *out, const char *indent, const json_t *line);

/* What the uses of an activation that is over were spent on: the newest `most` of them. */
MUST_CHECK enum err uses_print_spent(FILE *out, struct roster *roster, const struct roster_id *id,
    size_t most, struct err_trace *trace);

#endif
