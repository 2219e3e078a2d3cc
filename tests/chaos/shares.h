/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What nobody may find in a file: the shares that a world's cards hold, and what M of them make.
 * The cards are copied, and asked as Quorate asks them.
 */
#ifndef TESTS_CHAOS_SHARES_H
#define TESTS_CHAOS_SHARES_H

#include <stddef.h>

#include "tests/chaos/world.h"

typedef void (*shares_visit)(const void *bytes, size_t len);

/* Each share in its packed form, and each secret and PRK that M of them make. */
void shares_of_world(const struct world *world, shares_visit visit);

#endif
