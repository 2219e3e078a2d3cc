/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searches a world for secrets: each PIN that was typed or derived, as it is, in hex and in
 * base64. Cards and SoftHSM's tokens hold them by nature and are left out.
 */
#ifndef TESTS_CHAOS_SEARCH_H
#define TESTS_CHAOS_SEARCH_H

#include <stdbool.h>

#include "tests/chaos/world.h"

/* False: a file holds a secret; its path is in `found`. */
bool search_is_clean(const struct world *world, char found[WORLD_FILE]);

/* Plants a secret in each form, one after another, and looks whether it is found. */
bool search_finds_what_is_planted(const struct world *world);

#endif
