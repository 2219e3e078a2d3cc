/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What commands printed stays as the record tells of it: looked at before each next command and
 * before the record is frozen, not when all of it is closed and nobody knows any more. All of it is
 * hashed each time: times and sizes can be put back, and 64 MiB, the most that one command prints,
 * take less than a second.
 */
#ifndef CEREMONY_OUTPUTS_H
#define CEREMONY_OUTPUTS_H

#include "base/err.h"
#include "ceremony/record.h"

/* ERR_FORMAT: a file is gone, or other than the line of its command's end says. */
MUST_CHECK enum err
outputs_check(const char *evidence, const struct record *record, struct err_trace *trace);

#endif
