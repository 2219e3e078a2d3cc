/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether anything was lost if the roster is: cards and tokens alone, in another world. */
#ifndef TESTS_CHAOS_ADOPT_H
#define TESTS_CHAOS_ADOPT_H

#include "tests/chaos/scenario.h"
#include "tests/chaos/world.h"

/* A world with a roster that knows nobody yet, no card and no token. */
bool adopt_found(struct world *founded);

/*
 * `bare` is a copy of such a world, with the cards and tokens of one that was broken off. Adopts
 * the quorum there without these custodians (NULL: nobody is missing). Every token that was bound
 * before must open, and every other must open, or be as it was. NULL when all holds, else what does
 * not.
 */
const char *adopt_check(const struct scenario *scenario, struct world *bare, const char *absent);

#endif
