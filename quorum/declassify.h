/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a value made from secrets stops being one: a verdict ("the checksum fits"), a share's
 * label, a public key. Each such place is a call, so that `grep declassify` lists them all; what
 * is not declassified never decides a branch or an address. The constant-time test builds these
 * sources with QUORUM_CT, where the call tells valgrind; otherwise it does nothing.
 */
#ifndef QUORUM_DECLASSIFY_H
#define QUORUM_DECLASSIFY_H

#include <stddef.h>

void declassify(const void *bytes, size_t len);

#endif
